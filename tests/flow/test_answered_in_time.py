"""Every webhook is answered within 1.8 s; what is not safely on disk gets no yes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer

from adapters.base import Channel, Delivery
from bot.store import tables
from bot.web.server import build
from tests.flow.house import UNKNOWN, House
from tests.flow.serving import TURNS

IN_TIME_S = 1.8


@asynccontextmanager
async def door_of(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    client: TestClient[Any, Any] = TestClient(TestServer(build(house.app.services)))
    await client.start_server()
    yield client
    await client.close()


async def knock(door: TestClient[Any, Any], channel: Channel, delivery: Delivery) -> tuple[int, float, str]:
    """Status, seconds until the answer, and Retry-After."""
    began = time.monotonic()
    path = f"/webhooks/{channel.key}"
    async with door.post(path, data=delivery.body, headers=dict(delivery.headers)) as answer:
        await answer.read()
        return answer.status, time.monotonic() - began, answer.headers.get("Retry-After", "")


async def test_p05_while_another_program_locks_the_store_the_answer_is_later_please_and_in_time(house: House) -> None:
    """Deliveries at any moment of the lock, also behind one that waits already."""
    channel = await house.shop()
    said = [house.platform.say(channel, f"b{n}", UNKNOWN) for n in range(12)]

    async def knock_after(nth: int, door: TestClient[Any, Any]) -> tuple[int, float, str]:
        await asyncio.sleep(nth * 0.17)
        return await knock(door, channel, said[nth])

    async with door_of(house) as door:
        with house.foreign_lock():
            answers = await asyncio.gather(*(knock_after(n, door) for n in range(12)))
        slowest, late = max(seconds for _, seconds, _ in answers), house.app.pulse.worst_s
        assert {(status, later) for status, _, later in answers} == {(503, "5")}
        assert slowest < IN_TIME_S + TURNS * late, f"the slowest answer took {slowest:.2f} s, the loop {late:.2f} s"
        again = [await knock(door, channel, one) for one in said]
    assert {status for status, _, _ in again} == {200}
    await house.settle()
    assert len(await house.rows(tables.message, sender="buyer")) == 12


async def test_p05_a_full_store_says_later_and_takes_the_same_again_when_there_is_room(house: House) -> None:
    if house.app.store.shared:
        pytest.skip("another machine's disk: see tests/fire")
    channel = await house.shop()
    big, small = house.written({"id": "big", "text": "长" * 60_000}), house.written({"id": "small"})
    async with door_of(house) as door:
        await house.app.store.write(limit_pages, 1)
        assert (await knock(door, channel, big))[0] == 503
        await house.app.store.write(limit_pages, 1 << 30)
        assert [(await knock(door, channel, one))[0] for one in (big, small)] == [200, 200]
    await house.settle()
    assert {row["platform_id"] for row in await house.rows(tables.message, sender="buyer")} == {"big", "small"}


def limit_pages(conn: sa.Connection, pages: int) -> None:
    """Let the store's file grow to so many pages at most (never below what it has)."""
    conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


async def test_p05_a_slow_matcher_delays_no_yes(house: House) -> None:
    """Were a message read before its yes, five of them would take five times as long as reading does."""
    channel = await house.shop()
    await house.fail_reading("shop", "慢", slow_s=0.7)
    async with door_of(house) as door:
        said = [house.written({"id": f"m{n}", "text": "慢"}) for n in range(5)]
        answers = [await knock(door, channel, one) for one in said]
    assert {status for status, _, _ in answers} == {200}
    assert sum(seconds for _, seconds, _ in answers) < 5 * 0.7
    await house.settle()
