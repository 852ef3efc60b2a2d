"""What a shop still owes is found by day: the number on the scorecard costs what is owed, not what there ever was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INDEX = "inquiry_owed"


def upgrade() -> None:
    there = {one["name"]: one["column_names"] for one in sa.inspect(op.get_bind()).get_indexes("inquiry")}
    if there[INDEX] != ["shop", "owed", "day"]:
        op.drop_index(INDEX, "inquiry")
        op.create_index(INDEX, "inquiry", ["shop", "owed", "day"])


def downgrade() -> None:
    op.drop_index(INDEX, "inquiry")
    op.create_index(INDEX, "inquiry", ["shop", "owed"])
