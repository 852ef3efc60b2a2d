"""Processes that share a store: they hear of each other by a bell, and look by the clock whether they heard it or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from bot.service.answering import Answering
from bot.service.sending import Sending
from bot.service.shops import INSTALLATION
from bot.service.worker import Worker
from bot.store.bell import Bell
from bot.store.engine import Store
from bot.store.reading import journal

RELOAD_S = 0.5
"""How often settings are looked at that another process may have changed."""
LOOK_S = 0.8
"""How often the table is asked for messages that another process took in and this one has to decide."""

log = structlog.get_logger("together")


class Together:
    """This process and the others. ``take_in`` is given new lines of the installation's journal, ``rung`` tells what
    listens here of commits."""

    def __init__(
        self,
        store: Store,
        worker: Worker,
        take_in: Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]],
        rung: Callable[[set[str]], None],
    ) -> None:
        self._store, self._worker, self._take_in, self._rung = store, worker, take_in, rung
        self._bell = Bell(store.place, self._heard) if isinstance(store.place, str) else None
        self._settings, self._work = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, answering: Answering, sending: Sending) -> None:
        """Take a place among the others, take over what is nobody's, and begin to listen and look."""

        async def rescue() -> None:
            await sending.rescue()
            await answering.rescue()

        await self._worker.enrol()
        self._worker.on_lost, self._worker.on_gone = answering.forget, rescue
        answering.on_overtaken = self._work.set
        answering.start()
        await rescue()
        self._worker.start()
        self._store.on_commit = self._committed
        self._tasks.append(asyncio.create_task(self._watch()))
        if self._bell:
            self._bell.start()
            self._tasks.append(asyncio.create_task(self._look(answering)))

    def cancel(self) -> None:
        """Hear nothing and look at nothing any more, without a word to the others."""
        for task in self._tasks:
            task.cancel()
        self._worker.cancel()
        if self._bell:
            self._bell.stop()

    async def stop(self) -> None:
        """Leave the others."""
        self.cancel()
        await self._worker.leave()

    def ring(self, names: set[str]) -> None:
        """Tell other processes that there is work for them."""
        if self._bell:
            self._bell.ring(workers=names)

    def _committed(self, shops: set[str]) -> None:
        self._rung(shops)
        if self._bell:
            self._bell.ring(shops)

    def _heard(self, shops: set[str], workers: set[str]) -> None:
        everything = not shops and not workers
        if shops or everything:
            self._rung(shops or {INSTALLATION})
        if everything or INSTALLATION in shops:
            self._settings.set()
        if everything or self._worker.name in workers:
            self._work.set()

    async def _watch(self) -> None:
        """Take in settings and FAQs that another process (the command line, too) has changed."""
        seen = await self._head()
        while True:
            await _rung_or(self._settings, RELOAD_S)
            try:
                if await self._head() != seen:
                    lines = await self._store.read(journal.since, {INSTALLATION: seen})
                    await self._take_in(lines)
                    seen = lines[-1]["seq"] if lines else seen
            except Exception:
                log.exception("reload_failed")

    async def _head(self) -> int:
        return (await self._store.read(journal.heads, [INSTALLATION]))[INSTALLATION]

    async def _look(self, answering: Answering) -> None:
        while True:
            await _rung_or(self._work, LOOK_S)
            try:
                await answering.look()
            except Exception:
                log.exception("look_failed")


async def _rung_or(bell: asyncio.Event, seconds: float) -> None:
    """Wait for a ring, at most so long."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
    finally:
        bell.clear()
