"""Alarms: their sinks, what happened, and the messages that went out."""

from __future__ import annotations

from alembic import op

from bot.store.tables import alarm, alarm_send, alarm_sink, metadata

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW = [alarm_sink, alarm, alarm_send]


def upgrade() -> None:
    # A folder made today has them already: the first version makes whatever the rows describe.
    metadata.create_all(op.get_bind(), tables=NEW)


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), tables=NEW)
