"""Answering: what was stored is read against the FAQ off the event loop and decided in the next commit.

Order within a conversation is the order of acceptance: one worker takes the batches one after another. A fault of our
own is retried; a message that fails five times goes to a person.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
import structlog

from bot.core.message import Kind, has_to_be_decided
from bot.service.around import Expired, Item, around, read_all
from bot.service.arrivals import Fresh
from bot.service.deciding import Deciding, Question
from bot.service.sending import Sending
from bot.service.shelf import Shelf, Shelved
from bot.service.worker import Worker
from bot.store import conversations as convs
from bot.store import messages
from bot.store.engine import Store
from bot.store.holding import may_be_others

BATCH = 256
ATTEMPTS = 5
RETRY_S = 0.2
RETRY_AT_MOST_S = 1.0

log = structlog.get_logger("answering")


class Answering:
    """The worker between intake and sending. A conversation in which our own code fails is tried again by itself."""

    def __init__(self, store: Store, shelf: Shelf, deciding: Deciding, sending: Sending, worker: Worker) -> None:
        self._store, self._shelf, self._deciding, self._sending = store, shelf, deciding, sending
        self._worker = worker
        self._known: set[str] = set()
        """The messages that are in memory here, by id."""
        self._queues: dict[str, deque[Item]] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="match")
        self._tasks: set[asyncio.Task[None]] = set()
        self._troubled: dict[str, deque[Item]] = {}
        self.in_hand = 0
        self.on_overtaken: Callable[[], None] = lambda: None
        """Called where the table has lines of ours that come before what was about to be decided: ``look``."""

    def start(self) -> None:
        """Start the worker."""
        self._begin(self._run())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, within_s: float = 5) -> None:
        """Finish what is in hand, then stop. What is left in the queue is found in the table at the next start."""
        if self._tasks:
            try:
                await asyncio.wait_for(self._idle.wait(), within_s)
            except TimeoutError:
                log.warning("stopped_with_work_left", waiting=self.waiting)
        for task in self._tasks:
            task.cancel()
        self._thread.shutdown(wait=False)

    def put(self, items: Iterable[Item]) -> None:
        """Queue stored messages, or bursts whose wait is over.

        A message to decide is queued once, though the table may tell of it before who stored it does.
        """
        for item in items:
            if isinstance(item, Fresh):
                if item.asks and item.id in self._known:
                    continue
                self._known.add(item.id)
            self._queues.setdefault(item.shop, deque()).append(item)
        self._idle.clear()
        self._wake.set()

    @property
    def waiting(self) -> int:
        """Things not yet decided."""
        return (
            sum(map(len, self._queues.values())) + self.in_hand + sum(len(behind) for behind in self._troubled.values())
        )

    async def rescue(self) -> None:
        """Take over what a process that is gone accepted and did not decide."""
        for shop in await self._store.read(messages.shops_with_orphans):
            await self._store.write_in({shop}, messages.adopt, shop, self._worker.name)
        await self.look()

    async def look(self) -> None:
        """Queue what the table says is ours and memory does not know: adopted, or brought in by another process.

        Lines of an unfinished burst have their timer.
        """
        me = self._worker.name
        page = await self._store.read(messages.undecided, me)
        while page:
            loaded = await self._store.read(convs.load, {row["conversation"] for row in page})
            held = {line for one in loaded.values() for line in one.pending}
            new = [row for row in page if row["id"] not in held and row["id"] not in self._known]
            if me == self._worker.name:
                self.put(_fresh(row) for row in new)
            page = await self._store.read(messages.undecided, me, (page[-1]["seq"], page[-1]["id"]))

    def forget(self) -> None:
        """Others have taken over what was in hand here."""
        self._queues.clear()
        self._known.clear()
        for behind in self._troubled.values():
            behind.clear()
        self._rest_if_done()

    async def _run(self) -> None:
        while True:
            self._rest_if_done()
            await self._wake.wait()
            batch = self._next_batch()
            self.in_hand = len(batch)
            try:
                await self._decide(batch)
            except Exception:
                log.exception("batch_failed", size=len(batch))
                await self._apart(batch)
            self.in_hand = 0
            for item in batch:
                if item.conversation not in self._troubled:
                    self._known.discard(_id_of(item))

    def _rest_if_done(self) -> None:
        if not self.waiting:
            self._idle.set()

    def _next_batch(self) -> list[Item]:
        """Take what is next, from each shop its share: one shop's flood delays no other's answers. What belongs to a
        troubled conversation lines up behind the trouble."""
        batch: list[Item] = []
        taken = 0
        while self._queues and taken < BATCH:
            share = max(1, (BATCH - taken) // len(self._queues))
            for shop in list(self._queues)[: BATCH - taken]:
                queue = self._queues.pop(shop)
                for _ in range(min(share, len(queue))):
                    item = queue.popleft()
                    self._troubled.get(item.conversation, batch).append(item)
                    taken += 1
                if queue:
                    # To the end of the line: who got a share now is not first again.
                    self._queues[shop] = queue
        if not self._queues:
            self._wake.clear()
        return batch

    async def _apart(self, batch: Sequence[Item]) -> None:
        """Find what fails: try each item alone. The conversation of one that fails goes on by itself."""
        for item in batch:
            if behind := self._troubled.get(item.conversation):
                behind.append(item)
            elif not await self._decided(item):
                self._troubled[item.conversation] = deque([item])
                self._begin(self._again(item.conversation))

    async def _again(self, conversation: str) -> None:
        """Try a troubled conversation's items again, in order; after five failures a person gets them."""
        behind, left, pause_s = self._troubled[conversation], ATTEMPTS - 1, RETRY_S
        while behind:
            await asyncio.sleep(pause_s)
            if not behind:
                break
            done = await self._decided(behind[0])
            if not done:
                left -= 1
                done = left <= 0 and await self._handed_over(behind[0])
            if done and behind:
                self._known.discard(_id_of(behind.popleft()))
            pause_s = 0.0 if done else min(pause_s + RETRY_S, RETRY_AT_MOST_S)
        del self._troubled[conversation]
        self._rest_if_done()

    async def _decided(self, item: Item) -> bool:
        try:
            await self._decide([item])
        except Exception:
            log.exception("item_failed", conversation=item.conversation)
            return False
        return True

    async def _handed_over(self, item: Item) -> bool:
        """Give a person what we cannot decide. False if not even that is possible now (the store itself refuses)."""
        try:
            fresh = item if isinstance(item, Fresh) else await self._first_pending(item)
            if fresh is None or not fresh.asks:
                return True
            for books in (True, False):
                try:
                    handed = await self._store.write_in({fresh.shop}, self._fault, fresh, books=books)
                    self._sending.start(handed)
                    return True
                except Exception:
                    log.exception("handing_over_failed", conversation=item.conversation, books=books)
        except Exception:
            log.exception("handing_over_failed", conversation=item.conversation)
        return False

    async def _first_pending(self, item: Expired) -> Fresh | None:
        one = (await self._store.read(convs.load, [item.conversation])).get(item.conversation)
        if one is None or not one.pending:
            return None
        return Fresh(one.pending[0], one.shop, one.id, Kind.TEXT, "", one.last_at, one.last_at, True)

    async def _decide(self, batch: Sequence[Item]) -> None:
        started = time.perf_counter()
        in_mind = self._store.kept.of({item.conversation for item in batch}) if self._store.kept else {}
        known = await self._store.read(around, batch, in_mind)
        shelved = {shop: await self._shelf.get(shop) for shop in {item.shop for item in batch}}
        loop = asyncio.get_running_loop()
        questions = await loop.run_in_executor(self._thread, read_all, batch, known, shelved, started)
        touched = [item for item in batch if isinstance(item, Fresh)]
        seen = {cid: one.pending for cid, one in known.items()}
        shops = {item.shop for item in batch}
        sends, overtaken = await self._store.write_in(shops, self._apply, questions, touched, seen, shelved)
        self._sending.start(sends)
        if overtaken:
            self.on_overtaken()

    def _apply(
        self,
        conn: sa.Connection,
        questions: Sequence[Question],
        touched: Sequence[Fresh],
        seen: Mapping[str, tuple[str, ...]],
        shelved: Mapping[str, Shelved],
    ) -> tuple[list[Mapping[str, Any]], bool]:
        """Decide what is still ours to decide and whose turn it is; say whether something was not, and is left for
        ``look`` to find behind what comes before it.

        Raises:
            Moved: another process has decided or added a line that these were read together with; read them again.
        """
        overtaken = False
        if may_be_others(conn):
            ours = messages.in_hand(conn, {fresh.conversation for fresh in touched}, self._worker.name)
            early = _too_early(touched, ours)
            overtaken = bool(early)
            mine = {one.id for one in ours} - early
            touched = [fresh for fresh in touched if fresh.id in mine]
            questions = [q for q in questions if q.fresh is None or q.fresh.id in mine]
            for cid, one in convs.load(conn, {q.conversation for q in questions}).items():
                if tuple(one.pending) != seen.get(cid, ()):
                    raise Moved(cid)
        return self._deciding.apply(conn, questions, touched, shelved), overtaken

    def _fault(self, conn: sa.Connection, fresh: Fresh, *, books: bool) -> list[Mapping[str, Any]]:
        if fresh.worker and may_be_others(conn):
            ours = messages.in_hand(conn, [fresh.conversation], self._worker.name)
            if fresh.id not in {one.id for one in ours}:
                return []
        return self._deciding.fault(conn, [fresh], books=books)


class Moved(Exception):
    """A conversation's unfinished lines are not those any more that a question was read with."""


def _too_early(batch: Iterable[Fresh], ours: Iterable[messages.InHand]) -> set[str]:
    """The messages of a batch before whose turn another one that is ours has to come in their conversation."""
    left: dict[str, deque[str]] = {}
    for one in ours:
        if one.asks:
            left.setdefault(one.conversation, deque()).append(one.id)
    early = set()
    for fresh in batch:
        line = left.get(fresh.conversation)
        if line and fresh.asks and fresh.id == line[0]:
            line.popleft()
        elif line and fresh.id in line:
            early.add(fresh.id)
    return early


def _id_of(item: Item) -> str:
    return item.id if isinstance(item, Fresh) else ""


def _fresh(row: Mapping[str, Any]) -> Fresh:
    """A stored message as it was when it came in."""
    kind = Kind(row["kind"])
    return Fresh(
        row["id"],
        row["shop"],
        row["conversation"],
        kind,
        row["text"],
        row["at"],
        row["accepted_at"],
        has_to_be_decided(row["sender"], kind),
        row["worker"],
        bool(row["meta"].get("greet")),
    )
