"""Inquiries as last posted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store import rollups
from bot.store.statements import Ready, one_of, upsert
from bot.store.tables import inquiry

_POSTED = Ready(
    lambda dialect: (
        sa.select(inquiry)
        .where(one_of(dialect, inquiry.c.conversation, "ids"))
        .order_by(inquiry.c.opened_at, inquiry.c.id)
    )
)


def of_conversations(conn: sa.Connection, conversations: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The posted inquiries of conversations, each list by opening time."""
    out: dict[str, list[dict[str, Any]]] = {one: [] for one in conversations}
    if out:
        for row in _POSTED.dicts(conn, {"ids": list(conversations)}):
            out[row["conversation"]].append(row)
    return out


_BRIEF = (
    "conversation",
    "opened_at",
    "response_ms",
    "reason",
    "due_at",
    "night",
    "night_due_at",
    "ruleset",
    "replies",
)
_BRIEFLY = Ready(
    lambda dialect: (
        sa.select(*(inquiry.c[name] for name in _BRIEF))
        .where(one_of(dialect, inquiry.c.conversation, "ids"))
        .order_by(inquiry.c.opened_at, inquiry.c.id)
    )
)


def briefly_of(conn: sa.Connection, conversations: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """As ``of_conversations``, but only what tells whether a further line of the buyer can change anything."""
    out: dict[str, list[dict[str, Any]]] = {one: [] for one in conversations}
    if out:
        for row in _BRIEFLY.gathered(conn, {"ids": list(conversations)}):
            out[row[0]].append(dict(zip(_BRIEF, row, strict=True)))
    return out


def save(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace inquiries, whole rows."""
    upsert(conn, inquiry, rows)


def remove(conn: sa.Connection, shop: str, ids: Collection[str]) -> None:
    """Take away inquiries that an earlier message, arriving late, has joined to another."""
    if ids:
        conn.execute(sa.delete(inquiry).where(inquiry.c.shop == shop, inquiry.c.id.in_(list(ids))))


def look_at(conn: sa.Connection, conversation: str, at: int) -> None:
    """Somebody looks at a conversation (ms): its inquiries that nobody had looked at get their time, and the sums."""
    unseen = (inquiry.c.conversation == conversation, inquiry.c.opened_ms.is_(None), inquiry.c.opened_at <= at)
    before = [dict(row) for row in conn.execute(sa.select(inquiry).where(*unseen)).mappings()]
    if before:
        conn.execute(sa.update(inquiry).where(*unseen).values(opened_ms=at - inquiry.c.opened_at))
        after = [{**row, "opened_ms": at - row["opened_at"]} for row in before]
        rollups.add(conn, [*((-1, row) for row in before), *((+1, row) for row in after)])


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
