"""Alarms as stored: sinks, what was told of, and the messages on their way out.

One owner: a message is claimed by an update that only one process can win. An alarm's key is unique, so it is gathered
once, whoever notices it and however often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.alerts import Alarm, Open
from bot.store.ids import new_id, to_ms
from bot.store.statements import insert_first, upsert
from bot.store.tables import alarm, alarm_send, alarm_sink, conversation, journal, journal_head

Row = Mapping[str, Any]

GATHERING, WAITING, SENDING, SENT, FAILED = "gathering", "waiting", "sending", "sent", "failed"
CLAIM_MS = 60_000
"""A message claimed so long ago without an ending was lost with its process: it is tried again."""


def sinks(conn: sa.Connection, shop: str | None = None) -> list[dict[str, Any]]:
    """The sinks of a shop, or of all, oldest first. Addresses are still sealed."""
    query = sa.select(alarm_sink).order_by(alarm_sink.c.created_at, alarm_sink.c.id)
    return [
        dict(row) for row in conn.execute(query if shop is None else query.where(alarm_sink.c.shop == shop)).mappings()
    ]


def save_sink(conn: sa.Connection, row: Row) -> None:
    """Insert or replace a sink by id."""
    upsert(conn, alarm_sink, [row])


def remove_sink(conn: sa.Connection, shop: str, sink: str) -> bool:
    """Remove a shop's sink and what it has not been told yet; False if there was none."""
    open_ones = alarm_send.c.state.in_((GATHERING, WAITING))
    conn.execute(sa.delete(alarm_send).where(alarm_send.c.sink == sink, alarm_send.c.shop == shop, open_ones))
    return bool(conn.execute(sa.delete(alarm_sink).where(alarm_sink.c.id == sink, alarm_sink.c.shop == shop)).rowcount)


def note(conn: sa.Connection, alarms: Sequence[Alarm]) -> list[Alarm]:
    """Write alarms down; return those that nobody had written down before."""
    return [
        one
        for one in alarms
        if insert_first(conn, alarm, dict(zip(("shop", "kind", "ref", "occasion"), one.key, strict=True), at=one.at))
    ]


def last_told(conn: sa.Connection, sink: str) -> int | None:
    """When a sink's last message went out or ended (ms), None for never. Tests do not count."""
    when = sa.func.coalesce(alarm_send.c.done_at, alarm_send.c.claimed_at, alarm_send.c.next_at)
    told = alarm_send.c.sink == sink, alarm_send.c.state != GATHERING, alarm_send.c.test.is_(False)
    found: int | None = conn.scalar(sa.select(sa.func.max(when)).where(*told))
    return found


def gather(conn: sa.Connection, sink: Row, alarms: Sequence[Alarm], now: datetime, next_at: Callable[[], int]) -> None:
    """Put alarms into the message that a sink is being gathered, or begin one that goes out at ``next_at()``."""
    mine = sa.select(alarm_send).where(alarm_send.c.sink == sink["id"], alarm_send.c.state == GATHERING)
    there = conn.execute(mine.with_for_update().limit(1)).mappings().one_or_none()
    told = [*(there["told"] if there else []), *(asdict(one) for one in alarms)]
    kinds = list(dict.fromkeys(one["kind"] for one in told))
    if there:
        change = sa.update(alarm_send).where(alarm_send.c.id == there["id"])
        conn.execute(change.values(told=told, kinds=kinds))
    else:
        add_send(conn, sink, now, state=GATHERING, next_at=next_at(), told=told, kinds=kinds)


def add_send(
    conn: sa.Connection,
    sink: Row,
    now: datetime,
    *,
    state: str,
    next_at: int,
    told: Sequence[Row],
    kinds: Sequence[str],
) -> str:
    """Begin a message to a sink; its id."""
    made = {name: sink[name] for name in ("shop", "name", "way")}
    times = {"created_at": to_ms(now), "next_at": next_at, "claimed_at": to_ms(now) if state == SENDING else None}
    send = new_id(now)
    row = {"id": send, "sink": sink["id"], "state": state, "kinds": list(kinds), "told": list(told)}
    conn.execute(
        sa.insert(alarm_send).values(**made, **times, **row, tries=int(state == SENDING), result={}, test=not told)
    )
    return send


def claim_due(conn: sa.Connection, now: int) -> list[dict[str, Any]]:
    """Take the messages whose time has come, and those whose former owner is gone. Each has one owner."""
    lost = sa.and_(alarm_send.c.state == SENDING, alarm_send.c.claimed_at <= now - CLAIM_MS)
    due = sa.and_(alarm_send.c.state.in_((GATHERING, WAITING)), alarm_send.c.next_at <= now)
    found = conn.execute(sa.select(alarm_send).where(sa.or_(lost, due)).order_by(alarm_send.c.next_at).limit(50))
    mine = []
    for row in found.mappings():
        unchanged = (
            alarm_send.c.id == row["id"], alarm_send.c.state == row["state"], alarm_send.c.tries == row["tries"]
        )  # fmt: skip
        taken = sa.update(alarm_send).where(*unchanged).values(state=SENDING, claimed_at=now, tries=row["tries"] + 1)
        if conn.execute(taken).rowcount:
            mine.append({**row, "tries": row["tries"] + 1})
    return mine


def finish(conn: sa.Connection, send: str, state: str, result: Row, now: int, next_at: int | None = None) -> None:
    """Write down how a message ended, or when it is tried again."""
    ended = {"state": state, "result": dict(result), "done_at": None if next_at else now}
    again = {"next_at": next_at} if next_at else {}
    conn.execute(sa.update(alarm_send).where(alarm_send.c.id == send).values(**ended, **again))


def log(conn: sa.Connection, shop: str, offset: int, limit: int) -> list[dict[str, Any]]:
    """A shop's messages, newest first."""
    query = sa.select(alarm_send).where(alarm_send.c.shop == shop)
    newest = query.order_by(alarm_send.c.created_at.desc(), alarm_send.c.id.desc()).offset(offset).limit(limit)
    return [dict(row) for row in conn.execute(newest).mappings()]


def forget(conn: sa.Connection, before: int) -> None:
    """Remove ended messages, and keys of alarms, older than a time (ms)."""
    ended = alarm_send.c.state.in_((SENT, FAILED))
    conn.execute(sa.delete(alarm_send).where(ended, alarm_send.c.created_at < before))
    conn.execute(sa.delete(alarm).where(alarm.c.at < before))


def waits(conn: sa.Connection, shop: str, after: int, until: int, owed: bool, limit: int = 1000) -> list[Open]:
    """Conversations without a person's reply whose deadline lies in a stretch (ms). ``owed``: also those the bot has answered."""
    due = sa.func.coalesce(conversation.c.due_at, conversation.c.night_due_at)
    listed = sa.or_(conversation.c.state.in_(("waiting", "agent")), sa.and_(sa.literal(owed), conversation.c.owed))
    rows = conn.execute(
        sa.select(conversation.c.id, conversation.c.inquiry, due.label("due"))
        .where(conversation.c.shop == shop, conversation.c.open, listed, due > after, due <= until)
        .order_by(due)
        .limit(limit)
    )
    return [Open(row.id, row.inquiry or "", row.due) for row in rows]


def still_waiting(conn: sa.Connection, conversations: Sequence[str]) -> set[str]:
    """Of these conversations those that nobody has taken over."""
    mine = conversation.c.id.in_(list(conversations))
    return set(conn.scalars(sa.select(conversation.c.id).where(mine, conversation.c.state == "waiting")))


def lines_since(conn: sa.Connection, shop: str, after: int | None, limit: int = 2000) -> tuple[int, list[Row]]:
    """The last line's number and the lines of a shop's journal after a place, in order; from the last ``limit`` where
    no place is given."""
    head = conn.scalar(sa.select(journal_head.c.seq).where(journal_head.c.shop == shop)) or 0
    if after == head:
        return head, []
    start = max(0, head - limit) if after is None else after
    rows = conn.execute(
        sa.select(journal.c.seq, journal.c.at, journal.c.kind, journal.c.conversation, journal.c.body)
        .where(journal.c.shop == shop, journal.c.seq > start)
        .order_by(journal.c.seq)
        .limit(limit)
    ).mappings()
    found: list[Row] = [dict(row) for row in rows]
    return (found[-1]["seq"] if found else head), found


def any_due(conn: sa.Connection, now: int) -> bool:
    """Say whether a message waits for its time, or for a new owner."""
    lost = sa.and_(alarm_send.c.state == SENDING, alarm_send.c.claimed_at <= now - CLAIM_MS)
    due = sa.and_(alarm_send.c.state.in_((GATHERING, WAITING)), alarm_send.c.next_at <= now)
    return conn.scalar(sa.select(alarm_send.c.id).where(sa.or_(lost, due)).limit(1)) is not None
