"""The desk's lists: 待接管, 我的, 机器人, 已结束, each with its count, in the order in which to work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.assigning import WORDS, Mark
from bot.store import reading
from bot.store.tables import assignment
from bot.store.tables import conversation as c
from bot.store.team import valid

TABS = ("waiting", "mine", "bot", "closed")


def _in_queue(owed_shops: Sequence[str]) -> sa.ColumnElement[bool]:
    """Handoffs, and bot-answered inquiries that a person still owes (in shops whose queue lists them)."""
    owed = sa.and_(c.c.state == "bot", c.c.owed, c.c.shop.in_(list(owed_shops)))
    return sa.or_(c.c.state == "waiting", owed)


def _tab(tab: str, who: str, owed_shops: Sequence[str]) -> sa.ColumnElement[bool]:
    if tab == "waiting":
        return _in_queue(owed_shops)
    if tab == "mine":
        return sa.and_(c.c.state == "agent", c.c.owner == who)
    if tab == "closed":
        return c.c.state == "closed"
    return sa.or_(c.c.state == "bot", sa.and_(c.c.state == "agent", c.c.owner != who))


def counts(conn: sa.Connection, shops: Sequence[str], who: str, owed_shops: Sequence[str]) -> dict[str, int]:
    """How many conversations each tab holds."""
    return {
        tab: conn.scalar(
            sa.select(sa.func.count()).select_from(c).where(c.c.shop.in_(list(shops)), _tab(tab, who, owed_shops))
        )
        or 0
        for tab in TABS
    }


def page(
    conn: sa.Connection,
    shops: Sequence[str],
    tab: str,
    who: str,
    owed_shops: Sequence[str],
    now: Mapping[str, int],
    *,
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """One page of a tab. In the queue: in time by deadline (handoffs before owed ones), then overdue by longest wait.

    ``now`` gives each shop's time (ms). Rows are conversations with the owner's name.
    """
    query = sa.select(c).where(c.c.shop.in_(list(shops)), _tab(tab, who, owed_shops))
    if tab == "waiting" and now:
        shop_now = sa.case(now, value=c.c.shop, else_=0)
        due = sa.func.coalesce(c.c.due_at, c.c.night_due_at)
        left = due - shop_now
        band = sa.case((due.is_(None), 4), (left <= 0, 3), (left <= 30_000, 0), (left <= 90_000, 1), else_=2)
        bot_answered = sa.case((c.c.state == "waiting", 0), else_=1)
        query = query.order_by(band, bot_answered, due, c.c.last_at.desc(), c.c.id)
    else:
        query = query.order_by(c.c.last_at.desc(), c.c.id)
    rows = [dict(row) for row in conn.execute(query.offset(offset).limit(limit)).mappings()]
    owners = reading.names(conn, {row["owner"] for row in rows if row["owner"]})
    return [{**row, "owner_name": owners.get(row["owner"] or "")} for row in rows]
