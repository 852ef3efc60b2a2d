"""Taking away all that a simulated shop said and did. Its FAQ, settings and channels stay."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store import kept, search
from bot.store.holding import forget
from bot.store.tables import (
    assignment,
    buyer,
    closing,
    conversation,
    decision,
    delivery,
    draft,
    gap,
    gap_mark,
    gap_question,
    gate_case,
    inquiry,
    journal,
    journal_head,
    line_watch,
    looking,
    message,
    outbox,
    passing,
    piece,
    prior_notice,
    promise,
    proposal,
    recount,
    report_case,
    rollup,
    statement,
    suggestion,
    tally,
    timer,
)

_SAID = (
    assignment,
    closing,
    buyer,
    conversation,
    decision,
    delivery,
    draft,
    gap,
    gap_mark,
    gap_question,
    gate_case,
    inquiry,
    journal,
    journal_head,
    line_watch,
    looking,
    message,
    outbox,
    passing,
    piece,
    prior_notice,
    recount,
    promise,
    proposal,
    report_case,
    rollup,
    statement,
    suggestion,
    tally,
    timer,
)


def wipe(conn: sa.Connection, shop: str) -> None:
    """Delete a shop's conversations, messages, decisions, sends, deliveries, timers, inquiries, sums, statements and journal."""
    search.forget_shop(conn, shop)
    for table in _SAID:
        conn.execute(sa.delete(table).where(table.c.shop == shop))
    forget(conn, shop)
    kept.forget(conn)
