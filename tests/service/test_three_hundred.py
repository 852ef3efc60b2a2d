"""Three hundred inquiries in a simulated Xiaohongshu shop: 210 the bot answers, 90 it hands to people.

An automatic answer pleases the buyer and does not count. Where people answer the handoffs only, 90 of 300 count; where
they also follow up what the bot has answered, from the queue and in its order, all 300 do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.core.message import Kind
from bot.store.people import keep_token
from bot.web.server import build
from tests.service.shop_floor import BY, Floor

KNOWN = {
    "什么时候发货": "付款后 48 小时内从杭州仓发出，节假日顺延一天。",
    "发什么快递": "默认发中通快递，偏远地区改发邮政。",
    "能开发票吗": "可以开电子发票，确认收货后三天内发到你的邮箱。",
    "支持七天无理由吗": "签收七天内不影响二次销售可以退换，运费险由店铺承担。",
    "有优惠券吗": "店铺首页可以领取满 199 减 20 的优惠券。",
    "衣服会缩水吗": "面料做过预缩处理，30 度以下手洗不会缩水。",
    "什么时候补货": "每周三上午十点补货，数量以页面为准。",
}
HANDED_OFF = (("我要找人工", Kind.TEXT), ("你们老板的星座是什么", Kind.TEXT), ("", Kind.IMAGE))
WAVES, WAVE_ANSWERED, WAVE_HANDED_OFF = 10, 21, 9
A_REPLY_TAKES_S = 5
"""Thirty replies in a wave: 150 s of the 180 there are."""


class Agent:
    """A person at the desk, over HTTP."""

    def __init__(self, client: TestClient[Any, Any], floor: Floor) -> None:
        self.client, self.floor = client, floor

    async def get(self, path: str) -> Any:
        answer = await self.client.get(path, headers={"Authorization": "Bearer the key of an agent"})
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def work_down_the_queue(self) -> list[tuple[str, str]]:
        """Take what stands first until the queue is empty; who was served, and whether handed off or owed."""
        served = []
        while items := (await self.get("/api/v1/conversations?tab=waiting&limit=1"))["items"]:
            first = items[0]
            owed = first["state"] == "bot"
            assert first["bot_answered"] is owed
            served.append((first["buyer"]["id"], "owed" if owed else "handed off"))
            await self.floor.passes(A_REPLY_TAKES_S)
            await self.reply(first["id"], owed)
        return served

    async def reply(self, conversation: str, owed: bool) -> None:
        text, how = "我来帮你看，稍后把结果发你。订单号方便发我吗？", {"origin": "typed"}
        if owed:
            proposed = (await self.get(f"/api/v1/conversations/{conversation}"))["follow_ups"]
            assert 1 <= len(proposed) <= 3
            text, how = proposed[0]["text"], {"origin": "suggested", "entry": proposed[0]["entry"]}
        body = {"text": text, "then": "release", **how}
        path = f"/api/v1/conversations/{conversation}/reply"
        answer = await self.client.post(path, json=body, headers={"Authorization": "Bearer the key of an agent"})
        assert answer.status == 200, await answer.text()
        await self.floor.quiet()


@pytest.fixture
async def agent(floor: Floor) -> AsyncIterator[Agent]:
    await floor.open_shop(at="14:00")
    for question, text in KNOWN.items():
        await floor.knows(question, text)
    row = floor.app.services.people.token_row("阿琳", "the key of an agent", "supervisor", ["demo"], by=BY)
    await floor.app.store.write(keep_token, row)
    async with TestClient(TestServer(build(floor.app.services), host="127.0.0.1")) as client:
        yield Agent(client, floor)


async def a_wave(floor: Floor, wave: int) -> None:
    """Thirty buyers write at once; 21 ask what the FAQ knows."""
    questions = list(KNOWN)
    for number in range(WAVE_ANSWERED):
        await floor.says(f"known-{wave}-{number}", questions[number % len(questions)])
    for number in range(WAVE_HANDED_OFF):
        text, kind = HANDED_OFF[number % len(HANDED_OFF)]
        await floor.says(f"person-{wave}-{number}", text, kind=kind)
    await floor.quiet()


async def books(agent: Agent) -> dict[str, Any]:
    """The rate once every deadline has passed."""
    await agent.floor.passes(200)
    found: dict[str, Any] = await agent.get("/api/v1/rates?shop=demo&days=1")
    return found


@pytest.mark.parametrize(
    ("follow_up", "counted", "served_as", "owed_at_the_end"),
    [
        pytest.param("off", 90, {"handed off": 90}, 210, id="people answer the handoffs only: 90 of 300"),
        pytest.param("always", 300, {"handed off": 90, "owed": 210}, 0, id="people follow up too: 300 of 300"),
    ],
)
async def test_three_hundred_inquiries(floor, agent, follow_up, counted, served_as, owed_at_the_end):
    await floor.app.services.shops.change("demo", {"human_follow_up": follow_up}, {}, by=BY)
    served = []
    for wave in range(WAVES):
        await a_wave(floor, wave)
        mine = await agent.work_down_the_queue()
        assert [kind for _, kind in mine] == sorted(kind for _, kind in mine), (
            "handoffs come before what the bot answered"
        )
        served += mine
        await floor.passes(30)
    assert Counter(kind for _, kind in served) == served_as
    assert len({buyer for buyer, _ in served}) == len(served), "nobody is served twice"

    rates = await books(agent)
    assert (rates["rate"]["numerator"], rates["rate"]["denominator"]) == (counted, 300)
    assert rates["counts"] == {"valid": counted, **({"auto_only": 300 - counted} if counted < 300 else {})}
    assert rates["owed"] == owed_at_the_end
    assert (await agent.get("/api/v1/status"))["owed"] == owed_at_the_end, "owed is counted whatever the queue lists"
    assert rates["grade"] == ("excellent" if counted == 300 else "alert")
    outcomes = Counter(row["outcome"] for row in await floor.rows("decision", shop="demo"))
    assert outcomes == {"answer": 210, "handoff": 90}


async def test_never_a_filler_sentence(floor, agent):
    """What the bot cannot answer it hands over without a word; what it sends is the FAQ's answer, letter by letter."""
    for wave in range(2):
        await a_wave(floor, wave)
    said = [line for buyer in await buyers(floor) for line in floor.heard(buyer)]
    assert len(said) == 2 * WAVE_ANSWERED
    assert set(said) == set(KNOWN.values())
    assert not any(floor.heard(f"person-{wave}-{n}") for wave in range(2) for n in range(WAVE_HANDED_OFF))


async def buyers(floor: Floor) -> list[str]:
    return [row["external"] for row in await floor.rows("conversation", shop="demo")]
