"""Rates day by day: over the period that ends with a day, and the one the ladder assesses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate

DAY = timedelta(days=1)
OWN_RATE = "day"
"""The value of ``ladder.metric`` by which a day is assessed by its own inquiries alone."""


def rolling(days: Mapping[date, Rate], first: date, last: date, period_days: int) -> dict[date, Rate]:
    """Return for each day from ``first`` to ``last`` the rate over the ``period_days`` that end with it."""
    out: dict[date, Rate] = {}
    none, day = Rate(0, 0), first - (period_days - 1) * DAY
    numerator = denominator = 0
    while day <= last:
        one = days.get(day, none)
        numerator, denominator = numerator + one.numerator, denominator + one.denominator
        if day >= first:
            out[day] = Rate(numerator, denominator)
            gone = days.get(day - (period_days - 1) * DAY, none)
            numerator, denominator = numerator - gone.numerator, denominator - gone.denominator
        day += DAY
    return out


def assessed(days: Mapping[date, Rate], first: date, last: date, ruleset: Ruleset) -> dict[date, Fraction | None]:
    """Return what the ladder assesses on each day, in percent, from each day's own counts: the rate over the period
    that ends with it, or its own where ``ladder.metric`` says so; None without data."""
    if ruleset["ladder.metric"] != OWN_RATE:
        return {day: rate.percent for day, rate in rolling(days, first, last, ruleset.period_days).items()}
    every = (first + n * DAY for n in range((last - first).days + 1))
    return {day: days[day].percent if day in days else None for day in every}
