"""Publishing the FAQ: what is saved answers within a second, every version is kept, nothing is lost unseen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import State
from bot.core.decide import Policy, Talk, decide
from bot.core.explain import explain
from bot.core.message import Kind
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.entries import STATUSES, data_of, entry_of, no_such, refused, sound
from bot.service.fields import Fields, missing_in
from bot.service.importing import Importing
from bot.service.phrases import Phrases
from bot.service.refusal import Because, Refusal
from bot.service.shelf import Shelf, valid_fields
from bot.service.starting import Packs
from bot.store import faq
from bot.store.engine import Store
from bot.store.faq import DELETED, SHARED, Change, Filter, Stale, Stored
from bot.store.ids import from_ms, iso, new_id
from knowledge_base.entry import Context, Match

HITS_OVER = timedelta(days=7)
AT_ONCE = 5_000
"""The most entries one bulk act takes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as people see it: stored form, who changed it, how often it was used, which fields it lacks here."""

    stored: Stored
    changed_by: str
    hits_7d: int = 0
    missing: tuple[str, ...] = ()

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
        }


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the table. ``total`` counts what fits the filter, ``categories`` are those in use in the shop."""

    rows: list[Shown]
    next: str | None
    total: int
    categories: list[str]


class Publishing:
    """Reads and writes the entries of shops and the shared ones (shop ``*``)."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf
        self.fields = Fields(store, clocks, directory, shelf)
        self.phrases = Phrases(store, clocks, directory, shelf)
        self.imports = Importing(store, clocks, shelf)
        self.packs = Packs(store, clocks, directory, shelf, self.fields)

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

    async def create(
        self, shop: str, data: Mapping[str, Any], *, by: str, status: str = "on", entry_id: str | None = None
    ) -> Shown:
        """Save a new entry.

        Raises:
            Refusal: something in it cannot be saved, or an entry of this id exists.
        """
        entry_id = entry_id or new_id(self._clocks.real())
        return await self._save(shop, entry_id, data, status, 0, by)

    async def save(
        self, shop: str, entry_id: str, data: Mapping[str, Any], *, by: str, status: str, version: int
    ) -> Shown:
        """Save an entry over the version the writer saw.

        Raises:
            Refusal: no such entry, something in it cannot be saved, or somebody else saved since.
        """
        before = (await self.entry(shop, entry_id)).stored
        if before.status == DELETED:
            raise no_such()
        return await self._save(shop, entry_id, data, status, version, by)

    async def _save(
        self, shop: str, entry_id: str, data: Mapping[str, Any], status: str, version: int, by: str
    ) -> Shown:
        if status not in STATUSES:
            raise refused("/status", "状态只能是 on、off 或 draft。", "A status is on, off or draft.")
        change = Change(entry_id, status, data_of(sound(entry_of(entry_id, data))), version)
        await self._write(shop, [change], by, "save")
        return await self.entry(shop, entry_id)

    async def delete(self, shop: str, entry_id: str, *, by: str) -> None:
        """Take an entry out of use; ``restore`` brings it back.

        Raises:
            Refusal: no such entry.
        """
        before = (await self.entry(shop, entry_id)).stored
        if before.status != DELETED:
            await self._write(shop, [Change(entry_id, DELETED, before.data, before.version)], by, "delete")

    async def restore(self, shop: str, entry_id: str, *, by: str, version: int | None = None) -> Shown:
        """Bring back a version as the newest one; without a number, the last one before the deletion.

        Raises:
            Refusal: no such entry, or no such version.
        """
        kept = [shown.stored for shown in await self.versions(shop, entry_id)]
        wanted = [one for one in kept if one.status != DELETED and version in (None, one.version)]
        if not wanted:
            raise no_such()
        if wanted[0].version != kept[0].version:
            change = Change(entry_id, wanted[0].status, wanted[0].data, kept[0].version)
            await self._write(shop, [change], by, "restore")
        return await self.entry(shop, entry_id)

    async def bulk(
        self, shop: str, ids: Sequence[str], *, by: str, status: str | None = None, category: str | None = None
    ) -> int:
        """Switch, delete (status ``deleted``) or move many entries in one commit; return how many changed.

        Raises:
            Refusal: too many, or a status that does not exist.
        """
        if len(ids) > AT_ONCE:
            raise refused("/ids", f"一次最多 {AT_ONCE} 条。", f"At most {AT_ONCE} entries at once.")
        if status not in (None, DELETED, *STATUSES):
            raise refused("/status", "没有这种状态。", "There is no such status.")
        before = await self._store.read(faq.entries_by_id, shop, ids)
        changes = [c for one in before.values() if (c := _changed(one, status, category))]
        await self._write(shop, changes, by, "bulk")
        return len(changes)

    async def put_many(self, shop: str, entries: Mapping[str, Mapping[str, Any]], *, by: str) -> dict[str, int]:
        """Insert or replace entries by id, in one commit; those that are already so are left alone.

        Returns ``{added, changed, unchanged}``.

        Raises:
            Refusal: an entry cannot be saved; the pointer begins with its id.
        """
        ready = {key: data_of(_sound_at(key, data)) for key, data in entries.items()}
        before = await self._store.read(faq.entries_by_id, shop, list(ready))
        same = {key for key, one in before.items() if one.status != DELETED and one.data == ready[key]}
        changes = [Change(key, "on", data) for key, data in ready.items() if key not in same]
        await self._write(shop, changes, by, "save")
        added = sum(change.id not in before for change in changes)
        return {"added": added, "changed": len(changes) - added, "unchanged": len(same)}

    async def explain(self, shop: str, text: str) -> dict[str, Any]:
        """Decide a text as if a buyer wrote it first in a conversation, and say why; nothing is kept or sent."""
        config, shelved = self._directory.shops[shop], await self._shelf.get(shop)
        now = self._clocks.now(shop)
        context = Context(today=now.astimezone(ZONE).date())
        started = time.perf_counter()
        reading = await asyncio.to_thread(shelved.base.read, text, context)
        policy = Policy(
            config.mode,
            config.threshold,
            config.margin,
            shelved.compose(config.platform),
            config.stopped,
            config.partial_answers,
        )
        decision = decide(Kind.TEXT, reading, Talk(State.BOT), policy, now)
        took = round((time.perf_counter() - started) * 1000, 1)
        return explain(reading, decision, policy) | {"took_ms": took, "at": iso(self._clocks.now(shop))}

    async def neighbours(self, shop: str, text: str, exclude: str | None = None) -> tuple[Match, ...]:
        """The entries of a shop most like a text, ``exclude`` left out: possible conflicts from similarity 85."""
        shelved = await self._shelf.get(shop)
        return await asyncio.to_thread(shelved.base.neighbours, text, exclude)

    async def _write(self, shop: str, changes: Sequence[Change], by: str, act: str) -> None:
        if not changes:
            return
        at = self._clocks.now_ms(shop)
        try:
            await self._store.write(faq.write_entries, shop, changes, by=by, at=at, act=act)
        except Stale as stale:
            current = next(iter(stale.current.values()))
            raise Refusal(
                Because.CONFLICT,
                "entry_changed",
                "这条知识刚被别人改过，你的内容还在；对照后再保存。",
                "Somebody else has just saved this entry; your text is still here. Compare, then save again.",
                current=(await self.entry(shop, current.id)).as_json(),
            ) from stale
        await self._shelf.refresh(shop, [change.id for change in changes])

    def _table(self, conn: sa.Connection, shop: str, wanted: Filter) -> Table:
        rows, after, total = faq.page(conn, shop, wanted)
        return Table(self._shown(conn, shop, rows), after, total, faq.categories(conn, shop))

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
        since = self._clocks.now_ms(shop) - HITS_OVER // timedelta(milliseconds=1)
        hits = faq.hits(conn, shop, since)
        names = faq.names_of(conn, {row.changed_by for row in rows})
        fields = None if shop == SHARED else valid_fields(conn, self._directory.shops[shop])
        return [
            Shown(
                row,
                names.get(row.changed_by, row.changed_by),
                hits.get(row.id, 0),
                # A shared entry is filled by each shop, so nothing can be missing from it here.
                ()
                if fields is None
                else tuple(missing_in((row.data["answer"], *row.data["variants"].values()), fields)),
            )
            for row in rows
        ]


def _sound_at(entry_id: str, data: Mapping[str, Any]) -> Any:
    try:
        return sound(entry_of(entry_id, data))
    except Refusal as no:
        raise refused(f"/{entry_id}{no.pointer}", no.zh, no.en) from None


def _changed(one: Stored, status: str | None, category: str | None) -> Change | None:
    """What a bulk act makes of an entry; None where it changes nothing (a deleted one only comes back by restore)."""
    data = one.data if category is None else {**one.data, "category": category.strip()}
    status = status or one.status
    if one.status == DELETED or (status == one.status and data == one.data):
        return None
    sound(entry_of(one.id, data))
    return Change(one.id, status, data, one.version)
