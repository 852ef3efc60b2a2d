"""A data folder that the first version made opens under this one: nothing of it is lost, and what is new is there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store.engine import Store
from bot.store.migrate import migrate
from bot.store.tables import metadata
from bot.store.tallies import of_period

SCHEMA = Path(__file__).parent / "schema_of_0001.sql"
DAY = 1_777_874_400_000
"""14:00 of 2026-05-04 in Shanghai."""
LINES = (
    ("message", "m1", '{"kind":"text","sender":"buyer"}'),
    ("decision", "d1", '{"messages":["m1"],"outcome":"answer","reason":"sure"}'),
    ("decision", "d2", '{"messages":["m2"],"outcome":"handoff","reason":"no_match"}'),
    ("handoff", "c1", '{"reason":"no_match"}'),
)


@pytest.fixture
def old(tmp_path: Path) -> Store:
    """A store as the first version left it: one question answered, one handed to a person."""
    with sqlite3.connect(tmp_path / "miaohui.db") as made:
        made.executescript(SCHEMA.read_text("utf-8"))
        for seq, (kind, ref, body) in enumerate(LINES, 1):
            made.execute("INSERT INTO journal VALUES ('s', ?, ?, ?, ?, 'c1', ?, '', '')", (seq, DAY, kind, ref, body))
        for did, outcome, entry in (("d1", "answer", "ship"), ("d2", "handoff", None)):
            made.execute(
                "INSERT INTO decision (id, shop, conversation, message, outcome, reason, entry, explain, at, took_us)"
                " VALUES (?, 's', 'c1', 'm1', ?, 'sure', ?, '{}', ?, 0)",
                (did, outcome, entry, DAY),
            )
    made.close()
    return Store(tmp_path / "miaohui.db")


def columns(conn: sa.Connection) -> dict[str, set[str]]:
    seen = sa.inspect(conn)
    return {table: {one["name"] for one in seen.get_columns(table)} for table in seen.get_table_names()}


async def test_every_table_and_column_is_there_afterwards(old: Store) -> None:
    await migrate(old)
    found = await old.read(columns)
    await old.close()
    assert {name: {c.name for c in table.columns} for name, table in metadata.tables.items()} == {
        name: found[name] for name in metadata.tables
    }


async def test_what_happened_before_is_counted(old: Store) -> None:
    await migrate(old)
    found = await old.read(of_period, "s", "2026-05-04", "2026-05-04")
    await old.close()
    assert {kind: dict(counts) for kind, counts in found.items()} == {
        "said": {"buyer": 1},
        "decided": {"answer": 1, "handoff": 1},
        "reason": {"no_match": 1},
        "entry": {"ship": 1},
        "handoff": {"no_match": 1},
    }


async def test_a_second_start_changes_nothing(old: Store) -> None:
    await migrate(old)
    await migrate(old)
    found = await old.read(of_period, "s", "2026-05-04", "2026-05-04")
    await old.close()
    assert found["said"]["buyer"] == 1
