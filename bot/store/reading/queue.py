"""The desk's lists: 待接管, 我的, 机器人, 已结束, each with its count, in the order in which to work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.store import reading
from bot.store.reading import beside
from bot.store.statements import Ready, one_of
from bot.store.tables import assignment, buyer, promise
from bot.store.tables import conversation as c
from bot.store.team import valid

LONGEST = "longest"
TABS = ("waiting", "mine", "bot", "closed")

_SHOWN = (
    *("id", "shop", "channel", "buyer_id", "buyer_name", "state", "reason", "reason_detail", "owner", "owner_at"),
    *("last_sender", "last_kind", "last_text", "last_at", "unread", "inquiry_at", "due_at", "night_due_at"),
    *("in_hours", "open", "owed", "bot_answered", "by_person", "epoch"),
)
"""What a row of a list shows of its conversation."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Which bot-answered inquiries that a person still owes the queue lists: all of some shops (``shops``), and of
    others those of some conversations (``conversations``)."""

    shops: Sequence[str]
    conversations: Sequence[str] = ()


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


def _values(shops: Sequence[str], who: str, listed: Owed) -> dict[str, Any]:
    return {"shops": list(shops), "who": who, "always": list(listed.shops), "listed": list(listed.conversations)}


def _here(dialect: str) -> sa.ColumnElement[bool]:
    return one_of(dialect, c.c.shop, "shops")


def _bot_owes(dialect: str) -> sa.ColumnElement[bool]:
    """With the bot, answered by it, owed by a person, in a shop whose queue lists all of these."""
    return sa.and_(one_of(dialect, c.c.shop, "always"), c.c.owed, c.c.state == "bot")


def _broken(dialect: str) -> sa.ColumnElement[bool]:
    """Somebody promised the buyer an answer and did not keep it."""
    overdue = sa.select(promise.c.conversation).where(one_of(dialect, promise.c.shop, "shops"), promise.c.overdue)
    return c.c.id.in_(overdue)


def _mine() -> sa.ColumnElement[bool]:
    return sa.and_(c.c.state == "agent", c.c.owner == sa.bindparam("who"))


def _parts(dialect: str, tab: str) -> list[list[sa.ColumnElement[bool]]]:
    """What a tab holds, in parts that overlap nowhere. Each part of the queue is found by an index of its own: the
    queue is short, however much lies closed behind it."""
    here = _here(dialect)
    if tab == "waiting":
        others = [here, c.c.state != "waiting", sa.not_(_bot_owes(dialect))]
        chosen = [one_of(dialect, c.c.id, "listed"), c.c.owed, c.c.state == "bot", sa.not_(_broken(dialect))]
        return [[here, c.c.state == "waiting"], [_bot_owes(dialect)], [*chosen, *others], [_broken(dialect), *others]]
    if tab == "mine":
        return [[here, _mine()]]
    if tab == "closed":
        return [[here, c.c.state == "closed"]]
    return [[here, c.c.state == "bot"], [here, c.c.state == "agent", c.c.owner != sa.bindparam("who")]]


def _turns(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The waiting conversations whose assignment holds and is such."""
    return sa.select(c.c.id).select_from(sa.join(c, assignment, valid())).where(*conditions)


def _narrowed(narrow: Narrow) -> list[sa.ColumnElement[bool]]:
    """``narrow`` says by which of its values the list is narrowed, not to which."""
    wanted: list[sa.ColumnElement[bool]] = []
    if narrow.group_id:
        wanted.append(c.c.id.in_(_turns(assignment.c.group_id == sa.bindparam("group_id"))))
    if narrow.assigned == "nobody":
        wanted.append(c.c.id.not_in(_turns(assignment.c.assignee.is_not(None))))
    elif narrow.assigned:
        wanted.append(c.c.id.in_(_turns(assignment.c.assignee == sa.bindparam("assigned"))))
    if narrow.reason:
        wanted.append(c.c.reason == sa.bindparam("reason"))
    if narrow.label:
        labelled = sa.cast(buyer.c.labels, sa.String).like(sa.bindparam("label"), escape="/")
        wanted.append(sa.exists().where(buyer.c.shop == c.c.shop, buyer.c.id == c.c.buyer_id, labelled))
    return wanted


def _counted(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(c).where(*conditions)


_BY_STATE = Ready(lambda dialect: sa.select(c.c.state, sa.func.count()).where(_here(dialect)).group_by(c.c.state))
_BOT_OWES = Ready(lambda dialect: _counted(_bot_owes(dialect)))
_CHOSEN = Ready(lambda dialect: _counted(*_parts(dialect, "waiting")[2]))
_BROKEN = Ready(lambda dialect: _counted(*_parts(dialect, "waiting")[3]))
_MINE = Ready(lambda dialect: _counted(_here(dialect), _mine()))
_MY_TURN = Ready(
    lambda dialect: _counted(_here(dialect), c.c.id.in_(_turns(assignment.c.assignee == sa.bindparam("who"))))
)


def counts(conn: sa.Connection, shops: Sequence[str], who: str, listed: Owed) -> dict[str, int]:
    """How many conversations each tab holds, and how many waiting ones are ``assigned`` to this person."""
    values = _values(shops, who, listed)
    states: dict[str, int] = dict(_BY_STATE.rows(conn, values))

    def count(statement: Ready) -> int:
        return int(statement.rows(conn, values)[0][0])

    mine = count(_MINE)
    return {
        "waiting": states.get("waiting", 0) + count(_BOT_OWES) + count(_CHOSEN) + count(_BROKEN),
        "mine": mine,
        "bot": states.get("bot", 0) + states.get("agent", 0) - mine,
        "closed": states.get("closed", 0),
        "assigned": count(_MY_TURN),
    }


def _timed(shops: int) -> list[Any]:
    """What the queue is ordered by, given each shop's time and bands as numbered parameters."""

    def of_shop(name: str) -> Any:
        values = [sa.bindparam(f"{name}{n}", type_=sa.BigInteger) for n in range(shops)]
        return sa.case(*((c.c.shop == sa.bindparam(f"shop{n}"), value) for n, value in enumerate(values)), else_=0)

    now = of_shop("at")
    # Where the reply would be late already, it may still be in time for the morning.
    kept = sa.and_(c.c.due_at <= now, c.c.night_due_at > now)
    due = sa.case((sa.or_(c.c.due_at.is_(None), kept), c.c.night_due_at), else_=c.c.due_at)
    timed = {"due": due, "now": now, "warn": of_shop("warn"), "urgent": of_shop("urgent")}
    return [sa.cast(one, sa.BigInteger).label(name) for name, one in timed.items()]


def _by_deadline(of: Any) -> list[Any]:
    left = of.due - of.now
    near = ((left <= 0, 3), (left <= of.urgent, 0), (left <= of.warn, 1))
    return [sa.case((of.due.is_(None), 4), *near, else_=2), sa.case((of.state == "waiting", 0), else_=1), of.due]


@lru_cache(maxsize=256)
def _places(tab: str, narrow: Narrow, order: str, shops: int) -> Ready:
    """Which conversations a page shows, in order; rows are read whole for those alone."""
    by_deadline = tab == "waiting" and not order and shops > 0
    columns = [c.c.id, c.c.state, c.c.last_at, c.c.inquiry_at, *(_timed(shops) if by_deadline else ())]

    def make(dialect: str) -> Any:
        parts = (sa.select(*columns).where(*one, *_narrowed(narrow)) for one in _parts(dialect, tab))
        of = sa.union_all(*parts).subquery().c
        first = (
            _by_deadline(of) if by_deadline else [of.inquiry_at.is_(None), of.inquiry_at] if order == LONGEST else []
        )
        place = (sa.bindparam("limit", type_=sa.BigInteger), sa.bindparam("offset", type_=sa.BigInteger))
        return sa.select(of.id).order_by(*first, of.last_at.desc(), of.id).limit(place[0]).offset(place[1])

    return Ready(make)


_ROWS = Ready(lambda dialect: sa.select(*(c.c[name] for name in _SHOWN)).where(one_of(dialect, c.c.id, "ids")))


def page(
    conn: sa.Connection,
    shops: Sequence[str],
    tab: str,
    who: str,
    listed: Owed,
    now: Mapping[str, Now],
    narrow: Narrow = EVERYTHING,
    *,
    order: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """One page of a tab. In the queue: in time by deadline (handoffs before owed ones), then overdue by longest wait;
    ``order`` may ask for the ``longest`` wait first or the ``newest`` message, as all other tabs stand.

    Rows are what the lists show of conversations, with the owner's name.
    """
    values = _values(shops, who, listed) | {"limit": limit, "offset": offset}
    for n, (shop, one) in enumerate(now.items()):
        values |= {f"shop{n}": shop, f"at{n}": one.at, f"warn{n}": one.warn_ms, f"urgent{n}": one.urgent_ms}
    values |= {"group_id": narrow.group_id, "reason": narrow.reason, "label": _within(narrow.label)}
    values["assigned"] = who if narrow.assigned == "me" else narrow.assigned
    ids = [found[0] for found in _places(tab, _shape(narrow), order, len(now)).rows(conn, values)]
    known = {row["id"]: row for row in _ROWS.dicts(conn, {"ids": ids})}
    rows = [known[one] for one in ids]
    owners = reading.names(conn, {row["owner"] for row in rows if row["owner"]})
    return [{**row, "owner_name": owners.get(row["owner"] or "")} for row in rows]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows at one moment: rows (``page``), what stands beside them (``beside.of``), and ``counts``."""

    rows: list[dict[str, Any]]
    beside: beside.Beside
    counts: dict[str, int]


def seen(
    conn: sa.Connection,
    shops: Sequence[str],
    tab: str,
    who: str,
    listed: Owed,
    now: Mapping[str, Now],
    narrow: Narrow,
    *,
    order: str,
    offset: int,
    limit: int,
) -> Seen:
    """One page of a tab with all that is shown of it."""
    rows = page(conn, shops, tab, who, listed, now, narrow, order=order, offset=offset, limit=limit)
    return Seen(rows, beside.of(conn, [row["id"] for row in rows]), counts(conn, shops, who, listed))


def _shape(narrow: Narrow) -> Narrow:
    """What a list is narrowed by, for which one statement stands."""
    turn = narrow.assigned if narrow.assigned in ("", "nobody") else "somebody"
    return Narrow(turn, *("x" if value else "" for value in (narrow.group_id, narrow.reason, narrow.label)))


def _within(label: str) -> str:
    """A pattern that finds a label among the labels as they are stored."""
    for sign in "/%_":
        label = label.replace(sign, f"/{sign}")
    return f'%"{label}"%'
