"""A PostgreSQL that keeps its connections open and answers nothing is given up soon; one that works hard is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from bot.store import bell, doubt, session
from bot.store.bell import Bell
from bot.store.engine import ALONE, READERS, Store
from tests.postgres import holding

DOUBT_S, THERE_WITHIN_S = 0.3, 0.4


class Line:
    """The way to the server. While it ``hangs``, what is sent on new connections goes nowhere, for good; ``hang`` makes
    the old ones dead too."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self.hangs, self.port, self.taken = False, 0, 0
        self._open: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()

    def hang(self) -> None:
        self.hangs = True
        self._dead |= self._open

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        back, there = await asyncio.open_unix_connection(self._socket)
        self._open |= {writer, there}
        self._dead |= {writer, there} if self.hangs else set()
        await asyncio.gather(self._carry(reader, there), self._carry(back, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                if writer not in self._dead:
                    writer.write(data)
        except ConnectionError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def cut(self) -> None:
        for writer in self._open:
            writer.transport.abort()


def process(conn: sa.Connection) -> int:
    """The server's process behind the connection."""
    return int(conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def steps(conn: sa.Connection, count: int) -> int:
    """Long work in short steps, with thinking in between."""
    for _ in range(count):
        work(conn, DOUBT_S / 2)
        time.sleep(DOUBT_S)
    return 1


@asynccontextmanager
async def line(url: str) -> AsyncIterator[Line]:
    folder = parse_qs(urlsplit(url).query)["host"][0]
    made = Line(f"{folder}/.s.PGSQL.5432")
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()
        await server.wait_closed()
        await asyncio.sleep(0.05)


def work(conn: sa.Connection, seconds: float) -> int:
    conn.exec_driver_sql(f"SELECT pg_sleep({seconds})")
    return 1


async def test_p05_a_hanging_server_is_given_up_and_one_that_works_long_is_waited_for(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "DOUBT_S", DOUBT_S)
    async with line(server_url) as way:
        store = Store(f"postgresql://postgres@127.0.0.1:{way.port}/postgres")
        await store.open()
        try:
            assert await store.write_in((), work, 4 * DOUBT_S) == 1
            assert await asyncio.gather(*(store.read(work, 0.1) for _ in range(READERS))) == [1] * READERS
            monkeypatch.setattr(doubt, "THERE_WITHIN_S", THERE_WITHIN_S)
            began = time.monotonic()
            way.hang()
            with pytest.raises(sa.exc.DBAPIError):
                await store.write_in((), work, 0)
            assert time.monotonic() - began < DOUBT_S + THERE_WITHIN_S + 2
            monkeypatch.undo()
            way.hangs, began = False, time.monotonic()
            assert await store.write_in((), work, 0) == 1
            assert await asyncio.gather(*(store.read(work, 0.1) for _ in range(READERS))) == [1] * READERS
            assert time.monotonic() - began < 3, "what one connection has found out no other one waits for again"
            began = time.monotonic()
            way.hang()
        finally:
            await store.close()
        assert time.monotonic() - began < (READERS + 1) * session.CLOSED_WITHIN_S + 2, "a silent line holds up no end"


async def test_p05_a_server_whose_door_is_shut_is_given_up_when_a_lock_is_never_free(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is connected still gets answers, and always the same one: somebody keeps the lock."""
    monkeypatch.setattr(session, "BUSY_MS", 50)
    monkeypatch.setattr(doubt, "THERE_WITHIN_S", 30)
    async with line(server_url) as way, holding(server_url, ALONE):
        store = Store(f"postgresql://postgres@127.0.0.1:{way.port}/postgres")
        await store.open()
        try:
            before = await store.write_in((), process)
            with pytest.raises(sa.exc.DBAPIError):
                await store.write(work, 0)
            assert await store.write_in((), process) == before, (
                "asked if it is there; it is, and so the connection stays"
            )
            monkeypatch.setattr(doubt, "THERE_WITHIN_S", THERE_WITHIN_S)
            way.hangs = True
            with pytest.raises(sa.exc.DBAPIError):
                await store.write(work, 0)
            way.hangs = False
            assert await store.write_in((), process) != before, "asked in vain, and so connected anew"
        finally:
            await store.close()


async def test_p05_a_dead_line_to_a_server_that_is_there_is_given_up(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands between has forgotten the connection: new ones are made, and nothing comes over the old one."""
    monkeypatch.setattr(session, "DOUBT_S", DOUBT_S)
    monkeypatch.setattr(doubt, "SURE_S", 1.0)
    async with line(server_url) as way:
        store = Store(f"postgresql://postgres@127.0.0.1:{way.port}/postgres")
        await store.open()
        try:
            assert await store.write_in((), steps, 4) == 1
            assert way.taken > 1, "asked about while it worked"
            way.hang()
            way.hangs, began = False, time.monotonic()
            with pytest.raises(sa.exc.DBAPIError):
                await store.write_in((), work, 0)
            assert time.monotonic() - began < session.ANSWERED_WITHIN_S / 4
            assert await store.write_in((), work, 0) == 1
        finally:
            await store.close()


async def test_p15_rings_to_a_slow_server_become_fewer_and_a_dead_line_is_dialled_again(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "TOLD_WITHIN_S", 0.3)
    monkeypatch.setattr(bell, "AGAIN_S", 0.1)
    monkeypatch.setattr(bell, "ALIVE_S", 0.2)
    heard: list[tuple[set[str], set[str]]] = []
    async with line(server_url) as way:
        there = f"postgresql://postgres@127.0.0.1:{way.port}/postgres"
        told, hears = Bell(there, lambda *_: None), Bell(there, lambda *what: heard.append(what))
        for one in (told, hears):
            one.start()
        try:
            await _until(lambda: len(heard) == 1, "it listens")
            await _rings(told, heard)
            way.hang()
            await asyncio.sleep(1)
            way.hangs, before = False, len(heard)
            await _until(lambda: len(heard) > before, "it listens again, though nobody closed the line")
            await _rings(told, heard)
        finally:
            for one in (told, hears):
                one.stop()


async def _rings(told: Bell, heard: list[tuple[set[str], set[str]]]) -> None:
    """Rung often at short intervals: heard, of all shops, in fewer rings."""

    def of_these() -> set[str]:
        return {shop for shops, _ in heard for shop in shops}

    await asyncio.sleep(0.3)
    heard.clear()
    for nth in range(50):
        told.ring({f"s{nth}"})
        await asyncio.sleep(0.001)
    await _until(lambda: len(of_these()) == 50, "every shop is told")
    assert len(heard) < 50


async def _until(holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until, what
        await asyncio.sleep(0.02)
