"""The parameters a shop has changed, with who, when and why: every change is kept."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.tables import rule_change


def add_change(conn: sa.Connection, shop: str, at: int, name: str, value: Any, by: str, why: str) -> None:
    """Put a change behind a shop's earlier ones. ``value`` None gives the parameter back to the platform's rules."""
    last = conn.scalar(sa.select(sa.func.max(rule_change.c.seq)).where(rule_change.c.shop == shop))
    row = {"shop": shop, "seq": (last or 0) + 1, "at": at, "name": name, "by": by, "why": why}
    conn.execute(sa.insert(rule_change).values(**row, value={"is": value}))


def changes(conn: sa.Connection, shop: str) -> list[dict[str, Any]]:
    """A shop's changes, the newest first: ``name``, ``value``, ``at`` (ms), ``by``, ``why``."""
    found = conn.execute(
        sa.select(rule_change).where(rule_change.c.shop == shop).order_by(rule_change.c.seq.desc())
    ).mappings()
    return [
        {"name": row["name"], "value": row["value"]["is"], "at": row["at"], "by": row["by"], "why": row["why"]}
        for row in found
    ]
