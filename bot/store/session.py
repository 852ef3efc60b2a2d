"""One connection to a store, used by one thread at a time: to the file of an embedded one, or to PostgreSQL.

Whatever runs on it is a plain function of a connection; that PostgreSQL's driver is asynchronous stays in here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from bot.store.doubt import is_at_work, is_there

T = TypeVar("T")

log = structlog.get_logger("store")
_hung: dict[str, float] = {}
"""When a host was last found to hang (monotonic seconds): what was connected to it before is given up unasked."""

BUSY_MS = 1_200
"""How long a foreign lock on the store is waited for: less than the 1.8 s in which a webhook must be answered."""
SERVER_WITHIN_S = 5
ANSWERED_WITHIN_S = 60
DOUBT_S = 4.0
"""An answer that takes longer may be a long piece of work, a server that hangs or a line that is dead: then it is asked."""
LOCKED, LOCKED_IN_DOUBT = "55P03", 3
"""What a server says where somebody kept a lock for too long, and how often until it is asked if it is there: one whose
standby has left it works on and says this for ever, for who holds the lock waits there for the standby's yes."""
CLOSED_WITHIN_S = 1.0
PREPARED = 1_000
FROZEN_MS = 5_000
"""A process that stops in the middle of a transaction is thrown out of it after so long: others need its locks."""


class Session(Protocol):
    """A connection that is opened when it is first used, and again after it broke."""

    @property
    def begin(self) -> tuple[str, ...]:
        """What begins a transaction."""

    def run(self, fn: Callable[[sa.Connection], T]) -> T:
        """Run a function on the connection."""

    def close(self) -> None:
        """Close the connection."""


def open_session(place: Path | str, *, read_only: bool) -> Session:
    """Make a session: ``place`` is a file or a PostgreSQL URL."""
    return Embedded(place, read_only=read_only) if isinstance(place, Path) else Postgres(place, read_only=read_only)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class Embedded:
    """A connection to an SQLite file, synced to disk at every commit."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.begin = ("BEGIN",) if read_only else ("BEGIN IMMEDIATE",)
        self._read_only = read_only
        self._connection: sa.Connection | None = None
        self._engine = sa.create_engine(
            f"sqlite:///{path}",
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"check_same_thread": False},
        )
        sa.event.listen(self._engine, "connect", self._pragmas)

    def _pragmas(self, connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_MS}",
            "secure_delete=ON",
            "wal_autocheckpoint=8000",
            "cache_size=-16384",
            "temp_store=MEMORY",
            f"query_only={'ON' if self._read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def run(self, fn: Callable[[sa.Connection], T]) -> T:
        """Run a function on the connection."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return fn(self._connection)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()


class Postgres:
    """A connection to PostgreSQL, which syncs at every commit. It has an event loop of its own in the thread it serves."""

    def __init__(self, url: str, *, read_only: bool) -> None:
        from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

        self.begin = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if read_only else "BEGIN",)
        self._url = url
        self._loop = asyncio.Runner(loop_factory=_new_loop)
        self._connection: AsyncConnection | None = None
        self._line: Any = None
        self._host, self._since, self._locked = url, 0.0, 0
        self._process = 0
        """The server's process behind the connection."""
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._dial,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"prepared_statement_cache_size": PREPARED},
        )

        sa.event.listen(self._engine.sync_engine, "handle_error", _hang_up)

    async def _dial(self, *_given: Any, **_more: Any) -> Any:
        self._since = time.monotonic()
        connection, self._host = await reach(
            self._url,
            command_timeout=ANSWERED_WITHIN_S,
            statement_cache_size=PREPARED,
            max_cached_statement_lifetime=0,
        )
        # Sums of whole numbers are numeric there, and whole numbers here.
        await connection.set_type_codec("numeric", schema="pg_catalog", format="text", encoder=str, decoder=_number)
        self._process = await connection.fetchval("SELECT pg_backend_pid()")
        self._line = connection
        return connection

    def run(self, fn: Callable[[sa.Connection], T]) -> T:
        """Run a function on the connection; a broken one is thrown away."""
        return self._loop.run(self._run(fn))

    async def _run(self, fn: Callable[[sa.Connection], T]) -> T:
        if self._connection is not None and self._since < _hung.get(self._host, 0.0):
            self._line.terminate()
            await self._connection.invalidate()
            await self._drop()
        if self._connection is None:
            self._connection = await self._engine.connect()
        doing = asyncio.ensure_future(self._connection.run_sync(fn))
        try:
            while not (await asyncio.wait([doing], timeout=DOUBT_S))[0]:
                there = await self._is_there()
                if there and not await is_at_work(self._host, self._process) and not doing.done():
                    log.warning("line_dead", host=_name_of(self._host))
                    self._line.terminate()
            return doing.result()
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == LOCKED:
                self._locked += 1
                if self._locked % LOCKED_IN_DOUBT == 0:
                    await self._is_there()
            raise
        finally:
            if self._connection.invalidated or self._connection.closed:
                await self._drop()

    async def _is_there(self) -> bool:
        """Whether the server answers on a new connection; one that does not is given up."""
        there = await is_there(self._host)
        if not there:
            log.warning("server_hangs", host=_name_of(self._host))
            _hung[self._host] = time.monotonic()
            self._line.terminate()
        return there

    async def _drop(self) -> None:
        if self._connection is not None:
            broken, self._connection = self._connection, None
            await broken.close()

    def close(self) -> None:
        """Close the connection and its event loop."""
        with self._loop:
            self._loop.run(self._close())

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(CLOSED_WITHIN_S):
                await self._drop()
        except TimeoutError:
            self._line.terminate()
        await self._engine.dispose()


def _hang_up(context: Any) -> None:
    """Cut a connection on which an answer was waited for in vain. A server that hangs closes nothing, and would be
    waited for again, without an end, in taking leave of it."""
    if isinstance(context.original_exception, TimeoutError) and context.connection is not None:
        context.connection.connection.driver_connection.terminate()
        context.is_disconnect = True


def ask(conn: sa.Connection, doing: str, text: str, *values: Any) -> Any:
    """Have PostgreSQL's own driver ``fetch`` or ``execute`` a statement (placeholders ``$1`` …), with nothing between.

    Raises:
        sqlalchemy.exc.DBAPIError: the server refused it, or is gone.
    """
    import asyncpg

    driver: Any = conn.connection.driver_connection
    try:
        return await_only(getattr(driver, doing)(text, *values))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if isinstance(error, TimeoutError):
            driver.terminate()
        if driver.is_closed():
            conn.invalidate(error)
        raise sa.exc.DBAPIError.instance("", None, error, Exception, hide_parameters=True) from error


async def connect(url: str, **more: Any) -> Any:
    """A connection of asyncpg to a server with our settings. Where the URL names several hosts, to the primary of them.

    Raises:
        OSError | asyncpg.PostgresError: there is no server, or it refuses us.
    """
    return (await reach(url, **more))[0]


async def reach(url: str, **more: Any) -> tuple[Any, str]:
    """As ``connect``; and the URL of the one host that it is connected to."""
    hosts = each_host(url)
    for left, one in zip(reversed(range(len(hosts))), hosts, strict=True):
        try:
            return await _connect(one, SERVER_WITHIN_S / len(hosts), primary=len(hosts) > 1, **more), one
        except Exception:
            if not left:
                raise
    raise AssertionError("a URL has a host")


def _name_of(url: str) -> str:
    """The name of a URL's host, or the folder of its socket: what may stand in a log."""
    parts = urlsplit(url)
    return parts.hostname or dict(parse_qsl(parts.query)).get("host", "")


async def _connect(url: str, within_s: float, *, primary: bool, **more: Any) -> Any:
    import asyncpg

    if primary and "target_session_attrs" not in url:
        more["target_session_attrs"] = "primary"
    try:
        return await asyncpg.connect(
            url,
            timeout=within_s,
            server_settings={
                "application_name": "miaohui",
                "synchronous_commit": "on",
                "lock_timeout": str(BUSY_MS),
                "idle_in_transaction_session_timeout": str(FROZEN_MS),
                "jit": "off",
            },
            **more,
        )
    except asyncpg.TargetServerAttributeNotMatched as error:
        raise ConnectionError(str(error)) from error


def each_host(url: str) -> list[str]:
    """The URL once for each of its hosts: so one that does not answer costs its own time and not the others'."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    if "," in hosts:
        return [urlunsplit(parts._replace(netloc=f"{login}{at}{host}")) for host in hosts.split(",")]
    query = dict(parse_qsl(parts.query))
    names, ports = query.pop("host", "").split(","), query.pop("port", "").split(",")
    if len(names) == 1:
        return [url]
    if len(ports) == 1:
        ports *= len(names)
    return [
        urlunsplit(parts._replace(query=urlencode({**query, "host": name, **({"port": port} if port else {})})))
        for name, port in zip(names, ports, strict=True)
    ]


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
