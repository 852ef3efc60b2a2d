"""A text over the platform's limit goes out in pieces that belong to one send; each costs quota, and none is taken for a person's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from adapters.base import Channel, Client, Outgoing, SendResult, Sent
from bot.service.desk import Reply
from tests.flow.house import House

LONG = (
    "第一，质量问题的退换运费由我们来承担。第二，七天之内不喜欢也可以退货，吊牌要在。第三，退款在签收之后的三天内到账。"
)
PIECES = [
    "第一，质量问题的退换运费由我们来承担。",
    "第二，七天之内不喜欢也可以退货，吊牌要在。",
    "第三，退款在签收之后的三天内到账。",
]
QUESTION = "售后政策是什么"


class FirstOnly:
    """A client whose platform takes one message and refuses what comes after."""

    def __init__(self, inner: Client) -> None:
        self._inner, self._sent = inner, 0

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        self._sent += 1
        if self._sent > 1:
            return SendResult(Sent.REFUSED, detail="内容不合规", permanent=True)
        return await self._inner.send(channel, message, now)

    async def close(self) -> None:
        await self._inner.close()


async def shop(house: House, **wire: Any) -> Any:
    channel = await house.shop(wire={"text_limit": 24, **wire})
    await house.app.services.publishing.put_many("shop", {"long": {"question": QUESTION, "answer": LONG}}, by="test")
    return channel


async def test_the_pieces_of_one_send(house: House) -> None:
    channel = await shop(house)
    await house.say(channel, "b1", QUESTION)
    assert house.seen(channel) == PIECES
    [send] = await house.sends(channel)
    assert (send["status"], send["text"]) == ("sent", LONG)
    assert (await house.talk(channel))["state"] == "bot"


@pytest.mark.parametrize(
    ("sends", "seen"),
    [pytest.param(3, PIECES, id="just enough"), pytest.param(2, [], id="one too few: a person, and no half answer")],
)
async def test_each_piece_costs_quota(house: House, sends: int, seen: list[str]) -> None:
    channel = await shop(house, quotas=[{"sends": sends, "window_s": 3600}])
    await house.say(channel, "b1", QUESTION)
    assert house.seen(channel) == seen
    talk = await house.talk(channel)
    assert talk["state"] == ("bot" if seen else "waiting")
    assert seen or "3 段" in talk["reason_detail"]


async def test_pieces_count_for_what_follows(house: House) -> None:
    channel = await shop(house, quotas=[{"sends": 3, "window_s": 3600}])
    await house.say(channel, "b1", QUESTION)
    talk = await house.talk(channel)
    await house.app.services.desk.reply(talk["id"], "lin", Reply("我再补充一句"))
    await house.settle()
    assert (await house.sends(channel))[-1]["status"] == "refused"


@pytest.mark.parametrize("text", PIECES)
async def test_the_echo_of_a_piece_is_ours(house: House, text: str) -> None:
    channel = await shop(house, echoes_own=True)
    await house.say(channel, "b1", QUESTION)
    names = [line.message_id for line in house.platform.visible(channel.key, "b1") if line.text == text]
    await house.post(channel, {"id": names[0], "text": text, "sender": "agent"})
    assert (await house.talk(channel))["state"] == "bot", "nobody has taken it over"


async def test_what_breaks_off_is_of_unknown_ending_and_a_person_s(house: House) -> None:
    channel = await shop(house)
    house.app.clients["sandbox"] = FirstOnly(house.app.clients["sandbox"])
    await house.say(channel, "b1", QUESTION)
    assert house.seen(channel) == PIECES[:1]
    [send] = await house.sends(channel)
    assert send["status"] == "unknown"
    assert "前 1 段已送达" in send["detail"]
    talk = await house.talk(channel)
    assert (talk["state"], talk["reason"]) == ("waiting", "send_failed")
