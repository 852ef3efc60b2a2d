"""The processes that share a store: who is there, and who has not been heard of for longer than a lease.

Times are the store's own, so that processes on machines with different clocks agree.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import worker

_PG_NOW = sa.text("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")
_SQLITE_NOW = sa.text("CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)")


def _now(conn: sa.Connection) -> int:
    return int(conn.scalar(sa.select(_SQLITE_NOW if conn.dialect.name == "sqlite" else _PG_NOW)) or 0)


def enrol(conn: sa.Connection, name: str, *, alone: bool) -> None:
    """A process begins. ``alone``: nobody else can be there, so whoever is in the list is gone."""
    if alone:
        conn.execute(sa.delete(worker))
    conn.execute(sa.insert(worker).values(id=name, seen_at=_now(conn)))


def beat(conn: sa.Connection, name: str) -> bool:
    """A process says that it is there; False if the others have given it up."""
    done = conn.execute(sa.update(worker).where(worker.c.id == name).values(seen_at=_now(conn)))
    return done.rowcount > 0


def bury(conn: sa.Connection, lease_ms: int) -> list[str]:
    """Take those off the list who have not been heard of for longer than the lease; return their names."""
    dead = worker.c.seen_at < _now(conn) - lease_ms
    return sorted(conn.scalars(sa.delete(worker).where(dead).returning(worker.c.id)))


def leave(conn: sa.Connection, name: str) -> None:
    """A process ends."""
    conn.execute(sa.delete(worker).where(worker.c.id == name))


def names(conn: sa.Connection) -> list[str]:
    """Who is there, the longest first (names begin with the time)."""
    return list(conn.scalars(sa.select(worker.c.id).order_by(worker.c.id)))
