"""Starter packs: entries, phrases and sample facts for a shop that begins."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.entries import data_of, no_such, same_question
from bot.service.faq_gate import Act, FaqGate
from bot.service.fields import Fields
from bot.service.shelf import Shelf
from bot.store import faq, gate, shops
from bot.store.engine import Store
from bot.store.faq import DELETED, Change
from knowledge_base import packs
from knowledge_base.packs import Pack

BLANK = "blank"
"""The pack with nothing in it, for a shop that writes its own."""


class Packs:
    """Lists starter packs and takes them into shops."""

    def __init__(
        self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf, fields: Fields, faq_gate: FaqGate
    ) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf
        self._fields, self._gate = fields, faq_gate

    async def all(self) -> list[dict[str, Any]]:
        """The packs: ``{id, name, entries, phrases}``, the empty one last."""
        loaded = await asyncio.to_thread(lambda: [packs.load(name) for name in packs.names()])
        listed = [
            {"id": p.id, "name": dict(p.name), "entries": len(p.entries), "phrases": len(p.phrases)} for p in loaded
        ]
        return [*listed, {"id": BLANK, "name": {"zh": "空白", "en": "Blank"}, "entries": 0, "phrases": 0}]

    async def changes(self, shop: str, pack_id: str) -> list[Change]:
        """What taking a pack in would change.

        Raises:
            Refusal: no such pack.
        """
        if pack_id == BLANK:
            return []
        return await self._store.read(_changes, shop, await self._pack(pack_id))

    async def _pack(self, pack_id: str) -> Pack:
        if pack_id not in packs.names():
            raise no_such()
        return await asyncio.to_thread(packs.load, pack_id)

    async def apply(self, shop: str, pack_id: str, *, by: str, reason: str = "") -> dict[str, Any]:
        """Take a pack into a shop: ``{added, changed, unchanged, fields}``.

        What people wrote or deleted stays as it is, and a question the shop already answers is not added again. What
        the same pack brought and nobody touched since is brought up to date. Its facts come as samples.

        Raises:
            Refusal: no such pack, or cases break and there is no reason to.
        """
        counts = {"added": 0, "changed": 0, "unchanged": 0}
        if pack_id != BLANK:
            pack = await self._pack(pack_id)
            passed = await self._gate.hold(shop, Act("pack", by, pack_id, reason), await self.changes(shop, pack_id))
            at = self._clocks.now_ms(shop)
            counts = await self._store.write(_take_in, shop, pack, passed, by=by, at=at)
            await self._directory.reload()
            self._shelf.drop(shop)
        return {**counts, "fields": [asdict(fact) for fact in await self._fields.all(shop)]}


def _take_in(
    conn: sa.Connection, shop: str, pack: Pack, passed: Mapping[str, Any] | None, *, by: str, at: int
) -> dict[str, int]:
    brought, changes = f"pack:{pack.id}", _changes(conn, shop, pack)
    gate.write_passed(conn, shop, changes, passed, by=brought, at=at, act="pack", ref=brought, who=by)
    _add_facts(conn, shop, pack, by=by, at=at)
    _add_phrases(conn, shop, pack)
    _add_must_answer(conn, shop, [asdict(topic) for topic in pack.must_answer])
    added = sum(change.based_on == 0 for change in changes)
    return {"added": added, "changed": len(changes) - added, "unchanged": len(pack.entries) - len(changes)}


def _changes(conn: sa.Connection, shop: str, pack: Pack) -> list[Change]:
    """The entries of a pack that are new to a shop, or stand there as the pack brought them and differ now."""
    brought = f"pack:{pack.id}"
    own = {one.id: one for one in faq.all_entries(conn, shop)}
    gone = {
        one.id for one in faq.entries_by_id(conn, shop, [e.id for e in pack.entries]).values() if one.status == DELETED
    }
    asked = {same_question(one.data["question"]) for one in own.values()}
    changes = []
    for entry in pack.entries:
        data, there = data_of(entry), own.get(entry.id)
        if there is None:
            if entry.id not in gone and same_question(entry.question) not in asked:
                changes.append(Change(entry.id, "on", data, 0))
        elif there.changed_by == brought and there.data != data:
            changes.append(Change(entry.id, there.status, data, there.version))
    return changes


def _add_facts(conn: sa.Connection, shop: str, pack: Pack, *, by: str, at: int) -> None:
    """Add sample values; a fact that the shop already has keeps its value."""
    known = {row["name"] for row in faq.fields_of(conn, shop)}
    rows = [
        {"name": f.name, "value": f.sample, "sample": True, "hint": f.hint, "hint_en": f.hint_en}
        for f in pack.fields
        if f.name not in known
    ]
    faq.write_fields(conn, shop, rows, by=by, at=at)


def _add_phrases(conn: sa.Connection, shop: str, pack: Pack) -> None:
    known = {row["id"] for row in faq.phrases_of(conn, shop) if row["shop"] == shop}
    faq.write_phrases(
        conn,
        [
            {"shop": shop, "id": p.id, "title": p.title, "category": p.category, "text": p.text, "owner": None}
            for p in pack.phrases
            if p.id not in known
        ],
    )


def _add_must_answer(conn: sa.Connection, shop: str, topics: Sequence[Mapping[str, Any]]) -> None:
    """Keep the must-answer list (必答要点) among the shop's options, each topic once."""
    row = next(row for row in shops.all_shops(conn) if row["id"] == shop)
    options = dict(row["options"] or {})
    kept = {topic["id"]: topic for topic in (*topics, *options.get("must_answer", ()))}
    shops.change_shop(conn, shop, {"options": {**options, "must_answer": list(kept.values())}})
