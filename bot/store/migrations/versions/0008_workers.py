"""Several processes: who they are, and which of them has a message or a send in hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import worker

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A store made today has it already: the first version makes whatever the rows describe.
    conn = op.get_bind()
    worker.create(conn, checkfirst=True)
    for table in ("message", "outbox"):
        if "worker" not in {one["name"] for one in sa.inspect(conn).get_columns(table)}:
            op.add_column(table, sa.Column("worker", sa.String, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_table("worker")
    for table in ("message", "outbox"):
        op.drop_column(table, "worker")
