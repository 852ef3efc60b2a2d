"""Each message one to eight times, shuffled, over restarts, while the machine's clock is stepped forth and back."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import aiohttp

from tests.fire.crowd import settled
from tests.fire.seeing import hold, times
from tests.flow.house import FAQ, FRAGMENT, INVOICE, SECRET, SHIP, UNKNOWN
from tests.flow.serving import Server, document, item, platform, post

AT_ONCE = 8
STEPS_S = (-200, -30, 0, 30, 200)
"""Within the five minutes by which a sender's clock may be off."""


async def test_p04_p06_p12_repeats_in_any_order_over_restarts_and_clock_steps(
    tmp_path: Path, chance: random.Random
) -> None:
    texts = (SHIP, INVOICE, UNKNOWN, FRAGMENT)
    said = [item(nth, chance.choice(texts)) for nth in range(times(120, 2_000))]
    deliveries = [one for one in said for _ in range(chance.randint(1, 8))]
    chance.shuffle(deliveries)
    clock = tmp_path / "off"
    clock.write_text("0")
    async with platform() as (visible, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ), "tests.fire.stepping")
        server.set(STEPS=str(clock))
        await asyncio.to_thread(server.start)
        left = iter(deliveries)

        async def bring() -> None:
            for one in left:
                while await post(session, server, one) != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

        async def disturb() -> None:
            while True:
                await asyncio.sleep(0.2 + chance.random() * 0.3)
                clock.write_text(str(chance.choice(STEPS_S)))
                if chance.random() < 0.3:
                    server.kill()
                    await asyncio.to_thread(server.start)

        disturbing = asyncio.create_task(disturb())
        await asyncio.gather(*(bring() for _ in range(AT_ONCE)))
        await asyncio.sleep(0)
        disturbing.cancel()
        await asyncio.gather(disturbing, return_exceptions=True)
        if server.process.poll() is not None:
            await asyncio.to_thread(server.start)
        clock.write_text(str(max(STEPS_S) + 10))  # what waits for a time comes due once the clock has reached it
        status = await settled(session, server)
        assert status["idle"], status
        assert await asyncio.to_thread(server.stop) == 0
    print(f"{len(said)} messages in {len(deliveries)} deliveries, {len(server.starts)} starts")
    await hold(server.folder, (one["id"] for one in said), visible.replies)
