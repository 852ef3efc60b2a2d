"""Errands as stored: what a platform is asked for beside the sends, each claimed by one process at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.statements import insert_new
from bot.store.tables import errand

PULL, HAND_OVER = "pull", "hand_over"


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to ask a platform for, due at a moment of real time (ms)."""

    shop: str
    channel: str
    kind: str
    ref: str
    due_at: int


def want(conn: sa.Connection, wanted: Collection[Errand]) -> None:
    """Make errands due; one that is there keeps its cursor and becomes due no later than it was."""
    for one in dict.fromkeys(wanted):
        row = {"shop": one.shop, "channel": one.channel, "kind": one.kind, "ref": one.ref}
        insert_new(conn, errand, [{**row, "cursor": "", "due_at": one.due_at, "tries": 0, "detail": ""}])
        later = sa.or_(errand.c.due_at == 0, errand.c.due_at > one.due_at)
        conn.execute(sa.update(errand).where(*_is(row), later).values(due_at=one.due_at))


def due(conn: sa.Connection, now: int, limit: int = 50) -> list[dict[str, Any]]:
    """Errands whose time has come, the longest waiting first."""
    found = conn.execute(
        sa.select(errand).where(errand.c.due_at > 0, errand.c.due_at <= now).order_by(errand.c.due_at).limit(limit)
    )
    return [dict(row) for row in found.mappings()]


def claim(conn: sa.Connection, row: Mapping[str, Any], until: int) -> bool:
    """Take an errand as it was read; of several processes one succeeds. It is due again at ``until`` if nobody ends it."""
    taken = conn.execute(
        sa.update(errand)
        .where(*_is(row), errand.c.due_at == row["due_at"])
        .values(due_at=until, tries=row["tries"] + 1)
    )
    return bool(taken.rowcount)


def moved(conn: sa.Connection, row: Mapping[str, Any], cursor: str) -> None:
    """Keep how far an account was read, unless another process has read on meanwhile."""
    conn.execute(sa.update(errand).where(*_is(row), errand.c.cursor == row["cursor"]).values(cursor=cursor))


def ended(conn: sa.Connection, row: Mapping[str, Any], until: int, due_at: int = 0, detail: str = "") -> None:
    """An attempt has ended: due again at ``due_at`` (0: done), unless somebody wanted it anew meanwhile."""
    done = {"due_at": due_at, "detail": detail} if due_at or detail else {"due_at": 0, "detail": "", "tries": 0}
    conn.execute(sa.update(errand).where(*_is(row), errand.c.due_at == until).values(done))


def dropped(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """An errand is over for good."""
    conn.execute(sa.delete(errand).where(*_is(row)))


def of_channel(conn: sa.Connection, channel: str) -> list[dict[str, Any]]:
    """All errands of a channel."""
    return [dict(row) for row in conn.execute(sa.select(errand).where(errand.c.channel == channel)).mappings()]


def pull_all(conn: sa.Connection, now: int) -> None:
    """Make every account due that was ever read: who rang while nobody was here is heard now."""
    conn.execute(sa.update(errand).where(errand.c.kind == PULL, errand.c.due_at == 0).values(due_at=now))


def _is(row: Mapping[str, Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return tuple(errand.c[name] == row[name] for name in ("channel", "kind", "ref"))
