"""The forecast of a shop: its past days from the books, its lines and ladder, put into the shape pages read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.accounting.forecast import Course, CourseDay, Forecast, Open, forecast
from bot.accounting.forecast_words import budget_words, course_words, effects
from bot.accounting.ladder import Ladder, LadderDay
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Budget, Rate
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory, ShopConfig
from bot.service.facts import rectification, stated
from bot.service.figures import rate_facts, ruleset_facts, tier_on
from bot.store.engine import Store
from bot.store.reading import rates

LOOKED_BACK = 366
"""How many past days the ladder is walked over: penalties of a year ago are over."""


class Forecasts:
    """Looks ahead from the books."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def forecast(self, shop_id: str) -> dict[str, Any]:
        """What a shop's rate still bears, and the next thirty days if all, the same share, or none is answered."""
        shop = self._directory.shops[shop_id]
        today = self._clocks.now(shop_id).astimezone(ZONE).date()
        ruleset = self._directory.ruleset(shop, today)
        first = first_day(shop, today)
        rows = await self._store.read(rates.sums, shop_id, first.isoformat(), today.isoformat())
        waiting = await self._store.read(rates.still_open, shop_id, (today - timedelta(days=1)).isoformat())
        found = forecast(
            days_of(rows),
            today,
            ruleset,
            lambda day: tier_on(shop, day, ruleset),
            still_open=Open(**waiting),
            known=rectification(shop.options),
        )
        told = _told(found, ruleset, tier_on(shop, today, ruleset))
        return told | {"shop": shop_id, "facts": stated(shop.options.get("facts") or {})}


def days_of(rows: Sequence[Mapping[str, Any]]) -> dict[date, Rate]:
    """Each local day's own rate, from the books' sums by day and reason."""
    days: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        one = days[date.fromisoformat(row["day"])]
        one[0] += row["numerator"]
        one[1] += row["denominator"]
    return {day: Rate(*sides) for day, sides in days.items()}


def first_day(shop: ShopConfig, today: date) -> date:
    """A day before the shop opened has no tier, and its inquiries no platform would judge."""
    first = today - timedelta(days=LOOKED_BACK)
    opened = shop.options.get("open_date")
    return min(today, max(first, date.fromisoformat(str(opened)))) if opened else first


def _told(found: Forecast, ruleset: Ruleset, tier: str | None) -> dict[str, Any]:
    heights = {one.line.name: one.line.percent for one in found.period}
    states = {one.ladder.state for course in found.courses for one in course.days if one.ladder}
    states |= {found.ladder.state} if found.ladder else set()
    return {
        "today": found.today.isoformat(),
        "period_days": ruleset.period_days,
        "ruleset": ruleset_facts(ruleset),
        "tier": tier,
        "grading": ruleset.grading,
        "rate": rate_facts(found.rate),
        "rate_today": rate_facts(found.rate_today),
        "lines": [_line(whole, own) for whole, own in zip(found.period, found.day, strict=True)],
        "open": {
            "handoffs": found.open.handoffs,
            "bot_answered": found.open.bot_answered,
            "running": found.open.running,
            "owed": found.open.owed,
        },
        "ladder": ladder_facts(found.ladder),
        "dates": penalty_dates(found.walk),
        "effects": {state: effects(state, ruleset, tier or "", found.known) for state in sorted(states)},
        "sentences": budget_words(found, ruleset.period_days),
        "courses": [{**_course(course), "sentence": course_words(course, heights)} for course in found.courses],
    }


def _line(whole: Budget, own: Budget) -> dict[str, Any]:
    return {
        "name": whole.line.name,
        "percent": float(whole.line.percent),
        "misses_left": whole.misses_left,
        "good_needed": whole.goods_needed,
        "today": {"misses_left": own.misses_left, "good_needed": own.goods_needed},
    }


def _course(course: Course) -> dict[str, Any]:
    return {
        "assumption": course.assumption.value,
        "days": [_day(one) for one in course.days],
        "regained": {name: day.isoformat() if day else None for name, day in course.regained.items()},
        "lost": {name: day.isoformat() for name, day in course.lost.items()},
        "recovered_on": course.recovered_on.isoformat() if course.recovered_on else None,
        "dates": penalty_dates(course.walk, course.recovered_on),
    }


def _day(one: CourseDay) -> dict[str, Any]:
    return {"date": one.day.isoformat(), **rate_facts(one.rate), "grade": one.grade, "ladder": ladder_facts(one.ladder)}


def penalty_dates(walk: Ladder | None, recovered_on: date | None = None) -> dict[str, Any] | None:
    """The days that go with the latest penalty of a walk (ISO; each None where it does not apply); None without one.
    ``recovered_on``: its end where that lies behind the walk."""
    if walk is None or not walk.triggered:
        return None
    return {
        "recovered_on": _iso(walk.recovered_on or recovered_on),
        "traffic_back": _isos(walk.traffic_back),
        "apply_from": _iso(walk.apply_from),
        "review_window": _isos(walk.review_window),
        "record_until": _iso(walk.record_until),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _isos(span: tuple[date, date] | None) -> list[str] | None:
    return None if span is None else [day.isoformat() for day in span]


def ladder_facts(one: LadderDay | None) -> dict[str, Any] | None:
    """How the ladder stands on a day."""
    if one is None:
        return None
    return {
        "state": one.state,
        "penalty": one.penalty,
        "progress": list(one.progress) if one.progress else None,
        "early_warning": one.early_warning,
    }
