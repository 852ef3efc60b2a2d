"""A message and the facts fixed about it for ever: who sent it, how it came to be sent, what it is.

Shapes only; nothing here waits, reads a clock or knows a platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Sender(StrEnum):
    """Who wrote it. ``agent`` is always a person; ``unknown`` is never answered and never counts as human."""

    BUYER = "buyer"
    AGENT = "agent"
    BOT = "bot"
    OTHER_APP = "other_app"
    PLATFORM_AUTO = "platform_auto"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """How a shop-side message came to be sent; written once, never changed."""

    TYPED = "typed"
    QUICK_PHRASE = "quick_phrase"
    SUGGESTED = "suggested"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"


class ReplyClass(StrEnum):
    """What the books call a shop-side message. Whether a class counts is the ruleset's business."""

    HUMAN = "human"
    ASSISTED = "assisted"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a message is. The last group are happenings: they tell of a message or a session, nobody 'said' them."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    VOICE = "voice"
    FILE = "file"
    EMOJI = "emoji"
    LINK = "link"
    PRODUCT_CARD = "product_card"
    ORDER_CARD = "order_card"
    OTHER = "other"
    RECALL = "recall"
    REPORT = "report"
    TRANSFER = "transfer"
    ORDER_EVENT = "order_event"
    SESSION_STATE = "session_state"
    SEND_FAILED = "send_failed"
    READ = "read"
    INTERNAL_NOTE = "internal_note"


HAPPENINGS = frozenset(
    {Kind.RECALL, Kind.REPORT, Kind.TRANSFER, Kind.ORDER_EVENT, Kind.SESSION_STATE, Kind.SEND_FAILED, Kind.READ,
     Kind.INTERNAL_NOTE}
)  # fmt: skip
"""Kinds that open no inquiry and are never answered."""


def has_to_be_decided(sender: str, kind: str) -> bool:
    """Say whether something is to be decided when it comes in: a buyer said it. All else only goes into the books."""
    return sender == Sender.BUYER and kind not in HAPPENINGS


CARDS = frozenset({Kind.PRODUCT_CARD, Kind.ORDER_CARD})
"""Kinds that give context to the question around them."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a platform told us, as an adapter read it: our words, the platform's ids.

    ``message_id`` is the dedupe key within (shop, channel). ``sent_at`` is the platform's time (aware UTC) or None
    where it gives none. ``meta`` carries what the kind needs: recall ``{target}``; report ``{type, target | from+to,
    status}``; transfer ``{by, reason, to}``; cards ``{product, order, title, …}``; agent ``{agent}``; buyer ``{held}``:
    the platform says that a person there holds the conversation; session state ``{state, greet}``: a key to welcome with.
    """

    message_id: str
    conversation: str
    buyer_id: str
    sender: Sender
    kind: Kind
    text: str = ""
    buyer_name: str = ""
    sent_at: datetime | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


def classify(sender: Sender, origin: Origin) -> ReplyClass:
    """Fix the class of a shop-side message from who sent it and how.

    agent + typed, quick_phrase or unknown → human; agent + suggested (edited or not) → assisted; bot, platform_auto
    and other_app → automatic; unknown → unknown. A buyer or the system has no class.

    Raises:
        ValueError: the sender is not on the shop's side.
    """
    if sender is Sender.AGENT:
        return ReplyClass.ASSISTED if origin is Origin.SUGGESTED else ReplyClass.HUMAN
    if sender in (Sender.BOT, Sender.PLATFORM_AUTO, Sender.OTHER_APP):
        return ReplyClass.AUTOMATIC
    if sender is Sender.UNKNOWN:
        return ReplyClass.UNKNOWN
    raise ValueError(f"{sender.value} does not speak for the shop, so it has no class")
