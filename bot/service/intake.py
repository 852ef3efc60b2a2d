"""Taking in what a platform delivered: stored, deduplicated and synced to disk before anybody says yes.

Nothing is matched or decided here; a matcher's fault or slowness can never delay a yes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from adapters.base import Channel, Delivery, Facts
from bot.core.conversation import Event, State
from bot.core.message import CARDS, HAPPENINGS, Incoming, Kind, Sender, has_to_be_decided
from bot.service.arrivals import (
    Arrival,
    Fresh,
    Stored,
    content_of,
    conversation_id,
    delivery_row,
    message_id,
    message_row,
)
from bot.service.clocks import Clocks
from bot.service.echoes import Echoes
from bot.service.fields import card_facts
from bot.service.forged import Forged
from bot.service.worker import Worker
from bot.store import conversations as convs
from bot.store import erasing, messages, outbox, shops, timers
from bot.store.conversations import OUTSIDE, Conversation
from bot.store.engine import Store
from bot.store.errands import PULL, Errand, want
from bot.store.holding import may_be_others
from bot.store.ids import to_ms
from bot.store.journal import Line, append
from bot.store.timers import Timer

PREVIEW = 200
"""How much of the last line a list shows, in characters."""

LEASE_MS = 30 * 60_000
"""After so much silence a conversation that a person holds is released."""


class Intake:
    """The door's inner side. ``on_stored`` gets each batch's fresh messages, in order of acceptance."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        worker: Worker,
        digest: Callable[[str], str],
        on_stored: Callable[[Sequence[Fresh]], None],
        on_others: Callable[[set[str]], None],
    ) -> None:
        """``on_others`` gets the names of other processes whose work it is to decide what was stored."""
        self._store, self._clocks, self._worker, self._digest = store, clocks, worker, digest
        self._on_stored, self._on_others = on_stored, on_others
        self.forged = Forged(store)
        self._last: dict[str, int] = {}

    def receive(
        self, channel: Channel, delivery: Delivery, facts: Facts, detail: str = "", *, pull: str = ""
    ) -> asyncio.Future[Stored]:
        """Store a signed delivery and what it told; done once it is on disk, whether anybody waits for it or not.
        ``pull`` is whose messages it rang for.

        Fails with whatever the store raises: then nothing was accepted, and the platform is asked to send again.
        """
        me = self._worker.name
        arrival = Arrival(channel, delivery, facts, self._clocks.now_ms(channel.shop), me, self._digest, detail, pull)
        storing = self._store.merge(accept, arrival, shop=channel.shop)
        storing.add_done_callback(partial(self._told, arrival))
        return storing

    def _told(self, arrival: Arrival, storing: asyncio.Future[Stored]) -> None:
        """Hand on what was stored to whoever decides it."""
        if storing.cancelled() or storing.exception():
            return
        stored = storing.result()
        self._last[arrival.channel.key] = arrival.at
        touched = [*stored.fresh, *stored.confirmed]
        if mine := [one for one in touched if one.worker == arrival.worker]:
            self._on_stored(mine)
        if others := {one.worker for one in touched} - {arrival.worker}:
            self._on_others(others)

    def last_delivery(self, channel: str) -> int | None:
        """When a channel's last signed delivery came in (ms of the shop's clock), as far as this process knows."""
        return self._last.get(channel)


@dataclass(slots=True)
class _Batch:
    """One transaction's work: rows and lines to write, conversations in hand, sends whose name was learned."""

    conversations: dict[str, Conversation]
    known: dict[str, str]
    echoes: Echoes
    others: dict[str, str]
    messages: list[dict[str, Any]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    changed: dict[str, Conversation] = field(default_factory=dict)
    timers: list[Timer] = field(default_factory=list)
    named: list[tuple[str, Fresh, Stored]] = field(default_factory=list)


def accept(conn: sa.Connection, arrivals: Sequence[Arrival]) -> list[Stored]:
    """Store the arrivals of one commit: deliveries raw, messages once each, conversations moved along."""
    batch = _gather(conn, arrivals)
    results: list[Stored] = []
    deliveries = []
    for arrival in arrivals:
        stored = Stored()
        for item in arrival.facts.messages:
            _accept_one(conn, batch, arrival, item, stored)
        deliveries.append(delivery_row(arrival, stored))
        results.append(stored)
    _want_pulls(conn, arrivals)
    for row, seq in zip(batch.messages, append(conn, batch.lines), strict=False):
        row["seq"] = seq
    messages.add_deliveries(conn, deliveries)
    shops.count_messages(conn, _counts(arrivals, results))
    messages.add(conn, batch.messages)
    _settle_names(conn, batch)
    convs.save(conn, batch.changed.values())
    timers.put(conn, batch.timers)
    return results


def _want_pulls(conn: sa.Connection, arrivals: Sequence[Arrival]) -> None:
    """What was only rung for is due now; it is on disk with the ring, so that the yes to it is true."""
    rang = [
        Errand(arrival.channel.shop, arrival.channel.key, PULL, arrival.pull, to_ms(arrival.delivery.received_at))
        for arrival in arrivals
        if arrival.pull
    ]
    want(conn, rang)


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
    loaded = convs.load(conn, talks)
    others = messages.in_others_hands(conn, loaded, arrivals[0].worker) if may_be_others(conn) else {}
    known = messages.known(conn, ids) | _erased(conn, arrivals, items)
    return _Batch(loaded, known, Echoes(conn, items), others)


def _erased(
    conn: sa.Connection, arrivals: Sequence[Arrival], items: Sequence[tuple[Channel, Incoming]]
) -> dict[str, str]:
    """Messages that were here and are erased: what they said is not known any more, so a repeat is no conflict."""
    digests: dict[str, dict[str, str]] = {}
    for channel, item in items:
        mid = message_id(channel.key, item.message_id)
        digests.setdefault(channel.shop, {})[arrivals[0].digest(mid)] = mid
    return {mids[found]: "" for shop, mids in digests.items() for found in erasing.known(conn, shop, mids.keys())}


def _accept_one(conn: sa.Connection, batch: _Batch, arrival: Arrival, item: Incoming, stored: Stored) -> None:
    channel = arrival.channel
    mid, content = message_id(channel.key, item.message_id), content_of(item)
    if mid in batch.known:
        stored.repeats += 1
        conflict = bool(batch.known[mid]) and batch.known[mid] != content
        stored.brought.append({"id": mid, "how": "conflict" if conflict else "repeat"})
        if conflict:
            batch.lines.append(Line(channel.shop, arrival.at, "conflict", mid))
        return
    at = min(to_ms(item.sent_at), arrival.at) if item.sent_at else arrival.at
    cid = conversation_id(channel.key, item.conversation)
    if send := batch.echoes.match(channel, cid, item, at):
        stored.repeats += 1
        stored.brought.append({"id": send.id, "how": "echo"})
        ours = Fresh(send.id, channel.shop, cid, Kind.TEXT, "", at, arrival.at, False, arrival.worker)
        if batch.echoes.learn(channel, send, item):
            batch.named.append((mid, ours, stored))
        if send.status == "unknown":
            _confirm(conn, batch, arrival, ours)
            stored.confirmed.append(ours)
        return
    batch.known[mid] = content
    one = _conversation(batch, arrival, item)
    asks = has_to_be_decided(item.sender, item.kind)
    worker = batch.others.get(one.id, arrival.worker)
    greets = bool(item.meta.get("greet"))
    fresh = Fresh(mid, channel.shop, one.id, item.kind, item.text, at, arrival.at, asks, worker, greets)
    batch.messages.append(message_row(fresh, one, arrival, item, content, batch.echoes))
    batch.lines.insert(
        len(batch.messages) - 1,
        Line(channel.shop, arrival.at, "message", mid, one.id, {"sender": item.sender, "kind": item.kind}),
    )
    if item.sender is Sender.BUYER:
        if asks and item.meta.get("held") is True:
            _person_holds_outside(conn, batch, one, arrival.at)
        _buyer_spoke(one, item, at, mid) if asks else None
    elif item.sender is Sender.AGENT and item.kind not in HAPPENINGS:
        _person_holds_outside(conn, batch, one, arrival.at)
    if item.kind not in HAPPENINGS:
        one.last_at, one.last_sender, one.last_kind = max(one.last_at, at), item.sender.value, item.kind.value
        one.last_text, one.last_message = item.text[:PREVIEW], mid
    batch.changed[one.id] = one
    stored.brought.append({"id": mid, "how": "new"})
    stored.fresh.append(fresh)


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
    if item.kind in CARDS:
        one.product = str(item.meta.get("product") or "") or None
        one.facts = card_facts(item.meta)


def _person_holds_outside(conn: sa.Connection, batch: _Batch, one: Conversation, now: int) -> None:
    """A person who writes in the platform's own app, or holds it there, has taken over: the bot is silent from here."""
    if one.state != State.AGENT.value:
        one.step(Event.TAKEN_OVER)
        one.hold(OUTSIDE, now)
        one.reason, one.reason_detail = None, ""
        batch.timers.append(Timer(one.shop, "lease", one.id, now + LEASE_MS))
        batch.lines.append(Line(one.shop, now, "takeover", one.id, one.id, {"by": OUTSIDE, "epoch": one.epoch}))
    one.unread = 0
    outbox.cancel_automatic(conn, one.id, "taken_over", now)


def _confirm(conn: sa.Connection, batch: _Batch, arrival: Arrival, ours: Fresh) -> None:
    """A send that nobody knew the end of came back: it did arrive, at the platform's time."""
    outbox.change(conn, ours.id, {"status": "sent", "detail": ""})
    messages.confirm(conn, ours.id, ours.at, ours.worker)
    batch.lines.append(Line(ours.shop, arrival.at, "send", ours.id, ours.conversation, {"status": "sent"}))


def _settle_names(conn: sa.Connection, batch: _Batch) -> None:
    """What was said of our sends by names that we learned only now (a recall before the echo) speaks of them."""
    for name, ours, stored in batch.named:
        at = messages.meant(conn, name, ours.id)
        if at is not None:
            messages.book_again(conn, ours.id, ours.worker)
            stored.confirmed.append(replace(ours, at=at))
