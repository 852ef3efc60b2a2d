"""What the desk shows beside a conversation: whose turn it is, in which group, and why it is for the supervisors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from bot.store import reading
from bot.store.tables import assignment, conversation
from bot.store.tables import team_group as group
from bot.store.team import valid


def of(conn: sa.Connection, conversations: Collection[str]) -> dict[str, dict[str, Any]]:
    """For each of these conversations that has something: ``assignee {id, name}``, ``group {id, name}``, ``mark``."""
    query = (
        sa.select(assignment, group.c.name.label("group_name"))
        .select_from(sa.join(conversation, assignment, valid()))
        .outerjoin(group, sa.and_(group.c.shop == assignment.c.shop, group.c.id == assignment.c.group_id))
        .where(conversation.c.id.in_(list(conversations)))
    )
    rows = [dict(row) for row in conn.execute(query).mappings()]
    names = reading.names(conn, {row["assignee"] for row in rows if row["assignee"]})
    return {
        row["conversation"]: {
            "assignee": {"id": row["assignee"], "name": names[row["assignee"]]} if row["assignee"] else None,
            "group": {"id": row["group_id"], "name": row["group_name"] or ""} if row["group_id"] else None,
            "mark": row["mark"],
        }
        for row in rows
    }
