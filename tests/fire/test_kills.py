"""A server that is killed again and again: what it said yes to is there, decided once, and nothing is said twice."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import aiohttp
import pytest

from tests.fire.crowd import NOTICES, crowd, settled
from tests.fire.dying import PLACES
from tests.fire.seeing import hold, times
from tests.flow.house import FAQ, SECRET
from tests.flow.serving import STOPPED_WITHIN_S, Server, document, platform

STARTING = 12
"""More commits than a start makes: it dies while it works."""


async def test_p01_p12_killed_at_random_nothing_is_lost_decided_twice_or_said_twice(
    tmp_path: Path, chance: random.Random
) -> None:
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ, notices=NOTICES))
        await asyncio.to_thread(server.start)
        async with crowd(server, session, chance) as made:
            for _ in range(times(12, 100)):
                await asyncio.sleep(0.02 + chance.random() * 0.4)
                server.kill()
                await asyncio.to_thread(server.start)
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    print(f"{len(made.accepted)} accepted, slowest start {max(server.starts):.1f} s")
    await hold(tmp_path / "data", made.accepted, visible.replies)


async def test_p13_told_to_end_under_load_it_ends_in_time_with_0_and_loses_nothing(
    tmp_path: Path, chance: random.Random
) -> None:
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ, notices=NOTICES))
        await asyncio.to_thread(server.start)
        async with crowd(server, session, chance) as made:
            for _ in range(times(2, 30)):
                await asyncio.sleep(0.2 + chance.random() * 0.4)
                began = time.monotonic()
                assert await asyncio.to_thread(server.stop) == 0
                assert time.monotonic() - began <= STOPPED_WITHIN_S
                await asyncio.to_thread(server.start)
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    await hold(tmp_path / "data", made.accepted, visible.replies)


def test_p13_a_store_that_hangs_holds_no_end_up(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", document("http://127.0.0.1:9/send", SECRET, FAQ), "tests.fire.hanging")
    server.start()
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began <= STOPPED_WITHIN_S


@pytest.mark.parametrize("place", PLACES)
async def test_p01_p07_p08_killed_at_this_very_place(tmp_path: Path, chance: random.Random, place: str) -> None:
    """The nth time it comes by: right before a commit, right after it, right before a call and right after it."""
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ, notices=NOTICES), "tests.fire.dying")
        await asyncio.to_thread(server.start)
        async with crowd(server, session, chance) as made:
            for _ in range(times(2, 25)):
                await asyncio.to_thread(server.stop)
                server.set(DIES_AT=f"{place}:{chance.randrange(1, 12) + (STARTING if 'commit' in place else 0)}")
                await asyncio.to_thread(server.start)
                await asyncio.to_thread(server.gone, 30)
                server.set(DIES_AT="")
                await asyncio.to_thread(server.start)
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    await hold(tmp_path / "data", made.accepted, visible.replies)
