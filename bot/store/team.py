"""Groups, presence, assignments and who passed what on, as stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.assigning import Presence
from bot.core.conversation import State
from bot.store.statements import insert, upsert
from bot.store.tables import assignment, conversation, decision, inquiry, message, passing, presence
from bot.store.tables import team_group as group
from bot.store.tables import team_rule as rule

Row = dict[str, Any]
LOOKED_AT = 200
"""So many waiting conversations of a shop are looked at in one go, the nearest deadline first."""


def groups(conn: sa.Connection, shop: str) -> list[Row]:
    """A shop's groups in order."""
    rows = conn.execute(sa.select(group).where(group.c.shop == shop).order_by(group.c.place, group.c.id)).mappings()
    return [dict(row) for row in rows]


def rules(conn: sa.Connection, shop: str) -> list[Row]:
    """A shop's rules in order."""
    rows = conn.execute(sa.select(rule).where(rule.c.shop == shop).order_by(rule.c.place)).mappings()
    return [dict(row) for row in rows]


def shops_with_groups(conn: sa.Connection) -> list[str]:
    """The shops that have groups."""
    return list(conn.scalars(sa.select(group.c.shop).distinct()))


def save(conn: sa.Connection, shop: str, new_groups: Sequence[Row], new_rules: Sequence[Row]) -> None:
    """Replace a shop's groups and rules."""
    for table in (group, rule):
        conn.execute(sa.delete(table).where(table.c.shop == shop))
    insert(conn, group, new_groups)
    insert(conn, rule, new_rules)


def presences(conn: sa.Connection, people: Collection[str] | None = None) -> dict[str, Row]:
    """Who works now, by person; of these people, or of all."""
    query = sa.select(presence)
    if people is not None:
        query = query.where(presence.c.person.in_(list(people)))
    return {row["person"]: dict(row) for row in conn.execute(query).mappings()}


def set_presence(conn: sa.Connection, person: str, state: Presence, now: int) -> None:
    """Somebody works from now on (real ms), or does not."""
    upsert(conn, presence, [{"person": person, "state": state.value, "since": now, "seen_at": now}])


def see(conn: sa.Connection, person: str, now: int) -> None:
    """Somebody's page says that they are still there (real ms)."""
    there = (presence.c.person == person, presence.c.state != Presence.OFFLINE.value)
    conn.execute(sa.update(presence).where(*there).values(seen_at=now))


def gone(conn: sa.Connection, before: int) -> list[str]:
    """Those who are not offline and whose page has said nothing since a time (real ms)."""
    silent = (presence.c.state != Presence.OFFLINE.value, presence.c.seen_at < before)
    return list(conn.scalars(sa.select(presence.c.person).where(*silent).order_by(presence.c.person)))


def held_by(conn: sa.Connection, person: str) -> list[str]:
    """The conversations that somebody holds."""
    mine = (conversation.c.state == State.AGENT.value, conversation.c.owner == person)
    return list(conn.scalars(sa.select(conversation.c.id).where(*mine).order_by(conversation.c.id)))


def valid() -> sa.ColumnElement[bool]:
    """Join an assignment to its conversation while it holds."""
    return sa.and_(
        assignment.c.conversation == conversation.c.id,
        assignment.c.epoch == conversation.c.epoch,
        conversation.c.state == State.WAITING.value,
    )


def loads(conn: sa.Connection, shops: Collection[str]) -> dict[str, int]:
    """How many conversations each person has open in these shops: held, or waiting and assigned to them."""
    out: dict[str, int] = {}
    here = conversation.c.shop.in_(list(shops))
    held = (
        sa.select(conversation.c.owner, sa.func.count())
        .where(here, conversation.c.state == State.AGENT.value)
        .group_by(conversation.c.owner)
    )
    mine = (
        sa.select(assignment.c.assignee, sa.func.count())
        .select_from(sa.join(conversation, assignment, valid()))
        .where(here, assignment.c.assignee.is_not(None))
        .group_by(assignment.c.assignee)
    )
    for query in (held, mine):
        for person, count in conn.execute(query):
            out[person] = out.get(person, 0) + count
    return out


def waiting(conn: sa.Connection, shop: str) -> list[Row]:
    """A shop's waiting conversations, the nearest deadline first, each with its assignment where that still holds
    (``group_id assignee pinned mark rule assigned_for``, None otherwise)."""
    c = conversation.c
    columns = [assignment.c[name] for name in ("group_id", "assignee", "pinned", "mark", "rule")]
    query = (
        sa.select(c.id, c.shop, c.reason, c.reason_detail, c.epoch, *columns, assignment.c.reason.label("assigned_for"))
        .select_from(sa.outerjoin(conversation, assignment, valid()))
        .where(c.shop == shop, c.state == State.WAITING.value)
        .order_by(c.due_at.is_(None), c.due_at, c.id)
        .limit(LOOKED_AT)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def entry_near(conn: sa.Connection, conversation_id: str) -> str | None:
    """The entry that the last decided message of a conversation came nearest to."""
    query = (
        sa.select(decision.c.explain)
        .join(message, message.c.decision == decision.c.id)
        .where(message.c.conversation == conversation_id)
        .order_by(message.c.at.desc(), message.c.seq.desc())
        .limit(1)
    )
    near = (conn.scalar(query) or {}).get("entry")
    return str(near["id"]) if near else None


def assign(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace assignments, whole rows."""
    upsert(conn, assignment, rows)


def last_group(conn: sa.Connection, conversation_id: str) -> str | None:
    """The group a conversation last belonged to."""
    found: str | None = conn.scalar(
        sa.select(assignment.c.group_id).where(assignment.c.conversation == conversation_id)
    )
    return found


def passed(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Keep that somebody passed a conversation on."""
    insert(conn, passing, [row])


def passings(conn: sa.Connection, shop: str, since: int, limit: int) -> list[Row]:
    """What was passed on in a shop since a time (ms), latest first."""
    here = (passing.c.shop == shop, passing.c.at >= since)
    found = conn.execute(
        sa.select(passing).where(*here).order_by(passing.c.at.desc(), passing.c.id.desc()).limit(limit)
    )
    return [dict(row) for row in found.mappings()]


def passings_of(conn: sa.Connection, conversation_id: str, limit: int) -> list[Row]:
    """How a conversation was passed on, the latest times, oldest first."""
    found = conn.execute(
        sa.select(passing)
        .where(passing.c.conversation == conversation_id)
        .order_by(passing.c.at.desc(), passing.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in found.mappings()][::-1]


def passing_counts(conn: sa.Connection, shop: str, since: int, first_day: str) -> dict[str, int]:
    """How many inquiries of a period were transferred, how many escalated, and how many there were."""
    counts = {}
    for kind in ("transfer", "escalate"):
        where = (passing.c.shop == shop, passing.c.at >= since, passing.c.kind == kind)
        once = sa.func.coalesce(passing.c.inquiry, passing.c.conversation)
        counts[kind] = int(conn.scalar(sa.select(sa.func.count(sa.distinct(once))).where(*where)) or 0)
    opened = (inquiry.c.shop == shop, inquiry.c.day >= first_day)
    counts["inquiries"] = int(conn.scalar(sa.select(sa.func.count()).select_from(inquiry).where(*opened)) or 0)
    return counts
