"""What a channel's settings would make of a payload: read and shown, never stored, its signature not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.base import Adapter, Channel, Delivery, Facts, Handshake, Unreadable
from bot.service.plain_yaml import DocumentError, load

SAMPLE = "sample"
NOTHING_READ: dict[str, Any] = {"messages": [], "odd": [], "answer": None, "handshake": False}


def options_in(text: str) -> dict[str, Any]:
    """The options that a text in YAML or JSON says, or the mapping alone; names are texts.

    Raises:
        DocumentError: it is neither, or no object.
    """
    value = _named(load(text)[0])
    if not isinstance(value, dict):
        raise DocumentError("/", 0, "要是对象 / must be an object")
    return {"mapping": value} if "conversation" in value else value


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return {_name(name): _named(one) for name, one in value.items()}
    return [_named(one) for one in value] if isinstance(value, list) else value


def _name(name: Any) -> str:
    return str(name).lower() if isinstance(name, bool) else str(name)


def try_payload(
    adapter: Adapter, options: Mapping[str, Any], body: bytes, headers: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Say what would be read: ``{wrong, messages, odd, answer, handshake}``; with something ``wrong`` nothing is read.

    ``wrong`` lists what is wrong with the options (``where: Chinese · English``); ``headers`` may have any case.
    """
    channel = Channel(f"{SAMPLE}.1", SAMPLE, adapter.name, (), "", options)
    wrong = [line for line in adapter.check(channel) if line.startswith("options")]
    told: dict[str, Any] = {"wrong": wrong, **NOTHING_READ}
    if wrong:
        return told
    delivery = Delivery("POST", {name.lower(): value for name, value in headers.items()}, {}, body, now)
    try:
        outcome = adapter.peek(delivery, channel, now)
    except Unreadable as why:
        return {**told, "odd": [{"where": "/", "why": str(why)}]}
    if isinstance(outcome, Handshake):
        return {**told, "handshake": True, "answer": outcome.ack.body.decode("utf-8", "replace")}
    if not isinstance(outcome, Facts):
        return told
    answer = outcome.ack or adapter.accepted()
    return {
        **told,
        "messages": [_message(one) for one in outcome.messages],
        "odd": [{"where": one.where, "why": one.why} for one in outcome.odd],
        "answer": answer.body.decode("utf-8", "replace"),
    }


def _message(one: Any) -> dict[str, Any]:
    return {
        "id": one.message_id,
        "conversation": one.conversation,
        "buyer": {"id": one.buyer_id, "name": one.buyer_name},
        "sender": one.sender.value,
        "kind": one.kind.value,
        "text": one.text,
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "meta": dict(one.meta),
    }
