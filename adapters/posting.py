"""One POST to a platform and how it ended: the I/O that the clients of all real platforms share.

Nothing written → refused; written without a clear answer → unknown. Redirects are never followed, cookies never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from adapters.base import SendResult, Sent

MAX_ANSWER = 64 * 1024
CONNECT_S = 3.0
# Shorter than the idle limit of common servers (5 s and up): a reused connection that the peer has just closed would
# end as "unknown" and cost a person's attention.
KEEPALIVE_S = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the peer answered: header names in any case, at most ``limit`` bytes of the body; ``whole`` = all of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True


class Poster:
    """Posts. Takes a session, or makes one of its own on first use and closes it."""

    def __init__(self, session: aiohttp.ClientSession | None = None, *, timeout_s: float = 5.0) -> None:
        self._session = session
        self._owned: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, timeout_s * 0.6))

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, *, method: str = "POST", limit: int = MAX_ANSWER
    ) -> Answer | SendResult:
        """Make one request; an ending without an answer is told as an outcome. Never raises for what the peer does."""
        try:
            async with self._open().request(
                method,
                url,
                data=body or None,
                headers={"accept-encoding": "identity", **headers},  # no answer that unpacks into gigabytes
                timeout=self._timeout,
                allow_redirects=False,
                raise_for_status=False,
            ) as response:
                told, whole = await _read(response, limit)
                return Answer(response.status, response.headers, told, whole)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return SendResult(
                Sent.REFUSED,
                detail=f"连不上发送地址，什么都没有发出 · cannot reach the send address, nothing was sent ({_name(error)})",
            )
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return SendResult(
                Sent.REFUSED, detail="发送地址不是有效网址 · the send address is not a valid URL", permanent=True
            )
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return SendResult(
                Sent.UNKNOWN,
                detail=f"请求已发出但没有明确答复，可能已送达 · sent without a clear answer, it may have been delivered "
                f"({_name(error)})",
            )

    async def close(self) -> None:
        """Close the session this made; a session that was given stays open."""
        if self._owned is not None:
            await self._owned.close()
            self._owned = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is not None:
            return self._session
        if self._owned is None or self._owned.closed:
            self._owned = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=100, keepalive_timeout=KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._owned


async def _read(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """Read the answer's first part; a body that breaks off leaves what came, marked as not whole."""
    told, whole = bytearray(), True
    try:
        while len(told) <= limit and (part := await response.content.readany()):
            told += part
    except (TimeoutError, aiohttp.ClientError, OSError):
        whole = False
        response.close()
    if len(told) > limit:
        whole = False
        response.close()
    return bytes(told[:limit]), whole


def _name(error: Exception) -> str:
    return type(error).__name__
