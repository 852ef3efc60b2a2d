"""Statement forms that both stores share but spell in their own dialect, compiled once and then only run.

Between a compiled statement and the store stands as little as can be: the hot path runs some twenty of them a commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as embedded
from sqlalchemy.types import TypeDecorator

from bot.store.many import at_once, gathered, goes, repeated
from bot.store.session import ask

AT_ONCE = 2_000
"""So many rows go to a server in one statement. Made ready and sent all together, those of a large table would keep it
waiting in the middle of a transaction, which it ends when that takes too long (``FROZEN_MS``)."""
Values = Mapping[str, Any]
Make = Callable[[str], Any]
"""Builds a statement for a dialect (its name)."""
Change = Callable[[Iterable[Any]], list[Any]]
"""Turns a whole column of values: ours into storable ones, or back."""


class Texts(TypeDecorator[list[str]]):
    """A list of texts as one parameter: an array, or a JSON text where there are none."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """The type in a dialect."""
        array = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.ARRAY(sa.Text) if array else sa.JSON())


def one_of(dialect: str, column: Any, name: str) -> sa.ColumnElement[bool]:
    """The column's value is among the parameter ``name``, a list: however long, the statement stays the same."""
    wanted = sa.bindparam(name, type_=Texts())
    if dialect == "postgresql":
        found: sa.ColumnElement[bool] = column == sa.any_(wanted)
        return found
    each = sa.func.json_each(wanted).table_valued("value")
    return column.in_(sa.select(each.c.value))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as text: its parameters in order with what makes them storable, and what makes its columns ours."""

    text: str
    pick: Callable[[Values], tuple[Any, ...]]
    fixed: Values
    binds: tuple[tuple[int, Change], ...]
    columns: tuple[str, ...]
    results: tuple[tuple[int, Change], ...]
    at_once: str = ""
    """The same for a list of values a parameter: many rows in one statement, where there is a server to go to."""
    repeated: tuple[str, str, str] | None = None
    """The same for many rows where there is none: what stands before, for each and behind the rows' parameters."""

    def storable(self, rows: Iterable[Values]) -> list[tuple[Any, ...]]:
        """The parameters of each row in their order."""
        if self.fixed:
            rows = [{**self.fixed, **row} for row in rows]
        return _changed([self.pick(row) for row in rows], self.binds)


class Ready:
    """A statement that is built and compiled once for each dialect, the first time it is run."""

    def __init__(self, make: Make, given: Sequence[str] | None = None, keys: Sequence[str] = ()) -> None:
        """``given``: the columns that rows to insert have; the others get their defaults. ``keys``: those by which a row
        that is there is replaced."""
        self._make, self._given, self._keys = make, given, keys
        self._compiled: dict[str, _Compiled] = {}

    def run(self, conn: sa.Connection, values: Values) -> None:
        """Run it once."""
        known = self._known(conn)
        _execute(conn, known.text, known.storable([values])[0])

    def many(self, conn: sa.Connection, rows: Iterable[Values]) -> None:
        """Run it for each of many rows; not at all for none."""
        known = self._known(conn)
        if known.at_once:
            if self._keys:
                # One statement may replace a row once only: the last of its kind says what it becomes.
                rows = {tuple([row[key] for key in self._keys]): row for row in rows}.values()
            left = iter(rows)
            while some := list(islice(left, AT_ONCE)):
                ask(conn, "execute", known.at_once, *map(list, zip(*known.storable(some), strict=True)))
            return
        ready = known.storable(rows)
        if not ready:
            return
        if conn.dialect.name != "sqlite":
            ask(conn, "executemany", known.text, ready)
            return
        driver: Any = conn.connection.dbapi_connection
        try:
            if known.repeated is None:
                driver.executemany(known.text, ready)
            else:
                for text, row in goes(known.repeated, ready):
                    driver.execute(text, row)
        except sqlite3.Error as error:
            raise _wrapped(error) from error

    def rows(self, conn: sa.Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run it once; the rows it finds."""
        known = self._known(conn)
        return _changed(_execute(conn, known.text, known.storable([values])[0]), known.results)

    def gathered(self, conn: sa.Connection, values: Values) -> list[tuple[Any, ...]]:
        """As ``rows``, where there are many of few columns (text and whole numbers): an embedded store gives them in one
        step. Between two steps another thread may run, and is waited for at every row."""
        known = self._known(conn)
        if conn.dialect.name != "sqlite":
            return self.rows(conn, values)
        [(told,)] = _execute(conn, gathered(known.text, len(known.columns)), known.storable([values])[0])
        return _changed(orjson.loads(told), known.results)

    def dicts(self, conn: sa.Connection, values: Values) -> list[dict[str, Any]]:
        """As ``rows``, by the columns' names."""
        columns = self._known(conn).columns
        return [dict(zip(columns, row, strict=True)) for row in self.rows(conn, values)]

    def _known(self, conn: sa.Connection) -> _Compiled:
        known = self._compiled.get(conn.dialect.name)
        if known is None:
            known = self._compiled[conn.dialect.name] = _compile(
                self._make(conn.dialect.name), conn.dialect, self._given
            )
        return known


def _execute(conn: sa.Connection, text: str, row: tuple[Any, ...]) -> Sequence[Any]:
    if conn.dialect.name != "sqlite":
        found: Sequence[Any] = ask(conn, "fetch", text, *row)
        return found
    try:
        found = conn.connection.dbapi_connection.execute(text, row).fetchall()  # type: ignore[union-attr]
    except sqlite3.Error as error:
        raise _wrapped(error) from error
    return found


def _wrapped(error: sqlite3.Error) -> BaseException:
    """What the driver refused, as everywhere else."""
    return sa.exc.DBAPIError.instance("", None, error, sqlite3.Error, hide_parameters=True)


def _changed(rows: Sequence[Any], changes: Sequence[tuple[int, Change]]) -> list[tuple[Any, ...]]:
    """Rows with some of their columns changed, column by column: one call for all rows instead of one for each value."""
    if not rows or not changes:
        return list(rows)
    columns: list[Any] = list(zip(*rows, strict=True))
    for index, change in changes:
        columns[index] = change(columns[index])
    return list(zip(*columns, strict=True))


def _picker(names: tuple[str, ...]) -> Callable[[Values], tuple[Any, ...]]:
    """What takes the values of these names out of a row."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple([values[name] for name in names])


def _compile(statement: Any, dialect: sa.Dialect, given: Sequence[str] | None) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect, column_keys=given)
    names = tuple(compiled.positiontup)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    fixed |= {column.key: column.default.arg for column in compiled.insert_prefetch} if given else {}
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    binds = [(i, _bind(types[name], dialect)) for i, name in enumerate(names)]
    columns = list(statement.selected_columns) if isinstance(statement, sa.Select) else []
    results = [(i, _result(one.type, dialect)) for i, one in enumerate(columns)]
    return _Compiled(
        compiled.string,
        _picker(names),
        fixed,
        tuple((i, store) for i, store in binds if store),
        tuple(str(column.key) for column in columns),
        tuple((i, read) for i, read in results if read),
        at_once(compiled.string, names, types, dialect) if given and dialect.name == "postgresql" else "",
        repeated(compiled.string, len(names)) if dialect.name == "sqlite" else None,
    )


def _bind(kind: Any, dialect: sa.Dialect) -> Change | None:
    """What makes values of ours storable; None where nothing has to be done."""
    if isinstance(kind, sa.Boolean):
        return None
    if isinstance(kind, sa.JSON):
        return _to_json
    return _each(kind.dialect_impl(dialect).bind_processor(dialect))


def _result(kind: Any, dialect: sa.Dialect) -> Change | None:
    """What makes stored values ours; None where nothing has to be done."""
    if dialect.name == "sqlite" and isinstance(kind, sa.Boolean):
        return _to_bool
    if dialect.name == "sqlite" and isinstance(kind, sa.JSON):
        return _from_json
    return _each(kind.dialect_impl(dialect).result_processor(dialect, None))


def _each(change: Callable[[Any], Any] | None) -> Change | None:
    return None if change is None else lambda column: [change(value) for value in column]


def _to_json(column: Iterable[Any]) -> list[Any]:
    return [orjson.dumps(value).decode() for value in column]


def _from_json(column: Iterable[Any]) -> list[Any]:
    return [[] if text == "[]" else None if text is None else orjson.loads(text) for text in column]


def _to_bool(column: Iterable[Any]) -> list[Any]:
    return [None if stored is None else stored == 1 for stored in column]


def _insert(dialect: str, table: sa.Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else embedded.insert(table)


@cache
def _upsert(table: sa.Table, columns: tuple[str, ...], fixed: tuple[str, ...]) -> Ready:
    def make(dialect: str) -> Any:
        statement, keys = _insert(dialect, table), [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in columns if name not in (*keys, *fixed)}
        if rest:
            return statement.on_conflict_do_update(index_elements=keys, set_=rest)
        return statement.on_conflict_do_nothing(index_elements=keys)

    return Ready(make, columns, [column.name for column in table.primary_key])


@cache
def _add_up(table: sa.Table, columns: tuple[str, ...]) -> Ready:
    def make(dialect: str) -> Any:
        statement, keys = _insert(dialect, table), [column.name for column in table.primary_key]
        sums = {name: table.c[name] + statement.excluded[name] for name in columns if name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=sums)

    return Ready(make, columns)


@cache
def _new(table: sa.Table, columns: tuple[str, ...]) -> Ready:
    return Ready(lambda dialect: _insert(dialect, table).on_conflict_do_nothing(), columns)


@cache
def _all(table: sa.Table, columns: tuple[str, ...]) -> Ready:
    return Ready(lambda dialect: _insert(dialect, table), columns)


def upsert(conn: sa.Connection, table: sa.Table, rows: Sequence[Values], *, fixed: tuple[str, ...] = ()) -> None:
    """Insert rows, or replace the given columns of those whose primary key exists. All rows have the same columns.

    ``fixed``: columns that never change once they are there; an index of theirs is not written again.
    """
    if rows:
        _upsert(table, tuple(rows[0]), fixed).many(conn, rows)


def add_up(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert rows, or add their numbers to those whose primary key exists. All rows have the same columns."""
    if rows:
        _add_up(table, tuple(rows[0])).many(conn, rows)


def insert_new(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert those rows that break no unique key; leave out the others. All rows have the same columns."""
    if rows:
        _new(table, tuple(rows[0])).many(conn, rows)


def insert_first(conn: sa.Connection, table: sa.Table, row: Values) -> bool:
    """Insert a row unless its key is taken; say whether it was inserted."""
    return bool(conn.execute(_insert(conn.dialect.name, table).on_conflict_do_nothing().values(**row)).rowcount)


def insert(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert rows. All have the same columns."""
    if rows:
        _all(table, tuple(rows[0])).many(conn, rows)
