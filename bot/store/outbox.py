"""The outbox as stored: every send is a row before it is a call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.message import HAPPENINGS
from bot.store.statements import Ready, insert, insert_new, one_of
from bot.store.tables import conversation, message, outbox, piece, worker

OPEN = ("pending", "sending")
UNDER_WAY = sa.text("outbox.status IN ('pending','sending')")
ENDED = sa.text("outbox.status NOT IN ('pending','sending')")
"""Spelled as the indexes of these spell it: SQLite takes an index of some rows only where it is."""
PIECE = "."
"""Stands between a send's id and the number of a further piece of it."""


def add(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert sends. Each stands at least a millisecond behind those before it in its conversation: that is the order."""
    last = _last_of(conn, {row["conversation"] for row in rows})
    ordered = []
    for row in rows:
        at = last[row["conversation"]] = max(row["created_at"], last.get(row["conversation"], 0) + 1)
        ordered.append({**row, "created_at": at})
    insert(conn, outbox, ordered)


def _last_of(conn: sa.Connection, conversations: Collection[str]) -> dict[str, int]:
    """When the latest send of each conversation was made."""
    if not conversations:
        return {}
    found = conn.execute(
        sa.select(outbox.c.conversation, sa.func.max(outbox.c.created_at))
        .where(outbox.c.conversation.in_(list(conversations)))
        .group_by(outbox.c.conversation)
    )
    return {row[0]: row[1] for row in found}


def get(conn: sa.Connection, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Sends by id."""
    if not ids:
        return {}
    found = conn.execute(sa.select(outbox).where(outbox.c.id.in_(list(ids))))
    return {row["id"]: dict(row) for row in found.mappings()}


_BUSY = Ready(
    lambda dialect: (
        sa.select(outbox.c.conversation)
        .where(one_of(dialect, outbox.c.conversation, "ids"), sa.or_(*(outbox.c.status == status for status in OPEN)))
        .distinct()
    )
)


def busy(conn: sa.Connection, conversations: Collection[str]) -> set[str]:
    """Of these conversations those with a send on the wire or waiting for its turn."""
    if not conversations:
        return set()
    return {row[0] for row in _BUSY.rows(conn, {"ids": list(conversations)})}


def change(conn: sa.Connection, send: str, values: Mapping[str, Any]) -> None:
    """Change the given columns of one send."""
    conn.execute(sa.update(outbox).where(outbox.c.id == send).values(dict(values)))


_DONE = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("s"))
    .values(
        status=sa.bindparam("st"),
        detail=sa.bindparam("de"),
        next_at=sa.bindparam("ne"),
        done_at=sa.bindparam("do"),
        platform_id=sa.bindparam("pl"),
    )
)


def finish(conn: sa.Connection, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Write outcomes: ``{s: id, st: status, de: detail, ne: next_at, do: done_at, pl: platform_id}``."""
    if outcomes:
        conn.execute(_DONE, list(outcomes))


def cancel_automatic(conn: sa.Connection, conversation: str, why: str, now: int) -> list[str]:
    """Cancel what the bot has not sent yet; return the ids of automatic sends already on the wire."""
    mine = (outbox.c.conversation == conversation, outbox.c.reply_class == "automatic")
    conn.execute(
        sa.update(outbox).where(*mine, outbox.c.status == "pending").values(status="cancelled", detail=why, done_at=now)
    )
    return list(conn.scalars(sa.select(outbox.c.id).where(*mine, outbox.c.status == "sending")))


def next_of(conn: sa.Connection, conversations: Collection[str], now: int) -> list[Mapping[str, Any]]:
    """For each conversation with nothing on the wire, its oldest send that waits and whose time has come.

    A send that waits for a retry holds back those behind it: replies keep their order.
    """
    if not conversations:
        return []
    waiting = conn.execute(
        sa.select(outbox)
        .where(outbox.c.conversation.in_(list(conversations)), outbox.c.status.in_(OPEN))
        .order_by(outbox.c.conversation, outbox.c.created_at, outbox.c.id)
    )
    first: dict[str, Mapping[str, Any]] = {}
    blocked: set[str] = set()
    for row in waiting.mappings():
        if row["status"] == "sending":
            blocked.add(row["conversation"])
        first.setdefault(row["conversation"], dict(row))
    return [r for c, r in first.items() if c not in blocked and (r["next_at"] or 0) <= now]


def claim(conn: sa.Connection, rows: Sequence[Mapping[str, Any]], asked_at: int, worker_name: str) -> None:
    """Mark sends as being on the wire, by which process: the row says so before the call is made."""
    if rows:
        conn.execute(
            sa.update(outbox)
            .where(outbox.c.id.in_([row["id"] for row in rows]), outbox.c.status == "pending")
            .values(status="sending", tries=outbox.c.tries + 1, asked_at=asked_at, worker=worker_name)
        )


def addressed(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The same sends with what a call needs: the platform's ids of conversation, buyer and the message answered; and
    where that lent a key to ``greet`` with, the key, with the time (ms) it was lent."""
    if not rows:
        return []
    to = {
        row.id: (row.external, row.buyer_id)
        for row in conn.execute(
            sa.select(conversation.c.id, conversation.c.external, conversation.c.buyer_id).where(
                conversation.c.id.in_([row["conversation"] for row in rows])
            )
        )
    }
    asked = [row["in_reply_to"] for row in rows if row["in_reply_to"]]
    about = (message.c.id, message.c.platform_id, message.c.meta, message.c.at)
    theirs = {row.id: row for row in conn.execute(sa.select(*about).where(message.c.id.in_(asked)))} if asked else {}
    return [
        {
            **row,
            "external": to[row["conversation"]][0],
            "buyer_id": to[row["conversation"]][1],
            **_answered(theirs.get(row["in_reply_to"] or "")),
        }
        for row in rows
    ]


def _answered(told: Any) -> dict[str, Any]:
    greet = told.meta.get("greet") if told else None
    return {
        "reply_platform_id": told.platform_id if told else None,
        "greet": greet,
        "greet_at": told.at if greet else 0,
    }


def due(conn: sa.Connection, now: int) -> dict[str, set[str]]:
    """By shop, the conversations with a send that waits and whose time (real ms) has come."""
    found = conn.execute(
        sa.select(outbox.c.shop, outbox.c.conversation)
        .where(UNDER_WAY, outbox.c.status == "pending", sa.or_(outbox.c.next_at.is_(None), outbox.c.next_at <= now))
        .distinct()
    )
    out: dict[str, set[str]] = {}
    for shop, talk in found:
        out.setdefault(shop, set()).add(talk)
    return out


def on_the_wire(conn: sa.Connection) -> list[Mapping[str, Any]]:
    """Sends that a process which is gone left on the wire: nobody knows how they ended."""
    gone = outbox.c.worker.not_in(sa.select(worker.c.id))
    found = conn.execute(sa.select(outbox).where(UNDER_WAY, outbox.c.status == "sending", gone))
    return [dict(row) for row in found.mappings()]


def claimed_by(conn: sa.Connection, worker_name: str, before: int) -> list[Mapping[str, Any]]:
    """A process's sends on the wire that it claimed before a time (real ms)."""
    found = conn.execute(
        sa.select(outbox).where(
            UNDER_WAY, outbox.c.status == "sending", outbox.c.worker == worker_name, outbox.c.asked_at < before
        )
    )
    return [dict(row) for row in found.mappings()]


@dataclass(frozen=True, slots=True)
class Known:
    """One of our sends as an echo finds it: its status, and the platform's id of it where we know one."""

    id: str
    status: str
    platform_id: str | None


def echoes(conn: sa.Connection, channel: str, platform_ids: Collection[str]) -> dict[str, Known]:
    """Of these platform ids those of our own sends: platform id → send. Our own ids count too."""
    if not platform_ids:
        return {}
    ids = list(platform_ids)
    wholes = {name: name.partition(PIECE)[0] for name in ids if PIECE in name}
    found = conn.execute(
        sa.select(outbox.c.id, outbox.c.status, outbox.c.platform_id).where(
            outbox.c.channel == channel,
            sa.or_(outbox.c.platform_id.in_(ids), outbox.c.id.in_([*ids, *wholes.values()])),
        )
    )
    out: dict[str, Known] = {}
    for row in found:
        out[row.id] = Known(row.id, row.status, row.platform_id)
        if row.platform_id:
            out[row.platform_id] = out[row.id]
    out |= {name: out[whole] for name, whole in wholes.items() if whole in out}
    for row in _echoes_of_pieces(conn, channel, ids):
        out[row.name] = Known(row.id, row.status, row.platform_id)
    return out


def _echoes_of_pieces(conn: sa.Connection, channel: str, platform_ids: list[str]) -> Sequence[Any]:
    return conn.execute(
        sa.select(piece.c.platform_id.label("name"), outbox.c.id, outbox.c.status, outbox.c.platform_id)
        .select_from(piece.join(outbox, piece.c.send == outbox.c.id))
        .where(piece.c.channel == channel, piece.c.platform_id.in_(platform_ids))
    ).all()


def add_piece(conn: sa.Connection, row: Mapping[str, Any], platform_id: str) -> None:
    """Keep the name under which a further piece of a send went out, so that its echo is known for ours."""
    insert_new(
        conn, piece, [{"channel": row["channel"], "shop": row["shop"], "platform_id": platform_id, "send": row["id"]}]
    )


def unnamed(conn: sa.Connection, conversation: str) -> list[Mapping[str, Any]]:
    """A conversation's sends that may have become visible and whose name on the platform nobody has told us yet."""
    found = conn.execute(
        sa.select(outbox)
        .where(
            outbox.c.conversation == conversation,
            outbox.c.platform_id.is_(None),
            outbox.c.status.in_(("sending", "unknown", "sent")),
        )
        .order_by(outbox.c.created_at)
    )
    return [dict(row) for row in found.mappings()]


def used_quota(conn: sa.Connection, conversation_id: str) -> tuple[int, int]:
    """When the buyer last wrote (ms of the shop's clock, 0 for never), and how many sends were made since.

    A text that went out in pieces counts once for each. A send of unknown ending may have used the quota, so it counts.
    """
    asked_at = conn.scalar(
        sa.select(sa.func.max(message.c.at)).where(
            message.c.conversation == conversation_id,
            message.c.sender == "buyer",
            message.c.kind.not_in([kind.value for kind in HAPPENINGS]),
        )
    )
    since = (
        outbox.c.conversation == conversation_id,
        outbox.c.status.in_(("sent", "unknown")),
        outbox.c.done_at >= (asked_at or 0),
    )
    used = conn.scalar(sa.select(sa.func.count()).select_from(outbox).where(*since)) or 0
    more = conn.scalar(
        sa.select(sa.func.count()).select_from(piece.join(outbox, piece.c.send == outbox.c.id)).where(*since)
    )
    return asked_at or 0, used + (more or 0)
