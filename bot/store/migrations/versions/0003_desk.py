"""Groups, presence and assignments: what the desk keeps beside conversations."""

from __future__ import annotations

from alembic import op

from bot.store.tables import assignment, metadata, passing, presence, team_group, team_rule

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = [assignment, passing, presence, team_group, team_rule]


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=TABLES)


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), tables=TABLES)
