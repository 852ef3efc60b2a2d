"""A platform's send API as a local server: it keeps what it was sent and answers as it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Call:
    """One request as it came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class FakeApi:
    """``answers`` says for a path's end what to answer: a value (as JSON), or a function of the call. ``status`` is for
    all; ``cut`` closes the connection after reading; ``half`` sends only so many bytes of an answer that says it is longer."""

    answers: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    half: int | None = None
    stall_s: float = 0.0
    seen: list[Call] = field(default_factory=list)

    def calls(self, end: str) -> list[Call]:
        """The calls whose path ends like this."""
        return [one for one in self.seen if one.path.endswith(end)]

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Keep a call and answer it."""
        raw = await request.read()
        call = Call(request.path, dict(request.query), {k.lower(): v for k, v in request.headers.items()}, json.loads(raw or b"null"))  # fmt: skip
        self.seen.append(call)
        await asyncio.sleep(self.stall_s)
        if self.cut and request.transport:
            request.transport.close()
        told = next((answer for end, answer in self.answers.items() if request.path.endswith(end)), {})
        told = told(call) if isinstance(told, Callable) else told  # type: ignore[arg-type]
        text = json.dumps(told).encode()
        if self.half is None:
            return web.Response(status=self.status, body=text, headers=self.headers, content_type="application/json")
        response = web.StreamResponse(status=self.status, headers={"Content-Length": str(len(text))})
        await response.prepare(request)
        await response.write(text[: self.half])
        if request.transport:
            request.transport.close()
        return response


@asynccontextmanager
async def served(api: FakeApi) -> AsyncIterator[str]:
    """Serve it; its address."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", api.take)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
