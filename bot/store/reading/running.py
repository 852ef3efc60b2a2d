"""Inquiries that still need a person now, with where their conversation stands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.statements import Ready
from bot.store.tables import conversation, inquiry


def _owed(_dialect: str) -> sa.Select[Any]:
    i = inquiry.c
    still = sa.or_(i.owed, sa.and_(i.day >= sa.bindparam("since"), i.reason == "pending"))
    due = sa.func.coalesce(i.due_at, i.night_due_at)
    return (
        sa.select(i.id, i.conversation, i.reason, i.night, i.due_at, i.bot_answered, conversation.c.state)
        .join(conversation, conversation.c.id == i.conversation)
        .where(i.shop == sa.bindparam("shop"), still)
        .order_by(due.is_(None), due, i.id)
    )


_OWED = Ready(_owed)


def owed(conn: sa.Connection, shop: str, since: str) -> list[dict[str, Any]]:
    """A shop's owed inquiries, and those opened since a local day whose time still runs, the nearest deadline first:
    ``id conversation reason night due_at bot_answered`` and the conversation's ``state``."""
    return _OWED.dicts(conn, {"shop": shop, "since": since})
