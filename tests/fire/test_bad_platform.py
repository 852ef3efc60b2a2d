"""A platform that hangs, breaks off, lies and limits: nothing is said twice, and what may be lost is with a person."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import aiohttp

from tests.fire.badly import RETRY_AFTER_S, WAYS, bad_platform
from tests.fire.crowd import settled
from tests.fire.seeing import hold, rows, times
from tests.flow.house import FAQ, SECRET, SHIP
from tests.flow.serving import Server, document, item, post

ENDS = {
    "hang": "unknown",
    "reset": "unknown",
    "half": "unknown",
    "close": "unknown",
    "slow": "sent",
    "fails": "unknown",
    "forbidden": "refused",
    "twice": "sent",
    "limited": "sent",
    "no-json": "sent",
}
"""How the sends of each way end on the standard wire, for which any 2xx is a yes."""


async def test_p07_p08_p09_a_platform_that_is_bad_in_ten_ways(tmp_path: Path, chance: random.Random) -> None:
    accepted = []
    async with bad_platform() as (badly, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ))
        await asyncio.to_thread(server.start)
        buyers = [f"{way}_{n}" for way in WAYS for n in range(times(3, 50))]
        chance.shuffle(buyers)
        for nth, buyer in enumerate(buyers):
            said = {**item(nth, SHIP), "conversation": buyer, "buyer": {"id": buyer}}
            assert await post(session, server, said) == 200
            accepted.append(said["id"])
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    await hold(server.folder, accepted, badly.replies)
    query = "SELECT c.external, o.id, o.status FROM outbox o JOIN conversation c ON c.id = o.conversation"
    ends: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    for row in await rows(server.folder, query):
        way = row["external"].partition("_")[0]
        ends[way][row["status"]] += 1
        tries = badly.asked[row["id"]]
        if row["status"] == "unknown":
            assert len(tries) == 1, "what may have been delivered is never sent again"
        if way == "limited":
            assert tries[1] - tries[0] >= RETRY_AFTER_S
    print({way: dict(found) for way, found in ends.items()})
    assert {way: set(found) for way, found in ends.items()} == {way: {end} for way, end in ENDS.items()}
