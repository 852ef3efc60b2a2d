"""Waiting for many things for the same time each, with one timer for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import Any


class Patience:
    """Waits so many seconds for each thing, and leaves what is late to itself: it goes on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._line: deque[tuple[float, asyncio.Future[bool]]] = deque()
        """Who waits until when (the loop's time). All wait equally long, so the first in line is the first due."""
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, thing: asyncio.Future[Any]) -> asyncio.Future[bool]:
        """Wait for a thing to end, however it does; True if that was in time."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        thing.add_done_callback(partial(_ended, waiter))
        while self._line and self._line[0][1].done():
            self._line.popleft()
        due = loop.time() + self._seconds
        self._line.append((due, waiter))
        if self._timer is None:
            self._timer = loop.call_at(due, self._look)
        return waiter

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._line and (self._line[0][1].done() or self._line[0][0] <= now):
            waiter = self._line.popleft()[1]
            if not waiter.done():
                waiter.set_result(False)
        self._timer = loop.call_at(self._line[0][0], self._look) if self._line else None


def _ended(waiter: asyncio.Future[bool], _thing: asyncio.Future[Any]) -> None:
    if not waiter.done():
        waiter.set_result(True)
