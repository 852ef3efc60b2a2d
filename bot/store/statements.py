"""Statement forms that both stores share but spell in their own dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


@cache
def _upsert(table: sa.Table, dialect: str, columns: tuple[str, ...]) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in columns if name not in keys}
    if rest:
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)
    return statement.on_conflict_do_nothing(index_elements=keys)


@cache
def _add_up(table: sa.Table, dialect: str, columns: tuple[str, ...]) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    sums = {name: table.c[name] + statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=sums)


@cache
def _ignore(table: sa.Table, dialect: str) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def upsert(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert rows, or replace the given columns of those whose primary key exists. All rows have the same columns."""
    if rows:
        conn.execute(_upsert(table, conn.dialect.name, tuple(rows[0])), list(rows))


def add_up(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert rows, or add their numbers to those whose primary key exists. All rows have the same columns."""
    if rows:
        conn.execute(_add_up(table, conn.dialect.name, tuple(rows[0])), list(rows))


def insert_new(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert those rows that break no unique key; leave out the others."""
    if rows:
        conn.execute(_ignore(table, conn.dialect.name), list(rows))


def insert_first(conn: sa.Connection, table: sa.Table, row: Values) -> bool:
    """Insert a row unless its key is taken; say whether it was inserted."""
    return bool(conn.execute(_ignore(table, conn.dialect.name).values(**row)).rowcount)


def insert(conn: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Insert rows."""
    if rows:
        conn.execute(sa.insert(table), list(rows))
