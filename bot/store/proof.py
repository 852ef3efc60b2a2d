"""Proof that the books are what was posted: every line of the chain, every inquiry, every sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa

from bot.store.journal import verify
from bot.store.rollups import BUCKET, COUNTS, amounts
from bot.store.tables import inquiry, journal, rollup

PAGE = 1000
_POSTED = ("reason", "numerator", "denominator", "day", "response_ms", "ruleset")
"""What a posting and its inquiry must agree on: what of it is money, see ``bot.service.posting.stake``."""


class What(StrEnum):
    """What was changed behind our back."""

    LINE = "line"
    INQUIRY = "inquiry"
    SUM = "sum"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first thing that does not fit: a line's ``seq``, an inquiry's id, or a sum's day, as ``where``; ``posted`` is
    the line that says otherwise, if there is one."""

    what: What
    where: str
    posted: int | None = None


def check(conn: sa.Connection, shop: str) -> Flaw | None:
    """Recompute a shop's chain, hold its inquiries against what was posted and its sums against its inquiries; return
    the first flaw, None when all fits."""
    broken = verify(conn, shop)
    if broken is not None:
        return Flaw(What.LINE, str(broken))
    standing = _standing(conn, shop)
    sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    found = conn.execute(sa.select(inquiry).where(inquiry.c.shop == shop).order_by(inquiry.c.opened_at, inquiry.c.id))
    for row in map(dict, found.yield_per(PAGE).mappings()):
        seq, posted = standing.pop(row["id"], (None, None))
        if posted != _worth(row):
            return Flaw(What.INQUIRY, row["id"], seq)
        counts = sums[tuple(row[name] for name in BUCKET)]
        for name, amount in amounts(row).items():
            counts[name] += amount
    for ref, (seq, _) in standing.items():
        return Flaw(What.INQUIRY, ref, seq)
    return _check_sums(conn, shop, sums)


def head(conn: sa.Connection, shop: str) -> tuple[int, str] | None:
    """A shop's last line, number and hash. Noted elsewhere, it proves later that the chain was not written anew."""
    row = conn.execute(
        sa.select(journal.c.seq, journal.c.hash).where(journal.c.shop == shop).order_by(journal.c.seq.desc()).limit(1)
    ).first()
    return None if row is None else (row.seq, row.hash)


def held(conn: sa.Connection, shop: str, seq: int, known: str) -> Flaw | None:
    """Whether the line that once was a shop's last still is what it was; the flaw if not."""
    stands = conn.scalar(sa.select(journal.c.hash).where(journal.c.shop == shop, journal.c.seq == seq))
    return None if stands == known else Flaw(What.REWRITTEN, str(seq))


def _standing(conn: sa.Connection, shop: str) -> dict[str, tuple[int, tuple[Any, ...]]]:
    """Of each inquiry the posting that nothing has reversed: its line and what it is worth."""
    standing: dict[str, tuple[int, tuple[Any, ...]]] = {}
    lines = conn.execute(
        sa.select(journal.c.seq, journal.c.ref, journal.c.body)
        .where(journal.c.shop == shop, journal.c.kind == "posting")
        .order_by(journal.c.seq)
    )
    for seq, ref, body in lines.yield_per(PAGE):
        said = orjson.loads(body)
        if said["sign"] > 0:
            standing[ref] = (seq, tuple(said[name] for name in _POSTED))
        else:
            standing.pop(ref, None)
    return standing


def _worth(row: Mapping[str, Any]) -> tuple[Any, ...]:
    sides = {"numerator": int(row["counted"]), "denominator": int(row["in_denominator"])}
    return tuple(sides.get(name, row.get(name)) for name in _POSTED)


def _check_sums(conn: sa.Connection, shop: str, sums: Mapping[tuple[Any, ...], Mapping[str, int]]) -> Flaw | None:
    """The first bucket, by day, whose sums are not those of its inquiries."""
    kept = {
        tuple(row[name] for name in BUCKET): {name: row[name] for name in COUNTS}
        for row in conn.execute(sa.select(rollup).where(rollup.c.shop == shop)).mappings()
    }
    nothing = dict.fromkeys(COUNTS, 0)
    for bucket in sorted(kept.keys() | sums.keys()):
        if kept.get(bucket, nothing) != sums.get(bucket, nothing):
            return Flaw(What.SUM, str(bucket[BUCKET.index("day")]))
    return None
