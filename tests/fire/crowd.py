"""Buyers who write all the time to a server that ends in every way a server can end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.flow.house import INVOICE, SHIP, UNKNOWN
from tests.flow.serving import TOKEN, Server, item, post

POSTERS = 4
SETTLED_WITHIN_S = 30
NOTICES = {"welcome": "欢迎光临小店。", "handoff": "这个问题已交给同事。"}
"""With a welcome every answer is joined to something; with a handoff notice a person is promised."""
EACH = 3
"""So many messages in a row are by the same buyer."""


class Crowd:
    """Buyers who write all the time; the platform delivers each message until it hears a yes."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self.server, self.chance = server, chance
        self.accepted: set[str] = set()
        self.over = False
        self._next = iter(range(1_000_000))

    async def under_way(self) -> None:
        """Until a few messages more are accepted than now, however busy the machine."""
        before, until = len(self.accepted), time.monotonic() + SETTLED_WITHIN_S
        while len(self.accepted) < before + EACH:
            assert time.monotonic() < until, "nothing is taken in"
            await asyncio.sleep(0.02)

    async def write(self, session: aiohttp.ClientSession) -> None:
        while not self.over:
            nth = next(self._next)
            said = item(nth, self.chance.choice((SHIP, INVOICE, f"{UNKNOWN}{nth}")))
            said["conversation"] = said["buyer"]["id"] = f"b{nth // EACH}"
            while await post(session, self.server, said) != 200:
                if self.over:
                    return
                await asyncio.sleep(0.05)
            self.accepted.add(said["id"])
            await asyncio.sleep(self.chance.random() * 0.02)


@asynccontextmanager
async def crowd(server: Server, session: aiohttp.ClientSession, chance: random.Random) -> AsyncIterator[Crowd]:
    """A crowd that writes until the block is left."""
    made = Crowd(server, chance)
    posters = [asyncio.create_task(made.write(session)) for _ in range(POSTERS)]
    try:
        yield made
    finally:
        made.over = True
        await asyncio.gather(*posters)


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
