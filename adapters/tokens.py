"""Access tokens kept in memory: one refresh at a time for each key, however many calls want it."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

from adapters.base import SendResult
from adapters.posting import Answer

EARLY_S = 300.0
"""So long before its end a token is not used any more, but at most for half of its life."""

Fetch = Callable[[], Awaitable[tuple[str, float] | SendResult]]


class TokenKeeper:
    """Keeps tokens by key."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, key: str, fetch: Fetch, *, stale: str = "") -> str | SendResult:
        """Return a good token, fetched where there is none; ``stale`` is one that the platform has just refused."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            token, until = self._tokens.get(key, ("", 0.0))
            if token and token != stale and time.monotonic() < until:
                return token
            fetched = await fetch()
            if isinstance(fetched, SendResult):
                return fetched
            token, lasts = fetched
            self._tokens[key] = token, time.monotonic() + max(lasts - EARLY_S, lasts / 2)
            return token


def key_of(*parts: str) -> str:
    """A key for these ids and secrets, from which no secret can be read; a rotated secret makes another one."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


async def with_token(
    token: Callable[[str], Awaitable[str | SendResult]],
    call: Callable[[str], Awaitable[Answer | SendResult]],
    gone: Callable[[bytes], bool],
) -> Answer | SendResult:
    """Make a call with an access token. A token that is refused did nothing, so a fresh one is tried once.

    ``token`` gives one, told which is stale; ``gone`` says whether an answer's body refuses it.
    """
    stale = ""
    for _ in range(2):
        held = await token(stale)
        if isinstance(held, SendResult):
            return held
        answer = await call(held)
        if isinstance(answer, SendResult) or not gone(answer.body):
            break
        stale = held
    return answer
