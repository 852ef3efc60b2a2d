"""The same day counted under two readings: exactly the inquiries that change are told, with both reasons."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import rulesets
from bot.accounting import Event, judge
from bot.accounting.comparing import differences, kinds

EVENING = datetime.fromisoformat("2026-05-01T20:00:00+08:00")
DAY = [
    Event("a", EVENING, "a", "buyer", "text", "多久发货"),
    Event("a1", EVENING + timedelta(seconds=30), "a", "agent", "text", "今天下午发"),
    Event("b", EVENING, "b", "buyer", "text", "能开发票吗"),
    Event("b1", EVENING + timedelta(seconds=200), "b", "agent", "text", "可以开"),
    Event("c", EVENING, "c", "buyer", "text", "有货吗"),
    Event("c1", EVENING + timedelta(seconds=1), "c", "bot", "text", "有货"),
    Event("d", EVENING + timedelta(hours=3, minutes=30), "d", "buyer", "text", "在吗"),
    Event("e", EVENING, "e", "buyer", "text", "几天能到"),
    Event("e1", EVENING + timedelta(seconds=5), "e", "agent", "text", "三天"),
    Event("e2", EVENING + timedelta(seconds=2_000), "e", "buyer", "text", "那运费呢"),
    Event("e3", EVENING + timedelta(seconds=2_010), "e", "agent", "text", "包邮"),
]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({}, {}, id="the same rules"),
        pytest.param({"deadline.seconds": 200}, {"late>valid": 1}, id="more time"),
        pytest.param({"deadline.seconds": 20}, {"valid>late": 1}, id="less time"),
        pytest.param({"reply.auto_counts": True}, {"auto_only>valid": 1}, id="automatic replies count"),
        pytest.param({"window.end": "23:45"}, {"outside_hours>no_reply": 1}, id="longer hours"),
        pytest.param(
            {"night.cutoff": "10:00"}, {"outside_hours>outside_hours": 1}, id="a night duty where there was none"
        ),
        pytest.param({"session.idle_gap_s": 3_600}, {"valid>-": 1}, id="a question that joins the one before it"),
        pytest.param(
            {"session.idle_gap_s": 3_600, "deadline.seconds": 3}, {"valid>late": 2, "valid>-": 1}, id="several kinds"
        ),
    ],
)
def test_what_differs(params: dict, expected: dict[str, int]) -> None:
    as_of = EVENING + timedelta(hours=8)
    before, after = (
        judge(DAY, rulesets.load("xiaohongshu", None, rules), as_of=as_of).inquiries for rules in ({}, params)
    )
    found = differences(before, after)
    assert kinds(found) == expected
    back = differences(after, before)
    assert [one.inquiry for one in back] == [one.inquiry for one in found]
    assert [(one.before, one.after) for one in back] == [(one.after, one.before) for one in found]


def test_differences_stand_in_opening_order_and_kinds_by_number() -> None:
    as_of = EVENING + timedelta(hours=8)
    before = judge(DAY, rulesets.load("xiaohongshu"), as_of=as_of).inquiries
    found = differences(before, [])
    assert [one.inquiry for one in found] == ["a", "b", "c", "e", "e2", "d"]
    assert next(iter(kinds(found).items())) == ("valid>-", 3)
