"""The books as read: sums over inquiries by day and reason, and the inquiries behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store.rollups import COUNTS
from bot.store.tables import conversation, inquiry, message, person, rollup


def sums(conn: sa.Connection, shop: str, first: str, last: str, *by: str) -> list[dict[str, Any]]:
    """The sums of a period by local day and reason, or by other parts of the roll-up's key (``hour``, ``agent``):
    every count of the roll-up (see its row), None nowhere."""
    parts = [rollup.c[name] for name in by or ("day", "reason")]
    counts = [sa.func.sum(rollup.c[name]).label(name) for name in COUNTS]
    rows = conn.execute(
        sa.select(*parts, *counts)
        .where(rollup.c.shop == shop, rollup.c.day >= first, rollup.c.day <= last)
        .group_by(*parts)
        .having(sa.func.sum(rollup.c.inquiries) > 0)
        .order_by(*parts)
    ).mappings()
    return [dict(row) for row in rows]


def waiting(conn: sa.Connection, shop: str) -> int:
    """How many conversations of a shop wait for somebody to take them over."""
    where = (conversation.c.shop == shop, conversation.c.state == "waiting")
    return int(conn.scalar(sa.select(sa.func.count()).select_from(conversation).where(*where)) or 0)


def owed(conn: sa.Connection, shop: str, first: str, last: str) -> int:
    """How many inquiries of a period still need a person's reply."""
    where = (inquiry.c.shop == shop, inquiry.c.owed, inquiry.c.day >= first, inquiry.c.day <= last)
    return int(conn.scalar(sa.select(sa.func.count()).select_from(inquiry).where(*where)) or 0)


def _mark(name: str) -> Any:
    return inquiry.c.marks[name].as_integer()


MARKED = ("violation", "announced", "passed_on", "unexplained", "incomplete", "misspoken")
SEVERAL = {
    "owed": inquiry.c.owed,
    "due": inquiry.c.in_denominator,
    "missed": sa.and_(inquiry.c.in_denominator, sa.not_(inquiry.c.counted)),
    "answered": sa.and_(inquiry.c.response_ms.is_not(None), inquiry.c.reason.in_(("valid", "late", "turn_missed"))),
    "unsolved": sa.and_(_mark("settled") == 1, _mark("solved") == 0),
    **{name: _mark(name) > 0 for name in MARKED},
}
"""What stands behind a number that several verdicts go into: its name, and which inquiries these are."""


def inquiries(
    conn: sa.Connection,
    shop: str,
    first: str,
    last: str,
    *,
    reason: str = "",
    agent: str | None = None,
    hour: int | None = None,
    weekday: int | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The inquiries of a period, newest first, each with the buyer's name and the words it began with.

    ``reason`` is a verdict's, or one of ``SEVERAL``. ``agent`` replied first (empty: nobody known did), ``hour`` is
    that of the opening, ``weekday`` its day of the week (Monday is 1).
    """
    query = (
        sa.select(inquiry, conversation.c.buyer_name, conversation.c.buyer_id, message.c.text)
        .join(conversation, conversation.c.id == inquiry.c.conversation)
        .outerjoin(message, message.c.id == inquiry.c.id)
        .where(inquiry.c.shop == shop, inquiry.c.day >= first, inquiry.c.day <= last)
        .order_by(inquiry.c.opened_at.desc(), inquiry.c.id)
        .offset(offset)
        .limit(limit)
    )
    if reason:
        query = query.where(SEVERAL.get(reason, inquiry.c.reason == reason))
    if agent is not None:
        query = query.where(inquiry.c.agent == agent)
    if hour is not None:
        query = query.where(inquiry.c.hour == hour)
    if weekday is not None:
        query = query.where(inquiry.c.day.in_(_days_of_the_week(first, last, weekday)))
    return [dict(row) for row in conn.execute(query).mappings()]


def _days_of_the_week(first: str, last: str, weekday: int) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (start + timedelta(days=nth) for nth in range((end - start).days + 1))
    return [day.isoformat() for day in days if day.isoweekday() == weekday]


def one(conn: sa.Connection, inquiry_id: str) -> dict[str, Any] | None:
    """One inquiry as last posted."""
    row = conn.execute(sa.select(inquiry).where(inquiry.c.id == inquiry_id)).mappings().one_or_none()
    return dict(row) if row else None


def conversations(conn: sa.Connection, shop: str, since: int) -> list[str]:
    """A shop's conversations in which something was said at or after a time (ms), by id."""
    where = (conversation.c.shop == shop, conversation.c.last_at >= since)
    return list(conn.scalars(sa.select(conversation.c.id).where(*where).order_by(conversation.c.id)))


def still_open(conn: sa.Connection, shop: str, since: str) -> dict[str, int]:
    """What has no valid reply yet: assessed inquiries since a local day whose time runs, by whether the bot answered
    them (``handoffs``, ``bot_answered``), and how many others are ``owed``, whenever they were opened."""
    running = (inquiry.c.shop == shop, inquiry.c.day >= since, inquiry.c.reason == "pending")
    found = conn.execute(
        sa.select(inquiry.c.bot_answered, sa.func.count()).where(*running).group_by(inquiry.c.bot_answered)
    )
    counts = {bool(row[0]): row[1] for row in found}
    owed = conn.scalar(
        sa.select(sa.func.count())
        .select_from(inquiry)
        .where(inquiry.c.shop == shop, inquiry.c.owed, inquiry.c.reason != "pending")
    )
    return {"handoffs": counts.get(False, 0), "bot_answered": counts.get(True, 0), "owed": int(owed or 0)}


def names(conn: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """The names of people by id; machines and strangers have none."""
    found = conn.execute(sa.select(person.c.id, person.c.name).where(person.c.id.in_(list(ids))))
    return {row.id: row.name for row in found}
