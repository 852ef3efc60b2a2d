"""A shop's journal: lines only added, each chained to the one before.

One chain is ledger, feed cursor, order of acceptance and audit at once. Bodies hold ids and codes, never text.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from bot.store import tallies
from bot.store.holding import GENESIS, heads, move
from bot.store.statements import insert
from bot.store.tables import journal, journal_head


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened in a shop: when (ms of the shop's clock), what, to which object."""

    shop: str
    at: int
    kind: str
    ref: str
    conversation: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


def chain(prev: str, shop: str, seq: int, line: tuple[int, str, str, str | None, str]) -> str:
    """The hash of one line: SHA-256 over the former hash and all that the line says."""
    return hashlib.sha256(orjson.dumps([prev, shop, seq, *line])).hexdigest()


def append(conn: sa.Connection, lines: Iterable[Line]) -> list[int]:
    """Add lines, in order, and count what they tell; return the ``seq`` each one got in its shop."""
    lines = list(lines)
    if not lines:
        return []
    by_shop: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        by_shop[line.shop].append(index)
    seqs, rows = [0] * len(lines), []
    for shop, (seq, prev) in heads(conn, by_shop.keys()).items():
        for index in by_shop[shop]:
            line, seq = lines[index], seq + 1
            body = orjson.dumps(dict(line.body), option=orjson.OPT_SORT_KEYS).decode()
            made = chain(prev, shop, seq, (line.at, line.kind, line.ref, line.conversation, body))
            rows.append(
                {"shop": shop, "seq": seq, "at": line.at, "kind": line.kind, "ref": line.ref,
                 "conversation": line.conversation, "body": body, "prev": prev, "hash": made}
            )  # fmt: skip
            seqs[index], prev = seq, made
        move(conn, shop, (seq, prev))
    insert(conn, journal, rows)
    tallies.add(conn, [(line.shop, line.at, line.kind, line.body) for line in lines])
    return seqs


def verify(conn: sa.Connection, shop: str) -> int | None:
    """Recompute a shop's chain; return the seq of the first line that does not fit, None when all do."""
    prev, expected = GENESIS, 1
    for row in conn.execute(sa.select(journal).where(journal.c.shop == shop).order_by(journal.c.seq)):
        made = chain(prev, shop, row.seq, (row.at, row.kind, row.ref, row.conversation, row.body))
        if row.seq != expected or row.prev != prev or row.hash != made:
            return min(int(row.seq), expected)
        prev, expected = row.hash, expected + 1
    head = conn.execute(sa.select(journal_head).where(journal_head.c.shop == shop)).one_or_none()
    known = (head.seq, head.hash) if head is not None else (0, GENESIS)
    return None if known == (expected - 1, prev) else expected
