"""People, what they may do, how they are recognised, and what they did."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field, SQLModel

from bot.store.rows.columns import blob, key, millis


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
    """A role in one shop, or in all (shop ``*``). Somebody may hold several in one shop."""

    __tablename__ = "role"
    person: str = key()
    shop: str = key()
    role: str = key()


class Session(SQLModel, table=True):
    """A login, or (``link``) a one-time link that becomes one. Only a digest of its secret is kept."""

    __tablename__ = "session"
    digest: str = key()
    person: str = Field(index=True)
    created_at: int = millis()
    seen_at: int = millis()
    from_where: str = ""
    link: bool = False


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
    """Guesses since the last quiet quarter of an hour: for one name from one place, and (``*``) for a whole place.

    The name is kept as a digest only: people type passwords into the wrong box.
    """

    __tablename__ = "login_try"
    name: str = key()
    place: str = key()
    count: int = 0
    last_at: int = millis(index=True)
