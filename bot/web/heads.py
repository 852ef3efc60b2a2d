"""Bad peers at the wire: a head must come within ten seconds, a whole request within fifteen, and nothing is unpacked.

The library has no deadline for heads, and it goes on unpacking a refused body while it waits for its end: a small bomb
then blocks the event loop for half a second. So bodies are taken as they come; packed ones are refused by their head.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

HEAD_WITHIN_S = 10.0
LINGER_S = 1.0
"""How long what is left of a refused body is waited for, so that its sender reads the answer."""


class _Hasty(RequestHandler):
    """A connection that is closed when a head has begun, or none has come at all, for ten seconds.

    ``head_began`` is when the latest request's first byte came (the loop's time).
    """

    __slots__ = ("_head_open", "_head_timer", "head_began")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_open = False
        self.head_began = self._loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first head is awaited from here on."""
        super().connection_made(transport)
        self._head_timer = self._loop.call_later(HEAD_WITHIN_S, self._too_late)

    def data_received(self, data: bytes) -> None:
        """A whole head ends the waiting; the beginning of one starts it."""
        if not self._head_open and self._current_request is None and not self._messages:
            self._head_open, self.head_began = True, self._loop.time()
        super().data_received(data)
        if self._messages or self._current_request is not None or self._upgraded:
            self._head_open = False
            self._stop_waiting()
        elif self._head_timer is None:
            self._head_timer = self._loop.call_later(HEAD_WITHIN_S, self._too_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nothing is awaited any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_late(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def time_left(request: web.Request, whole_s: float) -> float:
    """How many seconds of ``whole_s`` are left for a request's body, counted from the first byte of its head."""
    began = getattr(request.protocol, "head_began", None)
    passed = 0.0 if began is None else asyncio.get_running_loop().time() - began
    return max(0.1, whole_s - LINGER_S - passed)


class _Server(web.Server):
    """Makes connections that are in a hurry."""

    def __call__(self) -> RequestHandler:
        return _Hasty(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """The library's runner with the deadlines of this room."""

    __slots__ = ()

    def __init__(self, app: web.Application, **more: Any) -> None:
        super().__init__(app, auto_decompress=False, lingering_time=LINGER_S, **more)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler, request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation, loop=made._loop, **made._kwargs,
        )  # fmt: skip
