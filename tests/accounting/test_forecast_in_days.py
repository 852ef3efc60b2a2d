"""The forecast on histories small enough to work out by hand: rates, lines, the ladder and its dates, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from bot import rulesets
from bot.accounting.daily import assessed, rolling
from bot.accounting.forecast import Assumption, Open, assumed, forecast, walk
from bot.accounting.ladder import Rectification
from bot.accounting.scorecard import Rate

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
BANDED, TIERED = rulesets.load("xiaohongshu"), rulesets.load("kuaishou")
OWN_DAY = rulesets.load("kuaishou", None, {"ladder.metric": "day"})
COUNTED = rulesets.load("xiaohongshu", None, {"pending.policy": "count_as_missed"})


def mature(_day: date) -> str:
    return "mature"


def nobody(_day: date) -> None:
    return None


def back(*rates: Rate) -> dict[date, Rate]:
    """Days of their own, the last of them today."""
    return {TODAY - nth * DAY: rate for nth, rate in enumerate(reversed(rates))}


@pytest.mark.parametrize(
    ("assumption", "rules", "today", "tomorrow"),
    [
        pytest.param(Assumption.ALL, BANDED, Rate(8, 10), Rate(4, 4), id="what is open is won"),
        pytest.param(Assumption.SAME, BANDED, Rate(5, 7), Rate(1, 4), id="what is open stays left out"),
        pytest.param(Assumption.NONE, BANDED, Rate(5, 10), Rate(0, 4), id="what is open is lost"),
        pytest.param(Assumption.ALL, COUNTED, Rate(8, 7), Rate(4, 4), id="counted already: only won"),
        pytest.param(Assumption.NONE, COUNTED, Rate(5, 7), Rate(0, 4), id="counted already: as it stands"),
    ],
)
def test_today_and_tomorrow(assumption: Assumption, rules, today: Rate, tomorrow: Rate) -> None:
    days = {TODAY: Rate(5, 7), TODAY - 6 * DAY: Rate(1, 4), TODAY - 7 * DAY: Rate(9, 9)}
    found = assumed(days, TODAY, assumption, Open(1, 2, 50), rules)
    assert (found[TODAY], found[TODAY + DAY]) == (today, tomorrow)
    assert found[TODAY + 7 * DAY].denominator == 9, "today is not over: its weekday is like that of a week ago"
    assert found[TODAY + 8 * DAY] == tomorrow
    assert found[TODAY + 2 * DAY] == Rate(0, 0)
    assert max(found) == TODAY + 30 * DAY
    assert found[TODAY - 7 * DAY] == Rate(9, 9)


def test_rolling_over_days_that_are_missing() -> None:
    days = {TODAY - 2 * DAY: Rate(1, 2), TODAY: Rate(3, 4)}
    assert list(rolling(days, TODAY - DAY, TODAY + 2 * DAY, 3).values()) == [
        Rate(1, 2),
        Rate(4, 6),
        Rate(3, 4),
        Rate(3, 4),
    ]
    assert list(rolling(days, TODAY, TODAY + DAY, 1).values()) == [Rate(3, 4), Rate(0, 0)]


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        pytest.param(TIERED, [50, Fraction(200, 3), Fraction(200, 3)], id="over the period"),
        pytest.param(OWN_DAY, [50, 75, None], id="the day's own"),
    ],
)
def test_what_the_ladder_assesses(rules, values: list[Fraction | None]) -> None:
    days = {TODAY: Rate(1, 2), TODAY + DAY: Rate(3, 4)}
    assert assessed(days, TODAY, TODAY + 2 * DAY, rules) == {
        TODAY + nth * DAY: value for nth, value in enumerate(values)
    }


def test_lines_are_lost_and_regained_on_their_days() -> None:
    """Ten a day at 9/10 for six days, then today 4/10: 58/70 in the period, below excellent, at least safe."""
    found = forecast(back(*[Rate(9, 10)] * 6, Rate(4, 10)), TODAY, BANDED, nobody)
    best, _, worst = found.courses
    assert found.rate == Rate(58, 70)
    assert {one.line.name: (one.misses_left, one.goods_needed) for one in found.period} == {
        "excellent": (0, 50),
        "safe": (2, 0),
        "borderline": (12, 0),
        "below": (45, 0),
    }
    assert best.regained == {"excellent": TODAY + 5 * DAY}
    assert best.lost == {}
    assert worst.lost == {"safe": TODAY + DAY, "borderline": TODAY + 2 * DAY, "below": TODAY + 5 * DAY}
    assert worst.regained == {"excellent": None}
    assert [one.rate for one in worst.days[:2]] == [Rate(58, 80), Rate(58, 90)]
    assert [one.grade for one in worst.days[:2]] == ["borderline", "below"]
    assert {one.ladder for one in worst.days} == {None}
    assert (found.walk, worst.walk, worst.recovered_on) == (None, None, None)


def test_a_line_is_told_by_the_tier_of_its_day() -> None:
    """82 % is above the light line of a new shop (80), below that of a mature one (85), from the third day on."""
    grown = TODAY + 3 * DAY
    found = forecast(back(*[Rate(82, 100)] * 10), TODAY, TIERED, lambda day: "mature" if day >= grown else "new")
    same = found.courses[1]
    assert same.lost == {"light": grown}
    assert same.regained == {"early_warning": None, "warning": None}
    assert [one.grade for one in same.days[1:4]] == ["below_warning", "below_light", "below_light"]


def test_what_holds_today_is_told_by_the_tier_of_today() -> None:
    """The same, and mature from tomorrow on: the light line of a new shop is held today and lost tomorrow."""
    found = forecast(back(*[Rate(82, 100)] * 10), TODAY, TIERED, lambda day: "mature" if day > TODAY else "new")
    assert found.courses[1].lost == {"light": TODAY + DAY}


def test_where_nothing_is_open_and_nobody_asked_today_there_is_nothing() -> None:
    found = forecast({TODAY - DAY: Rate(1, 2)}, TODAY, BANDED, nobody)
    assert (found.open, found.rate_today) == (Open(0, 0, 0), Rate(0, 0))


def test_the_tier_is_asked_for_up_to_the_last_day() -> None:
    found = forecast(back(*[Rate(82, 100)] * 10), TODAY, TIERED, lambda day: "new" if day <= TODAY + 30 * DAY else None)
    assert None not in {course.walk for course in found.courses}


def test_a_tier_nobody_knows_on_a_coming_day_has_no_ladder() -> None:
    found = forecast(back(*[Rate(82, 100)] * 10), TODAY, TIERED, lambda day: "new" if day <= TODAY + 29 * DAY else None)
    assert found.walk is not None
    assert {course.walk for course in found.courses} == {None}
    assert [one.grade for one in found.courses[1].days[-2:]] == ["below_warning", None]


def test_the_ladder_and_its_dates_come_with_each_course() -> None:
    """Three days at 60 % by the day's own rate: heavy; all good from tomorrow on."""
    found = forecast(back(*[Rate(10, 10)] * 7, *[Rate(6, 10)] * 3), TODAY, OWN_DAY, mature)
    assert found.ladder is not None
    assert (found.ladder.state, found.ladder.progress) == ("heavy", (0, 30))
    assert found.walk is not None
    assert (found.walk.triggered, found.walk.apply_from, found.walk.record_until) == (
        ("heavy",),
        None,
        date(2026, 8, 20),
    )
    best, same, worst = found.courses
    assert (best.walk.apply_from, best.walk.recovered_on) == (TODAY + 8 * DAY, TODAY + 31 * DAY)
    assert best.recovered_on == TODAY + 31 * DAY, "the thirtieth good day is the last one looked at"
    assert best.days[-1].ladder.progress == (30, 30)
    assert worst.walk.triggered == ("heavy", "restricted")
    assert [one.ladder.state for one in same.days[4:7]] == ["heavy", "heavy", "recovering"]


@pytest.mark.parametrize(
    ("known", "days", "recovered"),
    [
        pytest.param(Rectification(), 7, TODAY + 8 * DAY, id="nothing known"),
        pytest.param(Rectification(training_completed=True), 5, TODAY + 6 * DAY, id="the course passed"),
        pytest.param(Rectification(fake_reply_detected=True), 14, TODAY + 15 * DAY, id="fake replies found"),
    ],
)
def test_what_is_known_moves_the_recovery(known: Rectification, days: int, recovered: date) -> None:
    """Three days at 80 % by the day's own rate: light; all good from tomorrow on."""
    found = forecast(back(*[Rate(10, 10)] * 7, *[Rate(8, 10)] * 3), TODAY, OWN_DAY, mature, known=known)
    assert found.known == known
    assert found.ladder is not None
    assert (found.ladder.penalty, found.ladder.progress) == ("light", (0, days))
    best = found.courses[0]
    assert best.recovered_on == recovered
    assert best.walk.traffic_back == (recovered + DAY, recovered + 3 * DAY)
    assert next(one.day for one in best.days if one.ladder.penalty is None) == recovered


def test_an_application_handed_in_has_its_review() -> None:
    handed_in = Rectification(application_submitted=TODAY)
    found = forecast(back(*[Rate(10, 10)] * 7, *[Rate(6, 10)] * 3), TODAY, OWN_DAY, mature, known=handed_in)
    assert found.walk is not None
    assert found.walk.review_window == (date(2026, 5, 25), date(2026, 5, 27)), "a Wednesday: the weekend is skipped"


def test_a_penalty_already_over_today_is_none_to_recover_from() -> None:
    past = back(*[Rate(8, 10)] * 3, *[Rate(10, 10)] * 8)
    found = forecast(past, TODAY, OWN_DAY, mature)
    assert found.ladder is not None
    assert (found.ladder.penalty, found.walk.recovered_on) == (None, TODAY)
    assert {course.recovered_on for course in found.courses} == {None}


def test_a_walk_needs_days() -> None:
    assert walk({}, TODAY, TIERED, mature, Rectification()) is None
    later = walk({TODAY + DAY: Rate(1, 2)}, TODAY, TIERED, mature, Rectification())
    assert [one.day for one in later.days] == [TODAY]
    assert forecast({}, TODAY, TIERED, mature).ladder is None
