"""All I/O of the sandbox: a reply goes to the fake platform in this process, or by HTTP where ``send_url`` is set."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

import aiohttp
import orjson

from adapters.base import Channel, Outgoing, SendResult, Sent
from adapters.sandbox.platform import FakePlatform
from adapters.sandbox.wire import read_answer
from adapters.signing import sign

Answer = tuple[int, Mapping[str, str], bytes]


class SandboxClient:
    """Sends replies to a fake platform and tells how each send ended."""

    def __init__(self, platform: FakePlatform, *, timeout_s: float = 5.0) -> None:
        self._platform = platform
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        """Sign and post one reply; nothing written → refused, written without a clear answer → unknown."""
        body = encode(message)
        try:
            headers = sign(channel.secrets, message.id, now, body)
        except ValueError as error:
            return SendResult(Sent.REFUSED, detail=str(error), permanent=True)
        try:
            async with asyncio.timeout(self._timeout_s):
                if channel.send_url:
                    status, told_headers, told = await self._post(channel.send_url, headers, body)
                else:
                    status, told_headers, told = await self._platform.receive(channel, headers, body)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            return SendResult(Sent.REFUSED, detail="连不上平台，什么都没有发出 · not reached, nothing was sent")
        except (TimeoutError, aiohttp.ClientError, OSError):
            return SendResult(
                Sent.UNKNOWN, detail="没有明确答复，可能已送达 · no clear answer, it may have been delivered"
            )
        return read_answer(status, told_headers, told)

    async def close(self) -> None:
        """Close the HTTP session, if one was needed."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            lower = {name.lower(): value for name, value in response.headers.items()}
            return response.status, lower, await response.read()


def encode(message: Outgoing) -> bytes:
    """Write a reply in the platform's form."""
    data = {
        "id": message.id,
        "conversation": message.conversation,
        "buyer": {"id": message.buyer},
        "text": message.text,
        "in_reply_to": message.in_reply_to,
        "class": message.reply_class,
    }
    return orjson.dumps({"type": "reply", "data": data})
