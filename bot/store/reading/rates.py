"""The books as read: sums over inquiries by day and reason, and the inquiries behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.tables import conversation, delivery, inquiry, message


def sums(conn: sa.Connection, shop: str, first: str, last: str) -> list[dict[str, Any]]:
    """For each local day and reason of a period: inquiries, those counted, those in the denominator, response times."""
    rows = conn.execute(
        sa.select(
            inquiry.c.day,
            inquiry.c.reason,
            sa.func.count().label("inquiries"),
            sa.func.sum(sa.cast(inquiry.c.counted, sa.Integer)).label("numerator"),
            sa.func.sum(sa.cast(inquiry.c.in_denominator, sa.Integer)).label("denominator"),
            sa.func.sum(inquiry.c.response_ms).label("response_ms"),
            sa.func.count(inquiry.c.response_ms).label("answered"),
            sa.func.sum(sa.cast(inquiry.c.owed, sa.Integer)).label("owed"),
        )
        .where(inquiry.c.shop == shop, inquiry.c.day >= first, inquiry.c.day <= last)
        .group_by(inquiry.c.day, inquiry.c.reason)
        .order_by(inquiry.c.day)
    ).mappings()
    return [dict(row) for row in rows]


def shares(conn: sa.Connection, shop: str, since: int, until: int) -> dict[str, int]:
    """How many shop-side messages of each class became visible in a time (ms)."""
    rows = conn.execute(
        sa.select(message.c.reply_class, sa.func.count())
        .where(
            message.c.shop == shop,
            message.c.at >= since,
            message.c.at <= until,
            message.c.reply_class.is_not(None),
        )
        .group_by(message.c.reply_class)
    )
    return {row[0]: row[1] for row in rows}


def inquiries(
    conn: sa.Connection,
    shop: str,
    first: str,
    last: str,
    *,
    reason: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The inquiries of a period, newest first, each with the buyer's name and the words it began with."""
    query = (
        sa.select(inquiry, conversation.c.buyer_name, conversation.c.buyer_id, message.c.text)
        .join(conversation, conversation.c.id == inquiry.c.conversation)
        .outerjoin(message, message.c.id == inquiry.c.id)
        .where(inquiry.c.shop == shop, inquiry.c.day >= first, inquiry.c.day <= last)
        .order_by(inquiry.c.opened_at.desc(), inquiry.c.id)
        .offset(offset)
        .limit(limit)
    )
    if reason == "owed":
        query = query.where(inquiry.c.owed)
    elif reason:
        query = query.where(inquiry.c.reason == reason)
    return [dict(row) for row in conn.execute(query).mappings()]


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


def deliveries(conn: sa.Connection, shops: Sequence[str], offset: int, limit: int) -> list[dict[str, Any]]:
    """Signed webhook calls, newest first, without their bodies."""
    columns = [c for c in delivery.c if c.name != "body"]
    rows = conn.execute(
        sa.select(*columns)
        .where(delivery.c.shop.in_(list(shops)))
        .order_by(delivery.c.at.desc(), delivery.c.id.desc())
        .offset(offset)
        .limit(limit)
    ).mappings()
    return [dict(row) for row in rows]
