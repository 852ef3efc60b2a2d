"""``make soak``: 200 messages a second for ten minutes, with memory, open files and the lateness of the event loop.

The platform answers in 50 ms. ``SOAK_S`` and ``SOAK_RATE`` change length and rate; ``MIAOHUI_DATABASE`` the store.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bench.ingest import TEXTS
from tests.fire.crowd import settled
from tests.flow.house import FAQ, SECRET
from tests.flow.serving import Server, document, post

SECONDS, RATE = float(os.environ.get("SOAK_S", "600")), float(os.environ.get("SOAK_RATE", "200"))
LOOK_EVERY_S = max(1.0, SECONDS / 20)
PLATFORM_S = 0.05


@dataclass
class Seen:
    """What was sent, when it was acknowledged and when its answer was on the wire to the platform."""

    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    errors: int = 0

    async def reply(self, request: web.Request) -> web.Response:
        data = orjson.loads(await request.read())["data"]
        if began := self.sent.get(data["in_reply_to"] or ""):
            self.answered.append(time.monotonic() - began)
        await asyncio.sleep(PLATFORM_S)
        return web.json_response({"id": f"p-{data['id']}"})

    async def say(self, session: aiohttp.ClientSession, server: Server, nth: int) -> None:
        item = {"id": f"m{nth}", "conversation": f"b{nth}", "buyer": {"id": f"b{nth}"}, "sender": "buyer"}
        began = self.sent[f"m{nth}"] = time.monotonic()
        status = await post(session, server, item | {"kind": "text", "text": TEXTS[nth % len(TEXTS)]})
        self.acknowledged.append(time.monotonic() - began)
        self.errors += status != 200


def at(values: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    return 1000 * sorted(values)[int(len(values) * share)] if values else 0.0


async def worst_lag(session: aiohttp.ClientSession, server: Server) -> float:
    """The worst lateness of the event loop in about the last minute, in milliseconds."""
    async with session.get(f"{server.url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    found = next(line for line in lines if line.startswith("miaohui_event_loop_lag_worst_seconds "))
    return 1000 * float(found.split()[-1])


def memory_mib(pid: int) -> float:
    """Resident memory."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def drive(server: Server, seen: Seen, session: aiohttp.ClientSession) -> None:
    """Send at the rate; print a line now and then."""
    print(
        f"{'s':>6}{'sent':>9}{'errors':>8}{'MiB':>7}{'files':>7}{'lag ms':>8}{'ack p99':>9}{'answer p95':>12}{'p99 ms':>8}"
    )
    began, nth, told, tasks = time.monotonic(), 0, 0.0, set()
    while (now := time.monotonic() - began) < SECONDS:
        while nth < now * RATE:
            task = asyncio.create_task(seen.say(session, server, nth))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            nth += 1
        if now - told >= LOOK_EVERY_S:
            told = now
            lag = await worst_lag(session, server)
            files = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))  # noqa: ASYNC240  (memory, no disk)
            print(
                f"{now:6.0f}{nth:9}{seen.errors:8}{memory_mib(server.process.pid):7.0f}{files:7}{lag:8.0f}"
                f"{at(seen.acknowledged, 0.99):9.0f}{at(seen.answered, 0.95):12.0f}{at(seen.answered, 0.99):8.0f}",
                flush=True,
            )
            seen.acknowledged, seen.answered = [], []
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)


async def main() -> None:
    """Run it; say at the end whether anything is left undone."""
    seen = Seen()
    app = web.Application()
    app.router.add_post("/send", seen.reply)
    platform = TestServer(app)
    await platform.start_server()
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name) / "data", document(str(platform.make_url("/send")), SECRET, FAQ))
        await asyncio.to_thread(server.start)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            await drive(server, seen, session)
            status = await settled(session, server)
        await asyncio.to_thread(server.stop)
        print(f"{len(seen.sent)} sent, {seen.errors} without a yes, at the end {status}")
    await platform.close()


if __name__ == "__main__":
    asyncio.run(main())
