"""Sums over inquiries by day, hour, agent and reason: kept with every change of an inquiry, never counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from bot.accounting.marks import NAMES as MARKS
from bot.store.statements import add_up
from bot.store.tables import rollup

BUCKET = ("shop", "day", "hour", "agent", "reason")
COUNTS = tuple(column.name for column in rollup.columns if column.name not in BUCKET)


def add(conn: sa.Connection, changes: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Add posted inquiries (+1) and take away those that were (−1)."""
    sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for sign, row in changes:
        counts = sums[tuple(row[name] for name in BUCKET)]
        for name, amount in amounts(row).items():
            counts[name] += sign * amount
    moved = [(bucket, counts) for bucket, counts in sums.items() if any(counts.values())]
    add_up(conn, rollup, [dict(zip(BUCKET, bucket, strict=True)) | counts for bucket, counts in moved])


def amounts(row: Mapping[str, Any]) -> dict[str, int]:
    """What one posted inquiry is worth in the sums."""
    said = [reply["class"] for reply in row["replies"]]
    opened, target = row["opened_ms"], row["opening_target_ms"]
    return {
        "inquiries": 1,
        "eligible": int(row["eligible"]),
        "numerator": int(row["counted"]),
        "denominator": int(row["in_denominator"]),
        "numerator_without_api": int(row["counted_without_api"]),
        "denominator_without_api": int(row["due_without_api"]),
        "answered": int(row["response_ms"] is not None),
        "response_ms": row["response_ms"] or 0,
        "in_time": int(row["in_time"] and row["eligible"]),
        "opened": int(row["eligible"] and opened is not None),
        "opened_fast": int(row["eligible"] and opened is not None and opened <= target),
        **{name: row["marks"].get(name, 0) for name in MARKS},
        **{f"said_{name}": said.count(name) for name in ("human", "assisted", "automatic", "unknown")},
    }
