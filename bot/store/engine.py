"""The one writer and the readers of an embedded store.

All writing goes through one thread that drains a queue into one transaction: while one commit runs the next batch
fills, so a commit (synced to disk before it is answered) is shared by all that wait. Functions that write are plain:
they take a connection and values, so the same statements can serve another store.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy.pool import NullPool

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")

BUSY_MS = 1_200
"""How long a foreign lock on the store is waited for: less than the 1.8 s in which a webhook must be answered."""
BATCH = 512
READERS = 3

log = structlog.get_logger("store")


@dataclass(slots=True)
class _Job:
    """Something to write, and who waits for it. ``merge``: all of one ``fn`` in a batch run as one call."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    done: asyncio.Future[Any]
    merge: bool
    result: Any = None
    error: BaseException | None = field(default=None)


def _connect(path: Path, *, read_only: bool) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_MS}",
            "secure_delete=ON",
            "cache_size=-16384",
            "temp_store=MEMORY",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Store:
    """An embedded store in one file. ``on_commit`` is called in the event loop with the shops a commit journalled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.on_commit: Callable[[set[str]], None] = lambda _shops: None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer = _connect(path, read_only=False)
        self._reading = _connect(path, read_only=True)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._local = threading.local()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def engine(self) -> sa.Engine:
        """The writing engine, for migrations before the writer runs."""
        return self._writer

    async def open(self) -> None:
        """Start the writer."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="store-write", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Finish what is queued, then close."""
        self._jobs.put(None)
        if self._thread:
            await asyncio.to_thread(self._thread.join)
        self._threads.shutdown(wait=True)
        self._writer.dispose()
        self._reading.dispose()

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(connection, …)`` in the next commit, in a savepoint of its own; return when it is on disk.

        Raises whatever ``fn`` raised (nothing of it is kept), or the store's error if the commit failed.
        """
        result: T = await self._submit(fn, args, kwargs, merge=False)
        return result

    async def merge(self, fn: Callable[[sa.Connection, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Run ``fn(connection, items)`` once for all that wait in the next commit; return this item's result.

        If the merged call fails, each item is run alone, so that one bad item harms no other.
        """
        result: T = await self._submit(fn, (item,), {}, merge=True)
        return result

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(connection, …)`` on a read-only connection, in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._read(fn, *args, **kwargs))

    def _read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._reading.connect()
        connection.exec_driver_sql("BEGIN")
        try:
            return fn(connection, *args, **kwargs)
        finally:
            connection.exec_driver_sql("COMMIT")

    async def _submit(self, fn: Callable[..., Any], args: Any, kwargs: Any, *, merge: bool) -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(fn, args, kwargs, done, merge))
        return await done

    def _run(self) -> None:
        connection = self._writer.connect()
        while True:
            first = self._jobs.get()
            if first is None:
                break
            jobs, last = [first], False
            while len(jobs) < BATCH and not last:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    last = True
                else:
                    jobs.append(job)
            self._commit(connection, jobs)
            if last:
                break
        connection.close()

    def _commit(self, connection: sa.Connection, jobs: list[_Job]) -> None:
        shops: set[str] = set()
        connection.info["journalled"] = shops
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._run_jobs(connection, jobs)
            connection.exec_driver_sql("COMMIT")
        except Exception as error:
            self._rollback(connection)
            log.error("commit_failed", jobs=len(jobs), error=type(error).__name__)
            shops = set()
            for job in jobs:
                job.error = job.error or error
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer, jobs, shops)

    def _rollback(self, connection: sa.Connection) -> None:
        try:
            connection.exec_driver_sql("ROLLBACK")
        except sa.exc.DBAPIError:
            log.warning("rollback_without_transaction")

    def _run_jobs(self, connection: sa.Connection, jobs: list[_Job]) -> None:
        merged: dict[Callable[..., Any], list[_Job]] = defaultdict(list)
        order: list[list[_Job]] = []
        for job in jobs:
            if job.merge:
                if job.fn not in merged:
                    order.append(merged[job.fn])
                merged[job.fn].append(job)
            else:
                order.append([job])
        for group in order:
            if len(group) == 1 or not self._attempt(connection, group):
                for job in group:
                    self._attempt(connection, [job])

    def _attempt(self, connection: sa.Connection, group: list[_Job]) -> bool:
        """Run one job, or one merged group, in a savepoint. False if it failed and nothing of it was kept."""
        first = group[0]
        journalled = set(connection.info["journalled"])
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            if first.merge:
                results = first.fn(connection, [job.args[0] for job in group])
                for job, result in zip(group, results, strict=True):
                    job.result, job.error = result, None
            else:
                first.result = first.fn(connection, *first.args, **first.kwargs)
        except Exception as error:
            connection.exec_driver_sql("ROLLBACK TO job")
            connection.info["journalled"].intersection_update(journalled)
            for job in group:
                job.error = error
            return False
        finally:
            connection.exec_driver_sql("RELEASE job")
        return True

    def _answer(self, jobs: list[_Job], shops: set[str]) -> None:
        for job in jobs:
            if job.done.done():
                continue
            if job.error is not None:
                # A future takes no StopIteration: the caller would wait for ever.
                stopped = isinstance(job.error, StopIteration)
                job.done.set_exception(RuntimeError("StopIteration") if stopped else job.error)
            else:
                job.done.set_result(job.result)
        if shops:
            self.on_commit(shops)
