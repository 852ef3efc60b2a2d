"""What became of the drafts and answers of each entry, with the conversations it happened in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.message import Origin, Sender
from bot.core.reasons import HandoffReason
from bot.store.statements import Ready, one_of
from bot.store.tables import conversation, decision, gate_case, message, outbox, suggestion

AT_MOST = 20_000
"""So many of the latest drafts, answers and decisions are looked at."""
WITHIN_MS = 600_000
"""A buyer who asks for a person this soon after an answer does so because of it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an entry: ``what``, where and when (ms). ``text`` and ``sent``: an edited draft, and
    what went out instead."""

    entry: str
    what: str
    conversation: str
    at: int
    text: str = ""
    sent: str = ""


def events(conn: sa.Connection, shop: str, since: int) -> list[Event]:
    """What happened to a shop's entries since a time (ms)."""
    said = _sends(conn, shop, since)
    return [
        *_drafts(conn, shop, since, said),
        *(Event(row["entry"], "answered", row["conversation"], row["at"]) for row in said if _by_bot(row)),
        *_asked_on(conn, shop, since, said),
        *_wrong(conn, shop, since),
    ]


def _by_bot(row: dict[str, Any]) -> bool:
    return bool(row["sender"] == Sender.BOT.value and row["entry"])


def _sends(conn: sa.Connection, shop: str, since: int) -> list[dict[str, Any]]:
    o = outbox.c
    query = (
        sa.select(o.conversation, o.sender, o.origin, o.entry, o.text, o.created_at.label("at"))
        .where(o.shop == shop, o.created_at >= since, o.status.in_(("sent", "unknown", "sending", "pending")))
        .where(sa.or_(o.entry.is_not(None), o.origin == Origin.SUGGESTED.value))
        .order_by(o.created_at.desc())
        .limit(AT_MOST)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def _drafts(conn: sa.Connection, shop: str, since: int, said: Sequence[dict[str, Any]]) -> list[Event]:
    s = suggestion.c
    query = (
        sa.select(s.entry, s.state, s.conversation, s.at, s.text)
        .where(s.shop == shop, s.at >= since, s.state.in_(("used", "edited", "rejected")))
        .order_by(s.at.desc())
        .limit(AT_MOST)
    )
    replies: dict[str, list[tuple[int, str]]] = {}
    for one in said:
        if one["origin"] == Origin.SUGGESTED.value:
            replies.setdefault(one["conversation"], []).append((one["at"], one["text"]))
    found = []
    for row in conn.execute(query):
        later = sorted(told for told in replies.get(row.conversation, ()) if told[0] >= row.at)
        sent = later[0][1] if later and row.state == "edited" else ""
        found.append(Event(row.entry, row.state, row.conversation, row.at, row.text, sent))
    return found


def _asked_on(conn: sa.Connection, shop: str, since: int, said: Sequence[dict[str, Any]]) -> list[Event]:
    """Buyers who asked the same again, or for a person, after an answer of an entry."""
    reasons = (HandoffReason.UNSURE.value, HandoffReason.ASKED_FOR_PERSON.value)
    d = decision.c
    query = (
        sa.select(d.conversation, d.reason, d.explain, d.at)
        .where(d.shop == shop, d.at >= since, d.reason.in_(reasons))
        .order_by(d.at.desc())
        .limit(AT_MOST)
    )
    answers: dict[str, list[tuple[int, str]]] = {}
    for one in said:
        if one["entry"]:
            answers.setdefault(one["conversation"], []).append((one["at"], one["entry"]))
    found = []
    for row in conn.execute(query):
        before = [told for told in answers.get(row.conversation, ()) if 0 <= row.at - told[0] <= WITHIN_MS]
        if row.reason == HandoffReason.ASKED_FOR_PERSON.value:
            if before:
                found.append(Event(max(before)[1], "asked_for_person", row.conversation, row.at))
        elif (told := row.explain or {}).get("entry") and (told.get("sureness") or 0) >= told["threshold"]:
            # Sure enough, and yet handed on as unsure: it had been answered a moment before.
            found.append(Event(told["entry"]["id"], "asked_again", row.conversation, row.at))
    return found


def _wrong(conn: sa.Connection, shop: str, since: int) -> list[Event]:
    c = gate_case.c
    query = (
        sa.select(c.wrong, message.c.conversation, c.at)
        .join(message, message.c.id == c.message)
        .where(c.shop == shop, c.at >= since, c.origin == "wrong_answer", c.wrong.is_not(None))
    )
    return [Event(row.wrong, "marked_wrong", row.conversation, row.at) for row in conn.execute(query)]


_BUYERS = Ready(
    lambda dialect: sa.select(conversation.c.id, conversation.c.buyer_name).where(
        one_of(dialect, conversation.c.id, "ids")
    )
)


def buyers(conn: sa.Connection, conversations: Sequence[str]) -> dict[str, str]:
    """The buyers' names of conversations."""
    return {row[0]: row[1] for row in _BUYERS.rows(conn, {"ids": list(conversations)})}
