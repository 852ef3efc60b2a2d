"""The FAQ of each shop as the hot path uses it: in memory, ready to read, swapped whole when something changes.

Building happens in a thread, never on the event loop. While a new one is built the old one answers.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog

from bot.core.decide import Compose
from bot.service.directory import Directory, ShopConfig
from bot.service.entries import entry_of
from bot.store import faq
from bot.store.engine import Store
from bot.store.faq import SHARED, Stored
from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Entry
from knowledge_base.fields import fill
from knowledge_base.signals import Lists

HOURS_FIELD = "在线时段"
"""The field that a shop's own service hours fill, once they are set."""

log = structlog.get_logger("shelf")


@dataclass(frozen=True, slots=True)
class Shelved:
    """One shop's FAQ at one moment. ``fields`` holds only values that may be said in this shop."""

    shop: str
    base: KnowledgeBase
    fields: Mapping[str, str]
    version: int
    config: ShopConfig

    def compose(self, platform: str, facts: Mapping[str, str] | None = None) -> Compose:
        """Return what fills an entry's answer for a platform: the text, and the names of fields without a value.

        ``facts`` are the fields that a conversation fills; they come before the shop's.
        """
        fields = {**self.fields, **facts} if facts else self.fields

        def say(entry: Entry) -> tuple[str, tuple[str, ...]]:
            filled = fill(dict(entry.variants).get(platform, entry.answer), fields)
            return filled.text, filled.missing

        return say


class Shelf:
    """The bases of all shops that were asked for, kept up to date by ``refresh`` and ``drop``."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        self._shelved: dict[str, Shelved] = {}
        self._stale: set[str] = set()
        self._built: dict[str, tuple[int, int]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._versions = itertools.count(1)

    def peek(self, shop: str) -> Shelved | None:
        """The shop's FAQ if it is in memory and up to date."""
        current = self._shelved.get(shop)
        if current is None or shop in self._stale or current.config is not self._directory.shops.get(shop):
            return None
        return current

    async def get(self, shop: str) -> Shelved:
        """The shop's FAQ, read and built if it is not there yet or the shop's settings have changed.

        Raises:
            KeyError: no such shop.
        """
        if current := self.peek(shop):
            return current
        config = self._directory.shops[shop]
        async with self._lock(shop):
            if current := self.peek(shop):
                return current
            config = self._directory.shops.get(shop, config)
            former = None if shop in self._stale else self._shelved.get(shop)
            if former and _same_lists(former.config, config):
                return await self._swap(config, former.base)
            return await self._build(config)

    def drop(self, shop: str) -> None:
        """Forget a shop's FAQ (``*``: all): the next who asks gets a new one."""
        self._stale.update(self._locks if shop == SHARED else (shop,))

    async def refresh(self, shop: str, ids: Collection[str] | None = None) -> None:
        """Take in what was saved: these entries of a shop (``*``: in every shop), or all when None. A FAQ that was built
        since they were written is not built again: who saves many and who follows the journal both ask for it."""
        for one in list(self._locks) if shop == SHARED else [shop]:
            async with self._lock(one):
                config, former = self._directory.shops.get(one), self._shelved.get(one)
                if config is None or former is None:
                    continue
                if one in self._stale or not _same_lists(former.config, config):
                    await self._build(config)
                elif ids is not None and len(ids) <= faq.NAMED_AT_MOST:
                    await self._amend(config, former, list(ids))
                elif self._built.get(one) != await self._store.read(faq.written, one):
                    await self._build(config)

    async def follow(self, shop: str, ids: Collection[str] | None) -> None:
        """Take in what any process has written (as ``refresh``; no ids at all: its facts); what is in already costs
        little."""
        if ids is not None and not ids:
            await self.refresh_fields(shop)
        else:
            await self.refresh(shop, ids)

    async def refresh_fields(self, shop: str) -> None:
        """Take in changed facts of a shop; its entries stay as they are."""
        async with self._lock(shop):
            config, former = self._directory.shops.get(shop), self._shelved.get(shop)
            if config and former:
                await self._swap(config, former.base)

    def _lock(self, shop: str) -> asyncio.Lock:
        return self._locks.setdefault(shop, asyncio.Lock())

    async def _build(self, config: ShopConfig) -> Shelved:
        self._stale.discard(config.id)
        rows, written = await self._store.read(
            lambda conn: (faq.live_entries(conn, config.id), faq.written(conn, config.id))
        )
        base = await asyncio.to_thread(_base_of, rows, config.options.get("lists"))
        self._built[config.id] = written
        return await self._swap(config, base)

    async def _amend(self, config: ShopConfig, former: Shelved, ids: Sequence[str]) -> None:
        rows = await self._store.read(faq.live_entries, config.id, ids)
        base = await asyncio.to_thread(_amended, former.base, rows, ids)
        if base is not former.base:
            await self._swap(config, base)

    async def _swap(self, config: ShopConfig, base: KnowledgeBase) -> Shelved:
        fields = await self._store.read(valid_fields, config)
        shelved = Shelved(config.id, base, fields, next(self._versions), config)
        self._shelved[config.id] = shelved
        return shelved


def valid_fields(conn: sa.Connection, config: ShopConfig) -> dict[str, str]:
    """The facts that may be said in a shop: confirmed ones, samples too where the shop is simulated.

    Set service hours are themselves the confirmed value of ``{在线时段}``.
    """
    rows = faq.fields_of(conn, config.id)
    fields = {row["name"]: row["value"] for row in rows if config.simulated or not row["sample"]}
    if config.hours:
        fields[HOURS_FIELD] = config.hours.words()
    return fields


def _base_of(rows: Sequence[Stored], lists: Mapping[str, Any] | None) -> KnowledgeBase:
    return KnowledgeBase([entry_of(row.id, row.data) for row in rows], lists_of(lists))


def lists_of(edits: Mapping[str, Any] | None) -> Lists:
    """The shipped lists with the shop's edits. Edits for a list that is no longer shipped are left out, and logged."""
    if not edits:
        return Lists.shipped()
    try:
        return Lists.shipped().edited(edits.get("added") or {}, edits.get("removed") or {})
    except ValueError:
        log.warning("lists_not_usable", added=list(edits.get("added") or {}), removed=list(edits.get("removed") or {}))
        return Lists.shipped()


def _same_lists(one: ShopConfig, other: ShopConfig) -> bool:
    return bool(one.options.get("lists") == other.options.get("lists"))


def _amended(base: KnowledgeBase, rows: Sequence[Stored], ids: Sequence[str]) -> KnowledgeBase:
    live = {row.id: row for row in rows}
    for entry_id in ids:
        row = live.get(entry_id)
        entry = entry_of(row.id, row.data) if row else None
        if entry is None:
            base = base.without(entry_id)
        elif entry != base.entry(entry_id):
            base = base.with_entry(entry)
    return base
