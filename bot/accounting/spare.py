"""What the error budget can spare: how many owed inquiries may go without a person before the shop's own line is lost.

Open handoffs are reserved first: whoever waits for a person gets one, so each is taken for a miss that may still come.
Goods to come are not counted on.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Line, Rate, lines, misses_left

OWN_LINES = ("early_warning", "safe")
"""The line a shop sets itself: the light line and some points, or the lower edge of the safe band."""


@dataclass(frozen=True, slots=True)
class Spare:
    """``misses_left`` before the line, ``reserved`` of them for open handoffs; what is left (``spare``) covers that
    many of the ``owed`` ones whose time still runs; the others are ``listed``. Without a line all are listed."""

    line: Line | None
    misses_left: int
    reserved: int
    spare: int
    owed: int
    listed: int


def own_line(ruleset: Ruleset, tier: str | None) -> Line | None:
    """The line a shop should hold by its own wish; None where the ruleset has no lines or nobody knows the tier."""
    if ruleset.grading not in ("tiers", "bands") or (ruleset.grading == "tiers" and tier is None):
        return None
    return next((line for line in lines(ruleset, tier) if line.name in OWN_LINES), None)


def settled(rate: Rate, running: int, ruleset: Ruleset) -> Rate:
    """A rate without the inquiries whose time still runs, which some rulesets count as missed until they are not."""
    return Rate(rate.numerator, rate.denominator - running) if ruleset.pending_counts else rate


def spare(rate: Rate, line: Line | None, *, handoffs: int, owed: int) -> Spare:
    """Work out how many of ``owed`` inquiries (answered by the bot, time still running) need a person.

    ``rate`` is that of settled inquiries; ``handoffs`` is how many others still run.
    """
    if line is None:
        return Spare(None, 0, 0, 0, owed, owed)
    left = misses_left(rate, line)
    reserved = min(handoffs, left)
    free = left - reserved
    return Spare(line, left, reserved, free, owed, max(0, owed - free))
