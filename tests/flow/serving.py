"""A real server process over a folder, and a real platform that writes down every reply that became visible."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.signing import sign
from tests import quick_start
from tests.flow.house import SECRET

READY_WITHIN_S = 40
STOPPED_WITHIN_S = 10
TURNS = 4
"""The loop's turns between a knock and its answer (door, store, door, who knocked): each is as late as a machine that is
busy with other tests makes it, which the service's own pulse tells."""
TOKEN = "mh_flow_tests_watch_over_everything"
SERVE = "bot"
TALKS = 60


class Server:
    """One server process at a time; ``starts`` are the seconds each start took until it was ready."""

    def __init__(
        self, folder: Path, document: dict[str, Any], program: str = SERVE, *, database: str = "", own: bool = False,
        **env: str,
    ) -> None:  # fmt: skip
        """``env``: settings as in the environment, such as ``MIAOHUI_LEASE_S``; ``own``: with an interpreter of its
        own, for what is read while modules are imported."""
        self.folder, self._program, self._own = folder, program, own
        self.process: quick_start.Process | subprocess.Popen[bytes]
        self._env = {**os.environ, **env}
        if database:
            self._env["MIAOHUI_DATABASE"] = database
        self.log = folder.parent / "server.log"
        self.starts: list[float] = []
        self.url = ""
        file = folder.parent / "setup.json"
        file.write_bytes(orjson.dumps(document))
        done = quick_start.run(["init", file, "--data", folder], env=self._env)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start, and come back when it is ready."""
        began = time.monotonic()
        words = ["serve", "--data", self.folder, "--port", "0", "--no-open"]
        with self.log.open("ab") as log:
            if self._own:
                command = [sys.executable, "-m", self._program, *map(str, words)]
                self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=self._env)
            else:
                self.process = quick_start.begin(words, module=self._program, env=self._env, stderr=log.fileno())
        assert self.process.stdout
        seen, _, _ = select.select([self.process.stdout], [], [], READY_WITHIN_S)
        line = self.process.stdout.readline() if seen else b""
        assert line, self._why_not(waited=not seen)
        self.url = json.loads(line)["url"]
        self.starts.append(time.monotonic() - began)

    def _why_not(self, *, waited: bool) -> str:
        """Why it is not ready: it takes too long, or it ended; with what it said of that."""
        said = self.log.read_text("utf-8", "replace")
        if waited:
            return f"not ready within {READY_WITHIN_S} s, and still running:\n{said[-3000:]}"
        code = self.process.wait(10)
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
        return f"ended with {code} before it was ready: {last}\n{said[-3000:]}"

    def set(self, **env: str) -> None:
        """Change the environment of the next start."""
        self._env |= env

    def gone(self, within_s: float) -> None:
        """Wait until it has ended by itself."""
        self.process.wait(within_s)
        if self.process.stdout:
            self.process.stdout.close()

    def twin(self) -> Server:
        """Another process over the same folder and database."""
        other = copy(self)
        other.starts, other.url = [], ""
        return other

    def freeze(self) -> None:
        """Stop it in its tracks, as a machine does that swaps or is moved."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut ends a process: at once, without a word."""
        self.process.kill()
        self._gone()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        code = self.process.wait(STOPPED_WITHIN_S)
        if self.process.stdout:
            self.process.stdout.close()
        return code


@dataclass
class Visible:
    """What the platform showed its buyers: each reply by our id, in the order in which it came."""

    replies: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/send", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        reply = orjson.loads(await request.read())["data"]
        if self.status == 200:
            self.replies.append(reply)
        return web.json_response({"id": f"p-{reply['id']}"}, status=self.status)


def document(send_url: str, secret: str, faq: dict[str, dict[str, str]], **shop: Any) -> dict[str, Any]:
    """A setup file: one shop that answers by itself, one standard channel, one token that may see everything.

    ``shop``: what else is set of the shop, such as ``notices``.
    """
    return {
        "version": 1,
        "shops": [{"id": "shop", "name": "店", "platform": "xiaohongshu", "bot_mode": "auto", **shop}],
        "channels": [
            {"key": "shop.main", "shop": "shop", "adapter": "standard", "secrets": [secret], "send_url": send_url}
        ],
        "tokens": [{"name": "watch", "value": TOKEN, "role": "admin", "shops": "*"}],
        "faq": [{"shop": "shop", "entries": [{"id": name, **entry} for name, entry in faq.items()]}],
    }


@asynccontextmanager
async def platform() -> AsyncIterator[tuple[Visible, str]]:
    visible = Visible()
    server = TestServer(visible.app())
    await server.start_server()
    try:
        yield visible, str(server.make_url("/send"))
    finally:
        await server.close()


async def post(
    session: aiohttp.ClientSession, server: Server, item: dict[str, Any], channel: str = "shop.main"
) -> int | None:
    """Deliver one message; the status of the answer, None if the connection broke."""
    body = orjson.dumps({"type": "message", "data": item})
    headers = sign([SECRET], f"d-{item['id']}", datetime.now(UTC), body)
    try:
        async with session.post(f"{server.url}/webhooks/{channel}", data=body, headers=headers) as answer:
            await answer.read()
            return answer.status
    except (aiohttp.ClientError, OSError):
        return None


async def slack_s(session: aiohttp.ClientSession, server: Server) -> float:
    """The seconds by which a machine that is busy with other tests may have made an answer later, in the last minute."""
    async with session.get(f"{server.url}/metrics") as answer:
        found = re.search(r"^miaohui_event_loop_lag_worst_seconds (\S+)$", await answer.text(), re.M)
    assert found
    return TURNS * float(found[1])


def item(nth: int, text: str) -> dict[str, Any]:
    """The nth message of all; every 60th is by the same buyer."""
    buyer = f"b{nth % TALKS}"
    return {
        "id": f"m{nth}",
        "conversation": buyer,
        "buyer": {"id": buyer},
        "sender": "buyer",
        "kind": "text",
        "text": text,
    }
