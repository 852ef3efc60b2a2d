"""Where the source of a shop's rules contradicts itself: what each reading gives for its last days, and the switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.contradictions import Contradiction, Reading
from bot.accounting.dated import RulesAt
from bot.accounting.forecast import walk
from bot.accounting.parameters import flatten
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate, grade
from bot.accounting.verdict import Verdict
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory, ShopConfig
from bot.service.facts import rectification
from bot.service.figures import rate_facts, ruleset_facts, tier_on
from bot.service.forecasts import days_of, first_day, ladder_facts, penalty_dates
from bot.service.refusal import Because, Refusal
from bot.service.replay import Replay
from bot.service.rules import Rules
from bot.store.engine import Store
from bot.store.reading import rates

DAYS = 30
"""How many days are counted again under a reading by which inquiries count otherwise; earlier ones stand as booked."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A reading to be worked out: the rules it gives, today's and by day."""

    reading: Reading
    ruleset: Ruleset
    rules_at: RulesAt


class Contradictions:
    """Shows readings, and follows one."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, replay: Replay, rules: Rules) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._replay, self._rules = replay, rules

    async def shown(self, shop_id: str) -> dict[str, Any]:
        """Each contradiction of the shop's ruleset, with what every reading gives for the last 30 days; the books stay
        as they are.

        A reading has ``values``, ``default``, ``in_force`` and ``gives``: the rolling rate, its band or level, how the
        ladder stands and the days that go with its latest penalty. Where a reading makes inquiries count otherwise,
        the last 30 days are counted again from the stored messages, under it.
        """
        shop, now = self._directory.shops[shop_id], self._clocks.now(shop_id)
        today = now.astimezone(ZONE).date()
        found = self._directory.ruleset(shop, today).identity.contradictions
        asked = {(one.id, r.id): self._asked(shop, one, r, now) for one in found for r in one.readings}
        days, counted = await self._store.read(self._read, shop, today, now, list(asked.values()))
        mine = self._directory.ruleset(shop, today)
        return {
            "shop": shop_id,
            "period": {
                "first": (today - timedelta(days=DAYS - 1)).isoformat(),
                "last": today.isoformat(),
                "days": DAYS,
            },
            "ruleset": ruleset_facts(mine),
            "items": [
                {
                    "id": one.id,
                    "title": {"zh": one.zh, "en": one.en},
                    "default": one.default,
                    "in_force": one.in_force(mine),
                    "overridden": sorted({n for r in one.readings for n in r.values} & set(mine.overridden)),
                    "readings": [
                        _told(one, reading, mine)
                        | {"gives": _gives(shop, asked[one.id, reading.id], days, counted.get(id(reading)), today)}
                        for reading in one.readings
                    ],
                }
                for one in found
            ],
        }

    async def follow(self, shop_id: str, contradiction: str, reading: str, why: str, *, by: str) -> None:
        """Follow a reading from now on: its parameters are set (or given back) as one change with who, when and why,
        and the books are counted again behind it.

        Raises:
            Refusal: no such contradiction or reading.
        """
        shop = self._directory.shops[shop_id]
        found = self._directory.newest_rules(shop.platform, {}).identity.contradictions
        one = next((c for c in found if c.id == contradiction), None)
        if one is None or reading not in {r.id for r in one.readings}:
            raise Refusal(
                Because.INVALID,
                "reading",
                "没有这个矛盾或读法。",
                "No such contradiction or reading.",
                pointer="/reading",
            )
        await self._rules.change_all(shop_id, one.change_to(reading), why, by=by)

    def _asked(self, shop: ShopConfig, one: Contradiction, reading: Reading, now: datetime) -> _Asked:
        wanted = {**dict(flatten(shop.overrides)), **one.change_to(reading.id)}
        rules_at = self._directory.rules_by_day(
            shop.ruleset_name, {name: value for name, value in wanted.items() if value is not None}
        )
        return _Asked(reading, rules_at(now), rules_at)

    def _read(
        self, conn: sa.Connection, shop: ShopConfig, today: date, now: datetime, asked: Sequence[_Asked]
    ) -> tuple[dict[date, Rate], dict[int, list[Verdict]]]:
        rows = rates.sums(conn, shop.id, first_day(shop, today).isoformat(), today.isoformat())
        again = [one for one in asked if one.reading.recounts]
        if not again:
            return days_of(rows), {}
        first = today - timedelta(days=DAYS - 1)
        judged = self._replay.judged(conn, shop.id, first, today, now, *(one.rules_at for one in again))
        return days_of(rows), {id(one.reading): verdicts for one, verdicts in zip(again, judged, strict=True)}


def _told(one: Contradiction, reading: Reading, mine: Ruleset) -> dict[str, Any]:
    return {
        "id": reading.id,
        "words": {"zh": reading.zh, "en": reading.en},
        "values": dict(reading.values),
        "default": reading.id == one.default,
        "in_force": reading.id == one.in_force(mine),
    }


def _gives(
    shop: ShopConfig, asked: _Asked, booked: Mapping[date, Rate], again: Sequence[Verdict] | None, today: date
) -> dict[str, Any]:
    rules, days = asked.ruleset, dict(booked)
    if again is not None:
        days = {day: rate for day, rate in booked.items() if day <= today - timedelta(days=DAYS)} | _by_day(again)
    period = today - timedelta(days=rules.period_days)
    inside = [rate for day, rate in days.items() if period < day <= today]
    rate = Rate(sum(one.numerator for one in inside), sum(one.denominator for one in inside))
    tier = tier_on(shop, today, rules)
    graded = rules.grading == "bands" or (rules.grading == "tiers" and tier is not None)
    walked = walk(days, today, rules, lambda day: tier_on(shop, day, rules), rectification(shop.options))
    return {
        "rate": rate_facts(rate),
        "grade": grade(rate.percent, rules, tier) if graded else None,
        "ladder": ladder_facts(walked.days[-1] if walked else None),
        "dates": penalty_dates(walked),
    }


def _by_day(verdicts: Sequence[Verdict]) -> dict[date, Rate]:
    days: dict[date, Rate] = {}
    for one in verdicts:
        day = one.opened_at.astimezone(ZONE).date()
        rate = days.get(day, Rate(0, 0))
        days[day] = Rate(rate.numerator + one.counted, rate.denominator + one.in_denominator)
    return days
