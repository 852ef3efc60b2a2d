"""People, what they may do, how they are recognised, and what they did."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.rows.columns import blob, key, maybe_millis, millis


class Person(SQLModel, table=True):
    """Somebody who can log in."""

    __tablename__ = "person"
    id: str = key()
    name: str = Field(unique=True)
    password: str
    lang: str = "zh-CN"
    disabled: bool = False
    created_at: int = millis()


class Role(SQLModel, table=True):
    """A role in one shop, or in all (shop ``*``)."""

    __tablename__ = "role"
    person: str = key()
    shop: str = key()
    role: str


class Session(SQLModel, table=True):
    """A login. Only a digest of its secret is kept."""

    __tablename__ = "session"
    digest: str = key()
    person: str = Field(index=True)
    created_at: int = millis()
    seen_at: int = millis()
    from_where: str = ""


class Token(SQLModel, table=True):
    """A machine's key. Only a digest is kept. ``shops`` is a list, or ``["*"]``."""

    __tablename__ = "token"
    digest: str = key()
    name: str = Field(unique=True)
    role: str
    shops: list[str] = blob()
    created_at: int = millis()
    created_by: str = ""


class Once(SQLModel, table=True):
    """The answer to a command with an Idempotency-Key, so that a repeat does nothing twice."""

    __tablename__ = "once"
    key: str = key()
    status: int
    body: str
    at: int = millis(index=True)


class Audit(SQLModel, table=True):
    """Who did what, when, from where."""

    __tablename__ = "audit"
    id: str = key()
    at: int = millis(index=True)
    who: str
    what: str
    ref: str = ""
    shop: str | None = None
    from_where: str = ""
    detail: dict[str, Any] = blob()


class LoginTry(SQLModel, table=True):
    """Failed guesses for one name from one place, within the last quarter of an hour."""

    __tablename__ = "login_try"
    name: str = key()
    place: str = key()
    count: int = 0
    first_at: int = millis()
    locked_until: int | None = maybe_millis()
    __table_args__ = (sa.Index("login_try_age", "first_at"),)
