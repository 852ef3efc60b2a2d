"""What was last noticed of a shop, so that it is told once."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.statements import upsert
from bot.store.tables import line_watch


def below(conn: sa.Connection, shop: str) -> bool:
    """Say whether a shop was last seen below its own line."""
    return bool(conn.scalar(sa.select(line_watch.c.below).where(line_watch.c.shop == shop)))


def note(conn: sa.Connection, shop: str, is_below: bool, at: int) -> None:
    """Note on which side of its own line a shop is (since ms of its clock)."""
    upsert(conn, line_watch, [{"shop": shop, "below": is_below, "at": at}])
