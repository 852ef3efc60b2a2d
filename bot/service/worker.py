"""This process among those that share a store: its name, its lease, and what it takes over from one that is gone.

A name is never used twice, so it is the fence: what is written down under an old name is nobody's any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from bot.service.clocks import Clocks
from bot.store import workers
from bot.store.engine import Store
from bot.store.ids import new_id

MARGIN = 0.2
"""In the last part of its lease a process begins no call: one that is begun may take its time."""

log = structlog.get_logger("worker")


class Worker:
    """A process's place in the list. ``on_lost``: what it had in hand is others' now; ``on_gone``: others' is free.

    The list belongs to no shop, and to say that one is there waits for nobody who writes for long.
    """

    def __init__(self, store: Store, clocks: Clocks, lease_s: float, beat_s: float) -> None:
        self._store, self._clocks, self._lease_s, self._beat_s = store, clocks, lease_s, beat_s
        self.on_lost: Callable[[], None] = lambda: None
        self.on_gone: Callable[[], Awaitable[None]] = _nothing
        self.name = new_id(clocks.real())
        self.count = 1
        """How many processes there are."""
        self._first = True
        self._until = 0.0
        self._task: asyncio.Task[None] | None = None

    async def enrol(self) -> None:
        """Take a place in the list; on a store that nobody shares it is the only one."""
        began = _awake_or_asleep()
        await self._store.write_in((), workers.enrol, self.name, alone=not self._store.shared)
        self._until = began + self._lease_s * (1 - MARGIN)
        await self._look_round()

    def start(self) -> None:
        """Begin to say so regularly."""
        if self._store.shared:
            self._task = asyncio.create_task(self._run())

    def cancel(self) -> None:
        """Say so no more."""
        if self._task:
            self._task.cancel()

    async def leave(self) -> None:
        """Leave the list: what is not finished is free for the others at once. A store that refuses stops no stopping:
        then it is free when the lease has run out."""
        if not self._store.shared:
            return
        try:
            await self._store.write_in((), workers.leave, self.name)
        except Exception:
            log.exception("not_taken_off_the_list", worker=self.name)

    def holds(self) -> bool:
        """Whether what this process has in hand is surely still its own."""
        return not self._store.shared or _awake_or_asleep() < self._until

    def first(self) -> bool:
        """Whether this is the process that does what only one has to do: the one that is there the longest."""
        return self._first and self.holds()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._beat_s)
            try:
                await self.beat()
            except Exception:
                log.exception("beat_failed")

    async def beat(self) -> None:
        """Say that we are there, take the dead off the list, and have what they left taken over."""
        began = _awake_or_asleep()
        if await self._store.write_in((), workers.beat, self.name):
            self._until = began + self._lease_s * (1 - MARGIN)
        else:
            log.warning("lease_lost", worker=self.name)
            self.name = new_id(self._clocks.real())
            self.on_lost()
            await self.enrol()
        if gone := await self._store.write_in((), workers.bury, round(self._lease_s * 1000)):
            log.warning("workers_gone", workers=gone)
        await self._look_round()
        await self.on_gone()

    async def _look_round(self) -> None:
        there = await self._store.read(workers.names)
        self._first, self.count = there[:1] == [self.name], len(there)


def _awake_or_asleep() -> float:
    """Seconds that go on while the machine sleeps too, where the system counts them: a lease does not wait for it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


async def _nothing() -> None:
    """Nothing to take over."""
