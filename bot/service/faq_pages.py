"""The FAQ as people read it: pages of the table, entries by likeness, one entry, its versions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.entries import no_such, refused
from bot.service.fields import missing_in
from bot.service.shelf import Shelf, valid_fields
from bot.store import faq, tallies
from bot.store.engine import Store
from bot.store.faq import SHARED, Filter, Stored
from bot.store.ids import day_of, from_ms, iso

HITS_OVER = 7
"""Over how many local days uses are counted, today among them."""
DAY_MS = 24 * 60 * 60_000
NEAREST = 50
"""How many entries a search by likeness lists."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as people see it: stored form, who changed it, how often it was used, which fields it lacks here."""

    stored: Stored
    changed_by: str
    hits_7d: int = 0
    missing: tuple[str, ...] = ()
    similarity: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The form the API gives; times are UTC."""
        one = self.stored
        return {
            **one.data,
            "id": one.id,
            "shop": one.shop,
            "status": one.status,
            "version": one.version,
            "changed_by": self.changed_by,
            "changed_at": iso(from_ms(one.changed_at)),
            "hits_7d": self.hits_7d,
            "missing_fields": list(self.missing),
            **({} if self.similarity is None else {"similarity": self.similarity}),
        }


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the table. ``total`` counts what fits the filter, ``categories`` are those in use in the shop."""

    rows: list[Shown]
    next: str | None
    total: int
    categories: list[str]


class Pages:
    """Reads the entries of shops and the shared ones (shop ``*``)."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf

    async def table(
        self, shop: str, *, text: str = "", category: str = "", status: str = "", after: str = "", limit: int = 100
    ) -> Table:
        """One page of a shop's own entries, last changed first; ``status`` empty means all but deleted.

        Raises:
            Refusal: ``after`` is no cursor.
        """
        try:
            return await self._store.read(self._table, shop, Filter(text, category, status, after, limit))
        except ValueError:
            raise refused("/after", "这个翻页位置无效，请从头打开。", "This cursor is not valid; start over.") from None

    async def like(self, shop: str, text: str, category: str = "") -> Table:
        """The entries that answer in a shop, shared ones too, whose phrasings are most like a text, most similar first;
        only those of a category where one is given."""
        shelved = await self._shelf.get(shop)
        found = await asyncio.to_thread(shelved.base.neighbours, text, None, NEAREST)
        similar = {match.entry.id: match.similarity for match in found if category in ("", match.entry.category)}
        return await self._store.read(self._alike, shop, similar)

    async def entry(self, shop: str, entry_id: str) -> Shown:
        """One entry, deleted or not.

        Raises:
            Refusal: no such entry in this shop.
        """
        return await self._store.read(self._one, shop, entry_id)

    async def versions(self, shop: str, entry_id: str) -> list[Shown]:
        """Every version of an entry, newest first.

        Raises:
            Refusal: no such entry in this shop.
        """
        found = await self._store.read(self._versions, shop, entry_id)
        if not found:
            raise no_such()
        return found

    def _table(self, conn: sa.Connection, shop: str, wanted: Filter) -> Table:
        rows, after, total = faq.page(conn, shop, wanted)
        return Table(self._shown(conn, shop, rows), after, total, faq.categories(conn, shop))

    def _alike(self, conn: sa.Connection, shop: str, similar: Mapping[str, float]) -> Table:
        rows = {row.id: row for row in faq.live_entries(conn, shop, list(similar))}
        shown = self._shown(conn, shop, [rows[key] for key in similar if key in rows])
        table = [replace(one, similarity=round(similar[one.stored.id], 1)) for one in shown]
        return Table(table, None, len(table), faq.categories(conn, shop))

    def _one(self, conn: sa.Connection, shop: str, entry_id: str) -> Shown:
        found = faq.entries_by_id(conn, shop, [entry_id])
        if entry_id not in found:
            raise no_such()
        return self._shown(conn, shop, [found[entry_id]])[0]

    def _versions(self, conn: sa.Connection, shop: str, entry_id: str) -> list[Shown]:
        rows = faq.versions(conn, shop, entry_id)
        names = faq.names_of(conn, {row.changed_by for row in rows})
        return [Shown(row, names.get(row.changed_by, row.changed_by)) for row in rows]

    def _shown(self, conn: sa.Connection, shop: str, rows: Sequence[Stored]) -> list[Shown]:
        shops = list(self._directory.shops) if shop == SHARED else [shop]
        now = self._clocks.now_ms(shop)
        days = [day_of(now - back * DAY_MS) for back in range(HITS_OVER)]
        hits = tallies.of_names(conn, shops, "entry", [row.id for row in rows], days)
        names = faq.names_of(conn, {row.changed_by for row in rows})
        fields = None if shop == SHARED else valid_fields(conn, self._directory.shops[shop])
        return [
            Shown(
                row,
                names.get(row.changed_by, row.changed_by),
                hits[row.id],
                # A shared entry is filled by each shop, so nothing can be missing from it here.
                ()
                if fields is None
                else tuple(missing_in((row.data["answer"], *row.data["variants"].values()), fields)),
            )
            for row in rows
        ]
