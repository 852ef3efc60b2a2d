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
from bot.service.bench import Bench
from bot.service.cases import Cases
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.entries import data_of, entry_of, no_such, refused, sound
from bot.service.faq_check import FaqCheck
from bot.service.faq_gate import Act, FaqGate
from bot.service.faq_plans import Plans
from bot.service.fields import Fields, missing_in
from bot.service.importing import Importing
from bot.service.phrases import Phrases
from bot.service.refusal import Because, Refusal
from bot.service.shadow import Shadow
from bot.service.shelf import Shelf, valid_fields
from bot.service.starting import Packs
from bot.service.trust import Trust
from bot.store import faq, gate
from bot.store.engine import Store
from bot.store.faq import DELETED, SHARED, Change, Filter, Stale, Stored
from bot.store.ids import from_ms, iso, new_id
from knowledge_base.entry import Context, Match

HITS_OVER = timedelta(days=7)
AS_WRITTEN = "店铺文件里这样写 / as the setup file says"
"""Why a setup file may break cases: it is the shop's own word, tested where it is kept (``miaohui kb test``)."""


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
        self.cases = Cases(store, clocks)
        self.gate = FaqGate(store, clocks, directory, shelf, self.cases)
        self.bench = Bench(store, clocks, shelf, self.cases)
        self.trust = Trust(store, clocks, shelf)
        self.shadow = Shadow(store, directory, clocks, shelf)
        self.plans = Plans(store)
        self.check = FaqCheck(store, clocks, shelf)
        self.imports = Importing(store, clocks, shelf, self.gate)
        self.packs = Packs(store, clocks, directory, shelf, self.fields, self.gate)

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
        self,
        shop: str,
        data: Mapping[str, Any],
        *,
        by: str,
        status: str = "on",
        entry_id: str | None = None,
        reason: str = "",
    ) -> Shown:
        """Save a new entry.

        Raises:
            Refusal: something in it cannot be saved, an entry of this id exists, or it breaks cases and has no reason to.
        """
        entry_id = entry_id or new_id(self._clocks.real())
        changes = self.plans.saved(entry_id, data, status, 0)
        await self._write(shop, changes, Act("save", by, entry_id, reason))
        return await self.entry(shop, entry_id)

    async def save(
        self,
        shop: str,
        entry_id: str,
        data: Mapping[str, Any],
        *,
        by: str,
        status: str,
        version: int,
        reason: str = "",
    ) -> Shown:
        """Save an entry over the version the writer saw.

        Raises:
            Refusal: no such entry, something in it cannot be saved, somebody else saved since, or it breaks cases and
                has no reason to.
        """
        before = (await self.entry(shop, entry_id)).stored
        if before.status == DELETED:
            raise no_such()
        changes = self.plans.saved(entry_id, data, status, version)
        await self._write(shop, changes, Act("save", by, entry_id, reason))
        return await self.entry(shop, entry_id)

    async def delete(self, shop: str, entry_id: str, *, by: str, reason: str = "") -> None:
        """Take an entry out of use; ``restore`` brings it back.

        Raises:
            Refusal: no such entry, or cases break and there is no reason to.
        """
        changes = await self.plans.deleted(shop, entry_id)
        await self._write(shop, changes, Act("delete", by, entry_id, reason))

    async def restore(
        self, shop: str, entry_id: str, *, by: str, version: int | None = None, reason: str = ""
    ) -> Shown:
        """Bring back a version as the newest one; without a number, the last one before the deletion.

        Raises:
            Refusal: no such entry, no such version, or cases break and there is no reason to.
        """
        changes = await self.plans.restored(shop, entry_id, version)
        await self._write(shop, changes, Act("restore", by, entry_id, reason))
        return await self.entry(shop, entry_id)

    async def bulk(
        self,
        shop: str,
        ids: Sequence[str],
        *,
        by: str,
        status: str | None = None,
        category: str | None = None,
        reason: str = "",
    ) -> int:
        """Switch, delete (status ``deleted``) or move many entries in one commit; return how many changed.

        Raises:
            Refusal: too many, a status that does not exist, or cases break and there is no reason to.
        """
        changes = await self.plans.bulk(shop, ids, status, category)
        await self._write(shop, changes, Act("bulk", by, "", reason))
        return len(changes)

    async def put_many(self, shop: str, entries: Mapping[str, Mapping[str, Any]], *, by: str) -> dict[str, int]:
        """Insert or replace entries by id, in one commit; those that are already so are left alone.

        A file that is the shop's truth may break cases; that it did is kept. Returns ``{added, changed, unchanged}``.

        Raises:
            Refusal: an entry cannot be saved; the pointer begins with its id.
        """
        ready = {key: data_of(_sound_at(key, data)) for key, data in entries.items()}
        before = await self._store.read(faq.entries_by_id, shop, list(ready))
        same = {key for key, one in before.items() if one.status != DELETED and one.data == ready[key]}
        changes = [Change(key, "on", data) for key, data in ready.items() if key not in same]
        await self._write(shop, changes, Act("save", by, reason=AS_WRITTEN))
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

    async def _write(self, shop: str, changes: Sequence[Change], act: Act) -> None:
        if not changes:
            return
        passed = await self.gate.hold(shop, act, changes)
        at = self._clocks.now_ms(shop)
        try:
            await self._store.write(gate.write_passed, shop, changes, passed, by=act.by, at=at, act=act.name)
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
