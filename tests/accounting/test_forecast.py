"""The forecast, held against playing every coming inquiry one by one."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rulesets
from bot.accounting.daily import rolling
from bot.accounting.forecast import HORIZON, Assumption, Open, forecast
from bot.accounting.ladder import climb
from bot.accounting.scorecard import Rate, grade, lines

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
RATES = st.integers(0, 6).flatmap(lambda due: st.builds(Rate, st.integers(0, due), st.just(due)))
PASTS = st.dictionaries(st.integers(0, 60), RATES, max_size=50).map(
    lambda d: {TODAY - n * DAY: r for n, r in d.items()}
)
OPENS = st.builds(Open, st.integers(0, 3), st.integers(0, 3), st.integers(0, 5))
BANDED, TIERED = rulesets.load("xiaohongshu"), rulesets.load("kuaishou")
VARIANTS = [
    pytest.param(BANDED, id="bands"),
    pytest.param(TIERED, id="tiers"),
    pytest.param(rulesets.load("kuaishou", None, {"ladder.metric": "day"}), id="the day's own rate"),
    pytest.param(rulesets.load("kuaishou", None, {"period.days": 7}), id="seven days"),
    pytest.param(rulesets.load("xiaohongshu", None, {"pending.policy": "count_as_missed"}), id="open counts as missed"),
]


def steady(good: int, due: int, days: int) -> dict[date, Rate]:
    """The same day, again and again, up to today."""
    return {TODAY - n * DAY: Rate(good, due) for n in range(days)}


def mature(_day: date) -> str:
    return "mature"


def played(
    past: dict[date, Rate], assumption: Assumption, still_open: Open, counts_open: bool
) -> list[tuple[date, bool]]:
    """Every inquiry, past and to come, as (day, good)."""
    every = [(day, n < r.numerator) for day, r in past.items() for n in range(r.denominator)]
    if assumption is not Assumption.SAME:
        waiting = still_open.handoffs + still_open.bot_answered
        if counts_open:  # each stands there as a miss already
            misses = [one for one in every if one == (TODAY, False)]
            for _ in range(waiting if assumption is Assumption.ALL else 0):
                if misses:
                    every.remove(misses.pop())
                    every.append((TODAY, True))
        else:
            every += [(TODAY, assumption is Assumption.ALL)] * waiting
    for ahead in range(1, HORIZON + 1):
        day = TODAY + ahead * DAY
        like = day
        while like >= TODAY:
            like -= 7 * DAY
        for nth in range(past.get(like, Rate(0, 0)).denominator):
            good = assumption is Assumption.ALL or (assumption is Assumption.SAME and nth < past[like].numerator)
            every.append((day, good))
    return every


@pytest.mark.parametrize("rules", VARIANTS)
def test_the_coming_rates_are_what_playing_every_inquiry_gives(rules) -> None:
    @settings(max_examples=60, deadline=None)
    @given(PASTS, OPENS)
    def hold(past: dict[date, Rate], still_open: Open) -> None:
        own = past.get(TODAY, Rate(0, 0))
        if rules.pending_counts and own.denominator - own.numerator < still_open.running:
            past = {**past, TODAY: Rate(own.numerator, own.denominator + still_open.running)}
        tier = "mature" if rules.grading == "tiers" else None
        found = forecast(past, TODAY, rules, lambda _day: tier, still_open=still_open)
        for course in found.courses:
            every = played(past, course.assumption, still_open, rules.pending_counts)
            assert [one.day for one in course.days] == [TODAY + n * DAY for n in range(1, HORIZON + 1)]
            for one in course.days:
                inside = [good for day, good in every if one.day - rules.period_days * DAY < day <= one.day]
                assert one.rate == Rate(sum(inside), len(inside)), (course.assumption, one.day)
                assert one.grade == grade(one.rate.percent, rules, tier)

    hold()


@settings(max_examples=40, deadline=None)
@given(PASTS, st.sampled_from(list(Assumption)))
def test_the_ladder_of_a_course_is_the_ladder_of_its_rates(past: dict[date, Rate], assumption: Assumption) -> None:
    course = next(c for c in forecast(past, TODAY, TIERED, mature).courses if c.assumption is assumption)
    if not past:
        return
    every = played(past, assumption, Open(), False)
    day, rates = min(past), {}
    while day <= TODAY + HORIZON * DAY:
        inside = [good for at, good in every if day - 30 * DAY < at <= day]
        rates[day] = Fraction(100 * sum(inside), len(inside)) if inside else None
        day += DAY
    states = {one.day: one for one in climb(rates, TIERED, mature).days}
    assert [one.ladder for one in course.days] == [states[one.day] for one in course.days]
    penalised = states[TODAY].penalty is not None
    free = [one.day for one in course.days if states[one.day].penalty is None]
    if not penalised:
        assert course.recovered_on is None
    elif free:
        assert course.recovered_on == free[0]


@settings(max_examples=40, deadline=None)
@given(PASTS)
def test_lines_are_crossed_on_the_first_day_that_counting_says(past: dict[date, Rate]) -> None:
    now = rolling(past, TODAY, TODAY, 30)[TODAY]
    for course in forecast(past, TODAY, BANDED, lambda _day: None).courses:
        if now.percent is None:
            assert (course.regained, course.lost) == ({}, {})
            continue
        for line in lines(BANDED, None):

            def holds(percent, line=line):
                return percent > line.percent if line.above else percent >= line.percent

            known = [one for one in course.days if one.rate.percent is not None]
            first = next((one.day for one in known if holds(one.rate.percent) is not holds(now.percent)), None)
            if holds(now.percent):
                assert course.lost.get(line.name) == first
            else:
                assert course.regained[line.name] == first


def test_a_day_leaves_the_window_after_its_thirtieth_day() -> None:
    past = {TODAY - 29 * DAY: Rate(0, 10), TODAY - 28 * DAY: Rate(9, 10)}
    found = rolling(past, TODAY, TODAY + 2 * DAY, 30)
    assert list(found.values()) == [Rate(9, 20), Rate(9, 10), Rate(0, 0)]


def test_a_bad_week_is_forgotten_when_it_has_left_the_window() -> None:
    """Answering all of ten a day after thirty days at eight: 90 % once fifteen days are good, 85 % after eight."""
    found = forecast(steady(8, 10, 40), TODAY, TIERED, mature)
    best, same, worst = found.courses
    assert found.rate == Rate(240, 300)
    assert best.regained == {
        "warning": TODAY + 15 * DAY,
        "early_warning": TODAY + 15 * DAY,
        "light": TODAY + 8 * DAY,
    }
    assert same.regained == {"warning": None, "early_warning": None, "light": None}
    assert same.lost == {}
    assert worst.lost == {"heavy": TODAY + 2 * DAY, "extreme": TODAY + 12 * DAY}


def test_budgets_of_today_and_of_the_period_are_apart_and_open_ones_are_told() -> None:
    found = forecast(
        {**steady(10, 10, 30), TODAY: Rate(9, 10)}, TODAY, BANDED, lambda _day: None, still_open=Open(2, 3, 4)
    )
    period = {one.line.name: one.misses_left for one in found.period}
    day = {one.line.name: one.misses_left for one in found.day}
    assert (found.rate, found.rate_today) == (Rate(299, 300), Rate(9, 10))
    assert period == {"excellent": 32, "safe": 73, "borderline": 127, "below": 297}
    assert day == {"excellent": 0, "safe": 1, "borderline": 2, "below": 7}
    assert (found.open.running, found.open.owed) == (5, 4)


@pytest.mark.parametrize(
    ("rules", "tier"),
    [
        pytest.param(rulesets.load("internal"), None, id="a ruleset without grades"),
        pytest.param(TIERED, None, id="a tier nobody knows"),
    ],
)
def test_without_lines_there_are_rates_only(rules, tier) -> None:
    found = forecast(steady(8, 10, 40), TODAY, rules, lambda _day: tier)
    assert (found.period, found.day, found.ladder) == ((), (), None)
    assert {course.days[0].grade for course in found.courses} == {None}
    assert found.courses[0].days[-1].rate == Rate(300, 300)


def test_a_light_penalty_ends_after_seven_good_days() -> None:
    """Mature shop under 85 % for three days: light; all answered from now on, on the day's own rate."""
    rules = rulesets.load("kuaishou", None, {"ladder.metric": "day"})
    past = {**steady(10, 10, 20), **{TODAY - n * DAY: Rate(8, 10) for n in range(3)}}
    found = forecast(past, TODAY, rules, mature)
    assert found.ladder is not None
    assert (found.ladder.state, found.ladder.penalty) == ("light", "light")
    assert [course.recovered_on for course in found.courses] == [TODAY + 8 * DAY, None, None]
    assert [course.days[6].ladder.penalty for course in found.courses] == ["light", "heavy", "restricted"]
