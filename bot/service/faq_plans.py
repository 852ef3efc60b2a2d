"""What an act would make of the FAQ: the changes, worked out without writing any, for the act itself and for its preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.service.entries import STATUSES, data_of, entry_of, no_such, refused, sound
from bot.store import faq, imports
from bot.store.engine import Store
from bot.store.faq import DELETED, Change, Stored

AT_ONCE = 5_000
"""The most entries one bulk act takes."""


class Plans:
    """Works out changes of a shop's own entries, or of the shared ones (shop ``*``)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def saved(self, entry_id: str, data: Mapping[str, Any], status: str, version: int | None) -> list[Change]:
        """Saving one entry over a version (0: a new one; None: any).

        Raises:
            Refusal: something in it cannot be saved.
        """
        if status not in STATUSES:
            raise refused("/status", "状态只能是 on、off 或 draft。", "A status is on, off or draft.")
        return [Change(entry_id, status, data_of(sound(entry_of(entry_id, data))), version)]

    async def deleted(self, shop: str, entry_id: str) -> list[Change]:
        """Taking an entry out of use; nothing where it is out already.

        Raises:
            Refusal: no such entry.
        """
        before = (await self._store.read(faq.entries_by_id, shop, [entry_id])).get(entry_id)
        if before is None:
            raise no_such()
        return [Change(entry_id, DELETED, before.data, before.version)] if before.status != DELETED else []

    async def restored(self, shop: str, entry_id: str, version: int | None) -> list[Change]:
        """Bringing back a version as the newest one; without a number, the last one before the deletion.

        Raises:
            Refusal: no such entry, or no such version.
        """
        kept = await self._store.read(faq.versions, shop, entry_id)
        wanted = [one for one in kept if one.status != DELETED and version in (None, one.version)]
        if not wanted:
            raise no_such()
        if wanted[0].version == kept[0].version:
            return []
        return [Change(entry_id, wanted[0].status, wanted[0].data, kept[0].version)]

    async def bulk(self, shop: str, ids: Sequence[str], status: str | None, category: str | None) -> list[Change]:
        """Switching, deleting or moving many entries.

        Raises:
            Refusal: too many, or a status that does not exist.
        """
        if len(ids) > AT_ONCE:
            raise refused("/ids", f"一次最多 {AT_ONCE} 条。", f"At most {AT_ONCE} entries at once.")
        if status not in (None, DELETED, *STATUSES):
            raise refused("/status", "没有这种状态。", "There is no such status.")
        before = await self._store.read(faq.entries_by_id, shop, ids)
        return [c for one in before.values() if (c := _changed(one, status, category))]

    async def taken_back(self, shop: str, made: Mapping[str, int]) -> tuple[list[Change], list[str]]:
        """As ``taken_back``.

        Raises:
            Refusal: too many, or an entry that is not there.
        """
        if len(made) > AT_ONCE:
            raise refused("/versions", f"一次最多 {AT_ONCE} 条。", f"At most {AT_ONCE} entries at once.")
        return await self._store.read(taken_back, shop, made)


def taken_back(conn: sa.Connection, shop: str, made: Mapping[str, int]) -> tuple[list[Change], list[str]]:
    """Taking back what one act made of many entries, each with the version it got: as they were one version before, and
    which were saved since and stay.

    Raises:
        Refusal: an entry that is not there.
    """
    now = faq.entries_by_id(conn, shop, made)
    if len(now) < len(made):
        raise no_such()
    untouched = {key: version for key, version in made.items() if now[key].version == version}
    before = imports.versions_at(conn, shop, {key: version - 1 for key, version in untouched.items() if version > 1})
    changes = []
    for key, version in untouched.items():
        was = before.get(key)
        changes.append(Change(key, was.status if was else DELETED, was.data if was else now[key].data, version))
    return changes, sorted(set(made) - set(untouched))


def _changed(one: Stored, status: str | None, category: str | None) -> Change | None:
    """What a bulk act makes of an entry; None where it changes nothing (a deleted one only comes back by restore)."""
    data = one.data if category is None else {**one.data, "category": category.strip()}
    status = status or one.status
    if one.status == DELETED or (status == one.status and data == one.data):
        return None
    sound(entry_of(one.id, data))
    return Change(one.id, status, data, one.version)
