"""The writer: each job in a savepoint of its own, merged jobs told apart when one fails, nobody left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store.engine import Store
from bot.store.migrate import migrate
from bot.store.statements import AT_ONCE, upsert
from bot.store.tables import field


def put(conn: sa.Connection, name: str) -> str:
    conn.execute(sa.insert(field).values(shop="s", name=name, value="", sample=True, hint="", hint_en=""))
    if name.startswith("bad"):
        raise ValueError(name)
    return name


def put_all(conn: sa.Connection, names: Sequence[str]) -> list[str]:
    return [put(conn, name) for name in names]


def names(conn: sa.Connection) -> list[str]:
    return list(conn.scalars(sa.select(field.c.name).order_by(field.c.name)))


async def test_a_job_that_fails_keeps_nothing_and_harms_no_other(store: Store) -> None:
    results = await asyncio.gather(*(store.write(put, n) for n in ("a", "bad", "c")), return_exceptions=True)
    assert [type(r).__name__ for r in results] == ["str", "ValueError", "str"]
    assert await store.read(names) == ["a", "c"]


async def test_merged_jobs_are_told_apart_when_one_fails(store: Store) -> None:
    waiting = [store.merge(put_all, n, shop="s") for n in ("a", "bad", "c", "d")]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(r).__name__ for r in results] == ["str", "ValueError", "str", "str"]
    assert await store.read(names) == ["a", "c", "d"]


async def test_more_rows_than_go_at_once_are_all_there(store: Store) -> None:
    rows = [
        {"shop": "s", "name": f"{n:05}", "value": "", "sample": True, "hint": "", "hint_en": ""}
        for n in range(AT_ONCE + 1)
    ]
    await store.write(upsert, field, rows)
    assert await store.read(names) == [row["name"] for row in rows]


async def test_a_job_that_runs_out_of_items_leaves_nobody_waiting(store: Store) -> None:
    def empty(_conn: sa.Connection) -> int:
        return next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(store.write(empty), 2)
    assert await asyncio.wait_for(store.write(put, "after"), 2) == "after"


async def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        await store.read(put, "x")


async def test_a_closed_store_says_no_instead_of_leaving_who_asks_waiting(place: Path | str) -> None:
    store = Store(place)
    await migrate(store)
    await store.open()
    queued = asyncio.ensure_future(store.write(put, "queued"))
    await asyncio.sleep(0)
    await store.close()
    assert await queued == "queued"
    with pytest.raises(RuntimeError, match="closed"):
        await asyncio.wait_for(store.write(put, "late"), 2)
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(store.read(names), 2)
