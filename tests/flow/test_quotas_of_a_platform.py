"""What a platform allows after a buyer's message is data, looked at before the call: both sides of number and window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.service.desk import Reply
from tests.flow.house import SHIP, SHIP_SAYS, House

QUOTA = {"quotas": [{"sends": 2, "window_s": 3600}]}


async def test_the_second_send_still_goes_out_and_the_third_does_not(house: House) -> None:
    channel = await house.shop(wire=QUOTA)
    await house.say(channel, "b1", SHIP)
    talk = await house.talk(channel)
    for text in ("已为你备注加急", "明天上午会揽收"):
        await house.app.services.desk.reply(talk["id"], "lin", Reply(text))
        await house.settle()
    assert house.seen(channel) == [SHIP_SAYS, "已为你备注加急"]
    last = (await house.sends(channel))[-1]
    assert (last["status"], last["tries"]) == ("refused", 1)
    assert "额度" in last["detail"]


async def test_the_buyer_s_next_message_opens_it_again(house: House) -> None:
    channel = await house.shop(wire=QUOTA)
    await house.say(channel, "b1", SHIP)
    talk = await house.talk(channel)
    await house.app.services.desk.reply(talk["id"], "lin", Reply("已为你备注加急"))
    await house.settle()
    house.clock.later(10)
    await house.say(channel, "b1", "好的那什么时候到")
    await house.app.services.desk.reply(talk["id"], "lin", Reply("一般两到三天送到"))
    await house.settle()
    assert house.seen(channel)[-1] == "一般两到三天送到"


@pytest.mark.parametrize(
    ("after_s", "status"), [pytest.param(3600, "sent", id="at the end"), pytest.param(3601, "refused", id="past it")]
)
async def test_the_window_ends(house: House, after_s: int, status: str) -> None:
    channel = await house.shop(wire=QUOTA)
    await house.say(channel, "b1", SHIP)
    talk = await house.talk(channel)
    house.clock.later(after_s)
    await house.app.services.desk.reply(talk["id"], "lin", Reply("已为你备注加急"))
    await house.settle()
    assert (await house.sends(channel))[-1]["status"] == status


async def test_an_automatic_answer_past_the_window_brings_a_person(house: House) -> None:
    channel = await house.shop(wire={"quotas": [{"sends": 1, "window_s": 1}]})
    await house.post(channel, {"id": "m1", "text": SHIP, "at": house.clock.now - timedelta(seconds=2)})
    talk = await house.talk(channel)
    assert house.seen(channel) == []
    assert (talk["state"], talk["reason"]) == ("waiting", "send_failed")
    assert "额度" in talk["reason_detail"]
