"""Groups of unanswered questions as people look at them: the list, one group with its questions, what people answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.message import Kind, Sender
from bot.store.gaps import OPEN
from bot.store.tables import gap, gap_question, message

SORTS = ("week", "count", "latest")
ANSWERED_WITHIN_MS = 30 * 60_000
"""A person's line this long after a question may be its answer."""


def page(
    conn: sa.Connection, shop: str, state: str, sort: str, since: int, *, offset: int, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """One page of a shop's groups in a state, each with ``week`` (how often it was asked since a time, ms), those most
    asked since then, or ever (``count``), or last (``latest``) first; and how many there are."""
    week = _asked_since(shop, since)
    times = sa.func.coalesce(week.c.times, 0)
    joined = gap.outerjoin(week, week.c.gap == gap.c.id)
    order = {"week": times.desc(), "count": gap.c.count.desc(), "latest": gap.c.last_at.desc()}[sort]
    mine = (gap.c.shop == shop, gap.c.state == state)
    query = (
        sa.select(gap, times.label("week"))
        .select_from(joined)
        .where(*mine)
        .order_by(order, gap.c.count.desc(), gap.c.last_at.desc(), gap.c.id)
        .offset(offset)
        .limit(limit)
    )
    total = conn.scalar(sa.select(sa.func.count()).select_from(gap).where(*mine)) or 0
    return [dict(row) for row in conn.execute(query).mappings()], total


def _asked_since(shop: str, since: int) -> Any:
    asked = (gap_question.c.shop == shop, gap_question.c.at >= since)
    query = sa.select(gap_question.c.gap, sa.func.count().label("times")).where(*asked)
    return query.group_by(gap_question.c.gap).subquery()


def counts(conn: sa.Connection, shop: str) -> dict[str, int]:
    """How many groups a shop has in each state."""
    query = sa.select(gap.c.state, sa.func.count()).where(gap.c.shop == shop).group_by(gap.c.state)
    return {row[0]: row[1] for row in conn.execute(query)}


def waiting(conn: sa.Connection, shops: Sequence[str]) -> int:
    """How many groups are open in some shops."""
    mine = (gap.c.shop.in_(list(shops)), gap.c.state == OPEN)
    return conn.scalar(sa.select(sa.func.count()).select_from(gap).where(*mine)) or 0


def one(conn: sa.Connection, shop: str, group: str, since: int) -> dict[str, Any] | None:
    """One group as ``page`` gives it; None where there is none."""
    week = _asked_since(shop, since)
    query = (
        sa.select(gap, sa.func.coalesce(week.c.times, 0).label("week"))
        .select_from(gap.outerjoin(week, week.c.gap == gap.c.id))
        .where(gap.c.shop == shop, gap.c.id == group)
    )
    row = conn.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def questions(conn: sa.Connection, shop: str, group: str, *, since: int = 0, limit: int) -> list[dict[str, Any]]:
    """The latest questions of a group: ``{text, at, reason, conversation}``."""
    q = gap_question.c
    query = sa.select(q.text, q.at, q.reason, q.conversation)
    query = query.where(q.shop == shop, q.gap == group, q.at >= since).order_by(q.at.desc(), q.id).limit(limit)
    return [dict(row) for row in conn.execute(query).mappings()]


def said_then(conn: sa.Connection, asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a person wrote in the half hour after each of some questions, line by line, until the buyer wrote again:
    ``{question, text, at}`` with the question's place."""
    found: list[dict[str, Any]] = []
    for place, one_asked in enumerate(asked):
        until = one_asked["at"] + ANSWERED_WITHIN_MS
        mine = (message.c.conversation == one_asked["conversation"], message.c.at.between(one_asked["at"] + 1, until))
        lines = sa.select(message.c.sender, message.c.text, message.c.at).where(
            *mine, message.c.kind == Kind.TEXT.value
        )
        answering = False
        for row in conn.execute(lines.order_by(message.c.at, message.c.seq)):
            if row.sender == Sender.AGENT.value and row.text:
                answering = True
                found.append({"question": place, "text": row.text, "at": row.at})
            elif row.sender == Sender.BUYER.value and answering:
                break
    return found
