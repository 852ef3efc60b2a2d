"""Taking away all that a simulated shop said and did. Its FAQ, settings and channels stay."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.holding import forget
from bot.store.tables import (
    assignment,
    conversation,
    decision,
    delivery,
    inquiry,
    journal,
    journal_head,
    message,
    outbox,
    passing,
    rollup,
    statement,
    suggestion,
    tally,
    timer,
)

_SAID = (
    assignment,
    conversation,
    decision,
    delivery,
    inquiry,
    journal,
    journal_head,
    message,
    outbox,
    passing,
    rollup,
    statement,
    suggestion,
    tally,
    timer,
)


def wipe(conn: sa.Connection, shop: str) -> None:
    """Delete a shop's conversations, messages, decisions, sends, deliveries, timers, inquiries, sums, statements and journal."""
    for table in _SAID:
        conn.execute(sa.delete(table).where(table.c.shop == shop))
    forget(conn, shop)
