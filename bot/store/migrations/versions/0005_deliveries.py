"""What each delivery brought, message by message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A folder made today has it already: the first version makes whatever the rows describe.
    if "brought" not in {one["name"] for one in sa.inspect(op.get_bind()).get_columns("delivery")}:
        op.add_column("delivery", sa.Column("brought", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("delivery", "brought")
