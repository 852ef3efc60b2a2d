"""The power goes: whatever was not synced is lost. What was answered yes was synced."""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path

import aiohttp

from tests.fire.crowd import crowd, settled
from tests.fire.seeing import hold, rows, times
from tests.flow.house import FAQ, SECRET
from tests.flow.serving import Server, Visible, document, platform


async def cut(server: Server, copies: Path, chance: random.Random, session: aiohttp.ClientSession) -> set[str]:
    """Run under load, cut the power, and put back what a disk would still have; return what was answered yes."""
    server.set(UNPLUGGED=str(copies))
    await asyncio.to_thread(server.start)
    async with crowd(server, session, chance) as made:
        await asyncio.sleep(0.3 + chance.random() * 0.7)
        server.kill()
    put_back(copies, server.folder)
    return made.accepted


def put_back(copies: Path, folder: Path) -> None:
    """Have the store's files be what was synced of them."""
    for name in ("miaohui.db", "miaohui.db-wal", "miaohui.db-shm"):
        (folder / name).unlink(missing_ok=True)
    for copy in copies.iterdir():
        shutil.copyfile(copy, folder / copy.name)


async def lost(server: Server, accepted: set[str]) -> set[str]:
    """What was answered yes and is not there."""
    there = {row["platform_id"] for row in await rows(server.folder, "SELECT platform_id FROM message")}
    return accepted - there


def fresh(folder: Path, send_url: str, **env: str) -> Server:
    (folder / "copies").mkdir(parents=True)
    return Server(folder / "data", document(send_url, SECRET, FAQ), "tests.fire.unplugged", **env)


async def test_p01_a_power_cut_after_yes_loses_nothing(tmp_path: Path, chance: random.Random) -> None:
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        for nth in range(times(3, 40)):
            server = fresh(tmp_path / str(nth), send_url)
            accepted = await cut(server, tmp_path / str(nth) / "copies", chance, session)
            assert accepted, "nothing was under way when the power went"
            assert await lost(server, accepted) == set()
            await _goes_on(server, session, accepted, visible)
            visible.replies.clear()


async def _goes_on(server: Server, session: aiohttp.ClientSession, accepted: set[str], visible: Visible) -> None:
    """Start from what is left; all that is promised holds."""
    await asyncio.to_thread(server.start)
    status = await settled(session, server)
    assert status["idle"], status
    assert await asyncio.to_thread(server.stop) == 0
    await hold(server.folder, accepted, visible.replies)


async def test_the_same_cut_loses_messages_where_commits_are_not_synced(tmp_path: Path, chance: random.Random) -> None:
    """The control: were this to lose nothing, the test above would test nothing."""
    async with platform() as (_, send_url), aiohttp.ClientSession() as session:
        for nth in range(10):
            server = fresh(tmp_path / str(nth), send_url, UNPLUGGED_SYNC="NORMAL")
            accepted = await cut(server, tmp_path / str(nth) / "copies", chance, session)
            if await lost(server, accepted):
                return
    raise AssertionError("ten cuts lost nothing although commits were not synced")
