"""Deliveries that were refused: counted in the table, and the last few remembered in memory with the reason in words.

Nothing of a forged body or its headers is kept anywhere.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from adapters.base import Channel, Delivery
from bot.store import shops
from bot.store.engine import Store

REMEMBERED = 20
"""How many refusals are remembered per channel, until the process ends."""

log = structlog.get_logger("forged")


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused delivery: when it came (ms, real time), why in words (``中文 · English``), how many bytes."""

    shop: str
    channel: str
    at: int
    why: str
    size: int


class Forged:
    """Counts and remembers refusals; the refusal itself waits for neither."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Counter[str] = Counter()
        self._latest: dict[str, deque[Refused]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self.counting: asyncio.Task[None] | None = None

    def add(self, channel: Channel, delivery: Delivery, why: str, at: int) -> None:
        """Note a refusal."""
        self._latest[channel.key].append(Refused(channel.shop, channel.key, at, why, len(delivery.body)))
        self._counts[channel.key] += 1
        if self.counting is None or self.counting.done():
            self.counting = asyncio.create_task(self._count())

    def latest(self, channel: str) -> list[Refused]:
        """A channel's last refusals that this process saw, newest first."""
        return list(self._latest[channel])[::-1] if channel in self._latest else []

    async def _count(self) -> None:
        while self._counts:
            counts, self._counts = self._counts, Counter()
            try:
                await self._store.write(shops.count_bad_signatures, counts)
            except sa.exc.SQLAlchemyError:
                # The store is busy: the count is tried again with the next one.
                self._counts.update(counts)
                log.warning("forged_not_counted", channels=len(counts))
                return
