"""What the one writer keeps in memory is what the store has: after a rollback, an erasure, another's writing too."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from bot.store import conversations, kept, messages
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.statements import insert, upsert
from bot.store.tables import conversation, message, timer

ROWS = 150
"""More than go in one statement, and no round number of them."""


def opened(conn: sa.Connection, text: str) -> None:
    one = Conversation("c1", "s", "s.wire", "b1", "b1", created_at=1, last_at=1, last_text=text)
    conversations.save(conn, [one])


def say(conn: sa.Connection, text: str, *, fail: bool = False) -> None:
    one = conversations.load(conn, ["c1"])["c1"]
    one.last_text, one.asked = text, [*one.asked, text]
    conversations.save(conn, [one])
    if fail:
        raise ValueError(text)


def seen(conn: sa.Connection) -> tuple[str, list[str]] | None:
    one = conversations.load(conn, ["c1"]).get("c1")
    return (one.last_text, one.asked) if one else None


def taken_away(conn: sa.Connection) -> None:
    conn.execute(sa.delete(conversation))
    kept.forget(conn)


async def test_what_is_kept_is_what_is_stored(store: Store) -> None:
    await store.write(opened, "first")
    await store.write(say, "second")
    jobs = (store.write(seen), store.write(say, "lost", fail=True), store.write(say, "third"))
    _, lost, _ = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(lost, ValueError)
    assert await store.write(seen) == await store.read(seen) == ("third", ["second", "third"])
    await store.write(taken_away)
    assert await store.write(seen) is None


async def test_what_another_connection_writes_is_seen_in_the_next_commit(store: Store) -> None:
    await store.write(opened, "first")
    assert await store.write(seen) == ("first", [])
    if isinstance(store.place, Path):
        with sqlite3.connect(store.place) as other:
            other.execute("UPDATE conversation SET last_text = 'theirs'")
        other.close()
    else:
        await store.write(lambda conn: conn.execute(sa.update(conversation).values(last_text="theirs")))
    assert await store.write(seen) == ("theirs", [])


def line(number: int) -> dict[str, object]:
    return {
        "id": f"m{number}", "shop": "s", "channel": "s.wire", "conversation": "c1", "platform_id": str(number),
        "sender": "buyer", "kind": "text", "meta": {"n": number}, "at": number, "accepted_at": number,
        "waiting": True, "parts": [], "content": "",
    }  # fmt: skip


def many(conn: sa.Connection) -> None:
    insert(conn, message, [line(number) for number in range(ROWS)])
    decided = {f"m{number}": f"d{number}" for number in range(ROWS - 1)}
    messages.mark_decided(conn, decided, waiting={"m0"})
    for due in (1, 2):
        upsert(conn, timer, [{"shop": "s", "kind": "k", "ref": str(n), "due_at": due * n} for n in range(ROWS)])


async def test_any_number_of_rows_is_written_each_as_it_is(store: Store) -> None:
    await store.write(many)
    rows = await store.read(lambda conn: conn.execute(sa.select(message).order_by(message.c.at)).mappings().all())
    assert [(row["id"], row["meta"]) for row in rows] == [(f"m{n}", {"n": n}) for n in range(ROWS)]
    assert [row["decision"] for row in rows] == [*(f"d{n}" for n in range(ROWS - 1)), None]
    assert [row["id"] for row in rows if row["waiting"]] == ["m0", f"m{ROWS - 1}"]
    assert (rows[0]["worker"], rows[1]["worker"]) == (messages.BY_TIMER, "")
    due = await store.read(lambda conn: conn.execute(sa.select(timer.c.ref, timer.c.due_at)).all())
    assert {row.ref: row.due_at for row in due} == {str(n): 2 * n for n in range(ROWS)}
