"""A shop with a million messages behind it, of which a hundred thousand wait: it is ready soon, and stays small."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from bot.store.journal import chain
from tests.fire.crowd import settled
from tests.fire.seeing import FULL, rows, times
from tests.flow.house import FAQ, INVOICE, SECRET, SHIP, UNKNOWN
from tests.flow.serving import TOKEN, Server, document, item, platform, post

BASE = 30
READY_WITHIN_S = 15
SMALL_MIB = 300
ERASED_WITHIN_S = 60
DECIDED_WITHIN_S = 60 if not FULL else 1_200
COPIED = {
    "conversation": {"id", "external", "buyer_id", "last_message", "inquiry"},
    "message": {"id", "conversation", "platform_id", "decision"},
    "decision": {"id", "conversation", "message"},
    "outbox": {"id", "conversation", "in_reply_to", "decision", "platform_id"},
    "inquiry": {"id", "conversation"},
    "delivery": {"id"},
}
"""Tables, and what in them is a name of its own in every copy."""
_UNINDEXED = "SELECT h.seq - m.seq AS n FROM journal_head h JOIN search_mark m ON m.shop = h.shop WHERE h.shop = 'shop'"
_CLOSED = {"state": "'closed'", "open": "0", "owed": "0", "due_at": "NULL", "night_due_at": "NULL", "pending": "'[]'"}
SETTLED = {"conversation": _CLOSED, "inquiry": _CLOSED, "message": {"seq": "o.seq + 1000 * i"}}
"""What copies have instead of what is copied: nobody waits in them, and each came after the ones before."""


def multiply(folder: Path, copies: int) -> None:
    """Have everything in the store so many times more, with a journal that goes on as it should."""
    with sqlite3.connect(folder / "miaohui.db") as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT i FROM n", (copies,))  # fmt: skip
        for table, own in COPIED.items():
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            settled = SETTLED.get(table, {})
            values = [f"o.{name} || '~' || i" if name in own else settled.get(name, f'o."{name}"') for name in names]
            db.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} o, n")  # noqa: S608
        seq, prev = db.execute("SELECT seq, hash FROM journal_head WHERE shop = 'shop'").fetchone()
        db.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _lines(db, seq, prev))
        seq, last = db.execute("SELECT seq, hash FROM journal WHERE shop = 'shop' ORDER BY seq DESC LIMIT 1").fetchone()
        db.execute("UPDATE journal_head SET seq = ?, hash = ? WHERE shop = 'shop'", (seq, last))
        db.execute("UPDATE gap_mark SET seq = ? WHERE shop = 'shop'", (seq,))  # read long ago, as it would have been
    db.close()


def _lines(db: sqlite3.Connection, seq: int, prev: str) -> Iterator[tuple[object, ...]]:
    """A line for each copied message, each chained to the one before."""
    query = "SELECT id, conversation, accepted_at FROM message WHERE id LIKE '%~%' AND sender = 'buyer'"
    for mid, talk, at in db.execute(query).fetchall():
        seq += 1
        line = (at, "message", mid, talk, '{"kind":"text","sender":"buyer"}')
        told = chain(prev, "shop", seq, line)
        yield "shop", seq, *line, prev, told
        prev = told


def leave_undecided(folder: Path, count: int) -> None:
    """Have so many of the copied questions be accepted a moment ago, and not decided yet."""
    now = round(time.time() * 1000)
    with sqlite3.connect(folder / "miaohui.db") as db:
        chosen = "SELECT id FROM message WHERE id LIKE '%~%' AND sender = 'buyer' LIMIT ?"
        db.execute(
            f"UPDATE message SET waiting = 1, worker = '', decision = NULL, at = ?, accepted_at = ? WHERE id IN ({chosen})",  # noqa: S608
            (now, now, count),
        )
    db.close()


def peak_mib(server: Server) -> float:
    """The most memory the process has had."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


async def test_p12_p14_p21_ready_with_a_million_messages_of_which_a_hundred_thousand_wait(tmp_path: Path) -> None:
    async with platform() as (_, send_url), aiohttp.ClientSession() as session:
        server = Server(tmp_path / "data", document(send_url, SECRET, FAQ))
        await asyncio.to_thread(server.start)
        for nth in range(BASE):
            said = item(nth, (SHIP, INVOICE, f"{UNKNOWN}{nth}")[nth % 3])
            assert await post(session, server, said) == 200
        assert (await settled(session, server))["idle"]
        assert await asyncio.to_thread(server.stop) == 0
        await asyncio.to_thread(multiply, server.folder, times(2_000, 1_000_000) // BASE)
        waiting = times(300, 100_000)
        await asyncio.to_thread(leave_undecided, server.folder, waiting)
        await asyncio.to_thread(server.start)
        assert server.starts[-1] <= READY_WITHIN_S
        began = time.monotonic()
        assert await post(session, server, item(BASE, SHIP)) == 200, "taken in while all of them wait"
        said_yes = time.monotonic() - began
        await _until(server, "SELECT count(*) AS n FROM message WHERE waiting", "are not decided")
        took, most = time.monotonic() - began, peak_mib(server)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        asked = time.monotonic()
        async with session.get(f"{server.url}/api/v1/status", headers=headers) as answer:
            assert (await answer.json())["waiting"] == 0
        asked = time.monotonic() - asked
        await _erased(session, server)
        assert await asyncio.to_thread(server.stop) == 0
    [[stored]] = [list(row.values()) for row in await rows(server.folder, "SELECT count(*) FROM message")]
    print(
        f"{stored} messages: ready in {server.starts[-1]:.1f} s, the first yes after {said_yes:.2f} s, "
        f"{waiting} waiting ones decided in {took:.0f} s, at most {most:.0f} MiB, status in {1000 * asked:.0f} ms"
    )
    assert most <= SMALL_MIB
    undecided = "SELECT count(*) AS n FROM message m LEFT JOIN decision d ON d.id = m.decision WHERE m.sender = 'buyer' AND d.id IS NULL"
    assert (await rows(server.folder, undecided))[0]["n"] == 0


async def _erased(session: aiohttp.ClientSession, server: Server) -> None:
    """One buyer of so many is erased in time, and whoever writes meanwhile gets a yes in time."""
    await _until(server, _UNINDEXED, "are not in the index")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path, began, slowest, nth = "/api/v1/shops/shop/personal-data/erase", time.monotonic(), 0.0, BASE
    call = session.post(f"{server.url}{path}", headers=headers, json={"buyer": "b1~1"})
    erasing = asyncio.ensure_future(call.__aenter__())
    while not erasing.done():
        asked, nth = time.monotonic(), nth + 1
        assert await post(session, server, item(nth, SHIP)) == 200, "told to come again while a buyer is erased"
        slowest = max(slowest, time.monotonic() - asked)
        await asyncio.sleep(0.05)
    took = time.monotonic() - began
    assert (await erasing).status == 200
    print(
        f"a buyer erased in {took:.1f} s; meanwhile {nth - BASE} messages got their yes, the slowest in {slowest:.2f} s"
    )
    assert took <= ERASED_WITHIN_S
    left = "SELECT count(*) AS n FROM message m JOIN conversation c ON c.id = m.conversation WHERE c.buyer_id = 'b1~1'"
    assert (await rows(server.folder, left))[0]["n"] == 0


async def _until(server: Server, query: str, what: str) -> None:
    """Wait until a count is nothing."""
    until = time.monotonic() + DECIDED_WITHIN_S
    while left := (await rows(server.folder, query))[0]["n"]:
        assert time.monotonic() < until, f"{left} {what}"
        await asyncio.sleep(0.5)
