"""Digests of messages that were erased."""

from __future__ import annotations

from alembic import op

from bot.store.tables import gone

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A store made today has it already: the first version makes whatever the rows describe.
    gone.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    op.drop_table("gone")
