"""All I/O of the standard channel: one signed POST a reply, and every ending of it told as an outcome."""

from __future__ import annotations

from datetime import datetime

import aiohttp
import orjson

from adapters.base import Channel, Outgoing, SendResult, Sent
from adapters.signing import sign
from adapters.standard.answer import read_answer, refused_for_good

MAX_ANSWER = 64 * 1024
CONNECT_S = 3.0
# Shorter than the idle limit of common servers (5 s and up): a reused connection that the peer has just closed would
# end as "unknown" and cost a person's attention.
KEEPALIVE_S = 2.0


class StandardClient:
    """Sends replies as Standard Webhooks. Takes a session, or makes one of its own on first use and closes it."""

    def __init__(self, session: aiohttp.ClientSession | None = None, *, timeout_s: float = 5.0) -> None:
        self._session = session
        self._owned: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, timeout_s * 0.6))

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        """Post one reply to the channel's ``send_url``; the webhook id is the message's id, the same at every try.

        Never raises for what the peer does. Redirects are not followed. Nothing written → refused; written without a
        clear answer → unknown.
        """
        if not channel.send_url:
            return refused_for_good("渠道没有填发送地址 · the channel has no send address")
        body = encode(message)
        try:
            headers = sign(channel.secrets, message.id, now, body)
        except ValueError as error:
            return refused_for_good(str(error))
        headers["content-type"] = "application/json; charset=utf-8"
        headers["accept-encoding"] = "identity"  # an answer that unpacks into gigabytes is not asked for
        return await self._post(channel.send_url, headers, body, now)

    async def close(self) -> None:
        """Close the session this client made; a session that was given stays open."""
        if self._owned is not None:
            await self._owned.close()
            self._owned = None

    async def _post(self, url: str, headers: dict[str, str], body: bytes, now: datetime) -> SendResult:
        try:
            async with self._open().post(
                url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                raise_for_status=False,
            ) as response:
                told = await _read(response)
                return read_answer(response.status, response.headers, told, now)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return SendResult(
                Sent.REFUSED,
                detail=f"连不上发送地址，什么都没有发出 · cannot reach the send address, nothing was sent ({_name(error)})",
            )
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return refused_for_good("发送地址不是有效网址 · the send address is not a valid URL")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return SendResult(
                Sent.UNKNOWN,
                detail=f"请求已发出但没有明确答复，可能已送达 · sent without a clear answer, it may have been delivered "
                f"({_name(error)})",
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is not None:
            return self._session
        if self._owned is None or self._owned.closed:
            self._owned = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=100, keepalive_timeout=KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._owned


def encode(message: Outgoing) -> bytes:
    """Write a reply in the channel's form; ``buyer`` has the shape it comes in with."""
    data = {
        "id": message.id,
        "conversation": message.conversation,
        "buyer": {"id": message.buyer},
        "text": message.text,
        "in_reply_to": message.in_reply_to,
        "class": message.reply_class,
    }
    return orjson.dumps({"type": "reply", "data": data})


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read the answer's first part; the status has spoken already, so a body that breaks off changes nothing."""
    told = bytearray()
    try:
        while len(told) <= MAX_ANSWER and (part := await response.content.readany()):
            told += part
    except (TimeoutError, aiohttp.ClientError, OSError):
        response.close()
    if len(told) > MAX_ANSWER:
        response.close()
    return bytes(told[:MAX_ANSWER])


def _name(error: Exception) -> str:
    return type(error).__name__
