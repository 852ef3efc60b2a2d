"""When an alarm is due, when it may be told, and how several become one message."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from bot.core.alert_words import message, trial_message
from bot.core.alerts import Alarm, Manner, Open, counted, pressing, retry_at, silent, tell_at, unclaimed
from bot.core.notices import ServiceHours

SHANGHAI = timezone(timedelta(hours=8))
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=SHANGHAI)
T = round(NOON.timestamp() * 1000)
BASE = "https://desk.example"


@pytest.mark.parametrize(
    ("left_ms", "kind"),
    [(90_001, None), (90_000, "warn"), (1, "warn"), (0, "warn"), (-1, "overdue"), (-60_000, "overdue")],
)
def test_a_deadline_warns_then_is_overdue(left_ms, kind):
    found = pressing("shop", [Open("talk", "inquiry", T + left_ms)], T, 90_000)
    assert [one.kind for one in found] == ([kind] if kind else [])
    assert all(one.key == ("shop", kind, "talk", "inquiry") for one in found)


@pytest.mark.parametrize(("waited_ms", "called"), [(29_999, False), (30_000, True), (300_000, True)])
def test_a_handoff_nobody_takes_for_thirty_seconds(waited_ms, called):
    alarms, due = unclaimed("shop", {"talk": (7, T - waited_ms)}, T)
    assert [one.key for one in alarms] == ([("shop", "unclaimed", "talk", "7")] if called else [])
    assert due == (["talk"] if called else [])


@pytest.mark.parametrize(
    ("minutes", "now_in", "then_in", "after", "called"),
    [
        (19, True, True, 20, False),
        (20, True, True, 20, True),
        (600, True, False, 20, False),  # the shop opened a moment ago: nobody wrote over night
        (600, False, True, 20, False),  # closed by now
        (600, True, True, 0, False),  # not wanted
    ],
)
def test_a_silent_channel_calls_only_in_hours(minutes, now_in, then_in, after, called):
    found = silent("shop", "shop.wire", T - minutes * 60_000, T, after, (now_in, then_in))
    assert (found is not None) is called
    if found:
        assert found.facts["minutes"] == minutes


@pytest.mark.parametrize(
    ("last_told", "quiet_hours", "wait_s"),
    [
        (None, None, 10),
        (T - 3_600_000, None, 10),
        (T - 20_000, None, 40),  # a minute of quiet after the last message
        (T, None, 60),
        (None, ServiceHours(time(11), time(13)), 3600),  # told when the quiet hours end
        (None, ServiceHours(time(23), time(8)), 10),
        (None, ServiceHours(time(22), time(12, 30)), 1800),  # over midnight
        (None, ServiceHours(time(12, 0, 11), time(13)), 10),  # told just before they begin
    ],
)
def test_when_a_sink_is_told(last_told, quiet_hours, wait_s):
    assert tell_at(Manner(quiet_hours=quiet_hours), T, last_told, NOON) == T + wait_s * 1000


@pytest.mark.parametrize(
    ("tries", "retry_after_s", "wait_s"),
    [(1, None, 2), (2, None, 10), (4, None, 120), (5, None, None), (1, 60, 60), (1, 1, 2), (1, 86_400, 900)],
)
def test_a_message_that_did_not_get_through_is_tried_five_times(tries, retry_after_s, wait_s):
    expected = None if wait_s is None else T + wait_s * 1000
    assert retry_at(tries, T, retry_after_s) == expected


def alarm(kind: str, ref: str = "", occasion: str = "1", **facts: object) -> Alarm:
    return Alarm("shop", kind, ref, occasion, T, facts)


def test_several_conversations_become_one_message():
    alarms = [
        alarm("unclaimed", "t1"),
        alarm("warn", "t2", due_at=T + 80_000),
        alarm("warn", "t3", due_at=T + 60_000),
        alarm("overdue", "t4", due_at=T - 1000),
        alarm("warn", "t3", "2", due_at=T + 60_000),  # the same conversation again: said once
    ]
    assert counted(alarms) == {"overdue": 1, "warn": 2, "unclaimed": 1}
    said = message(alarms, "示例店", BASE, "zh-CN", SHANGHAI)
    assert said.title == "秒回 · 示例店：1 个会话已超时"
    assert said.body.splitlines() == [
        "1 个会话已超时",
        "2 个会话即将超时",
        "1 个会话转人工后无人接管",
        "最早截止 11:59:59",
        f"{BASE}/inbox/t3",
        f"{BASE}/inbox/t2",
        f"{BASE}/inbox/t1",
        f"打开：{BASE}/inbox/t4",
    ]
    assert said.link == f"{BASE}/inbox/t4"
    english = message(alarms, "Demo", BASE, "en", SHANGHAI)
    assert english.title == "miaohui · Demo: 1 overdue"
    assert "2 near the deadline" in english.body


def test_a_flood_names_five_conversations_and_counts_the_rest():
    said = message([alarm("unclaimed", f"t{n}") for n in range(40)], "店", BASE, "zh-CN", SHANGHAI)
    assert said.body.count("/inbox/") == 5
    assert "另有 35 个" in said.body


@pytest.mark.parametrize(
    ("one", "line", "link"),
    [
        (alarm("channel_silent", "shop.wire", minutes=25), "已 25 分钟没有收到消息", "/deliveries"),
        (alarm("all_stopped"), "全店机器人已停", "/inbox"),
        (alarm("promise_overdue", "t9"), "1 个答应过的回复已到时间", "/inbox/t9"),
        (
            alarm("rate_near_line", words={"zh": "还可漏 3 条", "en": "3 left"}),
            "人工回复率接近考核线，还可漏 3 条",
            "/inbox",
        ),
        (alarm("anything_else", "x"), "anything_else × 1", "/inbox"),
    ],
)
def test_each_kind_says_what_happened_and_where_to_look(one, line, link):
    said = message([one], "店", BASE, "zh-CN", SHANGHAI)
    assert said.body.splitlines()[0] == line
    assert said.link == BASE + link


def test_without_an_address_of_its_own_the_service_sends_no_link():
    said = message([alarm("warn", "t1", due_at=T)], "店", "", "zh-CN", SHANGHAI)
    assert said.link == ""
    assert "://" not in said.body
    assert "://" not in trial_message("店", "", "zh-CN").body
    assert trial_message("店", BASE, "en").link == f"{BASE}/inbox"


def test_times_of_one_minute_apart_do_not_depend_on_the_zone_of_the_machine():
    assert "12:01:00" in message([alarm("warn", "t", due_at=T + 60_000)], "店", "", "en", SHANGHAI).body
    assert "04:01:00" in message([alarm("warn", "t", due_at=T + 60_000)], "店", "", "en", UTC).body
