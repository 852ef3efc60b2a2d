"""Books that are being counted again: which shops, how far, and from which conversation to go on after a restart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from bot.store.statements import upsert
from bot.store.tables import conversation, recount


def digest(platform: str, rules: Mapping[str, Any] | None) -> str:
    """What tells a shop's rules from others: its platform and what it set otherwise, as a short hash."""
    said = orjson.dumps([platform, rules or {}], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()[:16]


def begin(conn: sa.Connection, shop: str, rules: str, at: int) -> None:
    """All of a shop's books are to be counted again under these rules (their ``digest``), from the first conversation.

    One that is under way begins anew. ``at``: real ms.
    """
    total = conn.scalar(sa.select(sa.func.count()).select_from(conversation).where(conversation.c.shop == shop))
    row = {"shop": shop, "rules": rules, "after": "", "total": total or 0, "done": 0, "began_at": at}
    upsert(conn, recount, [row])


def open_in(conn: sa.Connection) -> dict[str, str]:
    """The shops whose books are being counted again, each with the rules it is under."""
    return {row.shop: row.rules for row in conn.execute(sa.select(recount.c.shop, recount.c.rules))}


def progress(conn: sa.Connection, shop: str) -> dict[str, int] | None:
    """How many conversations are counted again (``done``) of how many (``total``); None where nothing is under way."""
    row = conn.execute(sa.select(recount).where(recount.c.shop == shop)).one_or_none()
    return None if row is None else {"total": max(row.total, row.done), "done": row.done}


def next_of(conn: sa.Connection, shop: str, rules: str, limit: int) -> list[str] | None:
    """The conversations that are next, by id; None where the shop is not being counted under these rules.

    The row is held until the end of the transaction, so that two processes do not count the same part.
    """
    row = conn.execute(
        sa.select(recount).where(recount.c.shop == shop, recount.c.rules == rules).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    own = (conversation.c.shop == shop, conversation.c.id > row.after)
    return list(conn.scalars(sa.select(conversation.c.id).where(*own).order_by(conversation.c.id).limit(limit)))


def advance(conn: sa.Connection, shop: str, ids: Sequence[str]) -> None:
    """These conversations are counted: go on behind the last of them."""
    conn.execute(sa.update(recount).where(recount.c.shop == shop).values(after=ids[-1], done=recount.c.done + len(ids)))


def end(conn: sa.Connection, shop: str) -> int:
    """All are counted; return how many they were."""
    done = conn.scalar(sa.select(recount.c.done).where(recount.c.shop == shop))
    conn.execute(sa.delete(recount).where(recount.c.shop == shop))
    return int(done or 0)
