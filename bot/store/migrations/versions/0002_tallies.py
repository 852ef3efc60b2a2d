"""Counts by day from the journal's lines: made from those that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from bot.store import tallies
from bot.store.tables import decision, journal, tally

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    conn = op.get_bind()
    tally.create(conn, checkfirst=True)
    entries = dict(conn.execute(sa.select(decision.c.id, decision.c.entry).where(decision.c.entry.is_not(None))).all())
    lines = conn.execute(sa.select(journal.c.shop, journal.c.at, journal.c.kind, journal.c.ref, journal.c.body))
    tallies.add(conn, (_told(row, entries) for row in lines))


def _told(row: Any, entries: Mapping[str, str]) -> tallies.Told:
    body = orjson.loads(row.body)
    if row.kind == "decision":
        # Lines of that time did not name the entry; the decision does.
        body.setdefault("entries", [entries[row.ref]] if row.ref in entries else [])
    return row.shop, row.at, row.kind, body


def downgrade() -> None:
    op.drop_table("tally")
