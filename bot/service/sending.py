"""Sending: a row before a call, one call at a time in a conversation, and what became of it written down.

``pending → sending → sent | refused | unknown``. Refused (surely not delivered) is tried again with growing, jittered
delays; unknown is sent again only where the platform deduplicates our id. A failing shop slows no other.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from adapters.base import Client, SendResult, Sent
from bot.core.conversation import Event, State
from bot.core.message import Kind, ReplyClass, Sender
from bot.core.notices import Notice
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason
from bot.service.arrivals import message_id
from bot.service.books import Books
from bot.service.calling import Calls, was_overtaken
from bot.service.clocks import Clocks
from bot.service.deciding import STALE_MS
from bot.service.directory import Directory
from bot.service.intake import PREVIEW
from bot.service.saying import said_row
from bot.service.worker import Worker
from bot.store import conversations as convs
from bot.store import messages, outbox
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.ids import to_ms
from bot.store.journal import Line, append
from knowledge_base.entry import Mode

TRIES = 6
DELAYS_S = (2, 8, 30, 90, 240)
"""Before the second try, the third, …: six tries in about six to ten minutes, each delay jittered by ±25 %."""
PER_SHOP = 32
"""Calls on the wire at once for one shop."""
RECORD_AGAIN_S = (0.2, 0.5, 1, 2, 5)
BEGUN_WITHIN_MS = 5_000
"""So long after its row was committed a call has surely begun."""
LOST = SendResult(Sent.UNKNOWN, detail="服务在等待平台答复时停止，结果未知")
NOT_BEGUN = SendResult(Sent.REFUSED, detail="数据库断开，没有发出")
OVERTAKEN = SendResult(Sent.REFUSED, detail="发出之前已由人工接管", permanent=True)

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
        worker: Worker,
        clients: Mapping[str, Client],
        after: Callable[[sa.Connection, Conversation, Row], None],
    ) -> None:
        self._store, self._directory, self._clocks, self._books = store, directory, clocks, books
        self._worker, self._after = worker, after
        self._calls = Calls(store, directory, clocks, clients, worker)
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand: set[str] = set()
        """The sends whose call is under way here, or whose ending is not written down yet, by id."""
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

    async def wake_due(self) -> None:
        """Claim and start the retries whose time has come."""
        for shop, talks in (await self._store.read(outbox.due, self._clocks.real_ms())).items():
            self.start(await self._store.write_in({shop}, self.claim, talks))

    async def rescue(self) -> None:
        """Nobody knows how the calls of a process ended that is gone; write that down. A call of our own that was never
        begun is tried again: the store was lost just when the row was committed, and so nobody was told of it."""
        left = await self._store.read(outbox.on_the_wire)
        ended = [Ended(row, LOST) for row in left]
        before = self._clocks.real_ms() - BEGUN_WITHIN_MS
        mine = await self._store.read(outbox.claimed_by, self._worker.name, before)
        ended += [Ended(row, NOT_BEGUN) for row in mine if row["id"] not in self._in_hand]
        for end in ended:
            self.start(await self._store.merge(self.record, end, shop=end.row["shop"]))
        await self.wake_due()

    async def drain(self, timeout_s: float) -> None:
        """Wait for the calls under way, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)

    async def _run(self, row: Row) -> None:
        following: Sequence[Row] = [row]
        while following:
            row = following[0]
            self._in_hand.add(row["id"])
            try:
                following = await self._called(row)
            finally:
                self._in_hand.discard(row["id"])

    async def _called(self, row: Row) -> Sequence[Row]:
        """Make one call and write down how it ended; return the next send of its conversation."""
        limit = self._limits[row["shop"]]
        waited = limit.locked()
        async with limit:
            overtaken = waited and await self._store.read(was_overtaken, row)
            result = OVERTAKEN if overtaken else await self._calls.make(row)
        return [] if result is None else await self._written_down(Ended(row, result))

    async def _written_down(self, ended: Ended) -> Sequence[Row]:
        """Record how a call ended; a store that refuses now is asked again until it takes it."""
        for pause_s in itertools.chain(RECORD_AGAIN_S, itertools.repeat(RECORD_AGAIN_S[-1])):
            try:
                return await self._store.merge(self.record, ended, shop=ended.row["shop"])
            except Exception:
                log.exception("ending_not_recorded", send=ended.row["id"])
                await asyncio.sleep(pause_s)
        raise AssertionError("the pauses never end")

    def record(self, conn: sa.Connection, ended: Sequence[Ended]) -> list[list[Row]]:
        """Write how calls ended; return, for each, the next send of its conversation, claimed."""
        rows = outbox.get(conn, [e.row["id"] for e in ended])
        mine = [e for e in ended if _whose(rows.get(e.row["id"])) == ("sending", e.row["worker"])]
        loaded = convs.load(conn, {e.row["conversation"] for e in ended})
        lines: list[Line] = []
        made: dict[int, dict[str, Any]] = {}
        for end in mine:
            row, one = rows[end.row["id"]], loaded[end.row["conversation"]]
            if message := self._finish(conn, one, row, end.result, lines):
                made[len(lines) - 1] = message
        seqs = append(conn, lines)
        messages.add(conn, [{**message, "seq": seqs[place]} for place, message in made.items()])
        for message in made.values():
            # Taken back before its call returned: the platform's name of it was nobody's until now.
            messages.meant(conn, message_id(message["channel"], message["platform_id"]), message["id"])
        floors = {message["conversation"]: message["at"] for message in made.values()}
        self._books.refold(conn, {c: loaded[c] for c in floors}, floors)
        for end in mine:
            row, one = rows[end.row["id"]], loaded[end.row["conversation"]]
            if row["sender"] == Sender.AGENT.value and end.result.outcome is Sent.SENT:
                self._after(conn, one, row)
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
        outbox.claim(conn, ready, self._clocks.real_ms(), self._worker.name)
        return outbox.addressed(conn, [{**row, "worker": self._worker.name} for row in ready])

    def _still_good(self, conn: sa.Connection, one: Conversation, row: Row) -> bool:
        if row["reply_class"] != ReplyClass.AUTOMATIC.value:
            return True
        shop, why = self._directory.shops[one.shop], None
        if row["epoch"] != one.epoch:
            why = "taken_over"
        elif shop.stopped or shop.mode is not Mode.AUTO:
            why = HandoffReason.BOT_OFF
        elif self._too_late(one, row, 0):
            why = HandoffReason.STALE
        if why is None:
            return True
        now = self._clocks.now_ms(one.shop)
        outbox.change(conn, row["id"], {"status": "cancelled", "detail": str(why), "done_at": now})
        if isinstance(why, HandoffReason) and not _nobody_asked(one, row):
            append(conn, self._to_person(one, why, row["id"]))
            convs.save(conn, [one])
        return False

    def _finish(
        self, conn: sa.Connection, one: Conversation, row: Row, result: SendResult, lines: list[Line]
    ) -> dict[str, Any] | None:
        """Write one outcome, its line last; return the message it made, None where none was made."""
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
        if status not in ("sent", "pending") and not _nobody_asked(one, row):
            words = "可能已送达，请到平台核实" if status == "unknown" else result.detail[:200]
            lines += self._to_person(one, HandoffReason.SEND_FAILED, row["id"], words)
        lines.append(Line(one.shop, now, "send", row["id"], one.id, {"status": status, "class": row["reply_class"]}))
        if status in ("pending", "refused"):
            return None
        at = min(to_ms(result.at), now) if result.at else now
        if status == "sent":
            one.last_at, one.last_sender, one.last_kind = max(one.last_at, at), row["sender"], Kind.TEXT.value
            one.last_text, one.last_message = row["text"][:PREVIEW], row["id"]
            one.unread = 0 if row["sender"] == Sender.AGENT.value else one.unread
        return said_row(one, row, at, now, status == "unknown", change["pl"])

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
        if self._too_late(one, row, in_ms := round(delay * 1000)):
            return result.outcome.value, None
        return "pending", self._clocks.real_ms() + in_ms

    def _too_late(self, one: Conversation, row: Row, in_ms: int) -> bool:
        """Say whether an automatic send must not be made any more after a pause: taken over, or stale by then."""
        if row["reply_class"] != ReplyClass.AUTOMATIC.value:
            return False
        age = self._clocks.now_ms(one.shop) + in_ms - row["created_at"]
        return row["epoch"] != one.epoch or (age > STALE_MS and Notice.TIMED.value not in row["parts"])

    def _to_person(self, one: Conversation, reason: HandoffReason, ref: str, words: str = "") -> list[Line]:
        """Bring a person, for a send that did not surely arrive or may not be made; return what to journal.

        A reason that keeps the bot quiet is not replaced by this weaker one.
        """
        if one.state == State.AGENT.value:
            return []
        quiet = one.state == State.WAITING.value and one.reason in KEEPS_BOT_QUIET
        one.step(Event.HANDED_OFF)
        if not quiet:
            one.reason, one.reason_detail = reason.value, words
        now = self._clocks.now_ms(one.shop)
        return [Line(one.shop, now, "handoff", one.id, one.id, {"reason": reason, "ref": ref})]


def _nobody_asked(one: Conversation, row: Row) -> bool:
    """Whether a send was only the welcome to somebody who came in: who gets none needs no person for that."""
    return not one.open and row["parts"] == [Notice.WELCOME.value]


def _whose(row: Row | None) -> tuple[str, str] | None:
    return (row["status"], row["worker"]) if row else None
