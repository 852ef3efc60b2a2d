"""Recalls and reports name the message they speak of in a column of their own, so that it is found from both ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import message

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEX = "message_target"
NAMED = sa.text("target IS NOT NULL")


def upgrade() -> None:
    conn = op.get_bind()
    if "target" not in {one["name"] for one in sa.inspect(conn).get_columns("message")}:
        op.add_column("message", sa.Column("target", sa.String))
        op.create_index(INDEX, "message", ["target"], sqlite_where=NAMED, postgresql_where=NAMED)
    rows = conn.execute(sa.select(message.c.id, message.c.meta).where(message.c.kind.in_(("recall", "report")))).all()
    for row in rows:
        if row.meta.get("target_id"):
            meta = {name: value for name, value in row.meta.items() if name != "target_id"}
            values = {"target": row.meta["target_id"], "meta": meta}
            conn.execute(sa.update(message).where(message.c.id == row.id).values(values))


def downgrade() -> None:
    op.drop_index(INDEX, "message")
    op.drop_column("message", "target")
