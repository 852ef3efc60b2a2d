"""What waits to be written, and how a group of it becomes one transaction, on either store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.store import kept as keeping
from bot.store.holding import Held, held, hold, seal, start
from bot.store.kept import Kept


@dataclass(slots=True)
class Job:
    """Something to write, and who waits for it. ``merge``: all of one ``fn`` in a batch run as one call.

    ``shops``: the shops it writes in, None where that is not known before it runs.
    """

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    done: asyncio.Future[Any]
    merge: bool
    shops: frozenset[str] | None
    result: Any = None
    error: BaseException | None = field(default=None)


def transact(
    connection: sa.Connection,
    begin: Sequence[str],
    jobs: Sequence[Job],
    *,
    but: Exception | None = None,
    kept: Kept | None = None,
) -> set[str]:
    """Run jobs in one transaction and commit; return the shops whose journal grew.

    A job that fails has its ``error`` set and nothing of it is kept. With ``but`` nothing is waited for: jobs of shops
    that another process has in hand get this error. ``kept``: what the one writer of an embedded store remembers.

    Raises:
        Exception: the store refused the transaction, or the only job failed: nothing of any job was kept.
    """
    work = start(connection)
    for statement in begin:
        connection.exec_driver_sql(statement)
    keeping.begin(connection, kept)
    hold(connection, {shop for job in jobs for shop in job.shops or ()}, wait=but is None)
    able = list(jobs)
    if but is not None:
        able = [job for job in jobs if job.shops is None or job.shops <= work.heads.keys()]
        for job in jobs:
            job.error = None if job in able else but
    if len(able) == 1:
        _call(connection, able)
    else:
        for group in _groups(able):
            if len(group) == 1 or not _attempt(connection, group):
                for job in group:
                    _attempt(connection, [job])
    seal(connection)
    connection.exec_driver_sql("COMMIT")
    keeping.end(connection)
    return set(work.moved)


def _groups(jobs: Iterable[Job]) -> list[list[Job]]:
    """The jobs in order; those to be merged at the place of the first of them."""
    merged: dict[Callable[..., Any], list[Job]] = defaultdict(list)
    order: list[list[Job]] = []
    for job in jobs:
        if not job.merge:
            order.append([job])
            continue
        if job.fn not in merged:
            order.append(merged[job.fn])
        merged[job.fn].append(job)
    return order


def _attempt(connection: sa.Connection, group: Sequence[Job]) -> bool:
    """Run one job, or one merged group, in a savepoint. False if it failed and nothing of it was kept."""
    before: Held = held(connection).copy()
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        _call(connection, group)
    except Exception as error:
        connection.exec_driver_sql("ROLLBACK TO job")
        held(connection).back_to(before)
        for job in group:
            job.error = error
        return False
    finally:
        connection.exec_driver_sql("RELEASE job")
    return True


def _call(connection: sa.Connection, group: Sequence[Job]) -> None:
    first = group[0]
    if first.merge:
        results = first.fn(connection, [job.args[0] for job in group])
        for job, result in zip(group, results, strict=True):
            job.result, job.error = result, None
    else:
        first.result = first.fn(connection, *first.args, **first.kwargs)
        first.error = None
