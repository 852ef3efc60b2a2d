"""Rates and their lines: the exact fraction, the band or level it lies in, and how far it is to the next line.

Nothing is rounded here; a rate without a denominator is no data, never 0 or 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bot.accounting.ruleset import Ruleset

NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Rate:
    """An exact rate: how many counted of how many that were due."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Fraction | None:
        """The exact percentage, None without data."""
        return Fraction(100 * self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line a rate should not fall below: its name, and its height in percent. Where ``above`` is set the rate must
    lie strictly above it."""

    name: str
    percent: Fraction
    above: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """How a rate stands to a line: misses it still bears, and consecutive good inquiries that bring it back.

    ``misses_left`` is 0 below the line; ``goods_needed`` is 0 at or above it, None where no number of them suffices.
    """

    line: Line
    misses_left: int
    goods_needed: int | None


def band(percent: Fraction | None, ruleset: Ruleset) -> str:
    """Name the band of an exact percentage: the first of the ruleset's bands that holds it, ``no_data`` for None.

    Raises:
        ValueError: the ruleset's bands leave a gap there.
    """
    if percent is None:
        return NO_DATA
    for one in ruleset.bands:
        if one.holds(percent):
            return one.name
    raise ValueError(f"{ruleset.version}: no band holds {float(percent):g}%")


def level(percent: Fraction | None, ruleset: Ruleset, tier: str) -> str:
    """Name the level of an exact percentage in a tier: ok, below_warning, below_light, below_heavy, below_extreme.

    Raises:
        KeyError: the ruleset has no such tier.
    """
    lines = ruleset.tiers[tier]
    if percent is None:
        return NO_DATA
    if percent < ruleset["ladder.extreme.below"]:
        return "below_extreme"
    if percent < lines.heavy:
        return "below_heavy"
    if percent < lines.light:
        return "below_light"
    return "below_warning" if percent < lines.warning else "ok"


def grade(percent: Fraction | None, ruleset: Ruleset, tier: str | None) -> str | None:
    """Name the band or level of an exact percentage, whichever the ruleset grades by; None where it does neither.

    Raises:
        KeyError: a ruleset with tiers was asked for a tier it does not have.
    """
    if ruleset.grading == "tiers":
        return level(percent, ruleset, tier or "")
    return band(percent, ruleset) if ruleset.grading == "bands" else None


def lines(ruleset: Ruleset, tier: str | None) -> tuple[Line, ...]:
    """List the lines of a tier, or the lower edges of the bands, highest first.

    With tiers the shop's own early-warning line (light line plus offset) is among them.

    Raises:
        KeyError: a ruleset with tiers was asked for a tier it does not have.
    """
    if ruleset.grading == "tiers":
        own = ruleset.tiers[tier or ""]
        found = [
            Line("early_warning", own.light + ruleset["early_warning.offset_pp"]),
            Line("warning", own.warning),
            Line("light", own.light),
            Line("heavy", own.heavy),
            Line("extreme", ruleset["ladder.extreme.below"]),
        ]
    else:
        found = [Line(one.name, one.value, one.op == ">") for one in ruleset.bands if one.op in (">=", ">")]
    return tuple(sorted(found, key=lambda line: line.percent, reverse=True))


def budget(rate: Rate, line: Line) -> Budget:
    """Work out how a rate stands to one line, in whole inquiries."""
    return Budget(line, misses_left(rate, line), goods_needed(rate, line))


def misses_left(rate: Rate, line: Line) -> int:
    """Count the further misses after which the rate is still not below the line (0 when it is already, or no data).

    A line of 0 percent bears any number; then the present denominator is returned, which is as many as were due.
    """
    if not _holds(rate, line):
        return 0
    if line.percent == 0:
        return rate.denominator
    room = Fraction(100 * rate.numerator) / line.percent - rate.denominator
    whole = room.numerator // room.denominator
    return max(0, whole - 1 if line.above and whole == room else whole)


def goods_needed(rate: Rate, line: Line) -> int | None:
    """Count the consecutive good inquiries that lift the rate to the line (0 when there); None when none suffice."""
    if _holds(rate, line):
        return 0
    if line.percent == 100:
        return None if line.above or rate.numerator < rate.denominator else 1
    missing = (line.percent * rate.denominator - 100 * rate.numerator) / (100 - line.percent)
    whole = -(-missing.numerator // missing.denominator)
    return max(1, whole + 1 if line.above and whole == missing else whole)


def _holds(rate: Rate, line: Line) -> bool:
    percent = rate.percent
    if percent is None:
        return False
    return percent > line.percent if line.above else percent >= line.percent
