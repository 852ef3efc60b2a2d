"""The sandbox's wire, pure: a signed body becomes facts, an answer to a send becomes an outcome.

The whole pattern is here to be copied: parse, let pydantic check each item by itself, turn a failure into an ``Odd``
with its pointer, and map the platform's own codes to the three outcomes. Facts and codes: README.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import from_json

from adapters.base import Facts, Odd, SendResult, Sent, Unreadable
from bot.core.message import Incoming, Kind, Sender

MAX_ITEMS = 1000
BUYER_BLOCKED_US = 40301
WINDOW_CLOSED = 45015
BUSY = 50001
FOR_GOOD = frozenset({BUYER_BLOCKED_US, WINDOW_CLOSED})
"""Codes that trying again cannot heal."""
_KINDS = {kind.value: kind for kind in Kind}


def _printable(key: str) -> str:
    if not key.isprintable():
        raise ValueError("only printable characters")
    return key


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")


def _written(moment: object) -> object:
    if not isinstance(moment, str):  # a bare number could be seconds or milliseconds
        raise ValueError("must be ISO 8601 text with an offset")
    return moment


def _utc(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2100:  # sums with deadlines stay far from the calendar's ends
        raise ValueError("the year must be 2000-2099")
    return moment.astimezone(UTC)


Key = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Text = Annotated[str, AfterValidator(_storable)]


class _Buyer(BaseModel):
    id: Key
    name: Annotated[Text, Field(max_length=200)] = ""


class _Item(BaseModel):
    id: Key
    conversation: Key
    buyer: _Buyer
    sender: Sender
    kind: Annotated[Text, Field(max_length=200)]
    text: Text = ""
    sent_at: Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_utc)]
    meta: dict[Key, Text] = Field(default_factory=dict)


def read_body(body: bytes) -> Facts:
    """Turn a verified body into messages, in its order; items that cannot be read are listed in ``odd``.

    Raises:
        Unreadable: not JSON, not ``{"type": "message", "data": {…} | […]}``, or over 1,000 items.
    """
    try:
        envelope = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Unreadable(f"/: 不是 JSON · not JSON: {str(error)[:120]}") from None
    if not isinstance(envelope, dict) or envelope.get("type") != "message":
        raise Unreadable('/type: 只认识 "message" · only "message" is read')
    data = envelope.get("data")
    items = data if isinstance(data, list) else [data]
    if len(items) > MAX_ITEMS:  # reading happens on the event loop and must stay short
        raise Unreadable(f"/data: 一次最多 {MAX_ITEMS} 条 · at most {MAX_ITEMS} messages at a time")
    messages: list[Incoming] = []
    odd: list[Odd] = []
    for index, item in enumerate(items):
        try:
            messages.append(_to_message(_Item.model_validate(item)))
        except ValidationError as error:
            odd.append(_to_odd(f"/data/{index}" if isinstance(data, list) else "/data", error))
    return Facts(tuple(messages), tuple(odd))


def _to_message(item: _Item) -> Incoming:
    known = item.kind in _KINDS
    return Incoming(
        message_id=item.id,
        conversation=item.conversation,
        buyer_id=item.buyer.id,
        sender=item.sender,
        kind=_KINDS[item.kind] if known else Kind.OTHER,
        text=item.text,
        buyer_name=item.buyer.name,
        sent_at=item.sent_at,
        meta=item.meta if known else {**item.meta, "raw_kind": item.kind},
    )


def _to_odd(pointer: str, error: ValidationError) -> Odd:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = "".join(f"/{step}" for step in first["loc"])
    return Odd(where=(pointer + where)[:200], why=f"字段不对 · {first['msg']}")


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> SendResult:
    """Say how a send ended. Header names are lower case.

    The sandbox tells errors by ``code`` in the body, with status 400 or even 200; 429 names the seconds to wait.
    """
    told = _object(body)
    code = told.get("code")
    if status == 200 and code == 0:
        sent_at = told.get("sent_at")
        return SendResult(
            Sent.SENT, platform_id=str(told.get("id")), at=datetime.fromisoformat(sent_at) if sent_at else None
        )
    if status == 429:
        seconds = int(headers.get("retry-after", "1"))
        return SendResult(
            Sent.REFUSED,
            detail=f"平台限速，{seconds} 秒后再试 · rate limited, again in {seconds} s",
            retry_after=timedelta(seconds=seconds),
        )
    if status in (200, 400) and isinstance(code, int):
        words = str(told.get("message", ""))[:200]
        return SendResult(
            Sent.REFUSED,
            detail=f"平台返回 {code}「{words}」 · the platform answered {code} “{words}”",
            permanent=code in FOR_GOOD,
        )
    if 300 <= status < 500:
        return SendResult(Sent.REFUSED, detail=f"平台拒收（{status}） · refused ({status})", permanent=True)
    return SendResult(Sent.UNKNOWN, detail=f"答复看不懂（{status}），可能已送达 · unclear answer ({status})")


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
