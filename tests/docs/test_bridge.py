"""The reference bridge runs between a real server and a platform: messages in, answers out, each once."""

from __future__ import annotations

import asyncio
import json
import os
import select
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.signing import sign
from tests.docs.pages import ROOT, blocks
from tests.flow.house import FAQ, SECRET, SHIP, SHIP_SAYS
from tests.flow.serving import Server, document

BRIDGE = ROOT / "docs" / "bridge" / "bridge.py"


class Platform:
    """Shows its buyer what it is given; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []
        self.status = 200

    async def take(self, request: web.Request) -> web.Response:
        if self.status == 200:
            self.shown.append(json.loads(await request.read()))
        return web.json_response({"id": f"p-{len(self.shown)}"}, status=self.status)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def test_the_bridge_speaks_both_ways(tmp_path: Path) -> None:
    platform, port = Platform(), free_port()
    app = web.Application()
    app.router.add_post("/send", platform.take)
    server = Server(tmp_path / "data", document(f"http://127.0.0.1:{port}/from-miaohui", SECRET, FAQ))
    async with TestServer(app) as there:
        await asyncio.to_thread(server.start)
        env = {
            **os.environ,
            "MIAOHUI_WEBHOOK": f"{server.url}/webhooks/shop.main",
            "MIAOHUI_SECRET": SECRET,
            "PLATFORM_URL": str(there.make_url("/send")),
            "PORT": str(port),
        }
        bridge = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, str(BRIDGE)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
        )
        try:
            assert bridge.stdout
            assert select.select([bridge.stdout], [], [], 20)[0]
            url = bridge.stdout.readline().decode().strip()
            await _walk(url, platform)
        finally:
            bridge.kill()
            bridge.wait()
            if bridge.stdout:
                bridge.stdout.close()
            server.stop()


async def _walk(url: str, platform: Platform) -> None:
    async with aiohttp.ClientSession() as session:
        said = {"id": "m-1", "talk": "c-77", "who": "customer", "name": "林小满", "text": SHIP}
        for _ in range(3):  # the platform tries again, too
            async with session.post(f"{url}/from-platform", json=said) as answer:
                assert answer.status == 200
        async with asyncio.timeout(20):
            while not platform.shown:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        assert platform.shown == [{"talk": "c-77", "text": SHIP_SAYS}], "once, however often it came in"
        await _replies(session, url, platform)


async def _replies(session: aiohttp.ClientSession, url: str, platform: Platform) -> None:
    """What miaohui sends: the same reply twice is shown once, a forged one not at all, a refusal is told."""
    body = json.dumps({"type": "reply", "data": {"id": "o-1", "conversation": "c-77", "text": "今天发"}}).encode()
    good = sign([SECRET], "o-1", datetime.now(UTC), body)
    for headers, data, status in (
        (good, body, 200),
        (good, body, 200),
        ({**good, "webhook-id": "o-2"}, body, 401),
        (good, body + b" ", 401),
        (sign([SECRET], "o-3", datetime.fromtimestamp(time.time() - 400, UTC), body), body, 401),
    ):
        async with session.post(f"{url}/from-miaohui", data=data, headers=headers) as answer:
            assert answer.status == status
    assert platform.shown[1:] == [{"talk": "c-77", "text": "今天发"}]
    platform.status = 403
    async with session.post(f"{url}/from-miaohui", data=body, headers=sign([SECRET], "o-4", datetime.now(UTC), body)) as answer:  # fmt: skip
        assert answer.status == 422


def test_the_page_shows_the_settings_that_the_bridge_reads() -> None:
    program = BRIDGE.read_text("utf-8")
    shown = "\n".join(blocks("docs/bridge/README.md", "sh"))
    assert [name for name in ("MIAOHUI_WEBHOOK", "MIAOHUI_SECRET", "PLATFORM_URL") if name not in program + shown] == []
    assert len(program.splitlines()) <= 130
