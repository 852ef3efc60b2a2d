"""Inquiries of the night that a person still owes a reply."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store import reading
from bot.store.tables import conversation, inquiry, message

_OWED = (inquiry.c.owed, inquiry.c.night.is_not(None))


def owed(conn: sa.Connection, shop: str, limit: int) -> list[dict[str, Any]]:
    """A shop's night inquiries without the reply they need, nearest limit first, then the longest wait.

    Each posted row with the conversation's buyer, ``state``, ``owner``, ``owner_name``, and the buyer's ``last_words``.
    """
    talk = conversation.c
    found = conn.execute(
        sa.select(inquiry, talk.buyer_id, talk.buyer_name, talk.state, talk.owner)
        .join(conversation, talk.id == inquiry.c.conversation)
        .where(inquiry.c.shop == shop, *_OWED)
        .order_by(sa.case((inquiry.c.night == "pending", 0), else_=1), inquiry.c.night_due_at, inquiry.c.opened_at)
        .limit(limit)
    ).mappings()
    rows = [dict(row) for row in found]
    words = _last_words(conn, [row["conversation"] for row in rows])
    names = reading.names(conn, {row["owner"] for row in rows if row["owner"]})
    return [
        {**row, "last_words": words.get(row["conversation"]), "owner_name": names.get(row["owner"] or "")}
        for row in rows
    ]


def count(conn: sa.Connection, shop: str) -> int:
    """How many of them there are."""
    query = sa.select(sa.func.count()).select_from(inquiry).where(inquiry.c.shop == shop, *_OWED)
    return int(conn.scalar(query) or 0)


def _last_words(conn: sa.Connection, conversations: list[str]) -> dict[str, str]:
    """The latest text that the buyer of each conversation wrote."""
    said = (message.c.sender == "buyer", message.c.text != "")
    last = (
        sa.select(message.c.conversation, sa.func.max(message.c.at).label("at"))
        .where(message.c.conversation.in_(conversations), *said)
        .group_by(message.c.conversation)
        .subquery()
    )
    found = conn.execute(
        sa.select(message.c.conversation, message.c.text)
        .join(last, sa.and_(last.c.conversation == message.c.conversation, last.c.at == message.c.at))
        .where(*said)
        .order_by(message.c.seq)
    )
    return {row.conversation: row.text for row in found}
