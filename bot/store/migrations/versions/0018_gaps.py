"""Questions the FAQ could not answer, in groups. Filled from the journal as it stands."""

from __future__ import annotations

from alembic import op

from bot.store.tables import gap, gap_mark, gap_question

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A store made today has them already: the first version makes whatever the rows describe.
    for table in (gap, gap_question, gap_mark):
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    for table in (gap_mark, gap_question, gap):
        table.drop(op.get_bind())
