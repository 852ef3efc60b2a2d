"""A real server whose disk, matcher or platform fails: it says so in time, forgets nobody, and its log holds no words."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.flow.house import FAQ, SECRET, SHIP
from tests.flow.serving import Server, Visible, document, item, platform, post, slack_s

MARKER = "桂花乌龙茶玖叁柒"
PHONE = "13812345678"

Lone = tuple[Server, Visible, aiohttp.ClientSession]


@pytest.fixture
async def lone(tmp_path: Path) -> AsyncIterator[Lone]:
    """One server with a platform behind it, ended when the test is over."""
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ), "tests.flow.breaking")
        await asyncio.to_thread(server.start)
        yield server, visible, session
        assert await asyncio.to_thread(server.stop) == 0


async def timed_post(lone: Lone, said: dict[str, Any]) -> tuple[int | None, bool]:
    """The status, and whether it came in time."""
    server, _, session = lone
    began = time.monotonic()
    status = await post(session, server, said)
    took = time.monotonic() - began
    return status, took < 1.8 + await slack_s(session, server)


def limit_files(server: Server, size: int) -> None:
    """Let no file of the server's grow beyond a size: writing then fails as on a full or broken disk."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def test_p05_a_disk_that_fails_says_later_in_time_and_the_same_is_taken_once_it_works(lone: Lone) -> None:
    server, visible, session = lone
    assert await post(session, server, item(0, SHIP)) == 200
    limit_files(server, 1_000)
    answers = [await timed_post(lone, item(n, SHIP)) for n in (1, 2, 3)]
    assert answers == [(503, True)] * 3
    limit_files(server, resource.RLIM_INFINITY)
    assert [await timed_post(lone, item(n, SHIP)) for n in (1, 2, 3)] == [(200, True)] * 3
    for _ in range(600):
        if len(visible.replies) == 4:
            break
        await asyncio.sleep(0.05)
    assert {reply["conversation"] for reply in visible.replies} == {"b0", "b1", "b2", "b3"}


async def test_p08_p21_faults_of_our_own_bring_a_person_and_put_no_words_into_the_log(lone: Lone) -> None:
    server, visible, session = lone
    visible.status = 500
    texts = [f"炸 {MARKER}", f"{SHIP}", f"{MARKER} 我的电话{PHONE}", f"转人工 {MARKER}"]
    for n, text in enumerate(texts):
        assert await post(session, server, item(n, text)) == 200
    async with session.post(f"{server.url}/webhooks/shop.main", data=f'{{"{MARKER}":'.encode()) as answer:
        assert answer.status == 401
    began = time.monotonic()
    while (states := stored(server, "SELECT buyer_id, state, reason FROM conversation ORDER BY buyer_id")) != [
        ("b0", "waiting", "own_fault"),
        ("b1", "waiting", "send_failed"),
        ("b2", "waiting", "no_match"),
        ("b3", "waiting", "asked_for_person"),
    ]:
        assert time.monotonic() - began < 10, states
        await asyncio.sleep(0.1)
    log = server.log.read_text()
    assert "item_failed" in log, "the fault itself is logged"
    for words in (MARKER, PHONE, SECRET, SHIP, "cannot read"):
        assert words not in log


def stored(server: Server, query: str) -> list[Any]:
    db = sqlite3.connect(server.folder / "miaohui.db")
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()
