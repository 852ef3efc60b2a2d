"""Drafts, and who looks at a conversation right now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from bot.core.message import HAPPENINGS, Sender
from bot.store import reading
from bot.store.statements import upsert
from bot.store.tables import draft, journal, looking, message, outbox


def keep(conn: sa.Connection, shop: str, conversation: str, person: str, mode: str, text: str, at: int) -> None:
    """Keep what somebody has begun to write; an empty text takes it away."""
    if not text:
        drop(conn, conversation, person)
        return
    row = {"conversation": conversation, "person": person, "shop": shop, "mode": mode, "text": text, "at": at}
    upsert(conn, draft, [row])


def drop(conn: sa.Connection, conversation: str, person: str) -> None:
    """Take somebody's draft away."""
    conn.execute(sa.delete(draft).where(draft.c.conversation == conversation, draft.c.person == person))


def see(conn: sa.Connection, shop: str, conversation: str, person: str, typing: bool, now: int, before: int) -> None:
    """Somebody looks, or types (real ms); whoever gave no sign since ``before`` is forgotten."""
    conn.execute(sa.delete(looking).where(looking.c.at < before))
    row = {"conversation": conversation, "person": person, "shop": shop, "typing": typing, "at": now}
    upsert(conn, looking, [row])


def leave(conn: sa.Connection, conversation: str, person: str) -> None:
    """Somebody looks elsewhere."""
    conn.execute(sa.delete(looking).where(looking.c.conversation == conversation, looking.c.person == person))


def meanwhile(conn: sa.Connection, shop: str, conversation: str, seen: int, who: str) -> list[dict[str, Any]]:
    """What others of the shop have said in a conversation since a place of its journal, or are sending:
    ``{by {id, name}, text, at}``, oldest first."""
    here = (journal.c.shop == shop, journal.c.conversation == conversation, journal.c.seq > seen)
    refs = list(conn.scalars(sa.select(journal.c.ref).where(*here, journal.c.kind.in_(("message", "send")))))
    said = sa.select(message.c.id, message.c.by, message.c.text, message.c.at).where(
        message.c.id.in_(refs),
        message.c.sender == Sender.AGENT.value,
        message.c.kind.not_in([kind.value for kind in HAPPENINGS]),
    )
    sending = sa.select(outbox.c.id, outbox.c.by, outbox.c.text, outbox.c.created_at.label("at")).where(
        outbox.c.id.in_(refs),
        outbox.c.sender == Sender.AGENT.value,
        outbox.c.status.in_(("pending", "sending", "sent")),
    )
    found = {row.id: row for query in (sending, said) for row in conn.execute(query)}
    others = sorted((row for row in found.values() if row.by != who), key=lambda row: row.at)
    names = reading.names(conn, _people(others))
    return [
        {"by": {"id": row.by, "name": names[row.by]} if row.by else None, "text": row.text, "at": row.at}
        for row in others
    ]


def _people(rows: Collection[Any]) -> set[str]:
    return {row.by for row in rows if row.by}
