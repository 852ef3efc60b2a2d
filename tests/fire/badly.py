"""A platform that misbehaves in many ways, over bare sockets; it writes down what its buyers saw.

A buyer's name says in which way the platform treats what is sent to him. Each reply is treated like that once; what
comes again is taken as it should be.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

YES = b'{"id":"p","ok":true}'
HANGS_S = 8.0
"""Longer than a send is waited for."""
RETRY_AFTER_S = 3

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


LAST = "Connection: close"
"""The connection ends with this answer: who used it again might write into its end."""


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
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n{LAST}\r\n\r\n"
    writer.write(head.encode() + b'{"id":"')
    for _ in range(round(HANGS_S)):
        await asyncio.sleep(1)
        writer.write(b"x")


async def twice(writer: asyncio.StreamWriter) -> None:
    writer.write(http("200 OK", b'{"id":"p"}') * 2)


def says(status: str, body: bytes, *headers: str) -> Answering:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(http(status, body, LAST, *headers))

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
    "busy": (says("200 OK", b'{"ok":false,"code":5}'), False),
    "never": (says("200 OK", b'{"ok":false,"code":6}'), False),
    "unclear": (says("200 OK", b'{"ok":false,"code":7}'), True),
    "unsealed": (says("200 OK", YES), True),
}
"""Each way, and whether the buyer sees what was sent all the same. ``unsealed``: no TLS is agreed, at first."""
COUNTED = ("busy", "never", "unclear")
"""The ways of a platform that answers errors with 200 and a code: they need a mapping that knows it."""
SEALED = "unsealed"
SUCCESS = {
    "path": "",
    "body": {
        "data": {
            "id": "{id}",
            "conversation": "{conversation}",
            "text": "{text}",
            "class": "{class}",
            "in_reply_to": "{in_reply_to}",
        }
    },
    "success": {"when": {"/ok": "true"}},
    "refused": [{"when": {"/code": 5}, "again": True}, {"when": {"/code": 6}}],
}


class Badly:
    """The platform: ``replies`` became visible; ``asked`` is when each send was tried (the loop's time), by its id."""

    def __init__(self) -> None:
        self.replies: list[dict[str, Any]] = []
        self.asked: dict[str, list[float]] = {}
        self.open: set[asyncio.Task[Any]] = set()
        self.unsealed = 0
        """So many more connections are answered without TLS where TLS was asked for."""

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
                answer, seen = says("200 OK", YES), True
            if seen:
                self.replies.append(reply)
            await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def take_sealed(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seal: ssl.SSLContext
    ) -> None:
        """One connection that asks for TLS, and gets it in the end."""
        if self.unsealed:
            self.unsealed -= 1
            writer.write(http("400 Bad Request", b"{}"))
            writer.close()
            return
        await writer.start_tls(seal)
        await self.take(reader, writer)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine that only who is told to trusts, and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*asked, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    return made, key


@asynccontextmanager
async def bad_platform(trusted: tuple[Path, Path]) -> AsyncIterator[tuple[Badly, str, str]]:
    """The platform, and the addresses at which it takes replies: openly, and by TLS under this certificate and key."""
    badly = Badly()
    seal = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    seal.load_cert_chain(*trusted)

    async def sealed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await badly.take_sealed(reader, writer, seal)

    servers = [await asyncio.start_server(take, "127.0.0.1", 0) for take in (badly.take, sealed)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    try:
        yield badly, f"http://127.0.0.1:{ports[0]}/send", f"https://127.0.0.1:{ports[1]}/send"
    finally:
        for server in servers:
            server.close()
        await asyncio.gather(*badly.open)
