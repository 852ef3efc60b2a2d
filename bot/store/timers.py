"""Things that must happen at a time of the shop's clock, each once, also after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.store.statements import Ready, upsert
from bot.store.tables import shop as shop_table
from bot.store.tables import timer


@dataclass(frozen=True, slots=True)
class Timer:
    """What (``kind``), for which object (``ref``), when (ms of the shop's clock)."""

    shop: str
    kind: str
    ref: str
    due_at: int


def put(conn: sa.Connection, timers: Sequence[Timer]) -> None:
    """Set timers; one of the same kind for the same object is moved."""
    upsert(
        conn,
        timer,
        [{"shop": t.shop, "kind": t.kind, "ref": t.ref, "due_at": t.due_at} for t in timers],
    )


_DROP = Ready(
    lambda _dialect: sa.delete(timer).where(
        timer.c.shop == sa.bindparam("s"), timer.c.kind == sa.bindparam("k"), timer.c.ref == sa.bindparam("r")
    )
)


def drop(conn: sa.Connection, timers: Sequence[tuple[str, str, str]]) -> None:
    """Take away timers by (shop, kind, ref)."""
    _DROP.many(conn, [{"s": s, "k": k, "r": r} for s, k, r in timers])


def due(conn: sa.Connection, shop: str, now: int, limit: int | None = 500) -> list[Timer]:
    """A shop's timers whose time has come, earliest first."""
    found = conn.execute(
        sa.select(timer).where(timer.c.shop == shop, timer.c.due_at <= now).order_by(timer.c.due_at).limit(limit)
    )
    return [Timer(row.shop, row.kind, row.ref, row.due_at) for row in found]


def still(conn: sa.Connection, timers: Sequence[Timer]) -> list[Timer]:
    """Those of these timers that nobody has taken away or moved."""
    left: list[Timer] = []
    for shop in dict.fromkeys(t.shop for t in timers):
        mine = [t for t in timers if t.shop == shop]
        last = max(t.due_at for t in mine)
        there = set(due(conn, shop, last, limit=None))
        left += [t for t in mine if t in there]
    return left


def next_due(conn: sa.Connection) -> dict[str, int]:
    """For each shop with timers the earliest due time (ms of its clock): one look into the index a shop, however many
    timers there are."""
    earliest = sa.select(sa.func.min(timer.c.due_at)).where(timer.c.shop == shop_table.c.id).scalar_subquery()
    return {row[0]: row[1] for row in conn.execute(sa.select(shop_table.c.id, earliest)) if row[1] is not None}
