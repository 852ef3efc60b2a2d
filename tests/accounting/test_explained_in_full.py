"""An inquiry explained line by line: what stands in the lines is what the verdict was made of."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import rulesets
from bot.accounting import Event, judge_conversation
from bot.accounting.explained import CLASS_WORDS, clock_from, in_full
from bot.core.message import ReplyClass

XHS, KS = rulesets.load("xiaohongshu"), rulesets.load("kuaishou")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-01T{clock}+08:00")


def buyer(clock: str = "14:00:00") -> Event:
    return Event("q", at(clock), "k", "buyer", "text", "支持七天无理由吗")


def shop(id: str, clock: str, actor: str = "agent", text: str = "签收后七天内都可以申请", **meta) -> Event:
    return Event(id, at(clock), "k", actor, "text", text, meta)


def told(rules, *events: Event, after: timedelta = timedelta(hours=1)) -> dict[str, list[str]]:
    books = judge_conversation(events, rules, events[-1].at + after)
    [verdict] = books.inquiries
    return in_full(verdict, [one for one in books.replies if one.inquiry == "q"], rules)


def test_a_whole_explanation() -> None:
    lines = told(XHS, buyer(), shop("b", "14:00:01.250", "bot"), shop("c", "14:02:10"))
    source = "规则 xiaohongshu@2025-01-01，来源：《小红书店铺客服回复率怎么提高?回复率为多少才达标呢?》(2026-01)"
    assert lines["zh"] == [
        "进线 2026-05-01 14:00:00（消息 q），考核时段 09:00–23:00：在内",
        "计时从 2026-05-01 14:00:00 起，期限 180 秒，到 2026-05-01 14:03:00（含）",
        "见到店铺方的消息 2 条：",
        f"1. 2026-05-01 14:00:01.250（1.25 秒后），自动，不计入：自动回复，不计。依据 reply.auto_counts = false（来源明文），{source}",
        f"2. 2026-05-01 14:02:10（130 秒后），人工，计入：第一条有效回复。依据 deadline.seconds = 180（来源明文），{source}",
        "结论「及时有效」：14:00:00 进线，130 秒后有有效回复（c），期限 180 秒，计入。"
        f"依据 deadline.seconds = 180（来源明文），{source}",
    ]
    assert len(lines["en"]) == len(lines["zh"])
    assert lines["en"][1] == "The clock starts 2026-05-01 14:00:00, 180 s, until 2026-05-01 14:03:00 (included)"


@pytest.mark.parametrize(
    ("rules", "events", "zh", "en"),
    [
        pytest.param(XHS, [buyer("23:00:00")], "不在内", "No clock runs", id="outside the hours no clock runs"),
        pytest.param(
            XHS, [buyer()], "没有见到店铺方的消息", "No message of the shop's side", id="nobody said anything"
        ),
        pytest.param(
            rulesets.load("xiaohongshu", None, {"transfer.restarts_clock": True}),
            [buyer(), Event("t", at("14:01:00"), "k", "system", "transfer", "", {"by": "agent"})],
            "计时从 2026-05-01 14:01:00 起（重新起算）",
            "started anew",
            id="a transfer that starts the clock anew",
        ),
        pytest.param(
            rulesets.load("xiaohongshu", None, {"deadline.inclusive": False}),
            [buyer()],
            "（不含）",
            "(not included)",
            id="a limit that is not included",
        ),
        pytest.param(
            rulesets.load("xiaohongshu", None, {"deadline.seconds": 60}),
            [buyer(), shop("c", "14:01:01")],
            "依据 deadline.seconds = 60（本店改动）",
            "changed by the shop",
            id="a rule that the shop has changed",
        ),
        pytest.param(
            KS,
            [buyer(), shop("c", "14:01:00", text="在的")],
            "人工，不计入：没有实质内容",
            "without substance",
            id="filler",
        ),
        pytest.param(
            KS,
            [buyer(), shop("c", "14:01:00", source="bot_suggested")],
            "采用推荐，计入",
            "assisted, counts",
            id="what the bot proposed and a person sent",
        ),
        pytest.param(
            KS, [buyer(), shop("c", "14:01:00", "unknown")], "来源未知，不计入", "unknown, does not", id="nobody known"
        ),
        pytest.param(KS, [buyer("23:30:00")], "夜间咨询须在 05-02 10:00 前回复", "must be answered", id="a night duty"),
    ],
)
def test_what_a_line_says(rules, events, zh: str, en: str) -> None:
    lines = told(rules, *events, after=timedelta(0))
    assert zh in "\n".join(lines["zh"])
    assert en in "\n".join(lines["en"])


def test_every_class_has_a_word() -> None:
    assert set(CLASS_WORDS) == set(ReplyClass)


def test_the_clock_of_a_later_turn_starts_with_that_turn() -> None:
    rules = rulesets.load("xiaohongshu", None, {"session.scope": "all_turns"})
    events = [buyer(), shop("c", "14:01:00"), Event("q2", at("14:05:00"), "k", "buyer", "text", "那运费呢")]
    [verdict] = judge_conversation(events, rules, at("14:06:00")).inquiries
    assert clock_from(verdict, rules) == at("14:05:00")
