"""The one writer of this process, and its readers, over an embedded store or PostgreSQL.

All writing goes through one thread that drains a queue into one transaction: while one commit runs the next batch
fills, so a commit (synced to disk before it is answered) is shared by all that wait. Functions that write are plain:
they take a connection and values, so the same statements serve both stores.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
import structlog

from bot.store.jobs import Job, transact
from bot.store.kept import Kept
from bot.store.session import LOCKED, Session, open_session

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")

BATCH = 512
BATCH_SHARED = 128
"""The most jobs in one commit; fewer where other processes wait for the same shops."""
READERS = 3
TRIES = 3
EMPTY_LOG, TIDY_TRIES = "PRAGMA wal_checkpoint(TRUNCATE)", 5
ALONE = "SELECT pg_advisory_xact_lock(713230)"
"""Writing that does not say beforehand where: one such transaction at a time, whatever the process."""
DEADLOCK = "40P01"

log = structlog.get_logger("store")


class Store:
    """A store: a file, or a PostgreSQL URL. ``on_commit`` is called in the event loop with the shops a commit journalled."""

    def __init__(self, place: Path | str) -> None:
        self.place = place
        self.kept = None if self.shared else Kept()
        """Conversations as last committed, where nobody else writes."""
        self.on_commit: Callable[[set[str]], None] = lambda _shops: None
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._writer = open_session(place, read_only=False)
        self._readers: list[Session] = []
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._local = threading.local()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def shared(self) -> bool:
        """Whether other processes may write here too."""
        return not isinstance(self.place, Path)

    async def alter(self, fn: Callable[[sa.Connection], T]) -> T:
        """Run something on the writing connection before the writer runs, such as a migration."""
        return await asyncio.to_thread(self._writer.run, fn)

    async def open(self) -> None:
        """Start the writer."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="store-write", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Finish what is queued, then close. What is asked of the store afterwards raises ``RuntimeError``."""
        self._closed = True
        self._jobs.put(None)
        if self._thread:
            await asyncio.to_thread(self._thread.join)
        self._threads.shutdown(wait=True)
        for session in (self._writer, *self._readers):
            await asyncio.to_thread(session.close)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(connection, …)`` in the next commit, in a savepoint of its own; return when it is on disk.

        Raises whatever ``fn`` raised (nothing of it is kept), or the store's error if the commit failed.
        """
        result: T = await self._submit(fn, args, kwargs, merge=False, shops=None)
        return result

    async def write_in(
        self,
        shops: Collection[str],
        fn: Callable[Concatenate[sa.Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As ``write``, for a function that changes nothing but these shops: it shares its commit with others."""
        result: T = await self._submit(fn, args, kwargs, merge=False, shops=frozenset(shops))
        return result

    def merge(
        self, fn: Callable[[sa.Connection, Sequence[Item]], Sequence[T]], item: Item, *, shop: str
    ) -> asyncio.Future[T]:
        """Run ``fn(connection, items)`` once for all that wait in the next commit; done with this item's result.

        Each item changes one shop. If the merged call fails, each item is run alone: a bad one harms no other.
        """
        return self._submit(fn, (item,), {}, merge=True, shops=frozenset((shop,)))

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(connection, …)`` on a read-only connection, in a thread. It sees the store as of one moment."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._read(fn, *args, **kwargs))

    def _read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = open_session(self.place, read_only=True)
            self._readers.append(session)
        begin = session.begin

        def reading(connection: sa.Connection) -> T:
            for statement in begin:
                connection.exec_driver_sql(statement)
            try:
                return fn(connection, *args, **kwargs)
            finally:
                _end(connection, "ROLLBACK")

        return session.run(reading)

    async def tidy(self) -> None:
        """Have what was deleted leave the files as well: the log of an embedded store is emptied, its pages were
        overwritten; a server makes the room of deleted rows free (what its own log keeps goes as it is set up)."""
        await asyncio.to_thread(self._tidy)

    def _tidy(self) -> None:
        session = open_session(self.place, read_only=False)
        try:
            if self.shared:
                session.run(lambda connection: connection.exec_driver_sql("VACUUM"))
                return
            for _ in range(TIDY_TRIES):
                busy = session.run(lambda connection: connection.exec_driver_sql(EMPTY_LOG).scalar())
                if not busy:
                    return
            log.warning("log_not_emptied")
        finally:
            session.close()

    def _submit(
        self, fn: Callable[..., Any], args: Any, kwargs: Any, *, merge: bool, shops: frozenset[str] | None
    ) -> asyncio.Future[Any]:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._closed:
            done.set_exception(RuntimeError("the store is closed: nothing was written"))
            return done
        self._jobs.put(Job(fn, args, kwargs, done, merge, shops))
        return done

    def _run(self) -> None:
        last = False
        while not last:
            jobs, last = self._next()
            for group in self._apart(jobs):
                self._commit(group)

    def _next(self) -> tuple[list[Job], bool]:
        """What waits now, waiting for the first; and whether that was the last."""
        most = BATCH_SHARED if self.shared else BATCH
        jobs: list[Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == most or self._jobs.empty():
                return jobs, False
            job = self._jobs.get()
        return jobs, True

    def _apart(self, jobs: list[Job]) -> list[list[Job]]:
        """What goes into one commit. Where others write too, what does not say its shops goes alone."""
        if not self.shared:
            return [jobs] if jobs else []
        told = [job for job in jobs if job.shops is not None]
        return ([told] if told else []) + [[job] for job in jobs if job.shops is None]

    def _commit(self, jobs: list[Job]) -> None:
        shops: set[str] = set()
        begin = self._writer.begin + ((ALONE,) if self.shared and jobs[0].shops is None else ())
        try:
            shops = self._tried(begin, jobs)
        except Exception as error:
            if isinstance(error, sa.exc.SQLAlchemyError | OSError):
                log.error("commit_failed", jobs=len(jobs), error=type(error).__name__)
            for job in jobs:
                job.error = job.error or error
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer, jobs, shops)

    def _tried(self, begin: tuple[str, ...], jobs: list[Job]) -> set[str]:
        """Commit; where processes stood in each other's way, again."""
        but: Exception | None = None
        for left in reversed(range(TRIES)):
            try:
                return self._writer.run(partial(_transacted, begin=begin, jobs=jobs, but=but, kept=self.kept))
            except sa.exc.DBAPIError as error:
                why = getattr(error.orig, "sqlstate", None)
                if not left or why not in (DEADLOCK, LOCKED):
                    raise
                if why == LOCKED:
                    but = error
        raise AssertionError("the last try raises")

    def _answer(self, jobs: list[Job], shops: set[str]) -> None:
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


def _transacted(
    connection: sa.Connection, begin: tuple[str, ...], jobs: list[Job], but: Exception | None, kept: Kept | None
) -> set[str]:
    try:
        return transact(connection, begin, jobs, but=but, kept=kept)
    except BaseException:
        _end(connection, "ROLLBACK")
        raise


def _end(connection: sa.Connection, how: str) -> None:
    if connection.invalidated:
        return
    try:
        connection.exec_driver_sql(how)
    except sa.exc.DBAPIError:
        log.warning("rollback_without_transaction")
