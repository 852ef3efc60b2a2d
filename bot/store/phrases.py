"""Quick phrases as stored, and how often each was sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.statements import add_up, upsert
from bot.store.tables import phrase, phrase_use


def own_of(conn: sa.Connection, shop: str) -> list[dict[str, Any]]:
    """All phrases of a shop, of everybody, by category and title."""
    query = sa.select(phrase).where(phrase.c.shop == shop).order_by(phrase.c.category, phrase.c.title, phrase.c.id)
    return [dict(row) for row in conn.execute(query).mappings()]


def one(conn: sa.Connection, shop: str, phrase_id: str) -> dict[str, Any] | None:
    """One phrase of a shop."""
    mine = (phrase.c.shop == shop, phrase.c.id == phrase_id)
    row = conn.execute(sa.select(phrase).where(*mine)).mappings().one_or_none()
    return dict(row) if row else None


def drop(conn: sa.Connection, shop: str, phrase_id: str) -> None:
    """Take a phrase away."""
    conn.execute(sa.delete(phrase).where(phrase.c.shop == shop, phrase.c.id == phrase_id))


def used(conn: sa.Connection, shop: str, ref: str, now: int) -> None:
    """A phrase, or an answer of the FAQ, was sent from the menu (ms)."""
    add_up(conn, phrase_use, [{"shop": shop, "id": ref, "count": 1, "last_at": 0}])
    conn.execute(sa.update(phrase_use).where(phrase_use.c.shop == shop, phrase_use.c.id == ref).values(last_at=now))


def uses(conn: sa.Connection, shop: str) -> dict[str, int]:
    """How often each was sent in a shop."""
    query = sa.select(phrase_use.c.id, phrase_use.c.count).where(phrase_use.c.shop == shop)
    return {row[0]: row[1] for row in conn.execute(query)}


def save_all(conn: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Insert or replace phrases, whole rows."""
    upsert(conn, phrase, rows)
