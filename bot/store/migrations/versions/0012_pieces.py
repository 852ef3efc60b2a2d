"""Pieces of sends whose text was too long for one message."""

from __future__ import annotations

from alembic import op

from bot.store.tables import metadata, piece

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=[piece])


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), tables=[piece])
