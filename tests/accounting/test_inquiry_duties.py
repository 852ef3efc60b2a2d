"""What the running desk asks of a verdict: is it owed, until when, has a person answered; and the words for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import rulesets
from bot.accounting import Event, Verdict, explain, explain_reply, from_message, judge_conversation
from bot.accounting.event import class_of
from bot.accounting.explained import in_full
from bot.core.message import Kind, Origin, Sender, classify

NOON = datetime.fromisoformat("2026-05-01T12:00:00+08:00")


def said(nth: int, actor: str, text: str = "今天发货", after: float = 0, **meta: Any) -> Event:
    return Event(f"e{nth}", NOON + timedelta(seconds=after), "k", actor, meta.pop("kind", "text"), text, meta)


ASKED = said(1, "buyer")
NIGHT = said(1, "buyer", after=12 * 3600)
HOUR = 3600


@pytest.mark.parametrize(
    ("ruleset", "events", "after", "owed", "by_person"),
    [
        pytest.param("kuaishou", [ASKED], 10, True, False, id="nobody has answered yet"),
        pytest.param("kuaishou", [ASKED, said(2, "bot", after=1)], 10, True, False, id="the bot has: still owed"),
        pytest.param(
            "kuaishou", [ASKED, said(2, "agent", "在的", 5)], 10, True, False, id="without substance: still owed"
        ),
        pytest.param("kuaishou", [ASKED, said(2, "agent", after=5)], 10, False, True, id="a person has"),
        pytest.param(
            "kuaishou", [ASKED, said(2, "agent", after=HOUR)], 2 * HOUR, False, True, id="too late ends it too"
        ),
        pytest.param("kuaishou", [ASKED], 2 * HOUR, True, False, id="missed is still owed"),
        pytest.param("kuaishou", [ASKED, said(2, "unknown", after=5)], 2 * HOUR, True, False, id="nobody knows who"),
        pytest.param("kuaishou", [NIGHT], 13 * HOUR, True, False, id="an open night duty"),
        pytest.param("kuaishou", [NIGHT], 23 * HOUR, True, False, id="a missed night duty"),
        pytest.param(
            "kuaishou", [NIGHT, said(2, "agent", after=13 * HOUR)], 14 * HOUR, False, True, id="a night duty met"
        ),
        pytest.param("kuaishou", [NIGHT, said(2, "bot", after=13 * HOUR)], 14 * HOUR, True, False, id="not by the bot"),
        pytest.param(
            "kuaishou",
            [ASKED, said(2, "system", after=9, kind="report", type="spam", target="e1", status="accepted")],
            10,
            False,
            False,
            id="an excluded inquiry owes nothing",
        ),
        pytest.param("xiaohongshu", [NIGHT], 13 * HOUR, False, False, id="no night duty on this platform"),
        pytest.param("internal", [ASKED], 10, False, False, id="nothing is owed where automatic replies count"),
        pytest.param("internal", [ASKED, said(2, "bot", after=1)], 10, False, False, id="answered, by no person"),
        pytest.param(
            "internal",
            [ASKED, said(2, "bot", after=1), said(3, "agent", after=9)],
            10,
            False,
            True,
            id="answered by the bot, then by a person",
        ),
        pytest.param(
            "pinduoduo",
            [ASKED, said(2, "agent", after=5), said(3, "buyer", after=60)],
            70,
            True,
            True,
            id="a turn waits",
        ),
    ],
)
def test_owed(ruleset: str, events: list[Event], after: float, owed: bool, by_person: bool) -> None:
    verdict = judged(ruleset, events, after)
    assert (verdict.owed, verdict.answered_by_person) == (owed, by_person)


def judged(ruleset: str, events: list[Event], after: float, **params: Any) -> Verdict:
    rules = rulesets.load(ruleset, None, params)
    (verdict,) = judge_conversation(events, rules, NOON + timedelta(seconds=after)).inquiries
    return verdict


@pytest.mark.parametrize(
    ("ruleset", "events", "params", "due", "night_due"),
    [
        pytest.param("kuaishou", [ASKED], {}, 900, None, id="fifteen minutes from the opening"),
        pytest.param("xiaohongshu", [ASKED], {}, 180, None, id="three minutes from the opening"),
        pytest.param("kuaishou", [NIGHT], {}, None, 22 * HOUR, id="at night, ten in the morning"),
        pytest.param("xiaohongshu", [NIGHT], {}, None, None, id="at night, where there is no duty"),
        pytest.param(
            "taobao",
            [ASKED, said(2, "system", after=60, kind="transfer", by="agent")],
            {"transfer.restarts_clock": True},
            360,
            None,
            id="a transfer restarts the clock",
        ),
        pytest.param(
            "pinduoduo",
            [ASKED, said(2, "agent", after=5), said(3, "buyer", after=60)],
            {},
            240,
            None,
            id="the turn that waits",
        ),
    ],
)
def test_due(
    ruleset: str, events: list[Event], params: dict[str, Any], due: float | None, night_due: float | None
) -> None:
    verdict = judged(ruleset, events, 13 * HOUR, **params)
    told = [None if at is None else (at - NOON).total_seconds() for at in (verdict.due_at, verdict.night_due_at)]
    assert told == [due, night_due]


def test_an_evaluation_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        judge_conversation([ASKED], rulesets.load("kuaishou"), datetime(2026, 5, 1, 12))


# --- from our own messages to events


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("sender", [one for one in Sender if one not in (Sender.BUYER, Sender.SYSTEM)])
def test_an_event_keeps_the_class_of_its_message(sender: Sender, origin: Origin) -> None:
    event = from_message(id="m", at=NOON, conversation="k", sender=sender, origin=origin, kind=Kind.TEXT)
    assert event is not None
    assert class_of(event) is classify(sender, origin)


@pytest.mark.parametrize(
    ("kind", "sender", "becomes"),
    [
        (Kind.TEXT, Sender.AGENT, ("agent", "text")),
        (Kind.LINK, Sender.AGENT, ("agent", "card")),
        (Kind.PRODUCT_CARD, Sender.BUYER, ("buyer", "card")),
        (Kind.ORDER_CARD, Sender.BUYER, ("buyer", "card")),
        (Kind.OTHER, Sender.AGENT, ("agent", "other")),
        (Kind.RECALL, Sender.AGENT, ("system", "recall")),
        (Kind.REPORT, Sender.SYSTEM, ("system", "report")),
        (Kind.TRANSFER, Sender.AGENT, ("system", "transfer")),
        (Kind.ORDER_EVENT, Sender.BUYER, ("system", "order")),
        (Kind.READ, Sender.BUYER, None),
        (Kind.INTERNAL_NOTE, Sender.AGENT, None),
        (Kind.SEND_FAILED, Sender.BOT, None),
        (Kind.SESSION_STATE, Sender.SYSTEM, None),
    ],
)
def test_from_message(kind: Kind, sender: Sender, becomes: tuple[str, str] | None) -> None:
    event = from_message(id="m", at=NOON, conversation="k", sender=sender, origin=Origin.TYPED, kind=kind)
    assert (None if event is None else (event.actor, event.kind)) == becomes


@pytest.mark.parametrize(
    ("sender", "origin", "more", "meta"),
    [
        pytest.param(Sender.AGENT, Origin.TYPED, {}, {}, id="typed, by API"),
        pytest.param(
            Sender.AGENT, Origin.TYPED, {"by_api": False}, {"via": "platform"}, id="typed in the platform's app"
        ),
        pytest.param(Sender.AGENT, Origin.QUICK_PHRASE, {}, {"quick_phrase": True}, id="a quick phrase"),
        pytest.param(Sender.AGENT, Origin.SUGGESTED, {}, {"source": "bot_suggested"}, id="what the bot proposed"),
        pytest.param(Sender.BOT, Origin.SUGGESTED, {"by_api": False}, {}, id="the bot's own"),
        pytest.param(
            Sender.AGENT, Origin.TYPED, {"meta": {"agent": "阿梅"}}, {"agent": "阿梅"}, id="what else is known"
        ),
    ],
)
def test_what_an_event_knows_of_its_message(sender: Sender, origin: Origin, more: dict[str, Any], meta: object) -> None:
    event = from_message(id="m", at=NOON, conversation="k", sender=sender, origin=origin, kind=Kind.TEXT, **more)
    assert event is not None
    assert event.meta == meta


@pytest.mark.parametrize("notice", ["welcome", "timed", "out_of_hours", "handoff"])
def test_a_notice_is_no_answer_even_where_automatic_replies_count(notice: str) -> None:
    note = from_message(
        id="n", at=NOON, conversation="k", sender=Sender.BOT, origin=Origin.AUTOMATIC, kind=Kind.TEXT, notice=notice
    )
    assert note is not None
    assert judged("internal", [ASKED, note], HOUR).reason == "auto_only"


def test_a_message_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        from_message(
            id="m",
            at=datetime(2026, 5, 1),
            conversation="k",
            sender=Sender.BUYER,
            origin=Origin.TYPED,
            kind=Kind.TEXT,
        )


# --- in words


@pytest.mark.parametrize(
    ("events", "after", "params", "zh", "en"),
    [
        pytest.param(
            [ASKED, said(2, "agent", after=130)],
            HOUR,
            {},
            "12:00:00 进线，130 秒后有有效回复（e2），期限 900 秒，计入。依据 deadline.seconds = 900（来源明文），规则 kuaishou@2025-01-01，来源：",
            "opened at 12:00:00, validly answered after 130 s (e2), within 900 s: counts. Settled by deadline.seconds = 900 "
            "(stated by the source), ruleset kuaishou@2025-01-01, source: ",
            id="valid",
        ),
        pytest.param(
            [NIGHT],
            13 * HOUR,
            {},
            "00:00:00 进线，不在考核时段（08:00–23:00），不计入；夜间咨询须在 05-02 10:00 前回复。依据 window.test",
            "opened at 00:00:00, outside the assessed hours (08:00–23:00): not counted; the night inquiry must be answered "
            "before 05-02 10:00. Settled by window.test",
            id="at night",
        ),
        pytest.param(
            [ASKED, said(2, "agent", "在的", 5)],
            HOUR,
            {},
            "只有无实质内容的回复（e2），不算有效回复，计为未达标；期限内发过无实质内容的人工回复，有被判虚假回复的风险。",
            "only replies without substance (e2), which are not valid: a miss; a reply without substance was "
            "sent in time by a person: risk of being judged a fake reply. ",
            id="without substance",
        ),
        pytest.param(
            [ASKED],
            60,
            {"pending.policy": "count_as_missed", "deadline.seconds": 90.5},
            "12:00:00 进线，还没有有效回复，期限 90.5 秒未到，先按未达标计。依据 deadline.seconds = 90.5（本店改动）",
            "opened at 12:00:00, not validly answered yet, 90.5 s have not passed: counted as a miss until then. Settled by "
            "deadline.seconds = 90.5 (changed by the shop)",
            id="pending",
        ),
        pytest.param(
            [ASKED],
            60,
            {"holiday.exempt": ["2026-05-01"]},
            "12:00:00 进线，当天是不考核的节假日，不计入。依据 holiday.exempt = [2026-05-01]（本店改动）",
            "opened at 12:00:00, on an exempt holiday: not counted. Settled by holiday.exempt = [2026-05-01] (changed by",
            id="holiday",
        ),
    ],
)
def test_explain(events: list[Event], after: float, params: dict[str, Any], zh: str, en: str) -> None:
    told = explain(judged("kuaishou", events, after, **params), rulesets.load("kuaishou", None, params))
    assert told["zh"].startswith(zh)
    assert told["en"].startswith(en)


HOLIDAY = {"holiday.exempt": ["2026-05-01"]}


@pytest.mark.parametrize(
    ("ruleset", "events", "after", "params", "zh", "en"),
    [
        pytest.param(
            "pinduoduo",
            [ASKED, said(2, "agent", after=60), said(3, "buyer", "还有红色吗", after=100)],
            150,
            {},
            "首次回复有效（60 秒），之后有一轮还没回复",
            "validly answered after 60 s; a later turn waits",
            id="a later turn still runs",
        ),
        pytest.param(
            "kuaishou",
            [ASKED, said(2, "agent", after=900)],
            HOUR,
            {"deadline.inclusive": False},
            "不在期限 900 秒（不含）之内",
            "not within 900 s (itself not included)",
            id="on the limit, which is not included",
        ),
        pytest.param(
            "kuaishou",
            [ASKED, said(2, "bot", "好的", after=5)],
            HOUR,
            {"reply.auto_counts": True},
            "只有无实质内容的回复（e2）",
            "only replies without substance (e2)",
            id="an automatic one says nothing",
        ),
        pytest.param(
            "kuaishou",
            [NIGHT],
            13 * HOUR,
            {"window.start": "11:00"},
            "依据 window.test = inquiry_start（我们的默认），本店另改了 window.start = 11:00",
            "the shop also changed window.start = 11:00",
            id="what the shop changed beside it",
        ),
    ],
)
def test_explain_where_it_is_not_plain(
    ruleset: str, events: list[Event], after: float, params: dict[str, Any], zh: str, en: str
) -> None:
    told = explain(judged(ruleset, events, after, **params), rulesets.load(ruleset, None, params))
    assert zh in told["zh"]
    assert en in told["en"]


def test_on_an_exempt_day_the_replies_rest_on_the_holiday() -> None:
    events = [ASKED, said(2, "agent", after=60)]
    rules = rulesets.load("kuaishou", None, HOLIDAY)
    books = judge_conversation(events, rules, NOON + timedelta(hours=1))
    lines = in_full(books.inquiries[0], books.replies, rules)
    assert "08:00–23:00：在内，但当天不考核" in lines["zh"][0]
    assert "所答的咨询不考核。依据 holiday.exempt" in "".join(lines["zh"])


def test_every_reason_has_words() -> None:
    from bot.accounting import words
    from bot.accounting.verdict import Night, Reason, ReplyReason

    assert set(words._INQUIRY) == set(Reason)
    assert set(words._REPLY) == set(ReplyReason)
    assert set(words._NIGHT) == set(Night)
    rules = rulesets.load("kuaishou")
    books = judge_conversation([ASKED, said(2, "bot", after=1)], rules, NOON + timedelta(hours=1))
    assert explain_reply(books.replies[0], rules)["zh"].startswith("自动回复，不计。依据 reply.auto_counts = false")
