"""A fake platform: buyers who write signed webhooks, a send address that can fail in every way, and a record of what
became visible. Everything is in memory; the clock and the ids are given, so a run can be repeated exactly.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

import orjson
from aiohttp import web

from adapters.base import BadSignature, Channel, Delivery
from adapters.sandbox.wire import BUSY
from adapters.signing import sign, verify
from bot.core.message import Kind, Sender

MAX_THREADS = 2000
MAX_LINES = 500


class FaultKind(StrEnum):
    """How the send address misbehaves. Stalled and cut-after sends do become visible; cut-before sends do not."""

    REFUSE = "refuse"
    RATE_LIMIT = "rate_limit"
    STALL = "stall"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    ERROR_IN_200 = "error_in_200"
    ECHO_TWICE = "echo_twice"


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour for the next ``times`` sends (None: until cleared). ``seconds`` is the stall or Retry-After."""

    kind: FaultKind
    code: int = BUSY
    seconds: float = 1.0
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation as buyer and shop see it. ``reply_id`` is our own id where we sent it."""

    message_id: str
    sender: Sender
    kind: Kind
    text: str
    at: datetime
    reply_id: str | None = None
    reply_class: str | None = None
    recalled: bool = False


Answer = tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Send:
    """One call of the send address as it came in, and the answer it got (status 0: the connection was cut)."""

    id: str
    at: datetime
    headers: Mapping[str, str]
    body: bytes
    status: int
    told: bytes


def _new_id() -> str:
    return uuid4().hex


class FakePlatform:
    """All simulated shops' platform. ``now`` is the clock of a channel's shop (aware); ``new_id`` names messages."""

    def __init__(self, now: Callable[[Channel], datetime], new_id: Callable[[], str] = _new_id) -> None:
        self._now = now
        self._new_id = new_id
        self._channels: dict[str, Channel] = {}
        self._threads: dict[tuple[str, str], list[Line]] = {}
        self._buyers: dict[tuple[str, str], dict[str, str]] = {}
        self._faults: dict[str, Fault] = {}
        self._pushes: dict[str, list[Delivery]] = {}
        self._sends: dict[str, deque[Send]] = {}

    # Buyers and people: each call makes a thing happen on the platform and returns the webhook that tells of it.

    def say(
        self,
        channel: Channel,
        buyer: str,
        text: str = "",
        *,
        kind: Kind | str = Kind.TEXT,
        name: str = "",
        conversation: str = "",
        sent_at: datetime | None = None,
        meta: Mapping[str, str] | None = None,
    ) -> Delivery:
        """A buyer writes; the conversation is the buyer's id unless another is given."""
        thread = (channel.key, conversation or buyer)
        self._buyers[thread] = {"id": buyer, "name": name}
        return self._happen(channel, thread[1], Sender.BUYER, kind, text, sent_at=sent_at, meta=meta)

    def typed_by_agent(self, channel: Channel, conversation: str, text: str, *, agent: str = "") -> Delivery:
        """A person of the shop types in the platform's own app."""
        return self._happen(channel, conversation, Sender.AGENT, Kind.TEXT, text, meta={"agent": agent})

    def recall(self, channel: Channel, conversation: str, message_id: str, *, by: Sender = Sender.BUYER) -> Delivery:
        """Somebody takes a message back."""
        lines = self._threads.get((channel.key, conversation), [])
        lines[:] = [replace(line, recalled=True) if line.message_id == message_id else line for line in lines]
        return self._happen(channel, conversation, by, Kind.RECALL, meta={"target": message_id})

    def report(
        self, channel: Channel, conversation: str, message_id: str, *, reason: str = "spam", status: str = "accepted"
    ) -> Delivery:
        """The platform tells how a report of a message stands: filed, accepted or rejected."""
        meta = {"type": reason, "target": message_id, "status": status}
        return self._happen(channel, conversation, Sender.SYSTEM, Kind.REPORT, meta=meta)

    def signed(self, channel: Channel, body: bytes) -> dict[str, str]:
        """The headers of a webhook with this body, signed now."""
        return {"content-type": "application/json", **sign(channel.secrets, self._new_id(), self._now(channel), body)}

    def visible(self, channel_key: str, conversation: str) -> list[Line]:
        """Return what buyer and shop see of a conversation, oldest first; recalled lines are marked."""
        return list(self._threads.get((channel_key, conversation), ()))

    def forget(self, channel_key: str) -> None:
        """Forget everything that was said in a channel."""
        for thread in [thread for thread in self._threads if thread[0] == channel_key]:
            del self._threads[thread]
            self._buyers.pop(thread, None)
        self._pushes.pop(channel_key, None)
        self._sends.pop(channel_key, None)

    def take_pushes(self, channel_key: str) -> list[Delivery]:
        """Return the webhooks the platform sends by itself (echoes of our own sends), each once."""
        return self._pushes.pop(channel_key, [])

    def set_fault(self, channel_key: str, fault: Fault | None) -> None:
        """Make a channel's send address misbehave, or heal it."""
        if fault is None:
            self._faults.pop(channel_key, None)
        else:
            self._faults[channel_key] = fault

    # The send address.

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take one send as the platform would: check the signature, misbehave as told, show the reply.

        Raises:
            ConnectionResetError: the connection is cut, as ``FaultKind.CUT_BEFORE`` and ``CUT_AFTER`` ask.
        """
        at = self._now(channel)
        answer: Answer = (0, {}, b"")
        try:
            answer = await self._receive(channel, headers, body)
        finally:
            kept = self._sends.setdefault(channel.key, deque(maxlen=MAX_LINES))
            kept.append(Send(self._new_id(), at, dict(headers), body, answer[0], answer[2]))
        return answer

    def sends(self, channel_key: str) -> list[Send]:
        """The last calls of a channel's send address, oldest first."""
        return list(self._sends.get(channel_key, ()))

    async def _receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            verify(channel.secrets, headers, body, self._now(channel))
        except BadSignature as why:
            return 401, {}, str(why).encode()
        reply: dict[str, Any] = orjson.loads(body)["data"]
        fault = self._next_fault(channel.key)
        kind = fault.kind if fault else None
        if fault and kind is FaultKind.RATE_LIMIT:
            return 429, {"retry-after": str(int(fault.seconds))}, b""
        if fault and kind in (FaultKind.REFUSE, FaultKind.ERROR_IN_200):
            told = orjson.dumps({"code": fault.code, "message": "simulated"})
            return 400 if kind is FaultKind.REFUSE else 200, {}, told
        if kind is FaultKind.CUT_BEFORE:
            raise ConnectionResetError("cut before the reply was taken")
        line = self._show(channel, reply, echoes=2 if kind is FaultKind.ECHO_TWICE else 1)
        if fault and kind is FaultKind.STALL:
            await asyncio.sleep(fault.seconds)
        if kind is FaultKind.CUT_AFTER:
            raise ConnectionResetError("cut after the reply was taken")
        return 200, {}, orjson.dumps({"code": 0, "id": line.message_id, "sent_at": line.at.isoformat()})

    def connect(self, channel: Channel) -> None:
        """Make a channel known to the HTTP send address; writing in it does the same."""
        self._channels[channel.key] = channel

    def make_app(self) -> web.Application:
        """Return the send address as a web application: ``POST /send/{channel_key}``."""
        app = web.Application()
        app.router.add_post("/send/{channel_key}", self._handle_send)
        return app

    async def _handle_send(self, request: web.Request) -> web.Response:
        channel = self._channels.get(request.match_info["channel_key"])
        if channel is None:
            return web.Response(status=404)
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            status, answer_headers, body = await self.receive(channel, headers, await request.read())
        except ConnectionResetError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return web.Response(status=status, headers=answer_headers, body=body)

    def _next_fault(self, channel_key: str) -> Fault | None:
        fault = self._faults.get(channel_key)
        if fault is None or fault.times is None:
            return fault
        self.set_fault(channel_key, replace(fault, times=fault.times - 1) if fault.times > 1 else None)
        return fault

    def _show(self, channel: Channel, reply: Mapping[str, Any], *, echoes: int) -> Line:
        """Make a reply visible; where the channel dedupes, a repeated id shows nothing new."""
        thread = (channel.key, reply["conversation"])
        if channel.options.get("dedupes") is True:
            for line in self._threads.get(thread, ()):
                if line.reply_id == reply["id"]:
                    return line
        self._buyers.setdefault(thread, {"id": reply["buyer"]["id"], "name": ""})
        line = Line(
            message_id=self._new_id(),
            sender=Sender.BOT,  # a platform sees that a machine called, not who pressed the button behind it
            kind=Kind.TEXT,
            text=reply["text"],
            at=self._now(channel),
            reply_id=reply["id"],
            reply_class=reply["class"],
        )
        self._add(thread, line)
        if channel.options.get("echoes_own") is True or echoes > 1:
            meta = {"reply_id": reply["id"]}
            echo = self._tell(channel, thread[1], line, meta)
            pushes = self._pushes.setdefault(channel.key, [])
            pushes.extend([echo] * echoes)
            del pushes[:-MAX_LINES]
        return line

    def _happen(
        self,
        channel: Channel,
        conversation: str,
        sender: Sender,
        kind: Kind | str,
        text: str = "",
        *,
        sent_at: datetime | None = None,
        meta: Mapping[str, str] | None = None,
    ) -> Delivery:
        self.connect(channel)
        known = kind if isinstance(kind, Kind) else Kind.OTHER
        line = Line(self._new_id(), sender, known, text, sent_at or self._now(channel))
        self._add((channel.key, conversation), line)
        return self._tell(channel, conversation, line, meta or {}, kind=str(kind))

    def _add(self, thread: tuple[str, str], line: Line) -> None:
        lines = self._threads.setdefault(thread, [])
        lines.append(line)
        del lines[:-MAX_LINES]
        while len(self._threads) > MAX_THREADS:
            oldest = next(iter(self._threads))
            del self._threads[oldest]
            self._buyers.pop(oldest, None)

    def _tell(
        self, channel: Channel, conversation: str, line: Line, meta: Mapping[str, str], *, kind: str = ""
    ) -> Delivery:
        """Write and sign the webhook that tells of a line."""
        data = {
            "id": line.message_id,
            "conversation": conversation,
            "buyer": self._buyers.get((channel.key, conversation), {"id": conversation, "name": ""}),
            "sender": line.sender.value,
            "kind": kind or line.kind.value,
            "text": line.text,
            "sent_at": line.at.isoformat(),
            "meta": dict(meta),
        }
        body = orjson.dumps({"type": "message", "data": data})
        now = self._now(channel)
        headers = self.signed(channel, body)
        return Delivery("POST", headers, {}, body, now)
