"""The event model that every ruleset is written for, and the one table that maps our message words to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.message import Kind, Origin, ReplyClass, Sender, classify

BUYER = "buyer"
SYSTEM = "system"
ACTORS = frozenset(sender.value for sender in Sender)

HAPPENINGS = frozenset({"recall", "report", "transfer"})
KINDS = HAPPENINGS | {
    "text", "image", "video", "voice", "file", "card", "emoji", "welcome", "timed_auto", "offline_auto", "order",
}  # fmt: skip
"""Kinds an event may have from outside. Our own messages may also be ``other``: a kind no ruleset accepts."""

QUICK_PHRASE = "quick_phrase"
SOURCE = "source"
SUGGESTED = "bot_suggested"
ASSIST = "assist_auto"
VIA = "via"
VIA_PLATFORM = "platform"
"""``meta.via = platform``: a person typed it in the platform's own app, so it was not sent by API."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a conversation. ``at`` is aware; ``actor`` one of ``ACTORS``; ``kind`` as ``KINDS``.

    ``meta``: recall ``{target}``; report ``{type, target | from+to, status}``; transfer ``{by, reason, to}``; bot
    ``{mode: assist_auto}``; agent ``{quick_phrase: true}``, ``{source: bot_suggested}``, ``{agent}``, ``{via}``.
    """

    id: str
    at: datetime
    conversation: str
    actor: str
    kind: str
    text: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


_KIND_OF: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.IMAGE: "image",
    Kind.VIDEO: "video",
    Kind.VOICE: "voice",
    Kind.FILE: "file",
    Kind.EMOJI: "emoji",
    Kind.LINK: "card",
    Kind.PRODUCT_CARD: "card",
    Kind.ORDER_CARD: "card",
    Kind.OTHER: "other",
    Kind.RECALL: "recall",
    Kind.REPORT: "report",
    Kind.TRANSFER: "transfer",
    Kind.ORDER_EVENT: "order",
}
"""Kinds that are not here (session state, failed sends, read marks, internal notes) are no events: nobody said them."""

_NOTICE_KIND = {"welcome": "welcome", "timed": "timed_auto", "out_of_hours": "offline_auto", "handoff": "offline_auto"}

_ORIGIN_META: Mapping[Origin, Mapping[str, Any]] = {
    Origin.QUICK_PHRASE: {QUICK_PHRASE: True},
    Origin.SUGGESTED: {SOURCE: SUGGESTED},
}


def from_message(
    *,
    id: str,
    at: datetime,
    conversation: str,
    sender: Sender,
    origin: Origin,
    kind: Kind,
    text: str = "",
    meta: Mapping[str, Any] | None = None,
    notice: str | None = None,
    by_api: bool = True,
) -> Event | None:
    """Turn one stored message into an event, or None where nothing was said (read marks, notes, failed sends).

    ``at`` is the time the books use (the platform's, else the confirmation of ``sent``), aware. ``notice`` is the
    notice kind of an automatic message that is no answer. ``by_api`` False means a person typed it in the platform's
    own app. A send with unknown ending is given as sender ``unknown``.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"message {id}: its time has no zone")
    name = _KIND_OF.get(kind)
    if name is None:
        return None
    actor = sender.value
    if name in HAPPENINGS or kind is Kind.ORDER_EVENT:
        actor = SYSTEM
    elif notice is not None:
        name = _NOTICE_KIND[notice]
    known = dict(meta or {})
    if sender is Sender.AGENT:
        known.update(_ORIGIN_META.get(origin, {}))
        if not by_api:
            known[VIA] = VIA_PLATFORM
    return Event(id, at, conversation, actor, name, text, known)


_CLASS_BY_ACTOR: Mapping[str, ReplyClass] = {
    sender.value: classify(sender, Origin.TYPED) for sender in Sender if sender not in (Sender.BUYER, Sender.SYSTEM)
}


def class_of(event: Event) -> ReplyClass:
    """Return the class of a shop-side event, as ``classify`` fixes it for its sender and origin.

    Raises:
        KeyError: the event is the buyer's or the system's, which have no class.
    """
    if event.meta.get(SOURCE) == SUGGESTED and event.actor == Sender.AGENT.value:
        return classify(Sender.AGENT, Origin.SUGGESTED)
    return _CLASS_BY_ACTOR[event.actor]


_RANK = {BUYER: 0, SYSTEM: 2}


def order_key(event: Event) -> tuple[datetime, int, str]:
    """Sort key of the books: time; at equal times buyer before shop before system; then id."""
    return event.at, _RANK.get(event.actor, 1), event.id
