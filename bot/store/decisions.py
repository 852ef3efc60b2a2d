"""Decisions and suggestions as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.statements import Ready, insert, one_of
from bot.store.tables import decision, suggestion


def add(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert decisions."""
    insert(conn, decision, rows)


_OVERTAKE = Ready(
    lambda dialect: (
        sa.update(suggestion)
        .where(one_of(dialect, suggestion.c.conversation, "ids"), suggestion.c.state == "open")
        .values(state="overtaken")
    )
)


def add_suggestions(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert drafts; an older open draft of the same conversation is overtaken."""
    if not rows:
        return
    latest = {row["conversation"]: row for row in rows}
    _OVERTAKE.run(conn, {"ids": list(latest)})
    insert(
        conn,
        suggestion,
        [{**row, "state": "open" if latest[row["conversation"]] is row else "overtaken"} for row in rows],
    )


def close_suggestions(conn: sa.Connection, conversation: str, state: str, by: str | None) -> None:
    """Close a conversation's open drafts: overtaken, rejected …"""
    conn.execute(
        sa.update(suggestion)
        .where(suggestion.c.conversation == conversation, suggestion.c.state == "open")
        .values(state=state, by=by)
    )


def take_suggestion(conn: sa.Connection, conversation: str, draft: str, state: str, by: str) -> str | None:
    """Close one open draft as used, edited or rejected; return its text, None if it is not open."""
    mine = (suggestion.c.id == draft, suggestion.c.conversation == conversation, suggestion.c.state == "open")
    text = conn.scalar(sa.select(suggestion.c.text).where(*mine))
    if text is not None:
        conn.execute(sa.update(suggestion).where(*mine).values(state=state, by=by))
    return text


def rename_suggestion(conn: sa.Connection, draft: str, state: str) -> None:
    """Change how a draft ended: used, or edited before it was sent."""
    conn.execute(sa.update(suggestion).where(suggestion.c.id == draft).values(state=state))
