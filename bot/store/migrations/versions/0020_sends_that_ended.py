"""How sends ended is counted in an index, and not by reading every send there ever was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import outbox

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX = "outbox_ended"


def upgrade() -> None:
    if INDEX not in {one["name"] for one in sa.inspect(op.get_bind()).get_indexes("outbox")}:
        next(one for one in outbox.indexes if one.name == INDEX).create(op.get_bind())


def downgrade() -> None:
    op.drop_index(INDEX, "outbox")
