"""What platforms are asked for beside the sends."""

from __future__ import annotations

from alembic import op

from bot.store.tables import errand

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A store made today has it already: the first version makes whatever the rows describe.
    errand.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    op.drop_table("errand")
