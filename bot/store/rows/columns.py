"""The column types the rows are built from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlmodel import Field
from sqlmodel.sql.sqltypes import AutoString


@compiles(AutoString, "postgresql")
def _by_code_point(_type: AutoString, _compiler: Any, **_more: Any) -> str:
    """Text in the same order in both stores, whatever language the server was set up for."""
    return 'TEXT COLLATE "C"'


def millis(**options: Any) -> Any:
    """A time: whole milliseconds UTC."""
    return Field(sa_type=sa.BigInteger, **options)


def maybe_millis(**options: Any) -> Any:
    """A time that may be missing."""
    return Field(default=None, sa_type=sa.BigInteger, nullable=True, **options)


def blob() -> Any:
    """A JSON value of any shape."""
    return Field(sa_type=sa.JSON)


def key(**options: Any) -> Any:
    """A text that is part of the primary key."""
    return Field(primary_key=True, **options)
