"""One shop is flooded beyond what the door lets in: it gets 503 with Retry-After, the others are answered as ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import orjson

from adapters.signing import sign
from bot.service.gate import AT_ONCE, KEPT_FREE
from tests.flow.house import FAQ, SECRET, SHIP
from tests.flow.serving import Server, document, item, platform, slack_s

YES_WITHIN_S = 1.8
ANSWERED_WITHIN_S = 3
OVER_WITHIN_S = 15
"""Once the flood has ended the shop itself is taken in again."""
MESSAGES = 50


@asynccontextmanager
async def flooded(url: str, channel: str) -> AsyncIterator[None]:
    """As many calls as one shop may have inside, each with a body that does not come."""
    parts = urlsplit(url)
    head = f"POST /webhooks/{channel} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n".encode()
    opened = []
    for _ in range(AT_ONCE - KEPT_FREE):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(head)
        opened.append((reader, writer))
    try:
        yield
    finally:
        for _, writer in opened:
            writer.close()


async def deliver(session: aiohttp.ClientSession, url: str, channel: str, nth: int) -> tuple[int, str | None, float]:
    """Status, Retry-After, and the seconds it took."""
    body = orjson.dumps({"type": "message", "data": item(nth, SHIP)})
    headers = sign([SECRET], f"d-{nth}", datetime.now(UTC), body)
    began = time.monotonic()
    async with session.post(f"{url}/webhooks/{channel}", data=body, headers=headers) as answer:
        await answer.read()
        return answer.status, answer.headers.get("Retry-After"), time.monotonic() - began


async def test_p05_p09_a_flooded_shop_is_told_to_come_again_and_delays_no_other(tmp_path: Path) -> None:
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        setup = document(send_url, SECRET, FAQ)
        setup["shops"].append({**setup["shops"][0], "id": "other"})
        setup["channels"].append({**setup["channels"][0], "key": "other.main", "shop": "other"})
        setup["faq"].append({**setup["faq"][0], "shop": "other"})
        server = Server(tmp_path / "data", setup)
        await asyncio.to_thread(server.start)
        async with flooded(server.url, "shop.main"):
            assert (await deliver(session, server.url, "shop.main", 1))[:2] == (503, "5")
            others = [await deliver(session, server.url, "other.main", nth) for nth in range(MESSAGES)]
            assert {status for status, _, _ in others} == {200}
            slack = await slack_s(session, server)
            assert max(took for _, _, took in others) < YES_WITHIN_S + slack
            async with asyncio.timeout(ANSWERED_WITHIN_S + MESSAGES * slack):
                while len(visible.replies) < MESSAGES:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(OVER_WITHIN_S):
            while (await deliver(session, server.url, "shop.main", 1))[0] != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert await asyncio.to_thread(server.stop) == 0
