"""The column types the rows are built from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field


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
