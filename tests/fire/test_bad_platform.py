"""A platform that hangs, breaks off, lies and limits: nothing is said twice, and what may be lost is with a person."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from tests.fire.badly import COUNTED, RETRY_AFTER_S, SEALED, SUCCESS, WAYS, bad_platform, certificate
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
    "busy": "sent",
    "never": "refused",
    "unclear": "unknown",
    "unsealed": "sent",
}
"""How the sends of each way end: on the standard wire any 2xx is a yes, with a mapping what it says."""
AGAIN = ("limited", "busy")
MAPPING = {
    "items": "/data",
    "id": "/id",
    "conversation": "/conversation",
    "buyer": "/buyer/id",
    "sender": "buyer",
    "kind": "text",
    "text": "/text",
    "send": SUCCESS,
}


def three_wires(send_url: str, sealed_url: str) -> dict[str, Any]:
    """A shop with a wire for replies in the open, one by TLS, and one whose errors stand in a mapping."""
    setup = document(send_url, SECRET, FAQ)
    plain = setup["channels"][0]
    setup["channels"] += [
        {**plain, "key": "shop.sealed", "send_url": sealed_url},
        {**plain, "key": "shop.mapped", "options": {"mapping": MAPPING}},
    ]
    return setup


def wire_of(way: str) -> str:
    return "shop.sealed" if way == SEALED else "shop.mapped" if way in COUNTED else "shop.main"


async def test_p07_p08_p09_a_platform_that_is_bad_in_fourteen_ways(tmp_path: Path, chance: random.Random) -> None:
    accepted = []
    trusted = certificate(tmp_path)
    async with bad_platform(trusted) as (badly, *urls), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", three_wires(*urls), own=True, SSL_CERT_FILE=str(trusted[0]))
        badly.unsealed = times(3, 50)
        await asyncio.to_thread(server.start)
        buyers = [f"{way}_{n}" for way in WAYS for n in range(times(3, 50))]
        chance.shuffle(buyers)
        for nth, buyer in enumerate(buyers):
            said = {**item(nth, SHIP), "conversation": buyer, "buyer": {"id": buyer}}
            while await post(session, server, said, wire_of(buyer.partition("_")[0])) != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            accepted.append(said["id"])
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    await hold(server.folder, accepted, badly.replies)
    query = "SELECT c.external, o.id, o.status, o.tries FROM outbox o JOIN conversation c ON c.id = o.conversation"
    ends: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    unsealed = 0
    for row in await rows(server.folder, query):
        way = row["external"].partition("_")[0]
        ends[way][row["status"]] += 1
        unsealed += row["tries"] - len(badly.asked.get(row["id"], ())) if way == SEALED else 0
        if row["id"] not in badly.asked:
            # On a machine too busy its time passes before the first call: it is not sent, a person has it.
            assert row["status"] == "cancelled", (way, row["status"], row["tries"])
            continue
        tries = badly.asked[row["id"]]
        if row["status"] == "unknown":
            assert len(tries) == 1, "what may have been delivered is never sent again"
        assert (len(tries) > 1) == (way in AGAIN), "what was surely not delivered is sent again, and nothing else"
        if way == "limited":
            assert tries[1] - tries[0] >= RETRY_AFTER_S
    assert unsealed == times(3, 50), "no TLS, no sending: each was tried again"
    print({way: dict(found) for way, found in ends.items()})
    assert {way: set(found) for way, found in ends.items()} == {way: {end} for way, end in ENDS.items()}
