"""Buyers who come in and say nothing yet: one welcome with the key the platform lends for it, in time or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.base import Channel
from adapters.wecom_kf import WecomKfClient
from bot.store import tables
from tests.adapters.peers import served
from tests.adapters.test_every_adapter import OWNER, sealed_secrets
from tests.flow.house import SHIP, SHIP_SAYS, House
from tests.flow.test_rung_and_pulled import Kf, looked, rings

WELCOME = "欢迎光临，请问想了解什么？"


def comes_in(kf: Kf, name: str, code: str | None = "WC1", ago_s: int = 0) -> None:
    event = {"event_type": "enter_session", "open_kfid": "wkTEST", "external_userid": "wmB", "scene": "1"}
    at = int(kf.house.clock.now.timestamp()) - ago_s
    lent = {} if code is None else {"welcome_code": code}
    kf.items.append({"msgid": name, "send_time": at, "origin": 4, "msgtype": "event", "event": {**event, **lent}})


async def shop(house: House, url: str, **more: Any) -> Channel:
    house.app.clients["wecom_kf"] = WecomKfClient(timeout_s=0.5)
    more = {"notices": {"welcome": WELCOME}} | more
    return await house.shop(
        adapter="wecom_kf", send_url=url, secrets=sealed_secrets("tok"), wire={"corp_id": OWNER}, **more
    )


async def pulled(house: House, channel: Channel) -> None:
    await rings(house, channel)
    await looked(house)


@pytest.fixture
def kf(house: House) -> Kf:
    made = Kf(house)
    made.api.answers["kf/send_msg_on_event"] = {"errcode": 0}
    return made


async def test_p07_who_comes_in_is_welcomed_once_and_not_again_with_the_first_answer(house: House, kf: Kf) -> None:
    async with served(kf.api) as url:
        channel = await shop(house, url)
        comes_in(kf, "e1")
        comes_in(kf, "e1")
        await pulled(house, channel)
        comes_in(kf, "e2", "WC2")
        await pulled(house, channel)
        [sent] = kf.api.calls("kf/send_msg_on_event")
        assert (sent.body["code"], sent.body["text"]["content"]) == ("WC1", WELCOME)
        [row] = await house.rows(tables.outbox)
        assert (row["status"], row["reply_class"], row["parts"]) == ("sent", "automatic", ["welcome"])
        kf.says("m1", SHIP)
        await pulled(house, channel)
        assert [call.body["text"]["content"] for call in kf.api.calls("kf/send_msg")] == [SHIP_SAYS]
        assert [one["reason"] for one in await house.rows(tables.inquiry)] == ["pending"], "no welcome opens an inquiry"


async def test_p07_a_welcome_is_written_before_it_is_sent_and_not_sent_twice_after_a_crash(
    house: House, kf: Kf
) -> None:
    async with served(kf.api) as url:
        channel = await shop(house, url)
        kf.api.answers["kf/send_msg_on_event"] = {"errcode": 95999}
        comes_in(kf, "e1")
        await pulled(house, channel)
        [row] = await house.rows(tables.outbox)
        assert row["status"] == "unknown"
        await house.restart()
        await house.later(60)
        assert len(kf.api.calls("kf/send_msg_on_event")) == 1
        [one] = await house.rows(tables.conversation)
        assert one["state"] == "bot", "nobody asked anything, so nobody is brought for a welcome"


@pytest.mark.parametrize(("ago_s", "count"), [(0, 1), (19, 1), (21, 0), (3600, 0)])
async def test_a_welcome_comes_within_twenty_seconds_or_not_at_all(
    house: House, kf: Kf, ago_s: int, count: int
) -> None:
    async with served(kf.api) as url:
        channel = await shop(house, url)
        comes_in(kf, "e1", ago_s=ago_s)
        await pulled(house, channel)
        assert len(kf.api.calls("kf/send_msg_on_event")) == count
        assert len(await house.rows(tables.outbox)) == count


async def test_p10_nobody_is_welcomed_by_a_machine_while_a_person_holds_the_conversation(house: House, kf: Kf) -> None:
    async with served(kf.api) as url:
        channel = await shop(house, url)
        kf.says("m1", SHIP, origin=5, servicer_userid="z")
        await pulled(house, channel)
        comes_in(kf, "e1")
        await pulled(house, channel)
        assert kf.api.calls("kf/send_msg_on_event") == []


@pytest.mark.parametrize("why", ["no code", "no words", "only drafts", "asked already"])
async def test_who_is_not_welcomed(house: House, kf: Kf, why: str) -> None:
    async with served(kf.api) as url:
        more = {"no words": {"notices": {}}, "only drafts": {"mode": "suggest"}}.get(why, {})
        channel = await shop(house, url, **more)
        if why == "asked already":
            kf.says("m1", "转人工")
        comes_in(kf, "e1", None if why == "no code" else "WC1")
        await pulled(house, channel)
        assert kf.api.calls("kf/send_msg_on_event") == []
