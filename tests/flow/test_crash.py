"""A server that is killed again and again: what it said yes to is there, decided once, and nothing is said twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from tests.flow.house import FAQ, INVOICE, SECRET, SHIP, UNKNOWN
from tests.flow.serving import TOKEN, Server, document, item, platform, post

KILLS = 20
POSTERS = 4
SETTLED_WITHIN_S = 20


class Crowd:
    """Buyers who write all the time; the platform delivers each message until it hears a yes."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self.server, self.chance = server, chance
        self.accepted: set[str] = set()
        self.over = False
        self._next = iter(range(1_000_000))

    async def write(self, session: aiohttp.ClientSession) -> None:
        while not self.over:
            nth = next(self._next)
            said = item(nth, self.chance.choice((SHIP, INVOICE, f"{UNKNOWN}{nth}")))
            while await post(session, self.server, said) != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            self.accepted.add(said["id"])
            await asyncio.sleep(self.chance.random() * 0.02)


async def settled(session: aiohttp.ClientSession, server: Server) -> dict[str, Any]:
    """The status once nothing is under way any more."""
    until = time.monotonic() + SETTLED_WITHIN_S
    while True:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with session.get(f"{server.url}/api/v1/status", headers=headers) as answer:
            status: dict[str, Any] = await answer.json()
        if status["idle"] or time.monotonic() > until:
            return status
        await asyncio.sleep(0.1)


def rows(folder: Path, query: str) -> list[sqlite3.Row]:
    db = sqlite3.connect(folder / "miaohui.db")
    db.row_factory = sqlite3.Row
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


async def test_p01_p12_killed_twenty_times_nothing_is_lost_decided_twice_or_said_twice(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ))
        crowd = Crowd(server, chance)
        await asyncio.to_thread(server.start)
        posters = [asyncio.create_task(crowd.write(session)) for _ in range(POSTERS)]
        for _ in range(KILLS):
            await asyncio.sleep(0.02 + chance.random() * 0.4)
            server.kill()
            await asyncio.to_thread(server.start)
        crowd.over = True
        await asyncio.gather(*posters)
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    print(f"{len(crowd.accepted)} accepted, slowest start {max(server.starts):.1f} s")
    compare(tmp_path / "data", crowd.accepted, visible.replies)


def compare(folder: Path, accepted: set[str], replies: list[dict[str, Any]]) -> None:
    """What was answered yes, what is stored and what became visible, side by side."""
    asked = rows(folder, "SELECT id, platform_id, waiting, decision, conversation FROM message WHERE sender = 'buyer'")
    assert Counter(row["platform_id"] for row in asked) == Counter(accepted)
    assert not [row["platform_id"] for row in asked if row["waiting"] or not row["decision"]]
    ends = Counter(
        line
        for row in rows(folder, "SELECT body FROM journal WHERE kind = 'decision'")
        for line in (orjson.loads(row["body"])["messages"] if orjson.loads(row["body"])["outcome"] != "wait" else ())
    )
    assert ends == Counter(row["id"] for row in asked), "each decided exactly once"
    sends = {row["id"]: row for row in rows(folder, "SELECT * FROM outbox")}
    assert Counter(row["status"] for row in sends.values()).keys() <= {"sent", "unknown", "refused", "cancelled"}
    assert max(Counter(reply["id"] for reply in replies).values()) == 1, "nothing is said twice"
    assert max(Counter(reply["in_reply_to"] for reply in replies).values()) == 1, "one answer to a message"
    seen = {reply["id"] for reply in replies}
    assert {send for send, row in sends.items() if row["status"] == "sent"} <= seen
    assert {sends[send]["status"] for send in seen} <= {"sent", "unknown"}
    lost = {row["conversation"] for row in sends.values() if row["status"] != "sent"}
    states = {row["id"]: row["state"] for row in rows(folder, "SELECT id, state FROM conversation")}
    assert {states[talk] for talk in lost} <= {"waiting"}, "what may not have arrived is with a person"
