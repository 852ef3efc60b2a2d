"""Inquiries that still need a person now, with where their conversation stands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.tables import conversation, inquiry


def owed(conn: sa.Connection, shop: str, since: str) -> list[dict[str, Any]]:
    """A shop's owed inquiries, and those opened since a local day whose time still runs, the nearest deadline first:
    ``id conversation reason night due_at bot_answered`` and the conversation's ``state``."""
    i = inquiry.c
    still = sa.or_(i.owed, sa.and_(i.day >= since, i.reason == "pending"))
    due = sa.func.coalesce(i.due_at, i.night_due_at)
    query = (
        sa.select(i.id, i.conversation, i.reason, i.night, i.due_at, i.bot_answered, conversation.c.state)
        .join(conversation, conversation.c.id == i.conversation)
        .where(i.shop == shop, still)
        .order_by(due.is_(None), due, i.id)
    )
    return [dict(row) for row in conn.execute(query).mappings()]
