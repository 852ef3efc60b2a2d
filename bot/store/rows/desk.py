"""What is said: deliveries, conversations, messages, decisions, the outbox, suggestions and timers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.rows.columns import blob, key, maybe_millis, millis


class Delivery(SQLModel, table=True):
    """One signed webhook call as it came in, kept raw; ``method`` PULL: what was fetched instead. ``brought``: each message it told of, ``{id, how}``."""

    __tablename__ = "delivery"
    id: str = key()
    shop: str
    channel: str
    at: int = millis()
    method: str = Field("POST", sa_column_kwargs={"server_default": "POST"})
    query: str = Field("{}", sa_column_kwargs={"server_default": "{}"})
    headers: str
    body: bytes
    result: str
    detail: str = ""
    accepted: int = 0
    repeats: int = 0
    brought: list[dict[str, str]] = Field(sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    __table_args__ = (sa.Index("delivery_recent", "channel", "at"),)


class Conversation(SQLModel, table=True):
    """A buyer's thread on one channel, with who holds it and the inquiry that is open in it.

    ``epoch`` rises with every claim, takeover and release. ``inquiry`` is the latest inquiry's opening message;
    ``said`` lists the notices already given in it, ``asked`` the normalised questions answered in it. ``product`` and
    ``facts`` (by field) are what the buyer's last card told.
    """

    __tablename__ = "conversation"
    id: str = key()
    shop: str
    channel: str
    external: str
    buyer_id: str
    buyer_name: str = ""
    state: str = "bot"
    reason: str | None = None
    reason_detail: str = ""
    owner: str | None = None
    owner_at: int | None = maybe_millis()
    epoch: int = 0
    created_at: int = millis()
    last_at: int = millis()
    last_sender: str = ""
    last_kind: str = ""
    last_text: str = ""
    last_message: str | None = None
    unread: int = 0
    product: str | None = None
    facts: dict[str, str] = Field(sa_type=sa.JSON, sa_column_kwargs={"server_default": "{}"})
    pending: list[str] = blob()
    waiting_since: int | None = maybe_millis()
    inquiry: str | None = None
    inquiry_at: int | None = maybe_millis()
    due_at: int | None = maybe_millis()
    night_due_at: int | None = maybe_millis()
    in_hours: bool | None = None
    open: bool = False
    owed: bool = False
    bot_answered: bool = False
    by_person: bool = False
    said: list[str] = blob()
    asked: list[str] = blob()
    __table_args__ = (
        sa.Index("conversation_external", "channel", "external", unique=True),
        sa.Index("conversation_queue", "shop", "state", "due_at"),
        sa.Index("conversation_owed", "shop", "owed", "due_at"),
        sa.Index("conversation_recent", "shop", "last_at"),
    )


class MessageRow(SQLModel, table=True):
    """One message. ``id`` is a digest of (channel, platform_id): the dedupe key. ``waiting`` = not yet decided, and
    ``worker`` = by which process it will be. ``target`` is the message that a recall or report speaks of, in whichever
    conversation, come already or not."""

    __tablename__ = "message"
    id: str = key()
    shop: str
    channel: str
    conversation: str
    platform_id: str
    sender: str
    origin: str | None = None
    reply_class: str | None = None
    kind: str
    text: str = ""
    meta: dict[str, Any] = blob()
    at: int = millis()
    accepted_at: int = millis()
    seq: int = millis(default=0)
    by: str | None = None
    decision: str | None = None
    waiting: bool = False
    worker: str = Field(default="", sa_column_kwargs={"server_default": ""})
    doubtful: bool = False
    parts: list[str] = blob()
    content: str = ""
    target: str | None = None
    __table_args__ = (
        sa.Index("message_thread", "conversation", "at", "seq"),
        sa.Index(
            "message_target",
            "target",
            sqlite_where=sa.text("target IS NOT NULL"),
            postgresql_where=sa.text("target IS NOT NULL"),
        ),
        sa.Index("message_waiting", "seq", sqlite_where=sa.text("waiting"), postgresql_where=sa.text("waiting")),
    )


class DecisionRow(SQLModel, table=True):
    """What was decided about a buyer message, with all that explains it."""

    __tablename__ = "decision"
    id: str = key()
    shop: str
    conversation: str
    message: str = Field(index=True)
    outcome: str
    reason: str
    entry: str | None = None
    sureness: float | None = None
    explain: dict[str, Any] = blob()
    at: int = millis()
    took_us: int = 0
    __table_args__ = (sa.Index("decision_recent", "shop", "at"),)


class Outbox(SQLModel, table=True):
    """A send: a row before it is a call. ``pending → sending → sent | refused | unknown``, or ``cancelled``.

    ``worker``: the process that makes, or made, the call.
    """

    __tablename__ = "outbox"
    id: str = key()
    shop: str
    channel: str
    conversation: str
    in_reply_to: str | None = None
    sender: str
    origin: str
    reply_class: str
    by: str | None = None
    text: str
    parts: list[str] = blob()
    entry: str | None = None
    decision: str | None = None
    status: str
    worker: str = Field(default="", sa_column_kwargs={"server_default": ""})
    tries: int = 0
    epoch: int = 0
    detail: str = ""
    created_at: int = millis()
    asked_at: int | None = maybe_millis()
    next_at: int | None = maybe_millis()
    done_at: int | None = maybe_millis()
    platform_id: str | None = None
    then: str = "keep"
    __table_args__ = (
        sa.Index("outbox_thread", "conversation", "created_at"),
        sa.Index("outbox_echo", "channel", "platform_id"),
        sa.Index(
            "outbox_open",
            "next_at",
            sqlite_where=sa.text("status IN ('pending','sending')"),
            postgresql_where=sa.text("status IN ('pending','sending')"),
        ),
        sa.Index(
            "outbox_ended",
            "shop",
            "status",
            sqlite_where=sa.text("status NOT IN ('pending','sending')"),
            postgresql_where=sa.text("status NOT IN ('pending','sending')"),
        ),
    )


class Piece(SQLModel, table=True):
    """A further piece of a send whose text was too long for one message, by the name it goes by on its channel."""

    __tablename__ = "piece"
    channel: str = key()
    shop: str
    platform_id: str = key()
    send: str = Field(index=True)


class Suggestion(SQLModel, table=True):
    """A draft the bot offers where it may not speak by itself: open, then used, edited, rejected or overtaken."""

    __tablename__ = "suggestion"
    id: str = key()
    shop: str
    conversation: str = Field(index=True)
    decision: str
    entry: str
    text: str
    sureness: float
    state: str = "open"
    at: int = millis()
    by: str | None = None


class Timer(SQLModel, table=True):
    """Something that must happen at a time of the shop's clock, exactly once, also after a restart."""

    __tablename__ = "timer"
    shop: str = key()
    kind: str = key()
    ref: str = key()
    due_at: int = millis()
    __table_args__ = (sa.Index("timer_due", "shop", "due_at"),)
