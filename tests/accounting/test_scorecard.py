"""Rates against their lines, checked against counting one by one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import rulesets
from bot.accounting.scorecard import Line, Rate, band, budget, goods_needed, grade, level, lines, misses_left

rates = st.integers(0, 60).flatmap(lambda due: st.builds(Rate, st.integers(0, due), st.just(due)))
heights = st.builds(Line, st.just("line"), st.fractions(1, 99, max_denominator=4), st.booleans())


def holds(rate: Rate, line: Line) -> bool:
    percent = rate.percent
    return percent is not None and (percent > line.percent if line.above else percent >= line.percent)


@given(rates, heights)
def test_misses_left_are_what_counting_gives(rate: Rate, line: Line) -> None:
    misses = 0
    while holds(Rate(rate.numerator, rate.denominator + misses + 1), line):
        misses += 1
    assert misses_left(rate, line) == (misses if holds(rate, line) else 0)


@given(rates, heights)
def test_goods_needed_are_what_counting_gives(rate: Rate, line: Line) -> None:
    goods = 0
    while not holds(Rate(rate.numerator + goods, rate.denominator + goods), line):
        goods += 1
    assert goods_needed(rate, line) == goods


@pytest.mark.parametrize(
    ("rate", "line", "misses", "goods"),
    [
        pytest.param(Rate(95, 100), Line("light", Fraction(80)), 18, 0, id="room for eighteen misses"),
        pytest.param(Rate(80, 100), Line("light", Fraction(80)), 0, 0, id="on the line"),
        pytest.param(Rate(79, 100), Line("light", Fraction(80)), 0, 5, id="five good ones short"),
        pytest.param(Rate(0, 0), Line("light", Fraction(80)), 0, 1, id="no data yet"),
        pytest.param(Rate(9, 10), Line("all", Fraction(100)), 0, None, id="a hundred is out of reach after a miss"),
        pytest.param(Rate(0, 0), Line("all", Fraction(100)), 0, 1, id="a hundred is in reach before any"),
        pytest.param(Rate(3, 5), Line("floor", Fraction(50), above=True), 0, 0, id="the next miss lands on the line"),
        pytest.param(Rate(1, 2), Line("floor", Fraction(50), above=True), 0, 1, id="one good one lifts it above"),
        pytest.param(Rate(0, 5), Line("none", Fraction(0)), 5, 0, id="nothing falls below zero"),
        pytest.param(Rate(0, 5), Line("some", Fraction(0), above=True), 0, 1, id="zero is not above zero"),
        pytest.param(Rate(0, 2), Line("floor", Fraction(50), above=True), 0, 3, id="two good ones only reach the line"),
    ],
)
def test_budget(rate: Rate, line: Line, misses: int, goods: int | None) -> None:
    found = budget(rate, line)
    assert (found.misses_left, found.goods_needed) == (misses, goods)


def test_the_lines_of_a_tier_stand_highest_first() -> None:
    found = [(line.name, line.percent) for line in lines(rulesets.load("kuaishou"), "new")]
    assert found == [("early_warning", 85), ("warning", 85), ("light", 80), ("heavy", 70), ("extreme", 50)]


def test_the_lines_of_bands_are_their_lower_edges() -> None:
    found = [(line.name, line.percent, line.above) for line in lines(rulesets.load("xiaohongshu"), None)]
    assert found == [("excellent", 90, False), ("safe", 80, False), ("borderline", 70, False), ("below", 50, True)]


def test_a_tier_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        level(Fraction(80), rulesets.load("kuaishou"), "gold")


def test_a_gap_between_bands_is_an_error() -> None:
    rules = rulesets.load("xiaohongshu", None, {"bands": [{"name": "good", "at_least": 60}]})
    with pytest.raises(ValueError, match="no band holds 50%"):
        band(Fraction(50), rules)


@pytest.mark.parametrize(
    ("ruleset", "tier", "percent", "word"),
    [
        pytest.param("xiaohongshu", None, Fraction(85), "safe", id="by bands"),
        pytest.param("kuaishou", "new", Fraction(84), "below_warning", id="by the lines of a tier"),
        pytest.param("kuaishou", "new", None, "no_data", id="without data"),
        pytest.param("internal", None, Fraction(85), None, id="by neither"),
        pytest.param("internal", None, None, None, id="by neither, without data"),
    ],
)
def test_a_rate_is_graded_the_way_its_ruleset_grades(
    ruleset: str, tier: str | None, percent: Fraction | None, word: str | None
) -> None:
    assert grade(percent, rulesets.load(ruleset), tier) == word
