"""A database URL with several hosts: each is asked by itself, so that a silent one costs the others no time."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.store.session import connect, each_host


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://h/d", ["postgresql://h/d"]),
        ("postgresql://u:p@a,b:5/d?x=1", ["postgresql://u:p@a/d?x=1", "postgresql://u:p@b:5/d?x=1"]),
        ("postgresql://u@[::1]:5,[::2]:6/d", ["postgresql://u@[::1]:5/d", "postgresql://u@[::2]:6/d"]),
        ("postgresql://u@/d?host=/a,/b", ["postgresql://u@/d?host=%2Fa", "postgresql://u@/d?host=%2Fb"]),
        ("postgresql://u@/d?host=a,b&port=1,2", ["postgresql://u@/d?host=a&port=1", "postgresql://u@/d?host=b&port=2"]),
    ],
)
def test_each_host_of_a_url(url: str, hosts: list[str]) -> None:
    assert each_host(url) == hosts


async def test_a_host_that_takes_the_connection_and_says_nothing_does_not_hide_the_other(server_url: str) -> None:
    """A frozen machine: the driver alone would wait for it until its time is up, and never ask the other."""
    over = asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()
        await writer.wait_closed()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    folder = server_url.partition("host=")[2]
    began = time.monotonic()
    connection = await connect(f"postgresql://postgres@/postgres?host=127.0.0.1,{folder}&port={port},5432")
    try:
        assert await connection.fetchval("SELECT 1") == 1
        assert time.monotonic() - began < 5
    finally:
        await connection.close()
        over.set()
        silent.close()
        await silent.wait_closed()
        await asyncio.sleep(0.1)
