"""The port: what every platform's wire must say, so that the rest of the house never asks which platform it is.

An adapter has a pure half (``read``: bytes → facts) and an I/O half (``client.py``: ``send``). Facts and their sources:
each platform's folder README.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from bot.core.message import Incoming


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook call as it came in. Header names are lower case; ``body`` is raw; ``received_at`` is aware UTC."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """One wire of one shop: its key, its adapter's name and what the admin typed. Secrets may be two in a rotation."""

    key: str
    shop: str
    adapter: str
    secrets: tuple[str, ...] = ()
    send_url: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to a webhook call, in the platform's form."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(why: str) -> Ack:
    """401 with the reason as text: not signed for this channel."""
    return Ack(401, why.encode("utf-8", "replace"), "text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Odd:
    """A signed item that could not be read: kept raw and listed for people, with the reason in words."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a delivery told: messages and happenings in the platform's order, and what in it could not be read.

    ``ack`` is the yes to this very delivery, given once it is stored; None where the adapter's usual yes will do.
    """

    messages: tuple[Incoming, ...] = ()
    odd: tuple[Odd, ...] = ()
    ack: Ack | None = None


@dataclass(frozen=True, slots=True)
class Handshake:
    """The delivery was a check by the platform; this is the answer it waits for."""

    ack: Ack


@dataclass(frozen=True, slots=True)
class Fetch:
    """The platform only rang the bell: ``instruction`` says what to pull after the yes.

    ``account`` is whose messages; ``token`` a key lent for this pull.
    """

    instruction: Mapping[str, str]


Outcome = Facts | Handshake | Fetch


def named(secrets: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the values of the secrets that an admin entered as ``name=value``; several during a rotation."""
    return tuple(one.removeprefix(f"{name}=") for one in secrets if one.startswith(f"{name}="))


class BadSignature(Exception):
    """The platform did not sign this body, or not now. Keep nothing of it. ``str()`` says why in words."""


class Unreadable(Exception):
    """Signed, but not of a shape we read. Keep it raw, answer yes, list it for people. ``str()`` says why."""


class Sent(StrEnum):
    """How a send ended. ``refused`` = surely not delivered; ``unknown`` = written, no clear answer."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The outcome of one send. ``permanent`` refusals are not tried again; ``detail`` is words for people."""

    outcome: Sent
    platform_id: str | None = None
    at: datetime | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox on its way out. ``id`` is our own id, stable over retries; ``reply_class`` is
    automatic, assisted or human. ``context``: ``{greet}``, the key that the platform lent for this one welcome."""

    id: str
    conversation: str
    buyer: str
    text: str
    in_reply_to: str | None
    reply_class: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """At most ``sends`` within ``window`` since the buyer's last message."""

    sends: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a wire can and cannot do, as data. ``hands_over``: a conversation that needs a person is given to the desk
    behind the wire. ``api_sent_counts``: yes | no | unknown, whether the platform's rate
    counts replies sent by API. ``text_limit`` in characters unless ``text_limit_bytes``. ``greets``: how long after a
    buyer came in one welcome may be sent with the key lent for it (``greet`` of the happening), beside the quotas."""

    sees_human_replies: bool = True
    echoes_own: bool = False
    can_send: bool = True
    dedupes: bool = False
    has_recall: bool = True
    blind_after_handover: bool = False
    hands_over: bool = False
    api_sent_counts: str = "unknown"
    text_limit: int | None = None
    text_limit_bytes: bool = False
    quotas: tuple[Quota, ...] = ()
    greets: timedelta | None = None


class Client(Protocol):
    """The I/O half of an adapter. Never raises for what the peer does: every ending is a ``SendResult``."""

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """One page of what a platform rang for: its facts, the raw body, the cursor behind it and whether there is ``more``.

    ``failed`` says in words why there is no page; then it is asked for again, ``wait_s`` later where the platform says.
    """

    facts: Facts = Facts()
    body: bytes = b""
    cursor: str = ""
    more: bool = False
    failed: str = ""
    wait_s: float | None = None


@runtime_checkable
class Puller(Protocol):
    """A client whose platform only rings. Never raises for what the peer does."""

    async def pull(self, channel: Channel, account: str, token: str, cursor: str, now: datetime) -> Pulled:
        """Ask for the page behind ``cursor`` (empty: from the beginning); ``token`` came with the ring, or is empty."""
        ...


@runtime_checkable
class HandsOver(Protocol):
    """A client that can give a conversation to the desk behind its wire. Never raises for what the peer does."""

    async def hand_over(self, channel: Channel, conversation: str, now: datetime) -> SendResult:
        """Ask the platform to bring a person; ``sent`` means that it will."""
        ...


class Adapter(Protocol):
    """The pure half of an adapter. ``makes_secret``: the secret is ours to make, and the other side is given it."""

    name: str
    makes_secret: bool

    def capabilities(self, channel: Channel) -> Capabilities:
        """Say what this channel's wire can do, its options included."""
        ...

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with the admin's settings, in words; empty when fine."""
        ...

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Outcome:
        """Turn one delivery into what happened. Signature first, over the raw bytes.

        Raises:
            BadSignature: forged, unsigned or outside the clock window.
            Unreadable: signed, but not of a shape we read.
        """
        ...

    def peek(self, delivery: Delivery, channel: Channel, now: datetime) -> Outcome:
        """Say what a delivery would tell, its signature not looked at: only for showing, nothing of it is kept.

        Raises:
            Unreadable: not of a shape we read.
        """
        ...

    def accepted(self) -> Ack:
        """Yes, in the platform's form."""
        ...

    def refused(self, why: str) -> Ack:
        """No, and do not send it again, in the platform's form."""
        ...

    def retry_later(self) -> Ack:
        """Not now: send it again, in the platform's form."""
        ...
