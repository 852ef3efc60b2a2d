"""A platform that misbehaves in ten ways, over bare sockets; it writes down what its buyers saw.

A buyer's name says in which way the platform treats what is sent to him. Each reply is treated like that once; what
comes again is taken as it should be.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

HANGS_S = 8.0
"""Longer than a send is waited for."""
RETRY_AFTER_S = 3

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join([*lines, "", ""]).encode() + body


async def hang(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(HANGS_S)


async def reset(writer: asyncio.StreamWriter) -> None:
    taken: socket.socket = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def half(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")


async def close(_writer: asyncio.StreamWriter) -> None:
    """Without a word."""


async def slow(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{"id":"')
    for _ in range(round(HANGS_S)):
        await asyncio.sleep(1)
        writer.write(b"x")


async def twice(writer: asyncio.StreamWriter) -> None:
    writer.write(http("200 OK", b'{"id":"p"}') * 2)


def says(status: str, body: bytes, *headers: str) -> Answering:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(http(status, body, *headers))

    return say


WAYS: dict[str, tuple[Answering, bool]] = {
    "hang": (hang, True),
    "reset": (reset, True),
    "half": (half, True),
    "forbidden": (says("403 Forbidden", b"{}"), False),
    "limited": (says("429 Too Many Requests", b"{}", f"Retry-After: {RETRY_AFTER_S}"), False),
    "fails": (says("500 Internal Server Error", b"oops"), False),
    "slow": (slow, True),
    "no-json": (says("200 OK", b"<html>fine</html>"), True),
    "close": (close, True),
    "twice": (twice, True),
}
"""Each way, and whether the buyer sees what was sent all the same."""


class Badly:
    """The platform: ``replies`` became visible; ``asked`` is when each send was tried (the loop's time), by its id."""

    def __init__(self) -> None:
        self.replies: list[dict[str, Any]] = []
        self.asked: dict[str, list[float]] = {}
        self.open: set[asyncio.Task[Any]] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        task = asyncio.current_task()
        assert task
        self.open.add(task)
        task.add_done_callback(self.open.discard)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            reply = orjson.loads(await reader.readexactly(int(length.partition(b":")[2])))["data"]
            tries = self.asked.setdefault(reply["id"], [])
            tries.append(asyncio.get_running_loop().time())
            answer, seen = WAYS[reply["conversation"].partition("_")[0]]
            if len(tries) > 1:
                answer, seen = says("200 OK", b'{"id":"p"}'), True
            if seen:
                self.replies.append(reply)
            await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def bad_platform() -> AsyncIterator[tuple[Badly, str]]:
    """The platform, and the address at which it takes replies."""
    badly = Badly()
    server = await asyncio.start_server(badly.take, "127.0.0.1", 0)
    try:
        yield badly, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send"
    finally:
        server.close()
        await asyncio.gather(*badly.open)
