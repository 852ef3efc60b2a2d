"""What is looked at now and then: one loop, one thing after the other; a fault of one stops no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from bot.service.loops import ended

TICK_S = 0.5

log = structlog.get_logger("watching")


@dataclass(slots=True)
class Watch:
    """Something to look at every so many seconds; with ``rung`` also soon after a commit."""

    name: str
    every_s: float
    look: Callable[[], Awaitable[object]]
    rung: bool = False
    due: float = field(default=0.0)


class Watching:
    """The loop."""

    def __init__(self, watches: list[Watch], mine: Callable[[], bool]) -> None:
        """``mine``: whether it is this process, of those that share a store, which looks."""
        self._watches, self._mine = watches, mine
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop the loop."""
        await ended(self._task)

    def ring(self) -> None:
        """Something was committed."""
        self._bell.set()

    async def _run(self) -> None:
        while True:
            rung = self._bell.is_set()
            self._bell.clear()
            for watch in self._watches if self._mine() else ():
                if time.monotonic() >= watch.due or (rung and watch.rung):
                    await self._look(watch)
            await self._pause()

    async def _look(self, watch: Watch) -> None:
        try:
            await watch.look()
        except Exception:
            log.exception("watch_failed", watch=watch.name)
        watch.due = time.monotonic() + watch.every_s

    async def _pause(self) -> None:
        """Until the next tick, or a commit; after a commit a moment is waited, so that many are looked at once."""
        try:
            async with asyncio.timeout(TICK_S):
                await self._bell.wait()
        except TimeoutError:
            return
        await asyncio.sleep(TICK_S / 10)
