"""The shops that a transaction has to itself until it commits, and where their journals end.

An embedded store has one writer, so everything is held from the start. Elsewhere several processes write: whoever
changes what belongs to a shop first locks the last line of its journal, and all that is read after that stays true.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.store.statements import Ready, insert_new, one_of, upsert
from bot.store.tables import journal_head

GENESIS = "0" * 64
Head = tuple[int, str]


@dataclass(slots=True)
class Held:
    """What one transaction has in hand: each shop's last line (number, hash), and the shops that got new lines."""

    heads: dict[str, Head] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    written: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Conversations it has written, and whether nothing is known of others any more (see ``kept``)."""
    forgot: bool = False

    def copy(self) -> Held:
        """The same, to go back to."""
        return Held(dict(self.heads), set(self.moved), dict(self.written), self.forgot)

    def back_to(self, before: Held) -> None:
        """Forget what was done since: it was rolled back."""
        self.heads, self.moved = before.heads, before.moved
        self.written, self.forgot = before.written, before.forgot


def start(conn: sa.Connection) -> Held:
    """A transaction begins with nothing in hand."""
    made = conn.info["held"] = Held()
    return made


def held(conn: sa.Connection) -> Held:
    """What the transaction under way has in hand."""
    found: Held = conn.info["held"]
    return found


def hold(conn: sa.Connection, shops: Collection[str], *, wait: bool = True) -> None:
    """Have these shops to ourselves until the commit. ``wait`` False: only those that nobody else holds now.

    Raises:
        sqlalchemy.exc.DBAPIError: another process kept one of them longer than is waited for.
    """
    if may_be_others(conn):
        heads(conn, shops, wait=wait)


def may_be_others(conn: sa.Connection) -> bool:
    """Whether other processes may write to this store."""
    return conn.dialect.name != "sqlite"


def not_held(conn: sa.Connection, shops: Collection[str]) -> set[str]:
    """Of these shops those that others may change while this transaction writes; none for who only reads."""
    if not may_be_others(conn) or "held" not in conn.info:
        return set()
    return set(shops) - held(conn).heads.keys()


def heads(conn: sa.Connection, shops: Collection[str], *, wait: bool = True) -> dict[str, Head]:
    """Hold these shops; return where the journal of each ends."""
    known = held(conn).heads
    missing = sorted(set(shops) - known.keys())
    if missing:
        known |= _locked(conn, missing, wait=wait)
        new = [shop for shop in missing if shop not in known]
        if new and wait:
            known |= _begun(conn, new)
    return {shop: known[shop] for shop in shops if shop in known}


def _lock(dialect: str, *, wait: bool) -> Any:
    return (
        sa.select(journal_head.c.shop, journal_head.c.seq, journal_head.c.hash)
        .where(one_of(dialect, journal_head.c.shop, "shops"))
        .order_by(journal_head.c.shop)
        .with_for_update(skip_locked=not wait)
    )


_LOCK, _LOCK_FREE = Ready(partial(_lock, wait=True)), Ready(partial(_lock, wait=False))


def _locked(conn: sa.Connection, shops: list[str], *, wait: bool) -> dict[str, Head]:
    return {shop: (seq, last) for shop, seq, last in (_LOCK if wait else _LOCK_FREE).rows(conn, {"shops": shops})}


def _begun(conn: sa.Connection, shops: list[str]) -> dict[str, Head]:
    """Journals that have no line yet. Where others write too, the first one to say so holds them."""
    if not may_be_others(conn):
        return dict.fromkeys(shops, (0, GENESIS))
    insert_new(conn, journal_head, [{"shop": shop, "seq": 0, "hash": GENESIS} for shop in shops])
    return _locked(conn, shops, wait=True)


def move(conn: sa.Connection, shop: str, head: Head) -> None:
    """A shop's journal has grown; its head is written once, when the transaction ends."""
    mine = held(conn)
    mine.heads[shop] = head
    mine.moved.add(shop)


def forget(conn: sa.Connection, shop: str) -> None:
    """A shop's journal was taken away, its head with it."""
    mine = held(conn)
    mine.heads.pop(shop, None)
    mine.moved.discard(shop)


def seal(conn: sa.Connection) -> None:
    """Write where the journals end now."""
    mine = held(conn)
    rows: list[dict[str, Any]] = [
        {"shop": shop, "seq": mine.heads[shop][0], "hash": mine.heads[shop][1]} for shop in sorted(mine.moved)
    ]
    upsert(conn, journal_head, rows)
