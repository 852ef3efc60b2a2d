"""Drafts, promises, corrections, reports, buyers and message search: what stands around replying."""

from __future__ import annotations

from alembic import op

from bot.store import tables
from bot.store.tables import metadata

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = [
    tables.buyer,
    tables.draft,
    tables.gate_case,
    tables.line_watch,
    tables.looking,
    tables.phrase_use,
    tables.promise,
    tables.proposal,
    tables.report_case,
    tables.search_mark,
]


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=TABLES)


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), tables=TABLES)
