"""What the buyer's last card told, kept with the conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A folder made today has it already: the first version makes whatever the rows describe.
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("conversation")}
    if "facts" not in known:
        op.add_column("conversation", sa.Column("facts", sa.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("conversation", "facts")
