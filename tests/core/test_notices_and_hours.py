"""Welcome, out-of-hours and handoff notices: when each is due, once an inquiry, and joined to what is said anyway."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from bot.core.notices import Notice, ServiceHours, due_notices, join

ALL = {
    Notice.WELCOME: "欢迎光临",
    Notice.OUT_OF_HOURS: "我们 {在线时段} 在线",
    Notice.HANDOFF: "已转给客服，14:10 前回复",
}
DAY = ServiceHours(time(9), time(23))
NIGHT = ServiceHours(time(18), time(2))


def at(clock: str) -> datetime:
    return datetime.combine(datetime(2026, 5, 20), time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("hours", "clock", "there"),
    [
        pytest.param(DAY, "08:59:59", False, id="just before opening"),
        pytest.param(DAY, "09:00", True, id="opening"),
        pytest.param(DAY, "22:59:59", True, id="just before closing"),
        pytest.param(DAY, "23:00", False, id="closing"),
        pytest.param(NIGHT, "17:59:59", False, id="over midnight: before opening"),
        pytest.param(NIGHT, "18:00", True, id="over midnight: opening"),
        pytest.param(NIGHT, "00:00", True, id="over midnight: midnight"),
        pytest.param(NIGHT, "01:59:59", True, id="over midnight: just before closing"),
        pytest.param(NIGHT, "02:00", False, id="over midnight: closing"),
        pytest.param(NIGHT, "12:00", False, id="over midnight: noon"),
        pytest.param(ServiceHours(time(0), time(0)), "03:00", True, id="round the clock"),
        pytest.param(ServiceHours(time(9), time(9)), "08:59", True, id="nine to nine is round the clock"),
    ],
)
def test_whether_people_are_there(hours, clock, there):
    assert hours.holds(at(clock)) is there


def test_hours_as_buyers_read_them():
    assert (DAY.words(), NIGHT.words()) == ("09:00–23:00", "18:00–02:00")


@pytest.mark.parametrize(
    ("texts", "said", "handed_off", "hours", "clock", "due"),
    [
        pytest.param(ALL, [], False, DAY, "14:00", ["welcome"], id="the first answer of an inquiry"),
        pytest.param(ALL, ["welcome"], False, DAY, "14:00", [], id="welcomed already"),
        pytest.param(ALL, [], True, DAY, "14:00", ["welcome", "handoff"], id="a handoff"),
        pytest.param(ALL, ["welcome", "handoff"], True, DAY, "14:00", [], id="handed off already"),
        pytest.param(ALL, [], False, DAY, "23:00", ["welcome", "out_of_hours"], id="nobody is there"),
        pytest.param(
            ALL, [], True, DAY, "23:00", ["welcome", "out_of_hours"], id="nobody is there: it says when, not who"
        ),
        pytest.param(
            ALL, ["out_of_hours"], True, DAY, "23:30", ["welcome"], id="told so already: nothing in its place"
        ),
        pytest.param(ALL, [], False, NIGHT, "01:00", ["welcome"], id="after midnight people are there"),
        pytest.param(ALL, [], False, NIGHT, "02:00", ["welcome", "out_of_hours"], id="after midnight nobody is there"),
        pytest.param(ALL, [], True, None, "03:00", ["welcome", "handoff"], id="a shop without hours"),
        pytest.param({}, [], True, DAY, "23:00", [], id="a shop without texts says nothing"),
        pytest.param({Notice.WELCOME: "  \n"}, [], True, DAY, "14:00", [], id="an empty text is no text"),
        pytest.param({Notice.TIMED: "……"}, [], True, DAY, "14:00", [], id="the timed answer comes by its time only"),
    ],
)
def test_which_notices_are_due(texts, said, handed_off, hours, clock, due):
    found = due_notices(texts, said, handed_off=handed_off, local=at(clock), hours=hours)
    assert [str(notice) for notice in found] == due


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param(
            {"welcome": "欢迎", "answer": "两天内发出", "out_of_hours": "九点上班"}, "欢迎\n两天内发出\n九点上班"
        ),
        pytest.param({"answer": " 两天内发出 \n"}, "两天内发出", id="trimmed"),
        pytest.param({"welcome": " ", "answer": "两天内发出"}, "两天内发出", id="what is empty leaves no line"),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_what_falls_together_is_one_text(parts, text):
    assert join(parts) == text
