"""A decision is found by its own id, which stands beside the message: an index by message was written and never read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX = "ix_decision_message"


def upgrade() -> None:
    if INDEX in {one["name"] for one in sa.inspect(op.get_bind()).get_indexes("decision")}:
        op.drop_index(INDEX, "decision")


def downgrade() -> None:
    op.create_index(INDEX, "decision", ["message"])
