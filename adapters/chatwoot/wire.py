"""Chatwoot's wire, pure: a webhook's body becomes facts, a reply becomes a request. Sources: README.md beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from adapters.answers import read_answer
from adapters.base import Facts, Odd, SendResult, Sent, Unreadable
from adapters.json_body import parse, repaired
from bot.core.message import Incoming, Kind, Sender

MESSAGES = frozenset({"message_created", "message_updated"})
STATUS = frozenset(
    {"conversation_status_changed", "conversation_opened", "conversation_resolved", "conversation_updated"}
)
QUIET = frozenset(
    {"conversation_created", "contact_created", "contact_updated", "webwidget_triggered", "conversation_typing_on",
     "conversation_typing_off", "inbox_created", "inbox_updated"}
)  # fmt: skip
"""Events that bring nothing to read."""
HELD = frozenset({"open", "snoozed"})
"""States in which people have the conversation; ``pending`` is the bot's, ``resolved`` nobody's."""
_FILES = {"image": Kind.IMAGE, "audio": Kind.VOICE, "video": Kind.VIDEO, "file": Kind.FILE, "location": Kind.LINK}
_SENDERS = {"incoming": Sender.BUYER, "template": Sender.PLATFORM_AUTO, "activity": Sender.SYSTEM}


def _id(value: object) -> object:
    """Chatwoot counts in whole numbers; one version writes them as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**30 else value


def _printable(key: str) -> str:
    if not key.isprintable():
        raise ValueError("only printable characters")
    return key


Id = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=60), AfterValidator(_printable)]


class _Who(BaseModel):
    id: Id | None = None
    name: str | None = None
    type: str | None = None


class _Meta(BaseModel):
    sender: _Who | None = None


class _Talk(BaseModel):
    id: Id
    status: str = ""
    meta: _Meta | None = None


class _Ref(BaseModel):
    id: Id


class _File(BaseModel):
    file_type: str = ""


class _Attributes(BaseModel):
    deleted: bool = False


class _Message(BaseModel):
    event: str
    id: Id
    content: str | None = None
    created_at: Any = None
    message_type: str
    content_type: str | None = None
    private: bool = False
    sender: _Who | None = None
    conversation: _Talk
    account: _Ref
    attachments: list[_File] = Field(default=[], max_length=50)
    content_attributes: _Attributes | None = None


class _Status(BaseModel):
    event: str
    id: Id
    status: str
    account: _Ref | None = None
    timestamp: Any = None
    updated_at: Any = None
    meta: _Meta | None = None


def read_body(body: bytes, account: str, *, bot: str = "", desk: bool = False) -> Facts:
    """Turn a webhook's body into what happened in one account; events that bring nothing to read give nothing.

    ``bot`` is our own bot's number, where it is known; with ``desk`` a conversation that people have in Chatwoot is
    marked as held.

    Raises:
        Unreadable: not JSON, or no event that Chatwoot has.
    """
    told = repaired(parse(body))
    event = told.get("event") if isinstance(told, dict) else None
    if not isinstance(event, str):
        raise Unreadable("/event: 不是 Chatwoot 的事件 · not an event of Chatwoot")
    if event in QUIET:
        return Facts()
    if event not in MESSAGES | STATUS:
        raise Unreadable("/event: 不是 Chatwoot 的事件 · not an event of Chatwoot")
    try:
        if event in STATUS:
            return _status(_Status.model_validate(told), account)
        return _message(_Message.model_validate(told), account, bot, desk)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = "".join(f"/{step}" for step in first["loc"])
        return Facts(odd=(Odd(where[:200], f"字段不对 · {first['msg']}"),))


def _message(told: _Message, account: str, bot: str, desk: bool) -> Facts:
    if told.account.id != account:
        return Facts(odd=(Odd("/account/id", f"是账号 {told.account.id} 的 · belongs to account {told.account.id}"),))
    removed = told.content_attributes is not None and told.content_attributes.deleted
    if told.event == "message_updated" and not removed:
        return Facts()  # delivered, read, edited by its form: nothing is said anew
    sender = _sender(told, bot)
    meta: dict[str, Any] = {}
    if told.sender and told.sender.name and sender is Sender.AGENT:
        meta["agent"] = told.sender.name[:200]
    if sender is Sender.BUYER and desk and told.conversation.status in HELD:
        meta["held"] = True
    buyer = _buyer(told.conversation.meta, told.sender if sender is Sender.BUYER else None)
    one = Incoming(
        message_id=told.id,
        conversation=f"{account}:{told.conversation.id}",
        buyer_id=(buyer.id if buyer and buyer.id else f"conversation-{told.conversation.id}"),
        sender=sender,
        kind=_kind(told),
        text=told.content or "",
        buyer_name=(buyer.name or "")[:200] if buyer else "",
        sent_at=moment(told.created_at),
        meta=meta,
    )
    if removed:
        one = replace(one, message_id=f"{told.id}:deleted", kind=Kind.RECALL, text="", sent_at=None,
                      meta={"target": told.id})  # fmt: skip
    elif one.kind is Kind.OTHER:
        one = replace(one, meta={**meta, "raw_kind": (told.content_type or "")[:200]})
    return Facts((one,))


def _status(told: _Status, account: str) -> Facts:
    if told.account is not None and told.account.id != account:
        return Facts(odd=(Odd("/account/id", f"是账号 {told.account.id} 的 · belongs to account {told.account.id}"),))
    at = moment(told.timestamp) or moment(told.updated_at)
    buyer = _buyer(told.meta, None)
    one = Incoming(
        message_id=f"{told.event}:{told.id}:{told.status}:{int(at.timestamp() * 1000) if at else ''}"[:200],
        conversation=f"{account}:{told.id}",
        buyer_id=(buyer.id if buyer and buyer.id else f"conversation-{told.id}"),
        sender=Sender.SYSTEM,
        kind=Kind.SESSION_STATE,
        sent_at=at,
        meta={"state": told.status[:60]},
    )
    return Facts((one,)) if one.message_id.isprintable() else Facts(odd=(Odd("/status", "看不懂 · cannot be read"),))


def _buyer(meta: _Meta | None, sender: _Who | None) -> _Who | None:
    return meta.sender if meta and meta.sender and meta.sender.id else sender


def _sender(told: _Message, bot: str) -> Sender:
    """Who said it. Outgoing without a person's mark (a rule, a campaign, an integration) is nobody we could name."""
    if told.message_type != "outgoing":
        return _SENDERS.get(told.message_type, Sender.UNKNOWN)
    kind = told.sender.type if told.sender else None
    if kind == "user":
        return Sender.AGENT
    if kind == "agent_bot":
        return Sender.OTHER_APP if bot and told.sender and told.sender.id != bot else Sender.BOT
    return Sender.OTHER_APP if kind else Sender.UNKNOWN


def _kind(told: _Message) -> Kind:
    if told.private:
        return Kind.INTERNAL_NOTE
    if told.message_type == "activity":
        return Kind.SESSION_STATE
    if told.attachments:
        return _FILES.get(told.attachments[0].file_type, Kind.OTHER)
    return Kind.TEXT if told.content else Kind.OTHER


def moment(value: Any) -> datetime | None:
    """A time as Chatwoot writes it: ISO text, ``2026-10-09 08:53:20 UTC``, or Unix seconds; None for anything else."""
    try:
        if isinstance(value, str):
            text = value.removesuffix(" UTC") + "+00:00" if value.endswith(" UTC") else value
            at = datetime.fromisoformat(text)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime.fromtimestamp(value, UTC)
        else:
            return None
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if 2000 <= at.year < 2100 else None


def reply_body(text: str) -> bytes:
    """A reply to the buyer."""
    return orjson.dumps({"content": text, "message_type": "outgoing", "private": False})


def read_sent(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SendResult:
    """Say how a send ended; the message's own number and time are in a yes."""
    result = read_answer(status, headers, body, now)
    if result.outcome is not Sent.SENT:
        return result
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = {}
    number = told.get("id") if isinstance(told, dict) else None
    if isinstance(number, int) and not isinstance(number, bool):
        return SendResult(Sent.SENT, platform_id=str(number), at=moment(told.get("created_at")))
    return SendResult(
        Sent.UNKNOWN,
        detail="答复里没有消息编号，可能已送达 · the answer names no message, it may have been delivered",
    )
