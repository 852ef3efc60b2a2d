"""Commands that carry a key of their own: which have begun, and what the finished ones answered."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.statements import insert
from bot.store.tables import once

BEGUN = 0
"""The status of a command that began and has not finished."""


def claim(conn: sa.Connection, key: str, now: int, forget_before: int) -> tuple[int, str, int] | None:
    """Begin a command; None if it is ours to do, else ``(status, body, at)`` of the one that came first."""
    conn.execute(sa.delete(once).where(once.c.at < forget_before))
    first = begun(conn, key)
    if first is None:
        insert(conn, once, [{"key": key, "status": BEGUN, "body": "", "at": now}])
    return first


def begun(conn: sa.Connection, key: str) -> tuple[int, str, int] | None:
    """``(status, body, at)`` of a command, None if it never began, or failed."""
    row = conn.execute(sa.select(once.c.status, once.c.body, once.c.at).where(once.c.key == key)).first()
    return None if row is None else (row[0], row[1], row[2])


def finish(conn: sa.Connection, key: str, status: int, body: str) -> None:
    """Keep what a command answered."""
    conn.execute(sa.update(once).where(once.c.key == key).values(status=status, body=body))


def drop(conn: sa.Connection, key: str) -> None:
    """Forget a command that did nothing."""
    conn.execute(sa.delete(once).where(once.c.key == key))
