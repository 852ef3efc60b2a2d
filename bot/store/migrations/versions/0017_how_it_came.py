"""How a delivery came: its method, and the parameters of its address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = {"method": "POST", "query": "{}"}


def upgrade() -> None:
    there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("delivery")}
    for name, usual in COLUMNS.items():
        if name not in there:
            op.add_column("delivery", sa.Column(name, sa.String, nullable=False, server_default=usual))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("delivery", name)
