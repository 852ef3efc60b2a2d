"""The record of acts: who did what, when, from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.store import people as stored
from bot.store.engine import Store

T = TypeVar("T")

MINUTE = 60_000
TOLD_AT_MOST = 1_000


@dataclass(slots=True)
class Record:
    """Keeps and shows what people did."""

    store: Store
    clocks: Clocks
    _told: dict[tuple[str, str, str], int] = field(default_factory=dict, init=False, repr=False)

    async def refused(self, who: str, ref: str, shop: str, place: str) -> None:
        """Put a refused access on record, the same one at most once a minute."""
        key, now = (who, ref, shop), self.clocks.real_ms()
        if now - self._told.get(key, -MINUTE) < MINUTE:
            return
        if len(self._told) >= TOLD_AT_MOST:
            self._told.clear()
        self._told[key] = now
        await self.audit(who, "refused", ref=ref, shop=shop, place=place)

    async def audit(
        self,
        who: str,
        what: str,
        *,
        ref: str = "",
        shop: str | None = None,
        place: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Put an act on record. ``who`` is a person's id, ``token:<name>``, ``cli``, or empty for nobody known."""
        now = self.clocks.real()
        await self.store.write(stored.add_audit, now, who, what, ref=ref, shop=shop, place=place, detail=detail)

    async def audit_page(
        self, *, before: str | None = None, what: str | None = None, who: str | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Acts on record, newest first, older than the act ``before``; ``at`` in ms."""
        return await self.store.read(stored.audit_page, before=before, what=what, who=who, limit=limit)

    async def on_record(
        self,
        act: Callable[[sa.Connection], T],
        who: str,
        what: str,
        *,
        ref: str = "",
        place: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> T:
        """Do something in the store and put it on record in the same commit, unless it says it was not done."""
        now = self.clocks.real()

        def do(conn: sa.Connection) -> T:
            done = act(conn)
            if done:
                stored.add_audit(conn, now, who, what, ref=ref, place=place, detail=detail)
            return done

        return await self.store.write(do)
