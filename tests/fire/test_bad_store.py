"""A store that another program locks, a full disk and syncs that fail: no false yes, an answer in time, and all goes on."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.fire.crowd import crowd, settled
from tests.fire.seeing import hold, rows, times
from tests.fire.test_power_cut import put_back
from tests.fire.unplugged import FULL, UNSYNCED
from tests.flow.house import FAQ, SECRET, SHIP
from tests.flow.serving import Server, document, item, platform, post, slack_s

ANSWERED_WITHIN_S = 1.8
BROKEN_S = 2.0
LOCKED = "locked"
PROBES = 900_000_000
"""Numbers of messages that no crowd writes."""


@contextmanager
def broken(server: Server, how: str) -> Iterator[None]:
    """The store fails in this way while the block runs."""
    if how == LOCKED:
        other = sqlite3.connect(server.folder / "miaohui.db", isolation_level=None, timeout=20)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    flag = server.folder.parent / how
    flag.touch()
    try:
        yield
    finally:
        flag.unlink()


async def probe(session: aiohttp.ClientSession, server: Server, first: int) -> tuple[list[int | None], float]:
    """Deliver one message after the other to a store that is broken; what each was answered, and the longest wait."""
    answers: list[int | None] = []
    slowest = 0.0
    until = time.monotonic() + BROKEN_S
    while time.monotonic() < until:
        began = time.monotonic()
        answers.append(await post(session, server, item(first + len(answers), SHIP)))
        slowest = max(slowest, time.monotonic() - began)
    return answers, slowest


@pytest.mark.parametrize("how", [LOCKED, FULL, UNSYNCED])
async def test_p01_p05_a_store_that_fails_under_load_gets_no_false_yes_and_goes_on(
    tmp_path: Path, chance: random.Random, how: str
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ), "tests.fire.unplugged")
        server.set(UNPLUGGED=str(copies))
        await asyncio.to_thread(server.start)
        async with crowd(server, session, chance) as made:
            for nth in range(times(1, 10)):
                await asyncio.sleep(0.5 + chance.random())
                await made.under_way()
                with broken(server, how):
                    await asyncio.sleep(0.1)  # what was committed before gets its yes
                    answers, slowest = await probe(session, server, PROBES + 1_000 * nth)
                    before = set(made.accepted)
                    await asyncio.sleep(0.3)
                    assert made.accepted == before, "a yes although nothing could be stored"
                assert set(answers) == {503}
                assert slowest <= ANSWERED_WITHIN_S + await slack_s(session, server)
        status = await settled(session, server)
        assert status["idle"], status
        await _again(session, server, made.accepted)
        assert await asyncio.to_thread(server.stop) == 0
    await hold(server.folder, made.accepted, visible.replies)


async def _again(session: aiohttp.ClientSession, server: Server, accepted: set[str]) -> None:
    """What was refused is taken once it comes again."""
    assert await post(session, server, item(PROBES, SHIP)) == 200
    accepted.add(f"m{PROBES}")
    for row in await rows(server.folder, "SELECT platform_id FROM message WHERE sender = 'buyer'"):
        if row["platform_id"] not in accepted:
            # Stored although it was refused: the platform brings it again and gets its yes.
            assert await post(session, server, item(int(row["platform_id"][1:]), SHIP)) == 200
            accepted.add(row["platform_id"])
    await settled(session, server)


async def test_p01_the_power_goes_while_syncs_fail_and_what_got_a_yes_is_there(
    tmp_path: Path, chance: random.Random
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    async with platform() as (_, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ), "tests.fire.unplugged")
        server.set(UNPLUGGED=str(copies))
        await asyncio.to_thread(server.start)
        async with crowd(server, session, chance) as made:
            await made.under_way()
            with broken(server, UNSYNCED):
                await asyncio.sleep(0.5 + chance.random())
                server.kill()
        put_back(copies, server.folder)
    there = {row["platform_id"] for row in await rows(server.folder, "SELECT platform_id FROM message")}
    assert made.accepted
    assert made.accepted <= there
