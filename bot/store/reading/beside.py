"""What the desk shows beside a conversation: whose turn it is, what was promised, what one has begun to write, who
looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store import promises, reading
from bot.store.ids import from_ms, iso
from bot.store.statements import Ready, one_of
from bot.store.tables import assignment, conversation, draft, inquiry, looking, suggestion
from bot.store.tables import team_group as group
from bot.store.team import valid

Beside = dict[str, dict[str, Any]]


def of(conn: sa.Connection, conversations: Collection[str]) -> Beside:
    """For each of these conversations that has something: ``assignee {id, name}``, ``group {id, name}``, ``mark``,
    ``promise {by, at, due_at, overdue}``, ``open_by``: until when somebody of the shop should have opened it."""
    ids = list(conversations)
    turns, promised, unopened = _assignments(conn, ids), promises.of(conn, ids), _unopened(conn, ids)
    people = {row["assignee"] for row in turns.values()} | {row["by"] for row in promised.values()}
    names = reading.names(conn, {one for one in people if one})
    return {
        cid: {
            "assignee": _person(turns[cid]["assignee"], names) if cid in turns else None,
            "group": _group(turns.get(cid)),
            "mark": turns[cid]["mark"] if cid in turns else "",
            "promise": _promise(promised.get(cid), names),
            "open_by": iso(from_ms(unopened[cid])) if cid in unopened else None,
        }
        for cid in {*turns, *promised, *unopened}
    }


_UNOPENED = Ready(
    lambda dialect: (
        sa.select(inquiry.c.conversation, sa.func.min(inquiry.c.opened_at + inquiry.c.opening_target_ms))
        .where(one_of(dialect, inquiry.c.conversation, "ids"))
        .where(inquiry.c.open, inquiry.c.eligible, inquiry.c.opened_ms.is_(None))
        .group_by(inquiry.c.conversation)
    )
)
_ASSIGNED = Ready(
    lambda dialect: (
        sa.select(assignment, group.c.name.label("group_name"))
        .select_from(sa.join(conversation, assignment, valid()))
        .outerjoin(group, sa.and_(group.c.shop == assignment.c.shop, group.c.id == assignment.c.group_id))
        .where(one_of(dialect, conversation.c.id, "ids"))
    )
)


def _unopened(conn: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
    """Until when (ms) the oldest assessed inquiry that nobody has looked at should have been opened."""
    return {cid: int(at) for cid, at in _UNOPENED.rows(conn, {"ids": ids})}


def _assignments(conn: sa.Connection, ids: Sequence[str]) -> Beside:
    return {row["conversation"]: row for row in _ASSIGNED.dicts(conn, {"ids": ids})}


def _person(one: str | None, names: dict[str, str]) -> dict[str, str] | None:
    return {"id": one, "name": names[one]} if one else None


def _group(row: dict[str, Any] | None) -> dict[str, str] | None:
    return {"id": row["group_id"], "name": row["group_name"] or ""} if row and row["group_id"] else None


def _promise(row: dict[str, Any] | None, names: dict[str, str]) -> dict[str, Any] | None:
    if row is None:
        return None
    times = {name: iso(from_ms(row[name])) for name in ("at", "due_at")}
    return {"by": _person(row["by"], names), **times, "overdue": row["overdue"]}


def draft_of(conn: sa.Connection, conversation_id: str, person: str) -> dict[str, Any] | None:
    """What somebody has begun to write in a conversation: ``{mode, text, at}``."""
    mine = (draft.c.conversation == conversation_id, draft.c.person == person)
    row = conn.execute(sa.select(draft.c.mode, draft.c.text, draft.c.at).where(*mine)).mappings().one_or_none()
    return {**row, "at": iso(from_ms(row["at"]))} if row else None


def suggestions(conn: sa.Connection, shop: str, since: int) -> dict[str, int]:
    """How many drafts the bot proposed in a shop since a time (ms), by what became of them."""
    query = (
        sa.select(suggestion.c.state, sa.func.count())
        .join(conversation, conversation.c.id == suggestion.c.conversation)
        .where(conversation.c.shop == shop, suggestion.c.at >= since)
        .group_by(suggestion.c.state)
    )
    found: dict[str, int] = {row[0]: row[1] for row in conn.execute(query)}
    return {state: found.get(state, 0) for state in ("used", "edited", "rejected", "overtaken", "open")}


def looks(conn: sa.Connection, shops: Collection[str], since: int, but: str) -> list[dict[str, Any]]:
    """Who looks at which conversation of these shops, or types there, by a sign since a time (real ms); one person is
    left out. ``{conversation, person {id, name}, typing}``."""
    here = (looking.c.shop.in_(list(shops)), looking.c.at >= since, looking.c.person != but)
    rows = conn.execute(sa.select(looking).where(*here).order_by(looking.c.conversation, looking.c.person)).all()
    names = reading.names(conn, {row.person for row in rows})
    return [
        {"conversation": row.conversation, "person": _person(row.person, names), "typing": row.typing} for row in rows
    ]
