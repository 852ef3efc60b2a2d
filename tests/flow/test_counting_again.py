"""Books counted again after a rule changed: behind the answer, part by part, also when the process dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from adapters.base import Channel
from adapters.signing import sign
from bot.service import recounting
from bot.service.directory import ZONE
from bot.store import recounts, tables
from bot.store.proof import check
from tests.flow.house import FAQ, SECRET, UNKNOWN, HandClock, House
from tests.flow.serving import TOKEN, Server, document, platform
from tests.flow.test_books_equal_a_recount import _compare

TALKS = 600
POSTED = 100
WITHIN_S = 120
PATIENT = {"name": "deadline.seconds", "value": 300, "why": "和平台核对过"}


async def a_day(house: House, talks: int = 7) -> Channel:
    """Buyers who ask, each answered after 200 seconds, which is late at 180 and in time at 300."""
    shop = await house.shop(mode="off")
    for nth in range(talks):
        await house.post(shop, {"id": f"ask{nth}", "text": UNKNOWN, "buyer": f"b{nth}"})
    await house.later(200)
    for nth in range(talks):
        told = {"id": f"answer{nth}", "text": "下午给您发出，顺丰。", "sender": "agent", "buyer": f"b{nth}"}
        await house.post(shop, told)
    return shop


async def change(house: House, value: int | None, name: str = "deadline.seconds") -> None:
    await house.app.services.rules.change("shop", name, value, "和平台核对过", by="amei")


async def counted(house: House) -> None:
    async with asyncio.timeout(WITHIN_S):
        while await house.app.recounting.progress("shop"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def reasons(house: House) -> set[str]:
    return {row["reason"] for row in await house.rows(tables.inquiry)}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "CHUNK", 2)


async def test_p20_counted_again_the_books_equal_a_recount(house: House, small_parts: None) -> None:
    shop = await a_day(house)
    assert await reasons(house) == {"late"}
    await change(house, 300)
    await counted(house)
    assert await reasons(house) == {"valid"}
    assert [line["body"] for line in await house.journal(kind="recount")] == [{"conversations": 7}]
    await _compare(house, shop)
    assert await house.app.store.read(check, "shop") is None


async def test_until_it_is_done_it_says_how_far_it_is(house: House, small_parts: None) -> None:
    await a_day(house)
    await house.app.recounting.stop()
    await change(house, 300)
    assert await house.app.recounting.progress("shop") == {"total": 7, "done": 0}
    assert await reasons(house) == {"late"}, "the change did not wait for it"
    assert await house.app.recounting._some() is True
    assert await house.app.recounting.progress("shop") == {"total": 7, "done": 2}
    assert await reasons(house) == {"late", "valid"}
    house.app.recounting.start()
    await counted(house)
    assert await reasons(house) == {"valid"}


async def test_what_comes_in_meanwhile_goes_by_the_new_rules(house: House, small_parts: None) -> None:
    shop = await a_day(house)
    await house.app.recounting.stop()
    await change(house, 300)
    await house.post(shop, {"id": "ask-new", "text": UNKNOWN, "buyer": "b-new"})
    await house.later(200)
    told = {"id": "answer-new", "text": "下午给您发出，顺丰。", "sender": "agent", "buyer": "b-new"}
    await house.post(shop, told)
    [fresh] = await house.rows(tables.inquiry, conversation=house.cid(shop, "b-new"))
    assert fresh["reason"] == "valid"
    house.app.recounting.start()
    await counted(house)
    await _compare(house, shop)


async def test_a_second_change_begins_anew(house: House, small_parts: None) -> None:
    shop = await a_day(house)
    await house.app.recounting.stop()
    await change(house, 300)
    await house.app.recounting._some()
    await change(house, 100)
    assert await house.app.recounting.progress("shop") == {"total": 7, "done": 0}
    house.app.recounting.start()
    await counted(house)
    assert await reasons(house) == {"late"}
    await _compare(house, shop)


async def test_the_same_value_again_counts_nothing_again(house: House) -> None:
    await a_day(house, talks=1)
    await change(house, 300)
    await counted(house)
    await house.app.recounting.stop()
    await change(house, 300)
    assert await house.app.recounting.progress("shop") is None


async def test_a_process_that_has_not_heard_of_the_new_rules_counts_nothing(house: House, small_parts: None) -> None:
    """Another process changed the rules; until this one has taken them in it would count by the old ones."""
    await a_day(house)
    await house.app.store.write(recounts.begin, "shop", recounts.digest("xiaohongshu", {"deadline.seconds": 300}), 0)
    assert await house.app.recounting._some() is False
    assert await house.app.recounting.progress("shop") == {"total": 7, "done": 0}


async def test_p12_after_a_restart_it_goes_on_where_it_was(house: House, small_parts: None) -> None:
    shop = await a_day(house)
    await house.app.recounting.stop()
    await change(house, 300)
    await house.app.recounting._some()
    await house.restart()
    await counted(house)
    assert await reasons(house) == {"valid"}
    assert [line["body"] for line in await house.journal(kind="recount")] == [{"conversations": 7}], "none twice"
    await _compare(house, shop)


# A real server, killed.


class Desk:
    """A real server and one who watches over it."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server, self._session = server, session

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self._session.request(
            method, f"{self.server.url}/api/v1{path}", json=body, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def until(self, path: str, good: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(WITHIN_S):
            while not good(found := await self.ask("GET", path)):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return found

    async def bring(self, items: list[dict[str, Any]]) -> None:
        """Deliver messages, a hundred in a webhook, each until there is a yes."""
        for start in range(0, len(items), POSTED):
            body = orjson.dumps({"type": "message", "data": items[start : start + POSTED]})
            said = 0
            while said != 200:
                headers = sign([SECRET], f"d{start}", datetime.now(UTC), body)
                async with self._session.post(
                    f"{self.server.url}/webhooks/shop.main", data=body, headers=headers
                ) as answer:
                    said = answer.status


def yesterdays(talks: int) -> list[dict[str, Any]]:
    """Yesterday at 14:00 so many buyers asked, and were answered after 200 seconds."""
    at = datetime.now(ZONE).replace(hour=14, minute=0, second=0, microsecond=0) - timedelta(days=1)
    out = []
    for nth in range(talks):
        base = {"conversation": f"b{nth}", "buyer": {"id": f"b{nth}"}, "kind": "text"}
        answered = at + timedelta(seconds=200)
        out.append(base | {"id": f"q{nth}", "sender": "buyer", "text": UNKNOWN, "sent_at": at.isoformat()})
        out.append(base | {"id": f"a{nth}", "sender": "agent", "text": "顺丰。", "sent_at": answered.isoformat()})
    return out


async def test_p12_p20_killed_while_counting_it_goes_on_and_the_books_equal_a_recount(tmp_path: Path) -> None:
    async with platform() as (_, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ))
        await asyncio.to_thread(server.start)
        desk = Desk(server, session)
        await desk.bring(yesterdays(TALKS))
        await desk.until("/status", lambda status: status["idle"])
        before = await desk.ask("GET", "/rates?shop=shop&days=2")
        assert (before["rate"]["numerator"], before["rate"]["denominator"]) == (0, TALKS)
        told = await desk.ask("PATCH", "/shops/shop/rules", PATIENT)
        assert told["recount"]["total"] == TALKS
        seen = [told["recount"]["done"]]
        for _ in range(3):
            now = await desk.until(
                "/rates?shop=shop&days=2", lambda card: not card["recount"] or card["recount"]["done"] > seen[-1]
            )
            if now["recount"] is None:
                break
            server.kill()
            seen.append(now["recount"]["done"])
            await asyncio.to_thread(server.start)
            again = (await desk.ask("GET", "/shops/shop/rules"))["recount"]
            assert again is None or again["done"] >= seen[-1], "what was counted stays counted"
        assert len(seen) > 1, "it was killed at least once in the middle"
        card = await desk.until("/rates?shop=shop&days=2", lambda card: card["recount"] is None)
        assert (card["rate"]["numerator"], card["rate"]["denominator"]) == (TALKS, TALKS)
        assert server.stop() == 0
    house = House(tmp_path / "data", HandClock(datetime.now(UTC)))
    await house.open()
    try:
        await _compare(house, house.app.directory.channels["shop.main"])
        done = [line["body"]["conversations"] for line in await house.journal(kind="recount")]
        assert done == [TALKS]
    finally:
        await house.close()
