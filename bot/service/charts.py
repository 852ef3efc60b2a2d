"""What a page of figures draws: rates over time, the way from question to person, what the FAQ was good for.

Everything comes from the roll-ups and tallies, beside the period before, so it costs the same however much was said.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import sqlalchemy as sa

from bot.accounting.scorecard import Rate
from bot.service.figures import rate_facts
from bot.service.scorecards import Period
from bot.store import faq, tallies
from bot.store.engine import Store
from bot.store.reading import rates

LATE = ("late", "turn_missed")
UNMATCHED = ("no_match", "unsure", "two_alike")
"""Reasons of a handoff that say: the FAQ had no sure answer."""
USED, UNUSED = 20, 100
"""How many entries are listed, the most used first; and how many of those that nobody needed."""

Row = Mapping[str, Any]
Slot = tuple[Any, ...]


def _days(period: Period) -> list[Slot]:
    return [((period.first + timedelta(days=nth)).isoformat(),) for nth in range(period.days)]


def _hours(_period: Period) -> list[Slot]:
    return [(hour,) for hour in range(24)]


def _week(_period: Period) -> list[Slot]:
    return list(product(range(1, 8), range(24)))


def _weekday(row: Row) -> Slot:
    return date.fromisoformat(row["day"]).isoweekday(), row["hour"]


AXES: Mapping[str, tuple[tuple[str, ...], Callable[[Row], Slot], Callable[[Period], list[Slot]]]] = {
    "day": (("date",), lambda row: (row["day"],), _days),
    "hour": (("hour",), lambda row: (row["hour"],), _hours),
    "weekday_hour": (("weekday", "hour"), _weekday, _week),
}
"""For each way to look at time: the names of its parts, where a row belongs, and every slot there is."""


class Charts:
    """Reads roll-ups and tallies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def series(self, shop: str, period: Period, by: str) -> dict[str, Any]:
        """A shop's rates over time (``by`` one of ``AXES``; weekdays count from Monday, 1), and of the period before.

        Every slot is there, also one in which nothing happened: its ``percent`` is None.
        """
        items, before = await self._store.read(
            lambda conn: [_series(conn, shop, one, by) for one in (period, period.before())]
        )
        return {
            "shop": shop,
            "by": by,
            "period": period.facts,
            "before": period.before().facts,
            "items": items,
            "items_before": before,
        }

    async def flow(self, shop: str, period: Period) -> dict[str, Any]:
        """The way from question to person, why people were brought, and which entries answered.

        Messages, questions (one decision each, of one line or several), handoffs and inquiries are counted by their
        own day each; the last step is that of the books: inquiries answered in time by a valid reply.
        """
        found = await self._store.read(_flow, shop, period)
        return {"shop": shop, "period": period.facts, "before": period.before().facts, **found}


def _series(conn: sa.Connection, shop: str, period: Period, by: str) -> list[dict[str, Any]]:
    names, slot_of, slots = AXES[by]
    sums: dict[Slot, Counter[str]] = defaultdict(Counter)
    for row in rates.sums(conn, shop, *period.texts, "day", "hour", "reason"):
        sums[slot_of(row)] += Counter(
            numerator=row["numerator"],
            denominator=row["denominator"],
            volume=row["inquiries"],
            late=row["inquiries"] if row["reason"] in LATE else 0,
        )
    return [dict(zip(names, slot, strict=True)) | _point(sums[slot]) for slot in slots(period)]


def _point(sums: Mapping[str, int]) -> dict[str, Any]:
    return rate_facts(Rate(sums["numerator"], sums["denominator"])) | {"volume": sums["volume"], "late": sums["late"]}


def _flow(conn: sa.Connection, shop: str, period: Period) -> dict[str, Any]:
    now, then = (tallies.of_period(conn, shop, *one.texts) for one in (period, period.before()))
    steps, steps_before = (
        _steps(counts, rates.sums(conn, shop, *one.texts, "reason"))
        for counts, one in ((now, period), (then, period.before()))
    )
    return {
        "funnel": [
            {"step": step, "unit": unit, "count": count, "before": steps_before[step, unit]}
            for (step, unit), count in steps.items()
        ],
        "unanswered": _unmatched(now),
        "unanswered_before": _unmatched(then),
        "handoffs": [
            {"reason": reason, "count": count, "before": then["handoff"][reason]}
            for reason, count in now["handoff"].most_common()
        ],
        "entries": _entries(now["entry"], then["entry"], faq.live_entries(conn, shop)),
    }


def _steps(counts: Mapping[str, Counter[str]], sums: Sequence[Row]) -> dict[tuple[str, str], int]:
    decided = counts["decided"]
    return {
        ("received", "message"): counts["said"]["buyer"],
        ("decided", "question"): decided.total(),
        ("matched", "question"): decided["answer"] + decided["suggest"],
        ("answered", "question"): decided["answer"],
        ("handed_off", "handoff"): counts["handoff"].total(),
        ("in_time", "inquiry"): sum(row["numerator"] for row in sums),
    }


def _unmatched(counts: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """The share of the questions put to the FAQ for which it had no sure answer."""
    missed, matched = _put_to_the_faq(counts)
    return rate_facts(Rate(missed, missed + matched))


def matched_share(counts: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """The share of the questions put to the FAQ for which it had a sure answer."""
    missed, matched = _put_to_the_faq(counts)
    return rate_facts(Rate(matched, missed + matched))


def _put_to_the_faq(counts: Mapping[str, Counter[str]]) -> tuple[int, int]:
    """How many questions had no sure answer, and how many had one."""
    missed = sum(counts["reason"][reason] for reason in UNMATCHED)
    return missed, counts["decided"]["answer"] + counts["decided"]["suggest"]


def _entries(now: Counter[str], then: Counter[str], live: Sequence[faq.Stored]) -> dict[str, Any]:
    questions = {one.id: str(one.data["question"]) for one in live}
    used = [
        {"id": entry, "question": questions.get(entry), "count": count, "before": then[entry]}
        for entry, count in now.most_common(USED)
    ]
    idle = [one for one in live if not now[one.id]]
    unused = [{"id": one.id, "question": questions[one.id], "before": then[one.id]} for one in idle[:UNUSED]]
    return {"used": used, "unused": unused, "unused_total": len(idle), "total": len(live)}
