"""The books as one goes through them from the first inquiry to the last: each with its replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.tables import conversation, inquiry, message, person

PAGE = 500
"""How many inquiries are held in memory at once."""


def entries(
    conn: sa.Connection, shop: str, first: str, last: str
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield a period's inquiries in opening order (``buyer_id``, ``buyer_name``, ``channel`` and the opening ``text``
    beside the posted row), each with its replies in time order: the verdict of a reply with the message's ``at``,
    ``sender``, ``origin``, ``text`` and ``by``."""
    query = (
        sa.select(
            inquiry,
            conversation.c.buyer_id,
            conversation.c.buyer_name,
            conversation.c.channel,
            message.c.text,
            message.c.kind,
        )
        .join(conversation, conversation.c.id == inquiry.c.conversation)
        .outerjoin(message, message.c.id == inquiry.c.id)
        .where(inquiry.c.shop == shop, inquiry.c.day >= first, inquiry.c.day <= last)
        .order_by(inquiry.c.day, inquiry.c.opened_at, inquiry.c.id)
        .limit(PAGE)
    )
    here = sa.tuple_(inquiry.c.day, inquiry.c.opened_at, inquiry.c.id)
    page = [dict(row) for row in conn.execute(query).mappings()]
    while page:
        said = _messages(conn, [reply["message"] for row in page for reply in row["replies"]])
        for row in page:
            yield row, [{**said.get(reply["message"], _GONE), **reply} for reply in row["replies"]]
        end = page[-1]
        behind = here > sa.tuple_(sa.literal(end["day"]), sa.literal(end["opened_at"]), sa.literal(end["id"]))
        page = [dict(row) for row in conn.execute(query.where(behind)).mappings()]


_GONE = {"at": None, "sender": "", "origin": None, "kind": "", "text": "", "by": None}


def _messages(conn: sa.Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    columns = (message.c.id, message.c.at, message.c.sender, message.c.origin, message.c.kind, message.c.text)
    who = sa.func.coalesce(person.c.name, message.c.by).label("by")
    out: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), PAGE):
        found = conn.execute(
            sa.select(*columns, who)
            .outerjoin(person, person.c.id == message.c.by)
            .where(message.c.id.in_(ids[start : start + PAGE]))
        )
        out |= {row["id"]: {name: row[name] for name in _GONE} for row in found.mappings()}
    return out
