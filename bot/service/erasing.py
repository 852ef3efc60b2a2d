"""Personal data is lent: one buyer's is handed out or erased when asked for, everybody's expires."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog

from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.options import RETENTION_DAYS
from bot.service.refusal import Because, Refusal
from bot.store import erasing as stored
from bot.store import search
from bot.store.engine import Store
from bot.store.people import add_audit
from bot.store.vault import Vault

DAY_MS = 24 * 60 * 60_000
GONE_KEPT_MS = 400 * DAY_MS
"""How long an erased message is known again by its digest."""
UNDER_WAY_MS = 10 * 60_000
"""A delivery is stored well within so long of its time."""
AT_ONCE = 20
"""Conversations in one commit: whoever waits for the store waits a moment only."""
PAUSE_S = 0.02

log = structlog.get_logger("erasing")


@dataclass(frozen=True, slots=True)
class Erasing:
    """Hands out, erases and lets expire. ``by`` is who asked for it, ``place`` from where."""

    store: Store
    directory: Directory
    clocks: Clocks
    vault: Vault

    async def export(self, shop: str, buyer_id: str, *, by: str, place: str = "") -> dict[str, Any]:
        """All that is kept of one buyer in a shop.

        Raises:
            Refusal: nothing is kept of such a buyer.
        """
        found = await self.store.read(stored.everything_of, shop, buyer_id)
        if not found["conversation"] and found["note"] is None:
            raise _nobody()
        ref, now = self.vault.digest(buyer_id), self.clocks.real()
        await self.store.write(add_audit, now, by, "buyer_exported", ref=ref, shop=shop, place=place, detail=None)
        return found

    async def erase(self, shop: str, buyer_id: str, *, by: str, place: str = "") -> dict[str, int]:
        """Erase one buyer in a shop: what was said, who said it, the raw deliveries; how many of each.

        Postings and sums stay. Backups made before still hold it.

        Raises:
            Refusal: nothing is kept of such a buyer.
        """
        ref, now = self.vault.digest(buyer_id), self.clocks.real()
        since = self.clocks.now_ms(shop) - UNDER_WAY_MS
        # All deliveries of months are looked through before the shop is held, and what came meanwhile while it is.
        known = await self.store.read(stored.deliveries_of, shop, buyer_id)

        def act(conn: sa.Connection) -> dict[str, int]:
            brought = known | stored.deliveries_of(conn, shop, buyer_id, since)
            counts = stored.erase_buyer(conn, shop, buyer_id, self.vault.digest, self.clocks.now_ms(shop), brought)
            if not any(counts.values()):
                raise _nobody()
            add_audit(conn, now, by, "buyer_erased", ref=ref, shop=shop, place=place, detail=counts)
            return counts

        counts = await self.store.write_in({shop}, act)
        await self._for_good()
        return counts

    async def _for_good(self) -> None:
        """Have what was deleted leave the index and the files as well; a little in each commit, for others write too."""
        seen = await self.store.read(search.unsettled)
        more = await self.store.write_in((), search.settle, first=True)
        while more:
            more = await self.store.write_in((), search.settle, first=False)
        await self.store.tidy()
        await self.store.write_in((), search.settled, seen)

    async def expire(self) -> int:
        """Erase what is older than each shop keeps it; how many conversations were touched. What was erased by a process
        that died before it was gone for good is gone then too."""
        total = 0
        for shop in list(self.directory.shops):
            done = await self._expire(shop)
            if done:
                log.info("expired", shop=shop, conversations=done)
            total += done
        if total or await self.store.read(search.unsettled):
            await self._for_good()
        return total

    async def _expire(self, shop: str) -> int:
        now = self.clocks.now_ms(shop)
        before = now - self.kept_days(shop) * DAY_MS
        total, after, more = 0, "", True
        while more:
            done, after = await self.store.write_in(
                {shop}, stored.expire, shop, before, self.vault.digest, now, after, AT_ONCE
            )
            total, more = total + done, bool(after)
            await asyncio.sleep(PAUSE_S)
        await self.store.write_in({shop}, stored.forget_gone, shop, now - GONE_KEPT_MS)
        return total

    def kept_days(self, shop: str) -> int:
        """How many days a shop keeps what was said."""
        return int(self.directory.shops[shop].options.get("retention_days", RETENTION_DAYS))


def _nobody() -> Refusal:
    return Refusal(
        Because.UNKNOWN, "no_such_buyer", "没有这位买家的数据。", "Nothing is kept of such a buyer.", pointer="/buyer"
    )
