"""The figures of the bench: coverage at a precision, and how honest the sureness is."""

import math

import pytest

from tests.bench.quality import Bin, Told, binned, covered

RIGHT, WRONG, OUTSIDE = (True, True), (False, True), (False, False)


def _told(*scored: tuple[float, tuple[bool, bool]]) -> list[Told]:
    return [Told(score, right, answerable) for score, (right, answerable) in scored]


@pytest.mark.parametrize(
    ("told", "precision", "share"),
    [
        pytest.param([], 0.95, 0.0, id="nothing asked"),
        pytest.param([(9, RIGHT), (8, RIGHT)], 1.0, 1.0, id="all right"),
        pytest.param([(9, WRONG), (8, RIGHT)], 0.6, 0.0, id="the surest is wrong"),
        pytest.param([(9, RIGHT), (8, OUTSIDE), (7, RIGHT)], 0.9, 0.5, id="only above what nobody should answer"),
        pytest.param([(9, RIGHT), (8, OUTSIDE), (7, RIGHT)], 0.66, 1.0, id="a later threshold covers more"),
        pytest.param([(9, RIGHT), (9, OUTSIDE), (7, WRONG)], 0.9, 0.0, id="one threshold cannot tell equal scores"),
        pytest.param([(9, RIGHT), (-math.inf, WRONG)], 1.0, 0.5, id="what finds nothing lowers the share"),
    ],
)
def test_coverage_at_a_precision(told: list[tuple[float, tuple[bool, bool]]], precision: float, share: float) -> None:
    assert covered(_told(*told), precision) == share
    assert covered(_told(*reversed(told)), precision) == share


def test_sureness_is_held_against_what_was_right_bin_by_bin() -> None:
    told = _told((49.9, WRONG), (95, RIGHT), (96, OUTSIDE), (97, RIGHT), (99.9, RIGHT), (-math.inf, OUTSIDE))
    assert binned(told) == [
        Bin(0, 50, 1, 49.9, 0.0),
        Bin(95, 97, 2, 95.5, 50.0),
        Bin(97, 99, 1, 97.0, 100.0),
        Bin(99, 100, 1, 99.9, 100.0),
    ]
