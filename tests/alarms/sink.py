"""A real sink: a local HTTP server that writes down every call and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "tok-5f0c-planted-marker"
SECRET = "SEC-9b1e-planted-marker"


@dataclass
class Sink:
    """What came in, and what it answers next."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=lambda: {"errcode": 0, "code": 0})
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    url: str = ""

    @property
    def texts(self) -> list[str]:
        """The texts of the calls, as a robot shows them."""
        return [str(call.get("text", {}).get("content") or call.get("content", {}).get("text")) for call in self.calls]

    async def _take(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        raw = await request.read()
        self.calls.append(orjson.loads(raw) if raw.startswith(b"{") else {"raw": raw.decode()})
        await asyncio.sleep(self.delay_s)
        body = self.answer if isinstance(self.answer, bytes) else orjson.dumps(self.answer)
        return web.Response(status=self.status, body=body, headers=self.headers)


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    found = Sink()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found._take)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    found.url = f"{server.make_url('/robot/send')}?access_token={TOKEN}"
    yield found
    await server.close()
