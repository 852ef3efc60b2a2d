"""The journal (ledger chain, feed cursor, order of acceptance and audit at once) and the inquiries as last posted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from bot.store.rows.columns import blob, key, maybe_millis, millis


class Journal(SQLModel, table=True):
    """One line of a shop's journal: only added, each chained to the one before; no message text in it."""

    __tablename__ = "journal"
    shop: str = key()
    seq: int = key(sa_type=sa.BigInteger)
    at: int = millis()
    kind: str
    ref: str
    conversation: str | None = None
    body: str
    prev: str
    hash: str


class JournalHead(SQLModel, table=True):
    """The last line of each shop's journal."""

    __tablename__ = "journal_head"
    shop: str = key()
    seq: int = millis()
    hash: str


class RuleChange(SQLModel, table=True):
    """A parameter that a shop set otherwise, or gave back (``value`` None): who, when (real time) and why. Only added."""

    __tablename__ = "rule_change"
    shop: str = key()
    seq: int = key(sa_type=sa.BigInteger)
    at: int = millis()
    name: str
    value: dict[str, Any] = blob()
    by: str
    why: str


class InquiryRow(SQLModel, table=True):
    """An inquiry's verdict as last posted. ``id`` is the message that opened it; ``day`` its local date.

    ``open`` = no valid reply yet; ``owed`` = a person's reply is still needed, unless somebody closed it for a reason
    (``waived``).
    """

    __tablename__ = "inquiry"
    shop: str = key()
    id: str = key()
    conversation: str
    opened_at: int = millis()
    day: str
    reason: str
    eligible: bool
    in_denominator: bool
    counted: bool
    response_ms: int | None = maybe_millis()
    night: str | None = None
    fake_reply_risk: bool = False
    decided_by: str | None = None
    rule: str = ""
    ruleset: str = ""
    due_at: int | None = maybe_millis()
    night_due_at: int | None = maybe_millis()
    open: bool = False
    owed: bool = False
    waived: str | None = None
    by_person: bool = False
    bot_answered: bool = False
    replies: list[dict[str, Any]] = blob()
    __table_args__ = (
        sa.Index("inquiry_day", "shop", "day", "reason"),
        sa.Index("inquiry_conversation", "conversation", "opened_at"),
        sa.Index("inquiry_owed", "shop", "owed"),
    )
