"""Sending: a row before a call, one call at a time in a conversation, and what became of it written down.

``pending → sending → sent | refused | unknown``. Refused (surely not delivered) is tried again with growing, jittered
delays; unknown is sent again only where the platform deduplicates our id. A failing shop slows no other.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from adapters.base import Client, Outgoing, SendResult, Sent
from bot.core.conversation import Event, State
from bot.core.message import Kind, ReplyClass, Sender
from bot.core.reasons import HandoffReason
from bot.service.books import Books
from bot.service.clocks import Clocks
from bot.service.deciding import STALE_MS
from bot.service.directory import Directory
from bot.service.intake import PREVIEW
from bot.store import conversations as convs
from bot.store import messages, outbox
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.ids import to_ms
from bot.store.journal import Line, append

TRIES = 6
DELAYS_S = (2, 8, 30, 90, 240)
"""Before the second try, the third, …: six tries in about six to ten minutes, each delay jittered by ±25 %."""
PER_SHOP = 32
"""Calls on the wire at once for one shop."""

log = structlog.get_logger("sending")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that ended, and how."""

    row: Row
    result: SendResult


class Sending:
    """Makes the calls for rows that are on the wire and writes down how they ended."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        clocks: Clocks,
        books: Books,
        clients: Mapping[str, Client],
        after: Callable[[sa.Connection, Conversation, str], None],
    ) -> None:
        self._store, self._directory, self._clocks, self._books = store, directory, clocks, books
        self._clients, self._after = clients, after
        self._tasks: set[asyncio.Task[None]] = set()
        self._limits: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_SHOP))

    def start(self, rows: Sequence[Row]) -> None:
        """Make the calls for rows claimed just now (status ``sending``)."""
        for row in rows:
            task = asyncio.create_task(self._run(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def on_the_wire(self) -> int:
        """Calls under way."""
        return len(self._tasks)

    async def wake(self, conversations: set[str]) -> None:
        """Claim and start what waits in these conversations and whose time has come."""
        if conversations:
            self.start(await self._store.write(self.claim, conversations))

    async def wake_due(self) -> None:
        """Start the retries whose time has come."""
        await self.wake(await self._store.read(outbox.due, self._clocks.real_ms()))

    async def rescue(self) -> None:
        """After a restart: nobody knows how the calls of the former process ended; write that down."""
        left = await self._store.read(outbox.on_the_wire)
        lost = SendResult(Sent.UNKNOWN, detail="服务在等待平台答复时停止，结果未知")
        for row in left:
            await self._store.merge(self.record, Ended(row, lost))
        await self.wake_due()

    async def drain(self, timeout_s: float) -> None:
        """Wait for the calls under way, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)

    async def _run(self, row: Row) -> None:
        following: Sequence[Row] = [row]
        while following:
            row = following[0]
            async with self._limits[row["shop"]]:
                result = await self._call(row)
            following = await self._store.merge(self.record, Ended(row, result))

    async def _call(self, row: Row) -> SendResult:
        channel = self._directory.channels.get(row["channel"])
        if channel is None:
            return SendResult(Sent.REFUSED, detail="渠道已删除", permanent=True)
        able = self._directory.adapter(channel).capabilities(channel)
        if not able.can_send:
            return SendResult(Sent.REFUSED, detail="这个渠道不能发送", permanent=True)
        size = len(row["text"].encode()) if able.text_limit_bytes else len(row["text"])
        if able.text_limit is not None and size > able.text_limit:
            return SendResult(Sent.REFUSED, detail=f"超过平台长度上限 {able.text_limit}", permanent=True)
        outgoing = Outgoing(
            id=row["id"],
            conversation=row["external"],
            buyer=row["buyer_id"],
            text=row["text"],
            in_reply_to=row["reply_platform_id"],
            reply_class=row["reply_class"],
        )
        try:
            return await self._clients[channel.adapter].send(channel, outgoing, self._clocks.now(row["shop"]))
        except Exception as error:
            log.exception("client_fault", send=row["id"], adapter=channel.adapter)
            return SendResult(Sent.UNKNOWN, detail=f"发送时出错：{type(error).__name__}")

    def record(self, conn: sa.Connection, ended: Sequence[Ended]) -> list[list[Row]]:
        """Write how calls ended; return, for each, the next send of its conversation, claimed."""
        rows = outbox.get(conn, [e.row["id"] for e in ended])
        mine = [e for e in ended if rows.get(e.row["id"], {}).get("status") == "sending"]
        loaded = convs.load(conn, {e.row["conversation"] for e in ended})
        lines: list[Line] = []
        floors: dict[str, int] = {}
        for end in mine:
            row, one = rows[end.row["id"]], loaded[end.row["conversation"]]
            at = self._finish(conn, one, row, end.result, lines)
            if at is not None:
                floors[one.id] = min(at, floors.get(one.id, at))
        self._books.refold(conn, {c: loaded[c] for c in floors}, floors)
        for end in mine:
            row, one = rows[end.row["id"]], loaded[end.row["conversation"]]
            if row["then"] != "keep" and end.result.outcome is Sent.SENT:
                self._after(conn, one, row["then"])
        append(conn, lines)
        convs.save(conn, loaded.values())
        claimed: dict[str, list[Row]] = {row["conversation"]: [row] for row in self.claim(conn, loaded.keys())}
        return [claimed.pop(end.row["conversation"], []) for end in ended]

    def claim(self, conn: sa.Connection, conversations: Any) -> list[Row]:
        """Claim each conversation's next send, unless it has become stale or its epoch has passed."""
        ready: list[Row] = []
        waiting = set(conversations)
        while waiting:
            rows = outbox.next_of(conn, waiting, self._clocks.real_ms())
            loaded = convs.load(conn, {row["conversation"] for row in rows})
            waiting = set()
            for row in rows:
                if self._still_good(conn, loaded[row["conversation"]], row):
                    ready.append(row)
                else:
                    waiting.add(row["conversation"])
        outbox.claim(conn, ready, self._clocks.real_ms())
        return outbox.addressed(conn, ready)

    def _still_good(self, conn: sa.Connection, one: Conversation, row: Row) -> bool:
        if row["reply_class"] != ReplyClass.AUTOMATIC.value:
            return True
        now = self._clocks.now_ms(one.shop)
        if row["epoch"] != one.epoch:
            outbox.change(conn, row["id"], {"status": "cancelled", "detail": "taken_over", "done_at": now})
            return False
        if now - row["created_at"] > STALE_MS and "timed" not in row["parts"]:
            outbox.change(conn, row["id"], {"status": "cancelled", "detail": "stale", "done_at": now})
            self._to_person(conn, one, HandoffReason.STALE, row["id"])
            return False
        return True

    def _finish(
        self, conn: sa.Connection, one: Conversation, row: Row, result: SendResult, lines: list[Line]
    ) -> int | None:
        """Write one outcome; return the time of the message it made (ms), None where none was made."""
        now = self._clocks.now_ms(one.shop)
        status, next_at = self._status(one, row, result)
        change = {
            "s": row["id"],
            "st": status,
            "de": result.detail[:500],
            "ne": next_at,
            "do": now if status != "pending" else None,
            "pl": result.platform_id or row["platform_id"],
        }
        outbox.finish(conn, [change])
        lines.append(Line(one.shop, now, "send", row["id"], one.id, {"status": status, "class": row["reply_class"]}))
        if status == "pending":
            return None
        if status != "sent" and one.state != State.AGENT.value:
            self._to_person(conn, one, HandoffReason.SEND_FAILED, row["id"], lines)
            one.reason_detail = "可能已送达，请到平台核实" if status == "unknown" else result.detail[:200]
        if status == "refused":
            return None
        at = min(to_ms(result.at), now) if result.at else now
        messages.add(conn, [_message(one, row, at, now, status == "unknown", change["pl"])])
        if status == "sent":
            one.last_at, one.last_sender, one.last_kind = max(one.last_at, at), row["sender"], Kind.TEXT.value
            one.last_text, one.last_message = row["text"][:PREVIEW], row["id"]
            one.unread = 0 if row["sender"] == Sender.AGENT.value else one.unread
        return at

    def _status(self, one: Conversation, row: Row, result: SendResult) -> tuple[str, int | None]:
        again = result.outcome is Sent.REFUSED and not result.permanent
        if result.outcome is Sent.UNKNOWN:
            channel = self._directory.channels.get(row["channel"])
            again = channel is not None and self._directory.adapter(channel).capabilities(channel).dedupes
        if not again or row["tries"] >= TRIES:
            return result.outcome.value, None
        delay = DELAYS_S[min(row["tries"], len(DELAYS_S)) - 1] * random.uniform(0.75, 1.25)
        if result.retry_after is not None:
            delay = max(delay, result.retry_after / timedelta(seconds=1))
        return "pending", self._clocks.real_ms() + round(delay * 1000)

    def _to_person(
        self, conn: sa.Connection, one: Conversation, reason: HandoffReason, ref: str, lines: list[Line] | None = None
    ) -> None:
        """Bring a person, for a send that did not surely arrive or would come too late."""
        if one.state == State.AGENT.value:
            return
        one.step(Event.HANDED_OFF)
        one.reason = reason.value
        line = Line(one.shop, self._clocks.now_ms(one.shop), "handoff", one.id, one.id, {"reason": reason, "ref": ref})
        if lines is None:
            append(conn, [line])
            convs.save(conn, [one])
        else:
            lines.append(line)


def _message(one: Conversation, row: Row, at: int, now: int, doubtful: bool, platform_id: str | None) -> dict[str, Any]:
    """The message that a send became visible as."""
    return {
        "id": row["id"],
        "shop": one.shop,
        "channel": one.channel,
        "conversation": one.id,
        "platform_id": platform_id or row["id"],
        "sender": row["sender"],
        "origin": row["origin"],
        "reply_class": row["reply_class"],
        "kind": Kind.TEXT.value,
        "text": row["text"],
        "meta": {},
        "at": at,
        "accepted_at": now,
        "seq": 0,
        "by": row["by"] or Sender.BOT.value,
        "decision": row["decision"],
        "waiting": False,
        "doubtful": doubtful,
        "parts": row["parts"],
        "content": "",
    }
