"""Speaking: one answer to a message, each notice once an inquiry, and what becomes of a send that did not arrive."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.service.desk import Reply
from bot.service.sending import DELAYS_S, TRIES
from bot.store import tables
from tests.flow.house import (
    INVOICE,
    INVOICE_SAYS,
    PERSON_PLEASE,
    SHIP,
    SHIP_SAYS,
    STALL_S,
    UNKNOWN,
    HandClock,
    House,
)

WELCOME, HANDED, AWAY = "欢迎光临。", "已通知人工客服。", "人工客服09:00在线。"
NOTICES = {"welcome": WELCOME, "handoff": HANDED, "out_of_hours": AWAY}


async def test_p07_a_welcome_is_joined_to_the_answer_in_one_send(house: House) -> None:
    channel = await house.shop(notices=NOTICES)
    await house.say(channel, "b1", SHIP)
    assert house.seen(channel) == [f"{WELCOME}\n{SHIP_SAYS}"]
    [send] = await house.sends(channel)
    assert send["parts"] == ["welcome", "answer"]


async def test_p07_each_notice_once_an_inquiry_and_again_in_the_next(house: House) -> None:
    channel = await house.shop(notices=NOTICES)
    for text in (UNKNOWN, SHIP, UNKNOWN + "呢", PERSON_PLEASE, INVOICE):
        await house.say(channel, "b1", text)
    await house.later(86_400)
    await house.say(channel, "b1", UNKNOWN)
    assert house.seen(channel) == [
        f"{WELCOME}\n{HANDED}",
        SHIP_SAYS,
        f"{WELCOME}\n{HANDED}",
    ]


async def test_p07_an_earlier_message_that_arrives_late_brings_no_second_welcome(house: House) -> None:
    channel = await house.shop(notices=NOTICES)
    early = house.platform.say(channel, "b1", INVOICE)
    house.clock.later(20)
    await house.say(channel, "b1", SHIP)
    await house.deliver(channel, early)
    await house.settle()
    assert house.seen(channel) == [f"{WELCOME}\n{SHIP_SAYS}", INVOICE_SAYS]


async def test_p07_out_of_hours_gives_way_to_no_second_notice(house: House) -> None:
    hours = {"start": "09:00", "end": "13:00"}
    channel = await house.shop(notices=NOTICES, service_hours=hours)
    for text in (UNKNOWN, UNKNOWN + "啊"):
        await house.say(channel, "b1", text)
    assert house.seen(channel) == [f"{WELCOME}\n{AWAY}"]


async def test_p07_a_timed_answer_comes_once_and_never_while_a_person_holds(house: House) -> None:
    channel = await house.shop(notices={"timed": "48小时内发货，人工稍后补充。"}, timed_answer_s=120)
    for buyer in ("b1", "b2", "b3"):
        await house.say(channel, buyer, UNKNOWN)
    await house.app.services.desk.takeover(house.cid(channel, "b2"), "amei")
    await house.say(channel, "b3", UNKNOWN + "呀")
    await house.later(119)
    assert house.seen(channel, "b1") == []
    for _ in range(3):
        await house.later(60)
    said = ["48小时内发货，人工稍后补充。"]
    assert [house.seen(channel, b) for b in ("b1", "b2", "b3")] == [said, [], said]


async def test_p07_a_refused_send_is_tried_again_with_growing_delays_then_a_person_is_brought(house: House) -> None:
    """A person's reply: six tries. Nothing is visible before the platform takes it."""
    channel = await house.shop(mode="off")
    await house.say(channel, "b1", SHIP)
    house.break_wire(channel, "refuse")
    await house.app.services.desk.reply(house.cid(channel), "amei", Reply("今天就发。"))
    await house.settle()
    tries = []
    for nth, delay_s in enumerate(DELAYS_S):
        [send] = await house.sends(channel)
        wait_s = (send["next_at"] - house.clock.ms) / 1000
        assert send["tries"] == nth + 1
        assert 0.75 * delay_s <= wait_s <= 1.25 * delay_s
        tries.append(wait_s)
        await house.later(wait_s - 0.01)
        assert (await house.sends(channel))[0]["tries"] == nth + 1, "not before its time"
        await house.later(0.01)
    [send] = await house.sends(channel)
    assert (send["status"], send["tries"]) == ("refused", TRIES)
    assert tries == sorted(tries)
    assert house.seen(channel) == []


async def test_p07_retry_after_is_honoured(house: House) -> None:
    channel = await house.shop()
    house.break_wire(channel, "rate_limit", seconds=50, times=1)
    await house.say(channel, "b1", SHIP)
    await house.later(49.9)
    assert house.seen(channel) == []
    await house.later(0.2)
    assert house.seen(channel) == [SHIP_SAYS]
    assert [row["tries"] for row in await house.sends(channel)] == [2]


@pytest.mark.parametrize(
    ("fault", "more", "status", "visible"),
    [
        ("refuse", {"code": 40301}, "refused", 0),
        ("error_in_200", {"code": 45015}, "refused", 0),
        ("cut_before", {}, "unknown", 0),
        ("cut_after", {}, "unknown", 1),
        ("stall", {"seconds": STALL_S}, "unknown", 1),
    ],
)
async def test_p07_what_did_not_surely_arrive_is_never_sent_again_and_a_person_is_brought(
    house: House, fault: str, more: dict[str, Any], status: str, visible: int
) -> None:
    channel = await house.shop()
    house.break_wire(channel, fault, **more)
    await house.say(channel, "b1", SHIP)
    house.break_wire(channel, None)
    for pause_s in (5, 60, 600):
        await house.later(pause_s)
    await house.restart()
    await house.later(600)
    [send] = await house.sends(channel)
    assert (send["status"], send["tries"], len(house.seen(channel))) == (status, 1, visible)
    talk = await house.talk(channel)
    assert (talk["state"], talk["reason"]) == ("waiting", "send_failed")
    assert bool(talk["reason_detail"])


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
async def test_p07_where_the_platform_deduplicates_an_unknown_send_is_sent_again_and_seen_once(
    house: House, fault: str
) -> None:
    channel = await house.shop(wire={"dedupes": True})
    house.break_wire(channel, fault, times=1)
    await house.say(channel, "b1", SHIP)
    await house.later(3)
    assert house.seen(channel) == [SHIP_SAYS]
    assert [(row["status"], row["tries"]) for row in await house.sends(channel)] == [("sent", 2)]


async def test_p07_dying_with_a_call_on_the_wire_leaves_it_unknown_and_the_next_send_still_goes_out(
    house: House,
) -> None:
    channel = await house.shop()
    house.hold_wire()
    await house.deliver(channel, house.written({"id": "m1"}, {"id": "m2", "text": INVOICE}))
    await house.settle(sends=False)
    assert [row["status"] for row in await house.sends(channel)] == ["sending", "pending"]
    await house.restart()
    await house.later(1)
    assert [row["status"] for row in await house.sends(channel)] == ["unknown", "sent"]
    assert house.seen(channel) == [INVOICE_SAYS]


async def test_p07_a_store_that_refuses_when_a_call_ends_is_asked_again(house: House) -> None:
    channel = await house.shop()
    wire = house.hold_wire()
    await house.say_only(channel, "b1", SHIP)
    with house.foreign_lock():
        wire.let_go()
        await asyncio.sleep(1.6)
    await house.settle()
    assert [row["status"] for row in await house.sends(channel)] == ["sent"]
    assert house.seen(channel) == [SHIP_SAYS]


async def test_p08_an_answer_that_would_be_older_than_three_minutes_goes_to_a_person(
    house: House, clock: HandClock
) -> None:
    """A platform that limits us for ten minutes: the buyer does not wait ten minutes for anybody."""
    channel = await house.shop()
    house.break_wire(channel, "rate_limit", seconds=600)
    await house.say(channel, "b1", SHIP)
    talk = await house.talk(channel)
    assert (talk["state"], talk["reason"]) == ("waiting", "send_failed")
    house.break_wire(channel, None)
    await house.later(601)
    assert house.seen(channel) == []


async def test_p08_an_answer_behind_a_slow_one_is_not_sent_when_its_time_has_passed(house: House) -> None:
    channel = await house.shop()
    wire = house.hold_wire()
    await house.deliver(channel, house.written({"id": "m1"}, {"id": "m2", "text": INVOICE}))
    await house.settle(sends=False)
    house.clock.later(181)
    wire.let_go()
    await house.settle()
    assert house.seen(channel) == [SHIP_SAYS]
    _, second = await house.sends(channel)
    assert (second["status"], second["detail"]) == ("cancelled", "stale")
    assert (await house.talk(channel))["reason"] == "stale"


@pytest.mark.parametrize("text", [SHIP, "多久发货，"], ids=["not yet decided", "in the middle of its wait"])
async def test_p08_what_a_long_stop_left_undecided_is_handed_over_not_answered(house: House, text: str) -> None:
    channel = await house.shop()
    if text == SHIP:
        house.stop_deciding()
        await house.deliver(channel, house.written({"id": "m1", "text": text}))
    else:
        await house.say(channel, "b1", text)
        assert (await house.talk(channel))["pending"]
    house.clock.later(3_600)
    await house.restart()
    await house.later(10)
    assert house.seen(channel) == []
    assert await house.ends(channel) == [("handoff", "stale")]


async def test_p07_switching_the_bot_off_stops_what_still_waits_to_be_sent(house: House) -> None:
    channel = await house.shop()
    house.break_wire(channel, "rate_limit", seconds=30)
    await house.say(channel, "b1", SHIP)
    house.break_wire(channel, None)
    await house.app.services.shops.change("shop", {"stopped": True}, {}, by="test")
    await house.later(31)
    assert house.seen(channel) == []
    talk = await house.talk(channel)
    assert (talk["state"], talk["reason"]) == ("waiting", "bot_off")


async def test_p07_a_failed_notice_does_not_make_the_bot_talk_again_to_who_wants_a_person(house: House) -> None:
    channel = await house.shop(notices=NOTICES)
    house.break_wire(channel, "cut_after", times=1)
    await house.say(channel, "b1", PERSON_PLEASE)
    await house.say(channel, "b1", SHIP)
    assert house.seen(channel) == [f"{WELCOME}\n{HANDED}"]
    assert (await house.talk(channel))["reason"] == "asked_for_person"


async def test_p20_a_line_of_ours_stands_behind_the_question_it_answers_though_the_second_is_the_same(
    house: House,
) -> None:
    channel = await house.shop()
    await house.say(channel, "b1", SHIP)
    assert [row["sender"] for row in await house.messages(channel)] == ["buyer", "bot"]
    assert len({row["seq"] for row in await house.rows(tables.message)}) == 2


async def test_p07_the_next_days_inquiry_waits_its_own_ten_minutes_for_the_timed_answer(house: House) -> None:
    shop = await house.shop(mode="auto", notices={"timed": "掌柜稍后回您，急事请打店里电话。"}, timed_answer_s=600)
    await house.say(shop, "b1", UNKNOWN)
    await house.later(700)
    assert len(house.seen(shop)) == 1
    await house.later(24 * 3600)
    await house.say(shop, "b1", UNKNOWN)
    await house.later(590)
    assert len(house.seen(shop)) == 1
    await house.later(20)
    assert len(house.seen(shop)) == 2
