"""Imports as stored: what would change, what did, and what stood there before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.store.faq import Stored
from bot.store.tables import entry_version, imports

_CHUNK = 400


def keep(conn: sa.Connection, row: Mapping[str, Any], forget_before: int) -> None:
    """Keep a previewed import; previews made before ``forget_before`` (ms) and never applied are forgotten."""
    conn.execute(sa.delete(imports).where(imports.c.state == "previewed", imports.c.at < forget_before))
    conn.execute(sa.insert(imports), [dict(row)])


def one(conn: sa.Connection, shop: str, import_id: str) -> Mapping[str, Any] | None:
    """An import of a shop, None if there is none."""
    query = sa.select(imports).where(imports.c.id == import_id, imports.c.shop == shop)
    found = conn.execute(query).mappings().one_or_none()
    return None if found is None else dict(found)


def lately(conn: sa.Connection, shop: str, most: int) -> list[dict[str, Any]]:
    """The last imports of a shop that were applied, latest first: ``{id, state, file, added, changed, by, at}``."""
    c = imports.c
    told = [c.plan[name].as_string().label(name) for name in ("file", "added", "changed")]
    query = sa.select(c.id, c.state, c.by, c.at, *told).where(c.shop == shop, c.state != "previewed")
    found = conn.execute(query.order_by(c.at.desc(), c.id.desc()).limit(most)).mappings()
    return [
        {**row, "file": row["file"] or "", "added": int(row["added"] or 0), "changed": int(row["changed"] or 0)}
        for row in found
    ]


def state_of(conn: sa.Connection, import_id: str) -> str | None:
    """Where an import stands, held against other writers until the commit."""
    return conn.scalar(sa.select(imports.c.state).where(imports.c.id == import_id).with_for_update())


def settle(conn: sa.Connection, import_id: str, values: Mapping[str, Any]) -> None:
    """Change the given columns of an import."""
    conn.execute(sa.update(imports).where(imports.c.id == import_id).values(dict(values)))


def versions_at(conn: sa.Connection, shop: str, wanted: Mapping[str, int]) -> dict[str, Stored]:
    """Entries as they were at one version each, by id."""
    v = entry_version.c
    columns = (v.shop, v.id, v.status, v.version, v.data, v.changed_by, v.changed_at)
    pairs = list(wanted.items())
    found: dict[str, Stored] = {}
    for start in range(0, len(pairs), _CHUNK):
        some = dict(pairs[start : start + _CHUNK])
        # By the parts of the key, which both stores look up; a list of pairs the embedded store reads the table for.
        query = sa.select(*columns).where(v.shop == shop, v.id.in_(some), v.version.in_(set(some.values())))
        found.update((row.id, Stored(*row)) for row in conn.execute(query) if row.version == some[row.id])
    return found
