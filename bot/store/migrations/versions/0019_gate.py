"""The gate of the FAQ: cases that were dropped, changes let through, the last run of a set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import bench_run, gate_pass, metadata

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = [bench_run, gate_pass]


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=TABLES)
    there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("gate_case")}
    if "dropped" not in there:
        op.add_column("gate_case", sa.Column("dropped", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("gate_case", "dropped")
    metadata.drop_all(op.get_bind(), tables=TABLES)
