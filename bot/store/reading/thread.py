"""One conversation as people read it: its lines with their verdicts, the open draft, what happened around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from bot.store import messages, reading
from bot.store.tables import conversation, decision, inquiry, journal, message, outbox, suggestion


def one(conn: sa.Connection, conversation_id: str) -> dict[str, Any] | None:
    """A conversation's row with the owner's name."""
    row = conn.execute(sa.select(conversation).where(conversation.c.id == conversation_id)).mappings().one_or_none()
    if row is None:
        return None
    owner = reading.names(conn, [row["owner"]])[row["owner"]] if row["owner"] else None
    return {**row, "owner_name": owner}


def lines(
    conn: sa.Connection, conversation_id: str, *, before: tuple[int, int] | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """The latest lines of a conversation (before a place, for older pages), oldest first, sends on their way included."""
    said = sa.select(message).where(message.c.conversation == conversation_id)
    if before:
        at, seq = before
        said = said.where(sa.or_(message.c.at < at, sa.and_(message.c.at == at, message.c.seq < seq)))
    newest = conn.execute(said.order_by(message.c.at.desc(), message.c.seq.desc()).limit(limit)).mappings()
    found = [dict(row) for row in newest][::-1]
    sends = _sends(conn, conversation_id, [row["id"] for row in found], with_open=before is None)
    people = reading.names(conn, {row["by"] for row in [*found, *sends.values()] if row["by"]})
    recalled = messages.recalled(conn, [row["id"] for row in found])
    verdicts = _verdicts(conn, conversation_id)
    out = [_line(row, sends.pop(row["id"], None), people, recalled, verdicts) for row in found]
    out += [_send_line(row, people) for row in sends.values()]
    return sorted(out, key=lambda line: (line["at"], line["seq"]))


def _sends(conn: sa.Connection, cid: str, ids: Sequence[str], *, with_open: bool) -> dict[str, Mapping[str, Any]]:
    """The sends behind these lines; on the newest page also those that never became a line."""
    mine: sa.ColumnElement[bool] = outbox.c.id.in_(list(ids))
    if with_open:
        mine = sa.or_(mine, outbox.c.status.in_(("pending", "sending", "refused", "cancelled")))
    rows = conn.execute(sa.select(outbox).where(outbox.c.conversation == cid, mine)).mappings()
    return {row["id"]: dict(row) for row in rows}


def _verdicts(conn: sa.Connection, cid: str) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    rows = conn.execute(
        sa.select(inquiry.c.replies, inquiry.c.response_ms).where(inquiry.c.conversation == cid)
    ).mappings()
    for row in rows:
        for reply in row["replies"]:
            ms = row["response_ms"] if reply["reason"] in ("first_valid", "late") else None
            out[reply["message"]] = {
                "counts": reply["counts"],
                "reason": reply["reason"],
                "response_s": ms / 1000 if ms is not None else None,
            }
    return out


def _person(by: str | None, people: Mapping[str, str]) -> dict[str, str] | None:
    return {"id": by, "name": people[by]} if by and by != "bot" else None


def _line(
    row: Mapping[str, Any],
    send: Mapping[str, Any] | None,
    people: Mapping[str, str],
    recalled: set[str],
    verdicts: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    note = row["kind"] == "internal_note"
    status = send["status"] if send else ("note" if note else "received")
    return {
        "id": row["id"],
        "at": row["at"],
        "seq": row["seq"],
        "sender": row["sender"],
        "origin": row["origin"],
        "class": row["reply_class"],
        "kind": row["kind"],
        "text": row["text"],
        "meta": row["meta"],
        "recalled": row["id"] in recalled,
        "status": status,
        "status_detail": send["detail"] if send else "",
        "by": _person(row["by"], people),
        "verdict": verdicts.get(row["id"]),
        "decision": row["decision"],
        "parts": row["parts"],
    }


def _send_line(row: Mapping[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": row["created_at"],
        "seq": 1 << 60,
        "sender": row["sender"],
        "origin": row["origin"],
        "class": row["reply_class"],
        "kind": "text",
        "text": row["text"],
        "meta": {},
        "recalled": False,
        "status": row["status"],
        "status_detail": row["detail"],
        "by": _person(row["by"], people),
        "verdict": None,
        "decision": row["decision"],
        "parts": row["parts"],
    }


def draft(conn: sa.Connection, conversation_id: str) -> dict[str, Any] | None:
    """The open draft of a conversation."""
    row = conn.execute(
        sa.select(suggestion)
        .where(suggestion.c.conversation == conversation_id, suggestion.c.state == "open")
        .order_by(suggestion.c.at.desc())
        .limit(1)
    ).mappings()
    found = row.one_or_none()
    return dict(found) if found else None


def rejected(conn: sa.Connection, conversation_id: str) -> list[str]:
    """The texts of a conversation's drafts that somebody rejected."""
    mine = (suggestion.c.conversation == conversation_id, suggestion.c.state == "rejected")
    return list(conn.scalars(sa.select(suggestion.c.text).where(*mine)))


def events(conn: sa.Connection, conversation_id: str, shop: str, limit: int = 100) -> list[dict[str, Any]]:
    """What happened around a conversation, newest last."""
    rows = conn.execute(
        sa.select(journal)
        .where(journal.c.shop == shop, journal.c.conversation == conversation_id)
        .order_by(journal.c.seq.desc())
        .limit(limit)
    ).mappings()
    return [
        {"seq": r["seq"], "at": r["at"], "kind": r["kind"], "ref": r["ref"], "body": orjson.loads(r["body"])}
        for r in rows
    ][::-1]


def unanswered(lines: Sequence[Mapping[str, Any]]) -> str | None:
    """The decision on what the buyer said last, where neither bot nor person has said anything since; else None.

    ``lines`` are those of ``lines()``. What the bot says around its answers, such as that somebody will come, is none.
    """
    for line in reversed(lines):
        if line["sender"] == "buyer" and line["decision"]:
            return str(line["decision"])
        around = line["sender"] == "bot" and "answer" not in line["parts"]
        if line["sender"] in ("agent", "bot") and line["status"] != "note" and not around:
            return None
    return None


def why(conn: sa.Connection, decision_id: str) -> dict[str, Any] | None:
    """A decision with all that explains it."""
    row = conn.execute(sa.select(decision).where(decision.c.id == decision_id)).mappings().one_or_none()
    return dict(row) if row else None


def answered_entries(conn: sa.Connection, conversation_id: str, since: int) -> list[str]:
    """The entries the bot has answered with in a conversation since a time, newest first."""
    rows = conn.execute(
        sa.select(outbox.c.entry, decision.c.explain)
        .select_from(outbox.outerjoin(decision, decision.c.id == outbox.c.decision))
        .where(
            outbox.c.conversation == conversation_id,
            outbox.c.sender == "bot",
            outbox.c.entry.is_not(None),
            outbox.c.created_at >= since,
        )
        .order_by(outbox.c.created_at.desc())
    )
    found: list[str] = []
    for entry, explained in rows:
        # Of several questions each has its entry; what was decided before that was told names none.
        found += [one["id"] for one in (explained or {}).get("entries", ())] or [entry]
    return list(dict.fromkeys(found))
