"""Taking in what a platform delivered: stored, deduplicated and synced to disk before anybody says yes.

Nothing is matched or decided here; a matcher's fault or slowness can never delay a yes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from adapters.base import Channel, Delivery, Facts
from bot.core.conversation import Event, State
from bot.core.message import HAPPENINGS, Incoming, Kind, Origin, Sender, classify
from bot.service.clocks import Clocks
from bot.service.echoes import Echoes
from bot.service.forged import Forged
from bot.store import conversations as convs
from bot.store import messages, outbox, shops, timers
from bot.store.conversations import OUTSIDE, Conversation
from bot.store.engine import Store
from bot.store.ids import digest_id, new_id, to_ms
from bot.store.journal import Line, append
from bot.store.timers import Timer

PREVIEW = 200
"""How much of the last line a list shows, in characters."""

LEASE_MS = 30 * 60_000
"""After so much silence a conversation that a person holds is released."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery that was read: what it told, and when (ms of the shop's clock)."""

    channel: Channel
    delivery: Delivery
    facts: Facts
    at: int
    detail: str = ""


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


@dataclass(slots=True)
class Stored:
    """What became of one arrival. ``confirmed``: sends of ours that nobody knew the end of, until now. ``brought``:
    each message it told of, by id: new, repeat, conflict or echo (a send of ours coming back)."""

    repeats: int = 0
    brought: list[dict[str, str]] = field(default_factory=list)
    fresh: list[Fresh] = field(default_factory=list)
    confirmed: list[Fresh] = field(default_factory=list)


class Intake:
    """The door's inner side. ``on_stored`` gets each batch's fresh messages, in order of acceptance."""

    def __init__(self, store: Store, clocks: Clocks, on_stored: Callable[[Sequence[Fresh]], None]) -> None:
        self._store, self._clocks, self._on_stored = store, clocks, on_stored
        self.forged = Forged(store)
        self._last: dict[str, int] = {}

    async def receive(self, channel: Channel, delivery: Delivery, facts: Facts, detail: str = "") -> Stored:
        """Store a signed delivery and what it told; return once it is on disk.

        Raises whatever the store raises: then nothing was accepted, and the platform is asked to send again.
        """
        arrival = Arrival(channel, delivery, facts, self._clocks.now_ms(channel.shop), detail)
        stored = await self._store.merge(accept, arrival, shop=channel.shop)
        self._last[channel.key] = arrival.at
        if touched := [*stored.fresh, *stored.confirmed]:
            self._on_stored(touched)
        return stored

    def last_delivery(self, channel: str) -> int | None:
        """When a channel's last signed delivery came in (ms of the shop's clock), as far as this process knows."""
        return self._last.get(channel)


@dataclass(slots=True)
class _Batch:
    """One transaction's work: rows and lines to write, conversations in hand."""

    conversations: dict[str, Conversation]
    known: dict[str, str]
    echoes: Echoes
    messages: list[dict[str, Any]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    changed: dict[str, Conversation] = field(default_factory=dict)
    timers: list[Timer] = field(default_factory=list)


def message_id(channel: str, platform_id: str) -> str:
    """The id of a message: the digest of its dedupe key, so that a repeat finds the first."""
    return digest_id(channel, platform_id)


def conversation_id(channel: str, external: str) -> str:
    """The id of a conversation, the same in every process: parallel first messages open one."""
    return "c" + digest_id(channel, external)


def accept(conn: sa.Connection, arrivals: Sequence[Arrival]) -> list[Stored]:
    """Store the arrivals of one commit: deliveries raw, messages once each, conversations moved along."""
    batch = _gather(conn, arrivals)
    results: list[Stored] = []
    deliveries = []
    for arrival in arrivals:
        stored = Stored()
        for item in arrival.facts.messages:
            _accept_one(conn, batch, arrival, item, stored)
        deliveries.append(_delivery_row(arrival, stored))
        results.append(stored)
    for row, seq in zip(batch.messages, append(conn, batch.lines), strict=False):
        row["seq"] = seq
    messages.add_deliveries(conn, deliveries)
    shops.count_messages(conn, _counts(arrivals, results))
    messages.add(conn, batch.messages)
    convs.save(conn, batch.changed.values())
    timers.put(conn, batch.timers)
    return results


def _counts(arrivals: Sequence[Arrival], results: Sequence[Stored]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for arrival, stored in zip(arrivals, results, strict=True):
        accepted, repeats = counts.get(arrival.channel.key, (0, 0))
        counts[arrival.channel.key] = (accepted + len(stored.fresh), repeats + stored.repeats)
    return counts


def _gather(conn: sa.Connection, arrivals: Sequence[Arrival]) -> _Batch:
    items = [(arrival.channel, item) for arrival in arrivals for item in arrival.facts.messages]
    ids = {message_id(channel.key, item.message_id) for channel, item in items}
    talks = {conversation_id(channel.key, item.conversation) for channel, item in items}
    return _Batch(convs.load(conn, talks), messages.known(conn, ids), Echoes(conn, items))


def _content(item: Incoming) -> str:
    said = "\x1f".join((item.sender.value, item.kind.value, item.text))
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=9).hexdigest()


def _accept_one(conn: sa.Connection, batch: _Batch, arrival: Arrival, item: Incoming, stored: Stored) -> None:
    channel = arrival.channel
    mid, content = message_id(channel.key, item.message_id), _content(item)
    if mid in batch.known:
        stored.repeats += 1
        conflict = bool(batch.known[mid]) and batch.known[mid] != content
        stored.brought.append({"id": mid, "how": "conflict" if conflict else "repeat"})
        if conflict:
            batch.lines.append(Line(channel.shop, arrival.at, "conflict", mid))
        return
    at = min(to_ms(item.sent_at), arrival.at) if item.sent_at else arrival.at
    if send := batch.echoes.match(channel, conversation_id(channel.key, item.conversation), item, at):
        stored.repeats += 1
        stored.brought.append({"id": send.id, "how": "echo"})
        batch.echoes.learn(channel, send, item)
        if send.status == "unknown":
            stored.confirmed.append(_confirm(conn, batch, arrival, item, send.id, at))
        return
    batch.known[mid] = content
    one = _conversation(batch, arrival, item)
    asks = item.sender is Sender.BUYER and item.kind not in HAPPENINGS
    batch.messages.append(_message_row(mid, one, arrival, item, at, content, batch.echoes))
    batch.lines.insert(
        len(batch.messages) - 1,
        Line(channel.shop, arrival.at, "message", mid, one.id, {"sender": item.sender, "kind": item.kind}),
    )
    if item.sender is Sender.BUYER:
        _buyer_spoke(one, item, at, mid) if asks else None
    elif item.sender is Sender.AGENT and item.kind not in HAPPENINGS:
        _person_spoke_outside(conn, batch, one, arrival.at)
    if item.kind not in HAPPENINGS:
        one.last_at, one.last_sender, one.last_kind = max(one.last_at, at), item.sender.value, item.kind.value
        one.last_text, one.last_message = item.text[:PREVIEW], mid
    batch.changed[one.id] = one
    stored.brought.append({"id": mid, "how": "new"})
    stored.fresh.append(Fresh(mid, channel.shop, one.id, item.kind, item.text, at, arrival.at, asks))


def _conversation(batch: _Batch, arrival: Arrival, item: Incoming) -> Conversation:
    cid = conversation_id(arrival.channel.key, item.conversation)
    one = batch.conversations.get(cid)
    if one is None:
        one = batch.conversations[cid] = Conversation(
            id=cid,
            shop=arrival.channel.shop,
            channel=arrival.channel.key,
            external=item.conversation,
            buyer_id=item.buyer_id,
            created_at=arrival.at,
            last_at=arrival.at,
        )
    one.buyer_id = one.buyer_id or item.buyer_id
    if item.buyer_name and item.sender is Sender.BUYER:
        one.buyer_name = item.buyer_name[:PREVIEW]
    return one


def _buyer_spoke(one: Conversation, item: Incoming, at: int, mid: str) -> None:
    one.step(Event.BUYER_SPOKE)
    one.unread += 1
    if item.kind is Kind.PRODUCT_CARD:
        one.product = str(item.meta.get("product") or "") or None


def _person_spoke_outside(conn: sa.Connection, batch: _Batch, one: Conversation, now: int) -> None:
    """A person writing in the platform's own app is a takeover: the bot is silent from here."""
    if one.state != State.AGENT.value:
        one.step(Event.TAKEN_OVER)
        one.hold(OUTSIDE, now)
        one.reason, one.reason_detail = None, ""
        batch.timers.append(Timer(one.shop, "lease", one.id, now + LEASE_MS))
        batch.lines.append(Line(one.shop, now, "takeover", one.id, one.id, {"by": OUTSIDE, "epoch": one.epoch}))
    one.unread = 0
    outbox.cancel_automatic(conn, one.id, "taken_over", now)


def _confirm(conn: sa.Connection, batch: _Batch, arrival: Arrival, item: Incoming, send: str, at: int) -> Fresh:
    """A send that nobody knew the end of came back: it did arrive, at the platform's time."""
    shop, cid = arrival.channel.shop, conversation_id(arrival.channel.key, item.conversation)
    outbox.change(conn, send, {"status": "sent", "detail": ""})
    messages.confirm(conn, send, at)
    batch.lines.append(Line(shop, arrival.at, "send", send, cid, {"status": "sent"}))
    return Fresh(send, shop, cid, Kind.TEXT, "", at, arrival.at, asks=False)


def _message_row(
    mid: str, one: Conversation, arrival: Arrival, item: Incoming, at: int, content: str, echoes: Echoes
) -> dict[str, Any]:
    origin = None
    if item.sender in (Sender.BOT, Sender.PLATFORM_AUTO, Sender.OTHER_APP):
        origin = Origin.AUTOMATIC
    elif item.sender in (Sender.AGENT, Sender.UNKNOWN):
        origin = Origin.TYPED if item.sender is Sender.AGENT else Origin.UNKNOWN
    meta = dict(item.meta)
    if "target" in meta:
        ours = echoes.named(arrival.channel, str(meta["target"]))
        meta["target_id"] = ours.id if ours else message_id(arrival.channel.key, str(meta["target"]))
    return {
        "id": mid,
        "shop": one.shop,
        "channel": one.channel,
        "conversation": one.id,
        "platform_id": item.message_id,
        "sender": item.sender.value,
        "origin": origin.value if origin else None,
        "reply_class": classify(item.sender, origin).value if origin else None,
        "kind": item.kind.value,
        "text": item.text,
        "meta": meta,
        "at": at,
        "accepted_at": arrival.at,
        "seq": 0,
        "by": None,
        "decision": None,
        "waiting": True,
        "doubtful": False,
        "parts": [],
        "content": content,
    }


HIDDEN = ("signature", "authorization", "cookie", "token", "secret", "api-key")
"""What a header's name holds when its value is a secret or proves one."""


def _delivery_row(arrival: Arrival, stored: Stored) -> dict[str, Any]:
    odd = "; ".join(f"{o.where}: {o.why}" for o in arrival.facts.odd)
    if arrival.facts.odd:
        result = "unreadable" if not arrival.facts.messages else "partly_read"
    else:
        result = "accepted" if stored.fresh or not stored.repeats else "repeat"
    shown = {
        _storable(name): "•••" if any(word in name for word in HIDDEN) else _storable(value)
        for name, value in arrival.delivery.headers.items()
    }
    return {
        "id": new_id(arrival.delivery.received_at),
        "shop": arrival.channel.shop,
        "channel": arrival.channel.key,
        "at": arrival.at,
        "headers": orjson.dumps(shown).decode(),
        "body": arrival.delivery.body,
        "result": result,
        "detail": _storable(odd or arrival.detail)[:1000],
        "accepted": len(stored.fresh),
        "repeats": stored.repeats,
        "brought": stored.brought,
    }


def _storable(text: str) -> str:
    """Text that any store can hold: header bytes that are no UTF-8 arrive as halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()
