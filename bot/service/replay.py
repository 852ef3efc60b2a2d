"""What if the rules were different: a past period counted again from the stored messages; the books stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.comparing import Difference, differences, kinds
from bot.accounting.dated import RulesAt, judge_dated
from bot.accounting.inquiry import ChannelFacts
from bot.accounting.parameters import BadParameter, flatten
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate, grade
from bot.accounting.verdict import Verdict
from bot.accounting.words import explain
from bot.service.books import events_of
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory, ShopConfig
from bot.service.figures import rate_facts, ruleset_facts, tier_on
from bot.service.refusal import Because, Refusal
from bot.store import conversations as convs
from bot.store import messages
from bot.store.engine import Store
from bot.store.ids import to_ms
from bot.store.reading import rates

CHUNK = 200
LISTED = 200
"""How many differences are listed; all of them are counted."""


class Replay:
    """Counts the past again."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def what_if(self, shop_id: str, params: Mapping[str, Any], version: str, days: int) -> dict[str, Any]:
        """Count the last days under the shop's rules and under others: both rates, and each inquiry that differs.

        ``params`` are set over the shop's own changes (a value None takes one of them away). ``version`` names other
        rules: a day, a ruleset, or ``name@day``; a ruleset of another platform is taken without the shop's changes.

        Raises:
            Refusal: no such ruleset or parameter, or a value of the wrong kind.
        """
        shop, now = self._directory.shops[shop_id], self._clocks.now(shop_id)
        last = now.astimezone(ZONE).date()
        first = last - timedelta(days=days - 1)
        mine, other = self._directory.rules_at(shop_id), self._other(shop, params, version, last)
        old, new = await self._store.read(self.judged, shop_id, first, last, now, mine, other)
        before, after, found = mine(now), other(now), differences(old, new)
        return {
            "shop": shop_id,
            "period": {"first": first.isoformat(), "last": last.isoformat(), "days": days},
            "before": _side(old, before, tier_on(shop, last, before)),
            "after": _side(new, after, tier_on(shop, last, after)),
            "differences": len(found),
            "kinds": kinds(found),
            "listed": [_told(one) for one in found[-LISTED:][::-1]],
        }

    def _other(self, shop: ShopConfig, params: Mapping[str, Any], version: str, today: date) -> RulesAt:
        """The rules asked about: those of one day for all days where a day is named, else each day's own."""
        name, _, day = version.partition("@") if not version[:1].isdigit() else ("", "", version)
        name = name or shop.ruleset_name
        own = dict(flatten(shop.overrides)) if name == shop.ruleset_name else {}
        try:
            wanted = {key: value for key, value in {**own, **dict(flatten(params))}.items() if value is not None}
            fixed = self._directory.load_ruleset(name, date.fromisoformat(day) if day else today, wanted or None)
        except BadParameter as error:
            zh, _, en = str(error).partition(" / ")
            raise Refusal(Because.INVALID, "rule", zh, en or zh, pointer=f"/params/{error.name}") from None
        except ValueError as error:
            zh, _, en = str(error).partition(" / ")
            raise Refusal(Because.INVALID, "ruleset", zh, en or zh, pointer="/version") from None
        if not fixed.chat:
            raise Refusal(
                Because.INVALID, "ruleset", "这套规则不判会话。", "These rules do not judge chats.", pointer="/version"
            )
        return (lambda _at: fixed) if day else self._directory.rules_by_day(name, wanted)

    def judged(
        self, conn: sa.Connection, shop: str, first: date, last: date, now: datetime, *rules: RulesAt
    ) -> list[list[Verdict]]:
        """Judge every inquiry opened on these local days again, as things stand now, once under each of the rules."""
        out: list[list[Verdict]] = [[] for _ in rules]
        since = to_ms(datetime(first.year, first.month, first.day, tzinfo=ZONE))
        ids = rates.conversations(conn, shop, since)
        for start in range(0, len(ids), CHUNK):
            loaded = convs.load(conn, ids[start : start + CHUNK])
            said = messages.of_conversations(conn, dict.fromkeys(loaded, 0))
            for cid, one in loaded.items():
                events, facts = events_of(said[cid]), self._facts(one.channel)
                for verdicts, rules_at in zip(out, rules, strict=True):
                    found = judge_dated(events, rules_at, now, facts).inquiries
                    verdicts += [v for v in found if first <= v.opened_at.astimezone(ZONE).date() <= last]
        return out

    def _facts(self, key: str) -> ChannelFacts:
        channel = self._directory.channels[key]
        able = self._directory.adapter(channel).capabilities(channel)
        return ChannelFacts(able.sees_human_replies, able.api_sent_counts)


def _side(verdicts: Iterable[Verdict], rules: Ruleset, tier: str | None) -> dict[str, Any]:
    inside = list(verdicts)
    rate = Rate(sum(one.counted for one in inside), sum(one.in_denominator for one in inside))
    graded = rules.grading == "bands" or (rules.grading == "tiers" and tier is not None)
    return {
        "rate": rate_facts(rate),
        "grade": grade(rate.percent, rules, tier) if graded else None,
        "inquiries": len(inside),
        "ruleset": ruleset_facts(rules),
    }


def _told(one: Difference) -> dict[str, Any]:
    known = one.after or one.before
    return {
        "inquiry": one.inquiry,
        "conversation": known.conversation if known else "",
        "opened_at": known.opened_at.isoformat() if known else None,
        "before": _seen(one.before),
        "after": _seen(one.after),
    }


def _seen(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "reason": verdict.reason.value,
        "in_denominator": verdict.in_denominator,
        "counted": verdict.counted,
        "response_s": verdict.response_s,
        "night": verdict.night.value if verdict.night else None,
        "rule": verdict.rule,
        "sentence": explain(verdict, verdict.ruleset),
    }
