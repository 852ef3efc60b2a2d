"""What a channel's settings would make of a payload: read and shown, never stored, its signature not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.base import Adapter, Channel, Delivery, Facts, Handshake, Unreadable

SAMPLE = "sample"


def try_payload(
    adapter: Adapter, options: Mapping[str, Any], body: bytes, headers: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Say what would be read: ``{wrong, messages, odd, answer, handshake}``; with something ``wrong`` nothing is read.

    ``wrong`` lists what is wrong with the options (``where: Chinese · English``); ``headers`` may have any case.
    """
    channel = Channel(f"{SAMPLE}.1", SAMPLE, adapter.name, (), "", options)
    wrong = [line for line in adapter.check(channel) if line.startswith("options")]
    told: dict[str, Any] = {"wrong": wrong, "messages": [], "odd": [], "answer": None, "handshake": False}
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
