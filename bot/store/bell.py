"""The bell between processes that share a PostgreSQL: "look into the tables", nothing more.

Rings that are lost, doubled or absent cost speed only: everybody who waits for one also looks by the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any

import orjson
import structlog

from bot.store.session import connect

CHANNEL = "miaohui"
TOGETHER_S = 0.01
"""Rings within so long are one."""
LONGEST = 7_000
"""PostgreSQL carries messages of up to 8,000 bytes; a longer one just says: everything."""
AGAIN_S = 1.0

log = structlog.get_logger("bell")

Heard = Callable[[set[str], set[str]], None]


class Bell:
    """Rings and hears. ``heard`` gets shops whose journal grew and processes that have work; empty sets mean all."""

    def __init__(self, url: str, heard: Heard) -> None:
        self._url, self._heard = url, heard
        self._connection: Any = None
        self._shops: set[str] = set()
        self._workers: set[str] = set()
        self._soon: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to hear."""
        self._begin(self._listen())

    def stop(self) -> None:
        """Hear no more."""
        if self._soon:
            self._soon.cancel()
        for task in self._tasks:
            task.cancel()
        if self._connection is not None:
            self._connection.terminate()

    def ring(self, shops: Collection[str] = (), workers: Collection[str] = ()) -> None:
        """Tell the others soon: these shops' journals grew, these processes have work."""
        self._shops.update(shops)
        self._workers.update(workers)
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(TOGETHER_S, lambda: self._begin(self._tell()))

    def _begin(self, act: Any) -> None:
        task = asyncio.ensure_future(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        said, self._soon = orjson.dumps([sorted(self._shops), sorted(self._workers)]).decode(), None
        self._shops, self._workers = set(), set()
        try:
            if self._connection is not None:
                await self._connection.execute(
                    "SELECT pg_notify($1, $2)", CHANNEL, said if len(said) < LONGEST else "[[],[]]"
                )
        except Exception as error:
            log.info("not_rung", error=type(error).__name__)

    async def _listen(self) -> None:
        while True:
            gone = asyncio.Event()
            try:
                self._connection = await connect(self._url)
                self._connection.add_termination_listener(lambda _connection, gone=gone: gone.set())
                await self._connection.add_listener(CHANNEL, self._on_ring)
                self._heard(set(), set())
                await gone.wait()
            except Exception as error:
                log.warning("bell_silent", error=type(error).__name__)
            self._connection = None
            await asyncio.sleep(AGAIN_S)

    def _on_ring(self, connection: Any, pid: int, _channel: str, said: str) -> None:
        if pid == connection.get_server_pid():
            return
        try:
            shops, workers = orjson.loads(said)
            self._heard(set(shops), set(workers))
        except (ValueError, TypeError):
            log.warning("ring_not_understood")
