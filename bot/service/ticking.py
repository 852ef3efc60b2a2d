"""What falls due: the end of a wait, a deadline passing, a timed answer, a silent takeover, a retry.

Due times live in the table as times of the shop's clock; the loop asks the table, so nothing is lost by a restart and
nothing happens twice: who acts takes the timer away in the same commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from bot.core.conversation import State
from bot.core.message import Kind, Sender
from bot.core.notices import Notice
from bot.service.answering import Answering
from bot.service.around import Expired
from bot.service.books import Books
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.fields import facts_of
from bot.service.loops import ended
from bot.service.moves import SILENCE, Moves, lease_ends
from bot.service.nights import KIND as NIGHT
from bot.service.nights import Nights
from bot.service.saying import send_row
from bot.service.sending import Sending
from bot.service.shelf import Shelf, Shelved
from bot.store import conversations as convs
from bot.store import messages, outbox, timers
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.journal import Line, append
from bot.store.timers import Timer
from knowledge_base.entry import Mode
from knowledge_base.fields import fill

TICK_S = 0.2
RETRY_EVERY = 5
"""Retries are looked for every fifth tick."""
WAIT_AGAIN_MS = 5_000

OWN_ACTS = ("wait", "timed", NIGHT)
"""Kinds of timers that more hangs on than a conversation's books."""
TOPICS_AT_MOST = 3
"""A timed answer says at most so many things."""

log = structlog.get_logger("ticking")


class Ticking:
    """The loop that acts when something falls due."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        clocks: Clocks,
        books: Books,
        moves: Moves,
        shelf: Shelf,
        answering: Answering,
        sending: Sending,
        nights: Nights,
    ) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._books, self._moves, self._shelf = books, moves, shelf
        self._answering, self._sending, self._nights = answering, sending, nights
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop the loop."""
        await ended(self._task)

    async def _run(self) -> None:
        count = 0
        while True:
            try:
                if count % RETRY_EVERY == 0:
                    await self._sending.wake_due()
                await self.tick()
            except Exception:
                log.exception("tick_failed")
            count += 1
            await asyncio.sleep(TICK_S)

    async def tick(self) -> None:
        """Act on everything that is due now."""
        for shop, earliest in (await self._store.read(timers.next_due)).items():
            if shop in self._directory.shops and earliest <= self._clocks.now_ms(shop):
                due = await self._store.read(timers.due, shop, self._clocks.now_ms(shop))
                for act in (self._end_waits, self._pass, self._answer_timed, self._open_hours):
                    try:
                        await act(shop, due)
                    except Exception:
                        # One shop's fault, or one kind's, stops no other: the timers stay and come up again.
                        log.exception("due_not_done", shop=shop, act=act.__name__)

    async def _end_waits(self, shop: str, due: Sequence[Timer]) -> None:
        """Have the bursts decided whose wait is over. Deciding takes the timer away; until then it comes up again."""
        waits = [t for t in due if t.kind == "wait"]
        if waits:
            again = self._clocks.now_ms(shop) + WAIT_AGAIN_MS
            mine = await self._store.write_in({shop}, _taken, waits, again)
            self._answering.put(Expired(t.shop, t.ref) for t in mine)

    async def _pass(self, shop: str, due: Sequence[Timer]) -> None:
        rest = [t for t in due if t.kind not in OWN_ACTS]
        ends = await asyncio.gather(
            *(self._store.merge(self._passed, t, shop=shop) for t in rest), return_exceptions=True
        )
        for t, end in zip(rest, ends, strict=True):
            if isinstance(end, Exception):
                log.error("due_not_done", kind=t.kind, conversation=t.ref, exc_info=end)

    async def _answer_timed(self, shop: str, due: Sequence[Timer]) -> None:
        timed = [t for t in due if t.kind == "timed"]
        if timed:
            shelved = await self._shelf.get(shop)
            self._sending.start(await self._store.write_in({shop}, self._timed, timed, shelved))

    async def _open_hours(self, shop: str, due: Sequence[Timer]) -> None:
        opening = [t for t in due if t.kind == NIGHT]
        if opening:
            await self._store.write_in({shop}, self._nights.tell, opening)

    def _passed(self, conn: sa.Connection, due: Sequence[Timer]) -> Sequence[None]:
        """Deadlines that passed change verdicts; takeovers that fell silent are released."""
        asked, due = due, timers.still(conn, due)
        timers.drop(conn, [(t.shop, t.kind, t.ref) for t in due])
        loaded = convs.load(conn, {t.ref for t in due})
        self._books.refold(conn, loaded, {})
        for t in due:
            one = loaded.get(t.ref)
            if one is None:
                continue
            if t.kind == "deadline":
                append(conn, [Line(one.shop, self._clocks.now_ms(one.shop), "deadline", one.id, one.id)])
            elif t.kind == "lease" and one.state == State.AGENT.value:
                self._lease(conn, one)
            elif t.kind == "promise":
                self._moves.promises.due(conn, one)
            elif t.kind == "lease_notice" and one.state == State.AGENT.value:
                self._moves.tell_lease_ends(conn, one)
        convs.save(conn, loaded.values())
        return [None] * len(asked)

    def _lease(self, conn: sa.Connection, one: Conversation) -> None:
        ends = lease_ends(one)
        if ends > self._clocks.now_ms(one.shop):
            timers.put(conn, [Timer(one.shop, "lease", one.id, ends)])
        else:
            self._moves.release(conn, one, SILENCE)

    def _timed(self, conn: sa.Connection, due: Sequence[Timer], shelved: Shelved) -> Sequence[Mapping[str, Any]]:
        """The timed answer: nobody has replied in time, so the buyer at least gets what the FAQ knows."""
        due = timers.still(conn, due)
        timers.drop(conn, [(t.shop, t.kind, t.ref) for t in due])
        loaded = convs.load(conn, {t.ref for t in due})
        rows = []
        for one in loaded.values():
            shop = self._directory.shops[one.shop]
            free = shop.mode is Mode.AUTO and not shop.stopped and one.state != State.AGENT.value
            if not free or not one.open or one.by_person or Notice.TIMED.value in one.said:
                continue
            text = self._timed_text(conn, one, shelved)
            if text:
                one.said = [*one.said, Notice.TIMED.value]
                rows.append(send_row(one, self._clocks, text=text, parts=[Notice.TIMED.value]))
        outbox.add(conn, rows)
        convs.save(conn, loaded.values())
        return self._sending.claim(conn, set(loaded))

    def _timed_text(self, conn: sa.Connection, one: Conversation, shelved: Shelved) -> str:
        """What the FAQ knows of the topics asked, else the shop's own text; empty when neither has real facts."""
        shop = self._directory.shops[one.shop]
        asked = messages.of_conversations(conn, {one.id: one.inquiry_at or 0})[one.id]
        compose = shelved.compose(shop.platform, facts_of(one))
        known: dict[str, str] = {}
        for row in (r for r in asked if r["sender"] == Sender.BUYER and r["kind"] == Kind.TEXT):
            best = next(iter(shelved.base.read(row["text"]).matches), None)
            sure = best is not None and best.sureness >= (
                shop.threshold if best.entry.threshold is None else best.entry.threshold
            )
            if best and sure and best.entry.mode is Mode.AUTO:
                text, missing = compose(best.entry)
                if not missing:
                    known[best.entry.id] = text
        if known:
            return "\n".join(list(known.values())[:TOPICS_AT_MOST])
        filled = fill(shop.notices.get(Notice.TIMED, ""), shelved.fields)
        return "" if filled.missing else filled.text


def _taken(conn: sa.Connection, due: Sequence[Timer], again: int) -> list[Timer]:
    """Of these timers those that are still due, put off: another process that looks now finds nothing to do."""
    mine = timers.still(conn, due)
    timers.put(conn, [Timer(t.shop, t.kind, t.ref, again) for t in mine])
    return mine
