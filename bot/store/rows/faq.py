"""The FAQ as stored: entries with every version, fields, quick phrases and imports that can be undone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from bot.store.rows.columns import blob, key, millis


class EntryRow(SQLModel, table=True):
    """An entry of one shop, or a shared one (shop ``*``). ``data`` is the entry; ``status`` on, off, draft or deleted."""

    __tablename__ = "entry"
    shop: str = key()
    id: str = key()
    question: str
    category: str = ""
    status: str = "on"
    data: dict[str, Any] = blob()
    version: int = 1
    changed_by: str = ""
    changed_at: int = millis()
    __table_args__ = (sa.Index("entry_table", "shop", "status", "changed_at"),)


class EntryVersion(SQLModel, table=True):
    """One version of an entry: who, when, what."""

    __tablename__ = "entry_version"
    shop: str = key()
    id: str = key()
    version: int = key()
    status: str
    data: dict[str, Any] = blob()
    changed_by: str
    changed_at: int = millis()


class Field(SQLModel, table=True):
    """A fact an answer needs, such as 发货时效. A sample value is valid in simulated shops only, until confirmed."""

    __tablename__ = "field"
    shop: str = key()
    name: str = key()
    value: str = ""
    sample: bool = True
    hint: str = ""
    hint_en: str = ""


class Phrase(SQLModel, table=True):
    """A quick phrase a person sends."""

    __tablename__ = "phrase"
    shop: str = key()
    id: str = key()
    title: str
    category: str = ""
    text: str
    owner: str | None = None


class Import(SQLModel, table=True):
    """An import: previewed, applied, undone. ``plan`` is what would change; ``undo`` what was there before."""

    __tablename__ = "import"
    id: str = key()
    shop: str = Column(index=True)
    state: str
    plan: dict[str, Any] = blob()
    undo: dict[str, Any] = blob()
    by: str = ""
    at: int = millis()
