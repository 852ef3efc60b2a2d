"""The event loop's pulse: how late it wakes. Whatever blocks it shows here, and makes the door take in less."""

from __future__ import annotations

import asyncio
import time

from bot.service.loops import ended

BEAT_S = 0.05
REMEMBERED_S = 60


class Pulse:
    """Beats twenty times a second. ``lag_s`` is the last delay, ``worst_s`` the worst of about the last minute."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        self._worst: dict[int, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop."""
        await ended(self._task)

    @property
    def worst_s(self) -> float:
        """The worst delay of about the last minute, in seconds."""
        return max(self._worst.values(), default=0.0)

    async def _run(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT_S)
            self._beat(time.monotonic(), began)

    def _beat(self, now: float, began: float) -> None:
        self.lag_s = max(0.0, now - began - BEAT_S)
        span = int(now // 10)
        self._worst[span] = max(self._worst.get(span, 0.0), self.lag_s)
        for old in [one for one in self._worst if one <= span - REMEMBERED_S // 10]:
            del self._worst[old]
