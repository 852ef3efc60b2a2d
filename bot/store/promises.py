"""Promises as stored: at most one a conversation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from bot.store.statements import Ready, insert, one_of
from bot.store.tables import promise

_OPEN = Ready(lambda dialect: sa.select(promise).where(one_of(dialect, promise.c.conversation, "ids")))


def of(conn: sa.Connection, conversations: Collection[str]) -> dict[str, dict[str, Any]]:
    """The open promises in these conversations."""
    return {row["conversation"]: row for row in _OPEN.dicts(conn, {"ids": list(conversations)})}


def begin(conn: sa.Connection, shop: str, conversation: str, message: str, by: str, at: int, due_at: int) -> bool:
    """Begin a promise (times in ms). One that is open already stays as it is: asking again buys no time. False then."""
    if of(conn, [conversation]):
        return False
    row = {"conversation": conversation, "shop": shop, "message": message, "by": by, "at": at, "due_at": due_at}
    insert(conn, promise, [{**row, "overdue": False}])
    return True


def break_it(conn: sa.Connection, conversation: str) -> None:
    """The time of a promise is over."""
    conn.execute(sa.update(promise).where(promise.c.conversation == conversation).values(overdue=True))


def end(conn: sa.Connection, conversation: str) -> bool:
    """Take a promise away; False if there was none."""
    return bool(conn.execute(sa.delete(promise).where(promise.c.conversation == conversation)).rowcount)
