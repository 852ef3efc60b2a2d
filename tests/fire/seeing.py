"""What must be true of a store after anything that may happen, read from it by plain SQL."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from bot.store.engine import Store
from bot.store.journal import GENESIS, chain
from bot.store.proof import check
from bot.store.reading.journal import status

FULL = os.environ.get("MIAOHUI_FIRE") == "full"


def times(short: int, full: int) -> int:
    """How often something is tried."""
    return full if FULL else short


async def rows(place: Path | str, query: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a query on a data folder's file, or on a database."""
    if isinstance(place, Path):
        db = sqlite3.connect(place / "miaohui.db")
        db.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in db.execute(query)]
        finally:
            db.close()
    connection = await asyncpg.connect(place)
    try:
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def hold(place: Path | str, accepted: Iterable[str], replies: Sequence[Mapping[str, Any]]) -> None:
    """Compare what was answered yes, what is stored and what became visible; nothing is left in limbo."""
    await _accepted_once(place, set(accepted))
    sends = {row["id"]: row for row in await rows(place, "SELECT * FROM outbox")}
    assert Counter(row["status"] for row in sends.values()).keys() <= {"sent", "unknown", "refused", "cancelled"}
    _nothing_twice(sends, replies)
    lost = {row["conversation"] for row in sends.values() if row["status"] in ("unknown", "refused")}
    talks = await rows(place, "SELECT id, state, reason FROM conversation")
    states = {row["id"]: row["state"] for row in talks}
    assert {states[talk] for talk in lost} <= {"waiting", "agent"}, "what may not have arrived is with a person"
    await _in_order(place, sends, replies)
    await _notices_kept(place, sends)
    await _journal_whole(place)
    await _books_proven(place)
    await _counted(place, Counter(row["status"] for row in sends.values()))


async def _accepted_once(place: Path | str, accepted: set[str]) -> None:
    asked = await rows(place, "SELECT id, platform_id, waiting, decision FROM message WHERE sender = 'buyer'")
    stored = Counter(row["platform_id"] for row in asked)
    assert accepted <= stored.keys(), f"lost: {sorted(accepted - stored.keys())[:5]}"
    assert max(stored.values(), default=1) == 1, "each once"
    assert not [row["platform_id"] for row in asked if row["waiting"] or not row["decision"]], "nobody is forgotten"
    told = [orjson.loads(row["body"]) for row in await rows(place, "SELECT body FROM journal WHERE kind = 'decision'")]
    ends = Counter(line for body in told if body["outcome"] != "wait" for line in body["messages"])
    odd = (ends - Counter(row["id"] for row in asked)) or (Counter(row["id"] for row in asked) - ends)
    told = [body for body in told if odd.keys() & set(body["messages"])]
    assert not odd, f"each decided exactly once, but: {told[:5]}"


def _nothing_twice(sends: Mapping[str, Mapping[str, Any]], replies: Sequence[Mapping[str, Any]]) -> None:
    seen = Counter(reply["id"] for reply in replies)
    assert max(seen.values(), default=1) == 1, "nothing is said twice"
    automatic = Counter(reply["in_reply_to"] for reply in replies if reply["class"] == "automatic")
    assert max(automatic.values(), default=1) == 1, "one answer to a message"
    assert {send for send, row in sends.items() if row["status"] == "sent"} <= seen.keys()
    assert {sends[send]["status"] for send in seen} <= {"sent", "unknown"}


async def _in_order(
    place: Path | str, sends: Mapping[str, Mapping[str, Any]], replies: Sequence[Mapping[str, Any]]
) -> None:
    """Automatic answers became visible in the order in which their questions were accepted. One of unknown outcome may
    have been on its way for long when it was given up."""
    seqs = {row["id"]: row["seq"] for row in await rows(place, "SELECT id, seq FROM message WHERE sender = 'buyer'")}
    seen: dict[str, list[int]] = defaultdict(list)
    for reply in replies:
        send = sends[reply["id"]]
        if send["status"] == "sent" and send["reply_class"] == "automatic" and send["in_reply_to"] in seqs:
            seen[send["conversation"]].append(seqs[send["in_reply_to"]])
    odd = {talk: order for talk, order in seen.items() if order != sorted(order)}
    assert not odd, f"out of order: {odd}"


async def _notices_kept(place: Path | str, sends: Mapping[str, Mapping[str, Any]]) -> None:
    """Each kind of notice once an inquiry; who was told of a person is in the queue by the same commit at the latest."""
    starts: dict[str, list[int]] = defaultdict(list)
    for row in await rows(place, "SELECT conversation, opened_at FROM inquiry"):
        starts[row["conversation"]].append(row["opened_at"])
    queued: dict[str, int] = {}
    for row in await rows(place, "SELECT conversation, at FROM journal WHERE kind = 'handoff' ORDER BY seq DESC"):
        queued[row["conversation"]] = row["at"]
    told: Counter[tuple[str, int, str]] = Counter()
    for send in sends.values():
        talk, at = send["conversation"], send["created_at"]
        parts = set(orjson.loads(send["parts"])) - {"answer"}
        if "handoff" in parts:
            assert queued.get(talk, at + 1) <= at, "a person was promised and the conversation is in no queue"
        if send["status"] in ("sent", "unknown"):
            told.update((talk, sum(start <= at for start in starts[talk]), part) for part in parts)
    assert max(told.values(), default=1) == 1, f"a notice twice in one inquiry: {told.most_common(3)}"


async def _books_proven(place: Path | str) -> None:
    """What ``miaohui ledger verify`` does: every inquiry as posted, every sum as its inquiries."""
    store = Store(place / "miaohui.db" if isinstance(place, Path) else place)
    await store.open()
    try:
        for shop in [row["id"] for row in await rows(place, "SELECT id FROM shop")]:
            assert await store.read(check, shop) is None
    finally:
        await store.close()


async def _counted(place: Path | str, ends: Mapping[str, int]) -> None:
    """What the status page says of sends is what there is."""
    store = Store(place / "miaohui.db" if isinstance(place, Path) else place)
    await store.open()
    try:
        told = await store.read(status, [row["id"] for row in await rows(place, "SELECT id FROM shop")])
    finally:
        await store.close()
    assert {name: count for name, count in told["sends"].items() if count} == {
        name: count for name, count in ends.items() if name != "cancelled"
    }


async def _journal_whole(place: Path | str) -> None:
    """Every shop's chain, recomputed."""
    ends: dict[str, tuple[int, str]] = {}
    for row in await rows(place, "SELECT * FROM journal ORDER BY shop, seq"):
        seq, prev = ends.get(row["shop"], (0, GENESIS))
        line = (row["at"], row["kind"], row["ref"], row["conversation"], row["body"])
        assert (row["seq"], row["prev"]) == (seq + 1, prev), "a chain without a gap"
        assert row["hash"] == chain(prev, row["shop"], row["seq"], line)
        ends[row["shop"]] = (row["seq"], row["hash"])
    heads = {row["shop"]: (row["seq"], row["hash"]) for row in await rows(place, "SELECT * FROM journal_head")}
    assert {shop: head for shop, head in heads.items() if head[0]} == ends
