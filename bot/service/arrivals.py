"""What came in: a delivery that was read, a message just stored, and both as rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from adapters.base import Channel, Delivery, Facts
from bot.core.message import Incoming, Kind, Origin, Sender, classify
from bot.service.echoes import Echoes
from bot.store.conversations import Conversation
from bot.store.ids import digest_id, new_id


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery that was read: what it told, and when (ms of the shop's clock)."""

    channel: Channel
    delivery: Delivery
    facts: Facts
    at: int
    worker: str
    digest: Callable[[str], str]
    """Of a message's id: by it one that was erased is known again."""
    detail: str = ""
    pull: str = ""
    """The account whose messages the platform rang for."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A message stored just now. ``asks`` = a buyer said it: it must be decided. All others only go into the books."""

    id: str
    shop: str
    conversation: str
    kind: Kind
    text: str
    at: int
    accepted_at: int
    asks: bool
    worker: str = ""
    """Which process decides it."""
    greets: bool = False
    """A buyer came in, and the platform lent a key for a welcome."""


@dataclass(slots=True)
class Stored:
    """What became of one arrival. ``confirmed``: sends of ours with news: their end, or what was said of them. ``brought``:
    each message it told of, by id: new, repeat, conflict or echo (a send of ours coming back)."""

    repeats: int = 0
    brought: list[dict[str, str]] = field(default_factory=list)
    fresh: list[Fresh] = field(default_factory=list)
    confirmed: list[Fresh] = field(default_factory=list)


@lru_cache(maxsize=4096)
def message_id(channel: str, platform_id: str) -> str:
    """The id of a message: the digest of its dedupe key, so that a repeat finds the first."""
    return digest_id(channel, platform_id)


@lru_cache(maxsize=4096)
def conversation_id(channel: str, external: str) -> str:
    """The id of a conversation, the same in every process: parallel first messages open one."""
    return "c" + digest_id(channel, external)


def content_of(item: Incoming) -> str:
    """A digest of what an item says: a repeat under the same id must say the same."""
    said = "\x1f".join((item.sender, item.kind, item.text))
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=9).hexdigest()


def message_row(
    fresh: Fresh, one: Conversation, arrival: Arrival, item: Incoming, content: str, echoes: Echoes
) -> dict[str, Any]:
    """A message as it is stored."""
    origin = None
    if item.sender in (Sender.BOT, Sender.PLATFORM_AUTO, Sender.OTHER_APP):
        origin = Origin.AUTOMATIC
    elif item.sender in (Sender.AGENT, Sender.UNKNOWN):
        origin = Origin.TYPED if item.sender is Sender.AGENT else Origin.UNKNOWN
    return {
        "id": fresh.id,
        "shop": one.shop,
        "channel": one.channel,
        "conversation": one.id,
        "platform_id": item.message_id,
        "sender": item.sender.value,
        "origin": origin.value if origin else None,
        "reply_class": classify(item.sender, origin).value if origin else None,
        "kind": item.kind.value,
        "text": item.text,
        "meta": dict(item.meta),
        "at": fresh.at,
        "accepted_at": arrival.at,
        "seq": 0,
        "by": None,
        "decision": None,
        "waiting": True,
        "worker": fresh.worker,
        "doubtful": False,
        "parts": [],
        "content": content,
        "target": echoes.target(arrival.channel, item),
    }


HIDDEN = ("sign", "authorization", "cookie", "token", "secret", "api-key")
"""What the name of a header or parameter holds when its value is a secret or proves one."""


def delivery_row(arrival: Arrival, stored: Stored) -> dict[str, Any]:
    """A delivery as it is stored, raw, without what proves who sent it."""
    odd = "; ".join(f"{o.where}: {o.why}" for o in arrival.facts.odd)
    if arrival.facts.odd:
        result = "unreadable" if not arrival.facts.messages else "partly_read"
    else:
        result = "accepted" if stored.fresh or not stored.repeats else "repeat"
    return {
        "id": new_id(arrival.delivery.received_at),
        "shop": arrival.channel.shop,
        "channel": arrival.channel.key,
        "at": arrival.at,
        "method": arrival.delivery.method,
        "query": _shown(arrival.delivery.query),
        "headers": _shown(arrival.delivery.headers),
        "body": arrival.delivery.body,
        "result": result,
        "detail": _storable(odd or arrival.detail)[:1000],
        "accepted": len(stored.fresh),
        "repeats": stored.repeats,
        "brought": stored.brought,
    }


def _shown(told: Mapping[str, str]) -> str:
    shown = {name: "•••" if _hidden(name) else value for name, value in told.items()}
    try:
        return orjson.dumps(shown).decode()
    except orjson.JSONEncodeError:
        return orjson.dumps({_storable(name): _storable(value) for name, value in shown.items()}).decode()


@lru_cache(maxsize=256)
def _hidden(name: str) -> bool:
    small = name.lower()
    return any(word in small for word in HIDDEN)


def _storable(text: str) -> str:
    """Text that any store can hold: header bytes that are no UTF-8 arrive as halves of surrogate pairs."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
