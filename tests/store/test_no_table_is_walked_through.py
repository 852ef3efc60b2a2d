"""What is asked again and again costs the same however much is stored: no large table is read from end to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import messages, outbox, workers
from bot.store.engine import Store
from bot.store.reading import journal
from tests.flow.house import SHIP, UNKNOWN, HandClock, House

LARGE = ("message", "decision", "outbox", "delivery", "journal", "conversation", "inquiry", "gone")


@pytest.fixture
async def plans(tmp_path: Path) -> AsyncIterator[tuple[House, dict[str, str]]]:
    """A house, and how each of its statements that walks through a large table is carried out."""
    found: dict[str, str] = {}

    def look(conn: sa.Connection, _cursor: Any, text: str, values: Any, _context: Any, many: bool) -> None:
        if text.lstrip().split(" ", 1)[0] not in ("SELECT", "UPDATE", "DELETE", "INSERT"):
            return
        line: Any = conn.connection.driver_connection
        for *_, step in line.execute(f"EXPLAIN QUERY PLAN {text}", values[0] if many and values else values):
            how = step.split()
            if how[0] == "SCAN" and how[1] in LARGE and "INDEX" not in how:
                found[" ".join(text.split())] = step

    house = House(tmp_path / "data", HandClock())
    await house.open()  # migrations do walk, once
    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        yield house, found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)
        await house.close()


async def test_p12_no_large_table_is_read_from_end_to_end(plans: tuple[House, dict[str, str]]) -> None:
    house, found = plans
    channel = await house.shop()
    await house.say(channel, "b1", SHIP)
    await house.say(channel, "b2", UNKNOWN)
    await house.settle()
    await house.restart()
    await house.later(600)
    store = house.app.store
    await store.read(journal.status, ["shop"])
    await _taken_over(store)
    await asyncio.gather(house.app.searching.take_in(), house.app.gap_intake.take_in(), house.app.erasing.expire())
    await house.app.erasing.erase("shop", "b1", by="owner")
    assert found == {}


async def _taken_over(store: Store) -> None:
    """What is looked for at each start and heartbeat."""
    await store.read(messages.shops_with_orphans)
    await store.read(messages.undecided, "nobody")
    await store.read(outbox.on_the_wire)
    await store.read(outbox.claimed_by, "nobody", 1)
    await store.read(outbox.due, 1)
    await store.read(workers.names)
