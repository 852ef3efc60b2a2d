"""What the KPI set needs beside messages: when conversations were closed, and prior notices of busy hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.statements import insert_new
from bot.store.tables import closing, prior_notice


def close(conn: sa.Connection, shop: str, conversation: str, at: int) -> None:
    """A conversation was closed (ms)."""
    insert_new(conn, closing, [{"shop": shop, "conversation": conversation, "at": at}])


def reopen(conn: sa.Connection, conversation: str) -> None:
    """The latest closing of a conversation is taken back."""
    mine = closing.c.conversation == conversation
    last = conn.scalar(sa.select(sa.func.max(closing.c.at)).where(mine))
    conn.execute(sa.delete(closing).where(mine, closing.c.at == last))


def closings(conn: sa.Connection, conversations: Collection[str]) -> dict[str, list[int]]:
    """When each of these conversations was closed (ms), in order."""
    out: dict[str, list[int]] = {one: [] for one in conversations}
    found = conn.execute(
        sa.select(closing.c.conversation, closing.c.at)
        .where(closing.c.conversation.in_(list(conversations)))
        .order_by(closing.c.at)
    )
    for conversation, at in found:
        out[conversation].append(at)
    return out


def notices(conn: sa.Connection, shop: str) -> list[dict[str, Any]]:
    """A shop's prior notices and what became of them: ``id`` (the message), ``starts``, ``ends``, ``at`` (ms), ``status``;
    in order of time, then of acceptance."""
    found = conn.execute(
        sa.select(prior_notice).where(prior_notice.c.shop == shop).order_by(prior_notice.c.at, prior_notice.c.seq)
    )
    return [dict(row) for row in found.mappings()]


def notice(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep prior notices; one that is there stays as it is."""
    insert_new(conn, prior_notice, rows)
