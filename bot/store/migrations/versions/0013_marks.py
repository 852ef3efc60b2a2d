"""The marks of a KPI set: kept with inquiries and sums. What was booked before is counted again for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import recounts
from bot.store.tables import closing, inquiry, metadata, prior_notice, rollup, shop

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SUMS = (
    "violation", "announced", "passed_on", "unexplained", "asked", "incomplete", "spoken", "misspoken", "settled",
    "solved",
)  # fmt: skip


def upgrade() -> None:
    conn = op.get_bind()
    metadata.create_all(conn, tables=[closing, prior_notice])
    # A folder made today has these columns already: the first version makes whatever the rows describe.
    there = {one["name"] for one in sa.inspect(conn).get_columns("rollup")}
    for name in SUMS:
        if name not in there:
            op.add_column("rollup", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    if "marks" not in {one["name"] for one in sa.inspect(conn).get_columns("inquiry")}:
        op.add_column("inquiry", sa.Column("marks", sa.JSON, nullable=False, server_default="{}"))
    if conn.scalar(sa.select(sa.func.count()).select_from(inquiry)):
        for row in conn.execute(sa.select(shop.c.id, shop.c.platform, shop.c.options)).all():
            rules = recounts.digest(row.platform, (row.options or {}).get("rules"))
            recounts.begin(conn, row.id, rules, 0)


def downgrade() -> None:
    for name in SUMS:
        op.drop_column(rollup.name, name)
    op.drop_column("inquiry", "marks")
    metadata.drop_all(op.get_bind(), tables=[closing, prior_notice])
