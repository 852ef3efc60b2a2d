"""The desk's lists: 待接管, 我的, 机器人, 已结束, each with its count, in the order in which to work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import reading
from bot.store.tables import assignment, buyer, promise
from bot.store.tables import conversation as c
from bot.store.team import valid

TABS = ("waiting", "mine", "bot", "closed")


@dataclass(frozen=True, slots=True)
class Owed:
    """Which bot-answered inquiries that a person still owes the queue lists: all of some shops (``shops``), and of
    others those of some conversations (``conversations``)."""

    shops: Sequence[str]
    conversations: Sequence[str] = ()


def _in_queue(listed: Owed) -> sa.ColumnElement[bool]:
    """Handoffs, and bot-answered inquiries that a person still owes, where the queue lists them; broken promises."""
    chosen = sa.or_(c.c.shop.in_(list(listed.shops)), c.c.id.in_(list(listed.conversations)))
    broken = sa.select(promise.c.conversation).where(promise.c.overdue)
    return sa.or_(c.c.state == "waiting", sa.and_(c.c.state == "bot", c.c.owed, chosen), c.c.id.in_(broken))


def _tab(tab: str, who: str, listed: Owed) -> sa.ColumnElement[bool]:
    if tab == "waiting":
        return _in_queue(listed)
    if tab == "mine":
        return sa.and_(c.c.state == "agent", c.c.owner == who)
    if tab == "closed":
        return c.c.state == "closed"
    return sa.or_(c.c.state == "bot", sa.and_(c.c.state == "agent", c.c.owner != who))


@dataclass(frozen=True, slots=True)
class Now:
    """A shop's time (ms), and how long before its deadlines (ms) they warn and press."""

    at: int
    warn_ms: int
    urgent_ms: int


@dataclass(frozen=True, slots=True)
class Narrow:
    """What narrows a page down, empty for anything: whose turn it is (``me``, ``nobody`` or a person's id), the group,
    the handoff's reason, a label of the buyer."""

    assigned: str = ""
    group_id: str = ""
    reason: str = ""
    label: str = ""


EVERYTHING = Narrow()


def _narrowed(narrow: Narrow, who: str) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    turns = sa.select(c.c.id).select_from(sa.join(c, assignment, valid()))
    if narrow.group_id:
        wanted.append(c.c.id.in_(turns.where(assignment.c.group_id == narrow.group_id)))
    if narrow.assigned == "nobody":
        wanted.append(c.c.id.not_in(turns.where(assignment.c.assignee.is_not(None))))
    elif narrow.assigned:
        person = who if narrow.assigned == "me" else narrow.assigned
        wanted.append(c.c.id.in_(turns.where(assignment.c.assignee == person)))
    if narrow.reason:
        wanted.append(c.c.reason == narrow.reason)
    if narrow.label:
        labelled = sa.cast(buyer.c.labels, sa.String).contains(f'"{narrow.label}"', autoescape=True)
        wanted.append(sa.exists().where(buyer.c.shop == c.c.shop, buyer.c.id == c.c.buyer_id, labelled))
    return wanted


def counts(conn: sa.Connection, shops: Sequence[str], who: str, listed: Owed) -> dict[str, int]:
    """How many conversations each tab holds, and how many waiting ones are ``assigned`` to this person."""
    wanted = {tab: _tab(tab, who, listed) for tab in TABS} | {"assigned": sa.and_(*_narrowed(Narrow("me"), who))}
    here = sa.select(sa.func.count()).select_from(c).where(c.c.shop.in_(list(shops)))
    return {name: conn.scalar(here.where(condition)) or 0 for name, condition in wanted.items()}


def page(
    conn: sa.Connection,
    shops: Sequence[str],
    tab: str,
    who: str,
    listed: Owed,
    now: Mapping[str, Now],
    narrow: Narrow = EVERYTHING,
    *,
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """One page of a tab. In the queue: in time by deadline (handoffs before owed ones), then overdue by longest wait.

    Rows are conversations with the owner's name.
    """
    query = sa.select(c).where(c.c.shop.in_(list(shops)), _tab(tab, who, listed), *_narrowed(narrow, who))
    if tab == "waiting" and now:
        shop_now = sa.case({shop: one.at for shop, one in now.items()}, value=c.c.shop, else_=0)
        warn = sa.case({shop: one.warn_ms for shop, one in now.items()}, value=c.c.shop, else_=0)
        urgent = sa.case({shop: one.urgent_ms for shop, one in now.items()}, value=c.c.shop, else_=0)
        # Where the reply would be late already, it may still be in time for the morning.
        kept = sa.and_(c.c.due_at <= shop_now, c.c.night_due_at > shop_now)
        due = sa.case((sa.or_(c.c.due_at.is_(None), kept), c.c.night_due_at), else_=c.c.due_at)
        left = due - shop_now
        band = sa.case((due.is_(None), 4), (left <= 0, 3), (left <= urgent, 0), (left <= warn, 1), else_=2)
        bot_answered = sa.case((c.c.state == "waiting", 0), else_=1)
        query = query.order_by(band, bot_answered, due, c.c.last_at.desc(), c.c.id)
    else:
        query = query.order_by(c.c.last_at.desc(), c.c.id)
    rows = [dict(row) for row in conn.execute(query.offset(offset).limit(limit)).mappings()]
    owners = reading.names(conn, {row["owner"] for row in rows if row["owner"]})
    return [{**row, "owner_name": owners.get(row["owner"] or "")} for row in rows]
