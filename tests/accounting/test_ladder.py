"""The ladder called directly: what is assumed where nothing more is known, and its calendar."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from bot import rulesets
from bot.accounting.ladder import add_months, add_working_days, climb

FRIDAY = date(2026, 5, 1)


def test_where_nothing_more_is_known_nothing_is_added() -> None:
    rates = {FRIDAY + timedelta(days=nth): Fraction(60) for nth in range(3)}
    rates |= {FRIDAY + timedelta(days=nth): Fraction(90) for nth in range(3, 12)}
    found = climb(rates, rulesets.load("kuaishou"), lambda _day: "new")
    assert [one.progress for one in found.days[2:4]] == [(0, 30), (1, 30)]
    assert (found.apply_from, found.review_window) == (date(2026, 5, 11), None)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 4, 3), 3, date(2026, 7, 3)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 5, 1), 0, date(2026, 5, 1)),
    ],
)
def test_add_months(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("start", "count", "holidays", "end"),
    [
        pytest.param(FRIDAY, 1, (), date(2026, 5, 4), id="over a weekend"),
        pytest.param(FRIDAY, 5, (), date(2026, 5, 8), id="a week"),
        pytest.param(FRIDAY, 1, (date(2026, 5, 4), date(2026, 5, 5)), date(2026, 5, 6), id="over holidays"),
        pytest.param(date(2026, 5, 3), 1, (), date(2026, 5, 4), id="from a Sunday"),
    ],
)
def test_add_working_days(start: date, count: int, holidays: tuple[date, ...], end: date) -> None:
    assert add_working_days(start, count, holidays) == end
