"""Inquiries as last posted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.statements import upsert
from bot.store.tables import inquiry


def of_conversations(conn: sa.Connection, conversations: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The posted inquiries of conversations, each list by opening time."""
    out: dict[str, list[dict[str, Any]]] = {one: [] for one in conversations}
    if out:
        found = conn.execute(
            sa.select(inquiry)
            .where(inquiry.c.conversation.in_(list(conversations)))
            .order_by(inquiry.c.opened_at, inquiry.c.id)
        )
        for row in found.mappings():
            out[row["conversation"]].append(dict(row))
    return out


def save(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace inquiries, whole rows."""
    upsert(conn, inquiry, rows)


def remove(conn: sa.Connection, shop: str, ids: Collection[str]) -> None:
    """Take away inquiries that an earlier message, arriving late, has joined to another."""
    if ids:
        conn.execute(sa.delete(inquiry).where(inquiry.c.shop == shop, inquiry.c.id.in_(list(ids))))


def waive(conn: sa.Connection, conversation: str, why: str) -> list[str]:
    """Close what a conversation still owes, for a reason; return the inquiries closed."""
    mine = (inquiry.c.conversation == conversation, inquiry.c.owed)
    ids = list(conn.scalars(sa.select(inquiry.c.id).where(*mine)))
    conn.execute(sa.update(inquiry).where(*mine).values(owed=False, waived=why))
    return ids


def unwaive(conn: sa.Connection, conversation: str) -> None:
    """Take back a close: what was waived may be owed again (the next refold says)."""
    conn.execute(sa.update(inquiry).where(inquiry.c.conversation == conversation).values(waived=None))


def overdue(conn: sa.Connection, shop: str, now: int) -> int:
    """How many owed inquiries of a shop are past their deadline."""
    due = sa.func.coalesce(inquiry.c.due_at, inquiry.c.night_due_at)
    count = conn.scalar(
        sa.select(sa.func.count()).select_from(inquiry).where(inquiry.c.shop == shop, inquiry.c.owed, due < now)
    )
    return int(count or 0)
