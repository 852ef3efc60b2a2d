"""Books that are being counted again, and how far."""

from __future__ import annotations

from alembic import op

from bot.store.tables import recount

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    recount.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    op.drop_table("recount")
