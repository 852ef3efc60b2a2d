"""What is left out of the queue within budget: never more than the misses that keep the shop's own line."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from bot import rulesets
from bot.accounting.scorecard import Line, Rate
from bot.accounting.spare import own_line, settled, spare

EIGHTY = Line("safe", Fraction(80))
OVER_SEVENTY = Line("early_warning", Fraction(70), above=True)


def holds(numerator: int, denominator: int, line: Line) -> bool:
    """Counted by hand: whether so many of so many are at the line."""
    share = Fraction(100 * numerator, denominator)
    return share > line.percent if line.above else share >= line.percent


def most_misses(good: int, due: int, line: Line) -> int:
    """Miss one after the other until the line would break."""
    missed = 0
    while due and holds(good, due + missed + 1, line):
        missed += 1
    return missed if due and holds(good, due, line) else 0


@pytest.mark.parametrize("line", [EIGHTY, OVER_SEVENTY])
def test_left_out_is_exactly_what_the_misses_allow_once_handoffs_are_reserved(line):
    for due in range(0, 21):
        for good, handoffs, owed in product(range(due + 1), range(5), range(6)):
            found = spare(Rate(good, due), line, handoffs=handoffs, owed=owed)
            allowed = max(0, most_misses(good, due, line) - handoffs)
            assert owed - found.listed == min(owed, allowed), (good, due, handoffs, owed)
            assert found.misses_left - found.reserved == found.spare
            if owed > found.listed:
                worst = due + handoffs + (owed - found.listed) + found.listed
                assert holds(good + found.listed, worst, line), "all listed answered, all others missed: still held"


@pytest.mark.parametrize(
    ("good", "due", "handoffs", "owed", "listed"),
    [
        pytest.param(437, 500, 0, 60, 14, id="46 misses fit above 80, so 14 of 60 are listed"),
        pytest.param(437, 500, 6, 60, 20, id="six handoffs are reserved first"),
        pytest.param(437, 500, 46, 3, 3, id="nothing is left after the handoffs"),
        pytest.param(80, 100, 0, 2, 2, id="at the line nothing can be spared"),
        pytest.param(79, 100, 0, 2, 2, id="below it even less"),
        pytest.param(0, 0, 0, 2, 2, id="no data spares nothing"),
        pytest.param(100, 100, 0, 25, 0, id="all 25 fit"),
        pytest.param(100, 100, 0, 26, 1, id="the 26th does not"),
    ],
)
def test_figures_a_supervisor_can_check(good, due, handoffs, owed, listed):
    assert spare(Rate(good, due), EIGHTY, handoffs=handoffs, owed=owed).listed == listed


def test_without_a_line_everything_is_listed():
    assert spare(Rate(9, 10), None, handoffs=0, owed=7).listed == 7


@pytest.mark.parametrize(
    ("name", "tier", "line"),
    [
        ("xiaohongshu", None, ("safe", 80)),
        ("kuaishou", "new", ("early_warning", 85)),
        ("kuaishou", "mature", ("early_warning", 90)),
        ("kuaishou", None, None),
        ("internal", None, None),
    ],
)
def test_a_shops_own_line(name, tier, line):
    found = own_line(rulesets.load(name), tier)
    assert (found and (found.name, found.percent)) == line


def test_what_still_runs_is_taken_out_where_it_counts_as_missed():
    counted = rulesets.load("xiaohongshu", None, {"pending.policy": "count_as_missed"})
    assert settled(Rate(8, 10), 2, counted) == Rate(8, 8)
    assert settled(Rate(8, 10), 2, rulesets.load("xiaohongshu")) == Rate(8, 10)
