"""A shop whose people work at a desk behind the wire: what needs a person is handed over there, what they hold there is
left to them, and our own sends coming back are never anybody's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson

from adapters.base import Channel, Delivery
from adapters.chatwoot import ChatwootClient
from adapters.schemes import load_schemes, sign
from bot.store import tables
from tests.adapters.peers import FakeApi, served
from tests.flow.house import SHIP, SHIP_SAYS, UNKNOWN, House

SIGNING = "cw-secret-1"


async def desk(house: House, url: str, **wire: Any) -> Channel:
    house.app.clients["chatwoot"] = ChatwootClient(timeout_s=0.5)
    return await house.shop(
        adapter="chatwoot", send_url=url, secrets=(SIGNING, "api_token=t"), wire={"account_id": 1, **wire}
    )


async def happens(house: House, channel: Channel, number: int, text: str, **changes: Any) -> int:
    body = {
        "event": "message_created",
        "id": number,
        "content": text,
        "created_at": house.clock.now.isoformat(),
        "message_type": "incoming",
        "private": False,
        "sender": {"id": 5, "type": "contact"},
        "conversation": {"id": 7, "status": "pending"},
        "account": {"id": 1},
        **changes,
    }
    raw = orjson.dumps(body)
    headers = sign(load_schemes()["timestamp-body"], SIGNING, f"d{number}", house.clock.now, raw)
    ack = await house.deliver(channel, Delivery("POST", headers, {}, raw, house.clock.now))
    await house.settle()
    return ack.status


async def test_what_needs_a_person_is_opened_at_the_desk_once(house: House) -> None:
    api = FakeApi({"messages": {"id": 100}})
    async with served(api) as url:
        channel = await desk(house, url)
        assert await happens(house, channel, 1, UNKNOWN) == 200
        assert await house.app.errands.look() == 1
        assert [call.body for call in api.calls("toggle_status")] == [{"status": "open"}]
        assert await house.app.errands.look() == 0, "and it is over"
        assert await house.rows(tables.errand) == []


async def test_a_desk_that_is_down_is_asked_again_after_a_restart(house: House) -> None:
    api = FakeApi({"messages": {"id": 100}}, status=500)
    async with served(api) as url:
        channel = await desk(house, url)
        await happens(house, channel, 1, UNKNOWN)
        await house.app.errands.look()
        [row] = await house.rows(tables.errand)
        assert (row["kind"], row["tries"]) == ("hand_over", 1)
        assert "500" in row["detail"]
        await house.restart()
        house.app.clients["chatwoot"] = ChatwootClient(timeout_s=0.5)
        api.status = 200
        assert await house.app.errands.look() == 0, "not before its time"
        house.clock.now += timedelta(seconds=30)
        assert await house.app.errands.look() == 1
        assert await house.rows(tables.errand) == []
        assert len(api.calls("toggle_status")) == 2


async def test_what_a_person_took_meanwhile_is_not_handed_over(house: House) -> None:
    api = FakeApi()
    async with served(api) as url:
        channel = await desk(house, url)
        await happens(house, channel, 1, UNKNOWN)
        [talk] = await house.rows(tables.conversation)
        await house.app.services.desk.takeover(talk["id"], "lin")
        await house.app.errands.look()
        assert api.calls("toggle_status") == []


async def test_people_who_work_here_are_not_sent_there(house: House) -> None:
    api = FakeApi()
    async with served(api) as url:
        channel = await desk(house, url, desk="here")
        await happens(house, channel, 1, UNKNOWN)
        assert await house.app.errands.look() == 0


async def test_what_people_hold_there_is_left_to_them(house: House) -> None:
    api = FakeApi({"messages": {"id": 100}})
    async with served(api) as url:
        channel = await desk(house, url)
        await happens(house, channel, 1, SHIP, conversation={"id": 7, "status": "open"})
        [talk] = await house.rows(tables.conversation)
        assert (talk["state"], talk["owner"]) == ("agent", "outside")
        assert api.calls("messages") == []


async def test_our_own_send_coming_back_is_nobodys_words_and_is_not_answered(house: House) -> None:
    api = FakeApi({"messages": {"id": 100}})
    async with served(api) as url:
        channel = await desk(house, url)
        await happens(house, channel, 1, SHIP)
        assert [call.body["content"] for call in api.calls("messages")] == [SHIP_SAYS]
        # With a person's token Chatwoot marks our send as that person's: its number still says whose it is.
        by_person = {"message_type": "outgoing", "sender": {"id": 9, "type": "user"}}
        for _ in range(3):
            await happens(house, channel, 100, SHIP_SAYS, **by_person)
        [talk] = await house.rows(tables.conversation)
        assert talk["state"] == "bot"
        assert len(await house.rows(tables.message, sender="agent")) == 0
        assert len(api.calls("messages")) == 1
        await happens(house, channel, 101, "亲，已经帮您催了", **by_person)
        [talk] = await house.rows(tables.conversation)
        assert talk["state"] == "agent", "a person who really writes there has taken over"
