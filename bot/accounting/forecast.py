"""The forecast: what a rate still bears, and where it goes in the coming days under three plain assumptions.

Old days leave the window whatever happens, so even a shop that answers everything may have to wait. Exact throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.accounting.daily import DAY, assessed, rolling
from bot.accounting.ladder import Ladder, LadderDay, Rectification, climb
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Budget, Rate, budget, grade, lines

HORIZON = 30
"""How many days are looked ahead."""
FAR = 180
"""How many days are looked ahead for the end of a penalty that lasts longer."""
PATTERN = 7
"""Each coming day is taken to bring as many inquiries as the same weekday of the last whole week."""

TierOn = Callable[[date], str | None]


class Assumption(StrEnum):
    """What happens from now on."""

    ALL = "all"
    """Every inquiry is answered validly and in time, those still open too."""
    SAME = "same"
    """Each day is as the same weekday of the last seven days; what is open stays left out."""
    NONE = "none"
    """Nothing is answered any more, what is open neither."""


@dataclass(frozen=True, slots=True)
class Open:
    """What has no valid reply yet. ``handoffs`` and ``bot_answered`` are assessed inquiries whose time still runs: each
    will be a good one or a miss. ``owed`` still need a person too, but are counted already; answering changes no rate.
    """

    handoffs: int = 0
    bot_answered: int = 0
    owed: int = 0

    @property
    def running(self) -> int:
        """How many may still become a miss."""
        return self.handoffs + self.bot_answered


@dataclass(frozen=True, slots=True)
class CourseDay:
    """One coming day: the rolling rate at its end, its grade, and how the ladder stands (None without one)."""

    day: date
    rate: Rate
    grade: str | None
    ladder: LadderDay | None


@dataclass(frozen=True, slots=True)
class Course:
    """The coming days under one assumption.

    ``regained`` names for each line the rate is below the first day it is back (None: not in these days). ``lost``
    names for each line it holds the first day it is below. ``recovered_on`` is the day a present penalty ends, None
    where there is none (``penalised`` says) or it does not end within ``FAR`` days. ``walk`` is the whole ladder, past days
    included, None where there is none.
    """

    assumption: Assumption
    days: tuple[CourseDay, ...]
    regained: Mapping[str, date | None]
    lost: Mapping[str, date]
    penalised: bool
    recovered_on: date | None
    walk: Ladder | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """``period`` and ``day`` are the budgets of the rolling rate and of today's own, highest line first; ``ladder`` is
    how it stands today, ``walk`` how it came to that, ``known`` what was known beside the rates."""

    today: date
    rate: Rate
    rate_today: Rate
    period: tuple[Budget, ...]
    day: tuple[Budget, ...]
    open: Open
    ladder: LadderDay | None
    walk: Ladder | None
    known: Rectification
    courses: tuple[Course, ...]


def forecast(
    days: Mapping[date, Rate],
    today: date,
    ruleset: Ruleset,
    tier_on: TierOn,
    *,
    still_open: Open | None = None,
    known: Rectification | None = None,
) -> Forecast:
    """Work out budgets and courses from each past day's own rate (numerator and denominator), today's included.

    ``tier_on`` names the shop's tier on a day, None where nobody knows it: then there are no lines, grades and ladder
    of tiers. The ladder is walked from the first day given, so give as many as there are. A day that is missing
    brought no inquiries.
    """
    still_open, known = still_open or Open(), known or Rectification()
    found = lines(ruleset, tier_on(today)) if _graded(ruleset, tier_on(today)) else ()
    rate, own = rolling(days, today, today, ruleset.period_days)[today], days.get(today, Rate(0, 0))
    courses = tuple(_course(one, days, today, ruleset, tier_on, still_open, known) for one in Assumption)
    past = walk({d: r for d, r in days.items() if d <= today}, today, ruleset, tier_on, known)
    return Forecast(
        today=today,
        rate=rate,
        rate_today=own,
        period=tuple(budget(rate, line) for line in found),
        day=tuple(budget(own, line) for line in found),
        open=still_open,
        ladder=past.days[-1] if past and past.days else None,
        walk=past,
        known=known,
        courses=courses,
    )


def assumed(
    days: Mapping[date, Rate],
    today: date,
    assumption: Assumption,
    still_open: Open,
    ruleset: Ruleset,
    horizon: int = HORIZON,
) -> dict[date, Rate]:
    """Return the days as given, with today settled and the coming ones (``horizon``) as the assumption has them.

    Today stands as it is, but for what is still open: good ones under ``ALL``, misses under ``NONE``. Where
    ``pending.policy`` counts open inquiries already, only their side of the fraction changes.
    """
    own = days.get(today, Rate(0, 0))
    added = 0 if ruleset.pending_counts or assumption is Assumption.SAME else still_open.running
    won = still_open.running if assumption is Assumption.ALL else 0
    out = {**days, today: Rate(own.numerator + won, own.denominator + added)}
    for ahead in range(1, horizon + 1):
        like = days.get(today - (PATTERN - ahead % PATTERN) * DAY, Rate(0, 0))
        good = {Assumption.ALL: like.denominator, Assumption.SAME: like.numerator, Assumption.NONE: 0}[assumption]
        out[today + ahead * DAY] = Rate(good, like.denominator)
    return out


def _course(
    assumption: Assumption,
    days: Mapping[date, Rate],
    today: date,
    ruleset: Ruleset,
    tier_on: TierOn,
    still_open: Open,
    known: Rectification,
) -> Course:
    to_come = assumed(days, today, assumption, still_open, ruleset)
    last = today + HORIZON * DAY
    rates = rolling(to_come, today, last, ruleset.period_days)
    ladder = walk(to_come, last, ruleset, tier_on, known)
    states = {one.day: one for one in ladder.days} if ladder else {}
    coming = tuple(
        CourseDay(day, rate, _grade(rate, ruleset, tier_on(day)), states.get(day))
        for day, rate in rates.items()
        if day > today
    )
    # Above or below is told from today as it stands, before what is open has been settled.
    now = rolling(days, today, today, ruleset.period_days)[today]
    regained, lost = _crossings(now, coming, ruleset, tier_on)
    penalised, free = _penalised(ladder, today), _recovered_on(ladder, today)
    if penalised and free is None and assumption is not Assumption.NONE:
        longer = assumed(days, today, assumption, still_open, ruleset, FAR)
        free = _recovered_on(walk(longer, today + FAR * DAY, ruleset, tier_on, known), today)
    return Course(assumption, coming, regained, lost, penalised, free, ladder)


def _crossings(
    now: Rate, coming: tuple[CourseDay, ...], ruleset: Ruleset, tier_on: TierOn
) -> tuple[dict[str, date | None], dict[str, date]]:
    """Say when each line is crossed; a tier that changes on the way moves its lines."""
    regained: dict[str, date | None] = {}
    lost: dict[str, date] = {}
    if now.percent is None:
        return regained, lost
    held = _held(now, coming[0].day - DAY, ruleset, tier_on)
    regained = dict.fromkeys(name for name, holds in held.items() if not holds)
    for one in coming:
        for name, holds in _held(one.rate, one.day, ruleset, tier_on).items():
            if one.rate.percent is None or name not in held:
                continue
            if holds and not held[name] and regained[name] is None:
                regained[name] = one.day
            elif not holds and held[name]:
                lost.setdefault(name, one.day)
    return regained, lost


def _held(rate: Rate, day: date, ruleset: Ruleset, tier_on: TierOn) -> dict[str, bool]:
    tier = tier_on(day)
    found = lines(ruleset, tier) if _graded(ruleset, tier) else ()
    return {line.name: budget(rate, line).goods_needed == 0 for line in found}


def walk(
    days: Mapping[date, Rate], last: date, ruleset: Ruleset, tier_on: TierOn, known: Rectification
) -> Ladder | None:
    """Walk the ladder up to ``last`` over what is assessed on each day; None where there is no ladder, no data, or a tier
    nobody knows."""
    if ruleset.grading != "tiers" or not days:
        return None
    first = min(min(days), last)
    tiers = {first + n * DAY: tier_on(first + n * DAY) for n in range((last - first).days + 1)}
    known_tiers = {day: tier for day, tier in tiers.items() if tier is not None}
    if len(known_tiers) < len(tiers):
        return None
    return climb(assessed(days, first, last, ruleset), ruleset, known_tiers.__getitem__, known)


def _penalised(ladder: Ladder | None, today: date) -> bool:
    return ladder is not None and any(one.day == today and one.penalty is not None for one in ladder.days)


def _recovered_on(ladder: Ladder | None, today: date) -> date | None:
    """The first day after today without a penalty where there is one today; the walk's own date if just past it."""
    if ladder is None or not _penalised(ladder, today):
        return None
    lifted = next((one.day for one in ladder.days if one.day > today and one.penalty is None), None)
    return lifted or ladder.recovered_on


def _graded(ruleset: Ruleset, tier: str | None) -> bool:
    return ruleset.grading == "bands" or (ruleset.grading == "tiers" and tier is not None)


def _grade(rate: Rate, ruleset: Ruleset, tier: str | None) -> str | None:
    return grade(rate.percent, ruleset, tier) if _graded(ruleset, tier) else None
