"""Within which time somebody should look at an inquiry: a parameter of the rules, kept beside what was measured."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A folder made today has it already: the first version makes whatever the rows describe.
    if "opening_target_ms" not in {one["name"] for one in sa.inspect(op.get_bind()).get_columns("inquiry")}:
        op.add_column("inquiry", sa.Column("opening_target_ms", sa.BigInteger, nullable=False, server_default="90000"))


def downgrade() -> None:
    op.drop_column("inquiry", "opening_target_ms")
