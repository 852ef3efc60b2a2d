"""The whole store as one file, made while the service runs, and read back into either kind of store."""

from __future__ import annotations

import zipfile
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from bot.store import backup, tables
from bot.store.backup import NotRestored
from bot.store.engine import Store
from bot.store.migrate import migrate
from bot.store.proof import check
from tests import postgres
from tests.flow.house import SHIP, UNKNOWN, HandClock, House

ABOUT = {"version": "x", "made_at": "now"}


@pytest.fixture
async def made(tmp_path: Path, database: str) -> Path:
    """A backup of a shop at work."""
    house = House(tmp_path / "data", HandClock())
    await house.open()
    channel = await house.shop()
    for n, text in enumerate((SHIP, UNKNOWN, "转人工")):
        await house.say(channel, f"b{n}", text)
    await house.app.store.read(backup.write, tmp_path / "b.zip", tmp_path / "data" / "secret.key", ABOUT)
    await house.close()
    return tmp_path / "b.zip"


async def restored(place: Path | str, file: Path) -> Store:
    store = Store(place)
    await migrate(store)
    await store.open()
    try:
        await store.write(backup.read, file)
    except BaseException:
        await store.close()
        raise
    return store


async def rows(store: Store, name: str) -> list[tuple[object, ...]]:
    query = sa.select(tables.metadata.tables[name])
    return sorted((tuple(row) for row in await store.read(lambda conn: conn.execute(query).all())), key=repr)


def lines(file: Path, name: str) -> int:
    with zipfile.ZipFile(file) as packed:
        return len(packed.read(f"tables/{name}.jsonl").splitlines())


async def test_all_comes_back_and_the_ledger_holds(made: Path, tmp_path: Path) -> None:
    store = await restored(tmp_path / "new.db", made)
    for name in ("message", "conversation", "decision", "outbox", "inquiry", "journal", "delivery", "entry"):
        assert len(await rows(store, name)) == lines(made, name) > 0
    assert await store.read(check, "shop") is None
    await store.close()


async def test_it_comes_back_in_the_other_kind_of_store(tmp_path: Path, made: Path, shared_database: str) -> None:
    here, there = await restored(tmp_path / "new.db", made), await restored(shared_database, made)
    for name in tables.metadata.tables:
        assert await rows(here, name) == await rows(there, name), name
    assert await there.read(check, "shop") is None
    await here.close()
    await there.close()


@pytest.fixture
def shared_database() -> object:
    if postgres.server() is None:
        pytest.skip("no PostgreSQL here")
    with postgres.database() as url:
        yield url


async def test_into_a_store_that_is_not_empty_nothing_is_read(made: Path, tmp_path: Path) -> None:
    store = await restored(tmp_path / "new.db", made)
    before = await rows(store, "message")
    with pytest.raises(NotRestored, match="not empty"):
        await store.write(backup.read, made)
    assert await rows(store, "message") == before
    await store.close()


def changed(made: Path, how: str) -> Path:
    """A backup that something happened to."""
    out = made.with_name(f"{how}.zip")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == backup.ABOUT and how != "cut":
                data = orjson.dumps(orjson.loads(data) | ({"schema": "0001"} if how == "older" else {"format": 99}))
            elif name == "tables/message.jsonl" and how == "cut":
                data = b"".join(data.splitlines(keepends=True)[:-1])
            new.writestr(name, data)
    return out


@pytest.mark.parametrize(
    ("how", "why"),
    [("older", "another version"), ("strange", "unknown form"), ("cut", "cut short")],
)
async def test_a_backup_that_cannot_be_trusted_leaves_nothing(made: Path, tmp_path: Path, how: str, why: str) -> None:
    with pytest.raises(NotRestored, match=why):
        await restored(tmp_path / "new.db", changed(made, how))
    store = Store(tmp_path / "new.db")
    assert await rows(store, "message") == []
    await store.close()


async def test_a_journal_line_changed_in_the_file_is_named(made: Path, tmp_path: Path) -> None:
    out = made.with_name("tampered.zip")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'"kind":"handoff"', b'"kind":"handofg"') if "journal" in name else data)
    store = await restored(tmp_path / "new.db", out)
    assert await store.read(check, "shop") is not None
    await store.close()


def test_what_is_no_backup_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK nothing")
    with pytest.raises(NotRestored, match="no backup"):
        backup.key_of(tmp_path / "x.zip")
