"""The ladder: from daily rates to warning, penalty, recovery and the dates that go with them.

One step a local day, state as of the end of that day. Parameters: ``ladder.*``, ``recovery.*``, ``record.*`` and the
lines of the shop's tier, which may change from day to day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from bot.accounting.ruleset import Lines, Ruleset

NONE, WARNING, RECOVERING = "none", "warning", "recovering"
LIGHT, HEAVY, RESTRICTED = "light", "heavy", "restricted"
_GRAVITY = (None, LIGHT, HEAVY, RESTRICTED)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rectification:
    """What is known beside the rates: fake replies found, the course passed, the day the application went in
    (True: on the first day it may)."""

    fake_reply_detected: bool = False
    training_completed: bool = False
    application_submitted: date | bool = False


@dataclass(frozen=True, slots=True)
class LadderDay:
    """How things stand at the end of one day. ``progress`` is (compliant days, days required) under a penalty."""

    day: date
    state: str
    penalty: str | None
    progress: tuple[int, int] | None
    early_warning: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """All days of a series, the penalties that were triggered in order, and the dates of the latest one."""

    days: tuple[LadderDay, ...]
    triggered: tuple[str, ...]
    month_below: int
    recovered_on: date | None
    traffic_back: tuple[date, date] | None
    apply_from: date | None
    review_window: tuple[date, date] | None
    record_until: date | None


def climb(
    rates: Mapping[date, Fraction | None],
    ruleset: Ruleset,
    tier_on: Callable[[date], str],
    known: Rectification | None = None,
) -> Ladder:
    """Walk the ladder over daily rates in percent (None, or a day that is missing: no data).

    ``tier_on`` names the shop's tier on a day.

    Raises:
        KeyError: the ruleset has no such tier.
    """
    known = known or Rectification()
    walk = _Walk(ruleset, known)
    days = []
    if rates:
        day, last = min(rates), max(rates)
        while day <= last:
            days.append(walk.step(day, rates.get(day), ruleset.tiers[tier_on(day)]))
            day += _DAY
    return walk.result(tuple(days))


@dataclass(slots=True)
class _Walk:
    """The counters of one walk; ``step`` takes one day after the other."""

    rules: Ruleset
    known: Rectification
    run_light: int = 0
    run_heavy: int = 0
    run_extreme: int = 0
    month_below: int = 0
    month: tuple[int, int] | None = None
    state: str = NONE
    penalty: str | None = None
    compliant: int = 0
    lift_on: date | None = None
    triggered: list[str] = field(default_factory=list)
    last_penalty: str | None = None
    triggered_on: date | None = None
    recovered_on: date | None = None
    apply_from: date | None = None

    def step(self, day: date, rate: Fraction | None, lines: Lines) -> LadderDay:
        """Take one day's rate and say how things stand at its end."""
        if (day.year, day.month) != self.month:
            self.month, self.month_below = (day.year, day.month), 0
        if self.lift_on is not None and day >= self.lift_on:
            self._lift()
        if rate is None:
            if self.rules["ladder.null_day"] == "break":
                self.run_light = self.run_heavy = self.run_extreme = self.compliant = 0
            return self._day(day, early_warning=False)
        self._count(rate, lines)
        if rate < lines.light or rate < self._month_line(lines):
            self._trigger(day)
        if self.penalty is None:
            self.state = WARNING if rate < lines.warning else NONE
        else:
            self._recover(self.penalty, day, rate, lines)
        return self._day(day, early_warning=rate < lines.light + self.rules["early_warning.offset_pp"])

    def _day(self, day: date, *, early_warning: bool) -> LadderDay:
        progress = None if self.penalty is None else (self.compliant, self._required(self.penalty))
        return LadderDay(day, self.state, self.penalty, progress, early_warning)

    def _month_line(self, lines: Lines) -> Fraction:
        return lines.warning if self.rules["ladder.month_below"] == WARNING else lines.light

    def _count(self, rate: Fraction, lines: Lines) -> None:
        self.run_light = self.run_light + 1 if rate < lines.light else 0
        self.run_heavy = self.run_heavy + 1 if rate < lines.heavy else 0
        self.run_extreme = self.run_extreme + 1 if rate < self.rules["ladder.extreme.below"] else 0
        self.month_below += rate < self._month_line(lines)

    def _trigger(self, day: date) -> None:
        trigger = self._due_penalty()
        if trigger is not None and _GRAVITY.index(trigger) > _GRAVITY.index(self.penalty):
            self.penalty = self.last_penalty = trigger
            self.triggered.append(trigger)
            self.triggered_on = day
            self.recovered_on = self.apply_from = None

    def _due_penalty(self) -> str | None:
        rules = self.rules
        heavy_after = 1 if rules["ladder.heavy_by_rate"] == "immediate" else rules["ladder.consecutive_days"]
        if self.run_extreme >= rules["ladder.extreme.days"]:
            return RESTRICTED
        if self.run_heavy >= heavy_after or self.month_below >= rules["ladder.month_days"]:
            return HEAVY
        return LIGHT if self.run_light >= rules["ladder.consecutive_days"] else None

    def _recover(self, penalty: str, day: date, rate: Fraction, lines: Lines) -> None:
        rules = self.rules
        if rate < lines.light:
            self.state = penalty
            if rules["recovery.breach_resets"]:
                self.compliant, self.apply_from, self.lift_on = 0, None, None
            return
        self.state = RECOVERING
        self.compliant += 1
        if self.compliant == rules["recovery.apply_after_days"] and penalty != LIGHT:
            self.apply_from = day + _DAY
        if self.compliant < self._required(penalty):
            return
        if rules["recovery.lift"] == "same_day":
            self.recovered_on = day
            self._lift()
            self.state = WARNING if rate < lines.warning else NONE
        else:
            self.lift_on = self.recovered_on = day + _DAY

    def _lift(self) -> None:
        self.penalty, self.compliant, self.lift_on, self.state = None, 0, None, NONE

    def _required(self, penalty: str) -> int:
        return required_days(penalty, self.rules, self.known)

    def result(self, days: tuple[LadderDay, ...]) -> Ladder:
        """Sum the walk up; the dates are those of the latest penalty."""
        rules = self.rules
        return Ladder(
            days=days,
            triggered=tuple(self.triggered),
            month_below=self.month_below,
            recovered_on=self.recovered_on,
            traffic_back=self._traffic_back(),
            apply_from=self.apply_from,
            review_window=self._review_window(),
            record_until=None if self.triggered_on is None else add_months(self.triggered_on, rules["record.months"]),
        )

    def _traffic_back(self) -> tuple[date, date] | None:
        if self.recovered_on is None or self.last_penalty != LIGHT:
            return None
        first, last = self.rules["recovery.traffic_days"]
        return self.recovered_on + first * _DAY, self.recovered_on + last * _DAY

    def _review_window(self) -> tuple[date, date] | None:
        submitted = self.known.application_submitted
        start = self.apply_from if submitted is True else submitted
        if start is None or start is False or self.last_penalty in (None, LIGHT):
            return None
        first, last = self.rules["recovery.review_days"]
        holidays = self.rules["recovery.holidays"]
        return add_working_days(start, first, holidays), add_working_days(start, last, holidays)


def required_days(penalty: str, rules: Ruleset, known: Rectification) -> int:
    """Count the compliant days a penalty asks for, fake replies and the course included."""
    days = Fraction(rules[f"recovery.{penalty}.days"])
    if known.fake_reply_detected:
        days *= rules["recovery.fake_multiplier"]
    if known.training_completed:
        days *= rules["recovery.training_factor"]
    rounding = rules["recovery.rounding"]
    if rounding == "ceil":
        return -(-days.numerator // days.denominator)
    if rounding == "half_up":
        days += Fraction(1, 2)
    return days.numerator // days.denominator


def add_months(day: date, months: int) -> date:
    """Return the same day some calendar months later, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(start: date, count: int, holidays: tuple[date, ...]) -> date:
    """Return the ``count``-th working day after ``start`` (which is not counted); weekends and holidays are none."""
    day = start
    while count:
        day += _DAY
        count -= day.weekday() < 5 and day not in holidays
    return day
