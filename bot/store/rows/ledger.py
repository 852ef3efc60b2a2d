"""The journal (ledger chain, feed cursor, order of acceptance and audit at once) and the inquiries as last posted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

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


class Rollup(SQLModel, table=True):
    """Sums over a shop's inquiries by local day, hour, agent and reason, kept with every posting, so that a number
    costs the same however many messages lie behind it. ``said_*`` count replies by class; the last ten are the marks
    of a KPI set, 0 where the rules have none."""

    __tablename__ = "rollup"
    shop: str = key()
    day: str = key()
    hour: int = Field(primary_key=True)
    agent: str = key()
    reason: str = key()
    inquiries: int = millis()
    eligible: int = millis()
    numerator: int = millis()
    denominator: int = millis()
    numerator_without_api: int = millis()
    denominator_without_api: int = millis()
    answered: int = millis()
    response_ms: int = millis()
    in_time: int = millis()
    opened: int = millis()
    opened_fast: int = millis()
    said_human: int = millis()
    said_assisted: int = millis()
    said_automatic: int = millis()
    said_unknown: int = millis()
    violation: int = millis()
    announced: int = millis()
    passed_on: int = millis()
    unexplained: int = millis()
    asked: int = millis()
    incomplete: int = millis()
    spoken: int = millis()
    misspoken: int = millis()
    settled: int = millis()
    solved: int = millis()


class Tally(SQLModel, table=True):
    """How often something happened on a shop's local day, counted from the journal's own lines as they are written.

    ``kind`` and ``name``: ``said`` (buyer), ``decided`` (the outcome), ``reason`` (why the bot asked for a person),
    ``handoff`` (why a person was brought), ``entry`` (whose answer was given or offered), ``night`` (the morning on
    which the desk was told of what the night left).
    """

    __tablename__ = "tally"
    shop: str = key()
    day: str = key()
    kind: str = key()
    name: str = key()
    count: int = millis()


class StatementRow(SQLModel, table=True):
    """The platform's own figure for a local day: of that day, or of the period that ends with it (``covers``)."""

    __tablename__ = "statement"
    shop: str = key()
    date: str = key()
    covers: str = key()
    numerator: int | None = None
    denominator: int | None = None
    percent: float
    by: str
    at: int = millis()


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


class ClosingRow(SQLModel, table=True):
    """A conversation was closed."""

    __tablename__ = "closing"
    shop: str = key()
    conversation: str = key()
    at: int = key(sa_type=sa.BigInteger)
    __table_args__ = (sa.Index("closing_conversation", "conversation", "at"),)


class PriorNotice(SQLModel, table=True):
    """The shop told its platform of busy hours before they came, or what became of that; ``id`` is the message."""

    __tablename__ = "prior_notice"
    shop: str = key()
    id: str = key()
    starts: int = millis()
    ends: int = millis()
    status: str
    at: int = millis()
    seq: int = millis()


class Recount(SQLModel, table=True):
    """A shop whose books are being counted again: under which rules (a digest), behind which conversation to go on."""

    __tablename__ = "recount"
    shop: str = key()
    rules: str
    after: str
    total: int
    done: int
    began_at: int = millis()


class InquiryRow(SQLModel, table=True):
    """An inquiry's verdict as last posted. ``id`` is the message that opened it; ``day`` its local date.

    ``counted_without_api`` and ``due_without_api``: both sides of the fraction if replies sent by API counted for
    nothing. ``agent`` is who replied first, ``in_time`` whether that was within the limit, whatever was said.
    ``marks`` are those of a KPI set, empty where the rules have none. ``opened_ms``: how long after the opening somebody of the shop first looked, ``opening_target_ms``: within which
    somebody should have. ``open`` = no valid reply yet; ``owed`` = a person's reply is still needed, unless somebody closed it for a reason
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
    counted_without_api: bool = False
    due_without_api: bool = False
    response_ms: int | None = maybe_millis()
    opened_ms: int | None = maybe_millis()
    opening_target_ms: int = millis(default=90_000)
    agent: str = ""
    in_time: bool = False
    hour: int = 0
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
    marks: dict[str, int] = blob()
    __table_args__ = (
        sa.Index("inquiry_day", "shop", "day", "reason"),
        sa.Index("inquiry_conversation", "conversation", "opened_at"),
        sa.Index("inquiry_owed", "shop", "owed", "day"),
    )
