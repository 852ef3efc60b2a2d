"""The platform's own figures as people entered them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.store.statements import upsert
from bot.store.tables import statement


def keep(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Keep a figure; one of the same day and kind is replaced."""
    upsert(conn, statement, [row])


def kept(conn: sa.Connection, shop: str, limit: int | None) -> list[dict[str, Any]]:
    """A shop's figures, the latest day first (all where there is no limit)."""
    found = conn.execute(
        sa.select(statement)
        .where(statement.c.shop == shop)
        .order_by(statement.c.date.desc(), statement.c.covers)
        .limit(limit)
    )
    return [dict(row) for row in found.mappings()]


def count(conn: sa.Connection, shop: str) -> int:
    """How many figures a shop has."""
    return int(conn.scalar(sa.select(sa.func.count()).select_from(statement).where(statement.c.shop == shop)) or 0)
