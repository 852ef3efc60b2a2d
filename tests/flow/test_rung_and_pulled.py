"""A platform that only rings: its messages are pulled from a cursor that outlives every end, each comes in once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adapters.base import Channel
from adapters.wecom_kf import WecomKfClient
from bot.store import errands, tables
from tests.adapters.peers import Call, FakeApi, served
from tests.adapters.test_every_adapter import OWNER, RING, sealed_push, sealed_secrets
from tests.flow.house import SHIP, SHIP_SAYS, UNKNOWN, House

TOKEN = {"errcode": 0, "access_token": "T1", "expires_in": 7200}


class Kf:
    """What an account holds, given out page by page of two."""

    def __init__(self, house: House) -> None:
        self.house, self.items = house, list[dict[str, Any]]()
        self.api = FakeApi({"gettoken": TOKEN, "kf/sync_msg": self.page, "send_msg": {"errcode": 0}, "trans": {"errcode": 0}})  # fmt: skip

    def page(self, call: Call) -> dict[str, Any]:
        begin = int(call.body.get("cursor", "c0")[1:])
        given = self.items[begin : begin + 2]
        end = begin + len(given)
        return {"errcode": 0, "msg_list": given, "next_cursor": f"c{end}", "has_more": int(end < len(self.items))}

    def says(self, name: str, text: str, origin: int = 3, **more: Any) -> None:
        at = int(self.house.clock.now.timestamp())
        self.items.append(
            {"msgid": name, "open_kfid": "wkTEST", "external_userid": "wmB", "send_time": at, "origin": origin,
             "msgtype": "text", "text": {"content": text}, **more}
        )  # fmt: skip

    def takes_back(self, name: str, target: str) -> None:
        event = {"event_type": "user_recall_msg", "open_kfid": "wkTEST", "external_userid": "wmB"}
        at = int(self.house.clock.now.timestamp())
        self.items.append(
            {
                "msgid": name,
                "send_time": at,
                "origin": 4,
                "msgtype": "event",
                "event": {**event, "recall_msgid": target},
            }
        )


async def made(house: House, url: str, **wire: Any) -> Channel:
    house.app.clients["wecom_kf"] = WecomKfClient(timeout_s=0.5)
    return await house.shop(
        adapter="wecom_kf", send_url=url, secrets=sealed_secrets("tok"), wire={"corp_id": OWNER, **wire}
    )


async def rings(house: House, channel: Channel) -> int:
    ring = sealed_push("tok", RING.format(corp=OWNER).encode(), house.clock.now)
    return (await house.deliver(channel, ring)).status


async def looked(house: House) -> None:
    await house.app.errands.look()
    await house.settle()


async def test_what_was_rung_for_is_pulled_page_by_page_and_answered(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url)
        for number in range(5):
            kf.says(f"m{number}", SHIP if number == 0 else f"第{number}件什么颜色")
        assert await rings(house, channel) == 200
        assert await house.rows(tables.message) == [], "the yes comes before the pull"
        await looked(house)
        buyers = await house.rows(tables.message, tables.message.c.seq, sender="buyer")
        assert [row["platform_id"] for row in buyers] == ["m0", "m1", "m2", "m3", "m4"]
        assert kf.api.calls("send_msg")[0].body["text"]["content"] == SHIP_SAYS
        assert [call.body.get("token") for call in kf.api.calls("sync_msg")] == ["lent"] * 3
        [row] = await house.rows(tables.errand)
        assert (row["cursor"], row["due_at"], row["detail"]) == ("c5", 0, "")


async def test_a_ring_that_was_answered_yes_is_pulled_after_a_crash_and_a_cursor_outlives_it(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url)
        kf.says("m1", UNKNOWN)
        assert await rings(house, channel) == 200
        await house.restart()
        house.app.clients["wecom_kf"] = WecomKfClient(timeout_s=0.5)
        await looked(house)
        assert [row["platform_id"] for row in await house.rows(tables.message, sender="buyer")] == ["m1"]
        kf.says("m2", "还在吗")  # and nobody rings while we are away
        await house.restart()
        house.app.clients["wecom_kf"] = WecomKfClient(timeout_s=0.5)
        await looked(house)
        assert [row["platform_id"] for row in await house.rows(tables.message, sender="buyer")] == ["m1", "m2"]
        assert kf.api.calls("sync_msg")[-1].body["cursor"] == "c1"


async def test_a_cursor_that_falls_back_brings_repeats_and_nothing_twice(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url)
        kf.says("m1", SHIP)
        kf.takes_back("r1", "m1")
        kf.takes_back("r1", "m1")
        await rings(house, channel)
        await looked(house)
        before = await house.rows(tables.message)
        await house.app.store.write(lambda conn: conn.execute(tables.errand.update().values(cursor="")))
        await rings(house, channel)
        await looked(house)
        assert await house.rows(tables.message) == before
        assert [row["platform_id"] for row in before if row["kind"] == "recall"] == ["r1"]


async def test_a_recall_told_before_its_message_keeps_the_bot_quiet(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url)
        kf.takes_back("r1", "m1")
        kf.says("m1", SHIP)
        await rings(house, channel)
        await looked(house)
        assert kf.api.calls("send_msg") == []


async def test_a_platform_that_is_down_is_asked_again_and_nothing_is_lost(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url)
        kf.says("m1", UNKNOWN)
        kf.api.status = 500
        await rings(house, channel)
        await looked(house)
        [row] = await house.rows(tables.errand)
        assert row["tries"] == 1
        assert row["detail"]
        kf.api.status = 200
        house.clock.now += timedelta(seconds=10)
        await looked(house)
        assert [one["platform_id"] for one in await house.rows(tables.message, sender="buyer")] == ["m1"]


async def test_a_person_in_wecom_takes_over_and_the_bot_is_silent(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url, desk="wecom")
        kf.says("m1", UNKNOWN)
        await rings(house, channel)
        await looked(house)
        await looked(house)
        assert [call.body["service_state"] for call in kf.api.calls("trans")] == [2]
        kf.says("a1", "您好，我来帮您", origin=5, servicer_userid="zhangsan")
        kf.says("m2", SHIP)
        await rings(house, channel)
        await looked(house)
        [talk] = await house.rows(tables.conversation)
        assert talk["state"] == "agent"
        assert [row["reply_class"] for row in await house.rows(tables.message, sender="agent")] == ["human"]
        assert kf.api.calls("send_msg") == []


async def test_two_processes_that_look_at_once_pull_once(house: House) -> None:
    kf = Kf(house)
    async with served(kf.api) as url:
        channel = await made(house, url)
        kf.says("m1", UNKNOWN)
        await rings(house, channel)
        [row] = await house.rows(tables.errand)
        first = await house.app.store.write(errands.claim, row, row["due_at"] + 60_000)
        second = await house.app.store.write(errands.claim, row, row["due_at"] + 60_000)
        assert (first, second) == (True, False)
