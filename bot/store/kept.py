"""Conversations as the last commit left them, kept in memory by the one who writes.

An embedded store has one writer, so what it wrote last is true, unless another connection changed the file in between
(a command beside the service): the store says so, and then nothing is kept. Elsewhere others write and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from bot.store.holding import held

MOST = 4_096
"""So many conversations; the ones written longest ago go first."""
Values = tuple[Any, ...]


class Kept:
    """What is kept, by id, each as the values of its row. Written by the writer, read by any thread."""

    def __init__(self) -> None:
        self._values: dict[str, Values] = {}
        self._version: int | None = None

    def begin(self, conn: sa.Connection) -> None:
        """A transaction begins: forget all if somebody else has written since the last one."""
        driver: Any = conn.connection.dbapi_connection
        [version] = driver.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._values.clear()
            self._version = version

    def committed(self, written: Mapping[str, Values]) -> None:
        """These were written and are on disk."""
        for one, values in written.items():
            self._values.pop(one, None)
            self._values[one] = values
        while len(self._values) > MOST:
            del self._values[next(iter(self._values))]

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()

    def of(self, ids: Iterable[str]) -> dict[str, Values]:
        """Of these conversations those that are kept."""
        known = self._values
        return {one: values for one in ids if (values := known.get(one)) is not None}


def begin(conn: sa.Connection, kept: Kept | None) -> None:
    """A transaction of the one who writes begins on this connection."""
    if kept is not None:
        conn.info["kept"] = kept
        kept.begin(conn)


def end(conn: sa.Connection) -> None:
    """A transaction is on disk."""
    kept: Kept | None = conn.info.get("kept")
    if kept is not None:
        mine = held(conn)
        if mine.forgot:
            kept.clear()
        kept.committed(mine.written)


def known(conn: sa.Connection, ids: Collection[str]) -> dict[str, Values]:
    """Of these conversations those whose rows need not be read: as this transaction or the last commit left them."""
    kept: Kept | None = conn.info.get("kept")
    if kept is None:
        return {}
    mine = held(conn)
    found = {} if mine.forgot else kept.of(ids)
    found.update((one, mine.written[one]) for one in ids if one in mine.written)
    return found


def wrote(conn: sa.Connection, conversation: str, values: Values) -> None:
    """A conversation's row has these values now."""
    if "kept" in conn.info:
        held(conn).written[conversation] = values


def forget(conn: sa.Connection) -> None:
    """Conversations were taken away, or changed by other ways than whole: nothing is known of any."""
    if "kept" in conn.info:
        mine = held(conn)
        mine.written.clear()
        mine.forgot = True
