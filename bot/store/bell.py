"""The bell between processes that share a PostgreSQL: "look into the tables", nothing more.

Rings that are lost, doubled or absent cost speed only: everybody who waits for one also looks by the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
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
ALIVE_S = 15.0
"""How often the server is asked for a word when there is nothing to tell it: a dead line is silent as a quiet one is."""
TOLD_WITHIN_S = 5.0

log = structlog.get_logger("bell")

Heard = Callable[[set[str], set[str]], None]


class Bell:
    """Rings and hears. ``heard`` gets shops whose journal grew and processes that have work; empty sets mean all."""

    def __init__(self, url: str, heard: Heard) -> None:
        self._url, self._heard = url, heard
        self._connection: Any = None
        self._shops: set[str] = set()
        self._workers: set[str] = set()
        self._wanted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to hear and to tell."""
        self._tasks += [asyncio.create_task(self._listen()), asyncio.create_task(self._tell())]

    def stop(self) -> None:
        """Hear and tell no more."""
        for task in self._tasks:
            task.cancel()
        if self._connection is not None:
            self._connection.terminate()

    def ring(self, shops: Collection[str] = (), workers: Collection[str] = ()) -> None:
        """Tell the others soon: these shops' journals grew, these processes have work."""
        self._shops.update(shops)
        self._workers.update(workers)
        self._wanted.set()

    async def _tell(self) -> None:
        """Tell what there is to tell, one thing after the other: a slow server gets fewer and larger rings."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_S):
                    await self._wanted.wait()
                    await asyncio.sleep(TOGETHER_S)
            said = orjson.dumps([sorted(self._shops), sorted(self._workers)]).decode()
            statement = ("SELECT pg_notify($1, $2)", CHANNEL, said if len(said) < LONGEST else "[[],[]]")
            await self._ask(*(statement if self._wanted.is_set() else ("SELECT 1",)))

    async def _ask(self, statement: str, *values: str) -> None:
        self._shops, self._workers = set(), set()
        self._wanted.clear()
        if self._connection is None:
            return
        try:
            await self._connection.execute(statement, *values, timeout=TOLD_WITHIN_S)
        except TimeoutError:
            log.info("not_rung", error="TimeoutError")
            self._connection.terminate()
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
