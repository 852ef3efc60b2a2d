"""Questions the FAQ had no sure answer to, personal data masked, and the groups of those that mean the same."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.rows.columns import key, maybe_millis, millis


class Gap(SQLModel, table=True):
    """A group of questions, known by the one that began it (``text``). ``state`` open, ignored, merged or adopted.

    ``target`` is the group it was merged into; ``entry`` the entry that took it in, with the ``version`` this made (1: the
    entry was made for it). ``since`` counts questions that came after somebody ignored or adopted it, and ``former``
    says which of the two it was once it is open again for that.
    """

    __tablename__ = "gap"
    shop: str = key()
    id: str = key()
    text: str
    state: str = "open"
    count: int = 0
    first_at: int = millis()
    last_at: int = millis()
    target: str = ""
    entry: str = ""
    version: int = 0
    since: int = 0
    former: str = ""
    by: str = ""
    acted_at: int | None = maybe_millis()
    __table_args__ = (sa.Index("gap_table", "shop", "state", "count"),)


class GapQuestion(SQLModel, table=True):
    """One such question. ``gap`` is the group it is listed in, ``origin`` the one it was placed in."""

    __tablename__ = "gap_question"
    shop: str = key()
    id: str = key()
    gap: str
    origin: str
    conversation: str
    message: str = Field(index=True)
    reason: str
    text: str
    at: int = millis()
    __table_args__ = (sa.Index("gap_question_of", "shop", "gap", "at"), sa.Index("gap_question_recent", "shop", "at"))


class GapMark(SQLModel, table=True):
    """How far the groups have read a shop's journal; ``changed`` rises whenever questions are taken out of them."""

    __tablename__ = "gap_mark"
    shop: str = key()
    seq: int = millis()
    changed: int = 0
