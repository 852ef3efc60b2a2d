"""A whole service over a folder, a clock that stands until it is moved, and a fake platform that outlives restarts."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from adapters.base import Ack, Channel, Delivery, Outgoing, SendResult
from adapters.sandbox import FakePlatform, SandboxClient
from adapters.sandbox.platform import Fault, FaultKind, Line
from adapters.signing import sign
from bot.app import App
from bot.service.arrivals import conversation_id, message_id
from bot.service.loops import ended
from bot.service.shops import NewShop
from bot.settings import Settings
from bot.store import tables
from bot.store.engine import Store
from bot.store.ids import to_ms
from bot.store.session import open_session
from bot.web.webhooks import answer
from knowledge_base.base import ANYWHERE, KnowledgeBase
from knowledge_base.entry import Context, Reading
from tests import fresh

OPENS = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
"""Monday, 14:00 in Shanghai."""
SECRET = "whsec_bWlhb2h1aS1mbG93LXRlc3RzLXNlY3JldC0wMQ=="
SHIP, SHIP_SAYS = "多久发货？", "付款后48小时内发货。"
INVOICE, INVOICE_SAYS = "可以开发票吗？", "可以开电子发票，下单时填写抬头。"
RETURN = "支持七天无理由退货吗？"
UNKNOWN = "你们老板姓什么"
FRAGMENT = "那个红色的"
PERSON_PLEASE = "转人工"
THANKS = "谢谢"
FAQ = {
    "ship": {"question": SHIP, "answer": SHIP_SAYS},
    "invoice": {"question": INVOICE, "answer": INVOICE_SAYS},
    "return": {"question": RETURN, "answer": "支持七天无理由退货，保留吊牌即可。"},
}
STALL_S = 0.4


class HandClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, now: datetime = OPENS) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def ms(self) -> int:
        return to_ms(self.now)


class HeldWire:
    """A client whose calls stay on the wire until ``let_go``; what is sent really goes to the platform behind it."""

    def __init__(self, inner: SandboxClient) -> None:
        self._inner = inner
        self._gate = asyncio.Event()
        self.started: list[Outgoing] = []

    def let_go(self) -> None:
        self._gate.set()

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        self.started.append(message)
        await self._gate.wait()
        return await self._inner.send(channel, message, now)

    async def close(self) -> None:
        await self._inner.close()


class BrokenBase(KnowledgeBase):
    """A FAQ whose matcher breaks on one text, or is slow."""

    breaks_on = ""
    slow_s = 0.0

    def read(self, text: str, context: Context = ANYWHERE) -> Reading:
        time.sleep(self.slow_s)
        if self.breaks_on in text and not self.slow_s:
            raise ZeroDivisionError("a fault of our own")
        return super().read(text, context)


class House:
    """Everything behind one data folder. Loops do not run by themselves: ``later`` lets due things happen."""

    def __init__(self, folder: Path, clock: HandClock) -> None:
        self.folder, self.clock = folder, clock
        self.platform = FakePlatform(lambda _channel: clock.now)
        self.app = self._new_app()

    def _new_app(self) -> App:
        app = App(Settings(data=self.folder), now=self.clock)
        app.clients["sandbox"] = SandboxClient(self.platform, timeout_s=STALL_S / 2)
        return app

    async def open(self) -> None:
        fresh.store_in(self.folder)
        await self.app.start()
        # First, before it has a turn: an attempt cut off in the middle keeps its errand for a minute.
        await self.app.errands.stop()
        await self.app.ticking.stop()
        await self.app.alarm_watch.stop()
        self.app.together.cancel()
        await self.settle()

    async def close(self) -> None:
        await self.app.stop()

    async def restart(self) -> None:
        """Die without a goodbye (calls on the wire are cut, nothing is finished) and start again."""
        old = self.app
        old.together.cancel()
        for loop in (old.alarm_watch, old.pulse, old.errands, old.ticking, old.watching, old.recounting):
            await loop.stop()
        await ended(*old.answering._tasks, *old.sending._tasks)
        old.answering._thread.shutdown(wait=True)
        for client in old.clients.values():
            await client.close()
        if old.store.shared:
            await old.store.write(_forget_workers)
        await old.store.close()
        self.app = self._new_app()
        await self.open()

    # Shops and channels.

    async def shop(
        self,
        shop: str = "shop",
        *,
        platform: str = "xiaohongshu",
        mode: str = "auto",
        wire: Mapping[str, Any] | None = None,
        adapter: str = "sandbox",
        send_url: str = "",
        secrets: tuple[str, ...] = (SECRET,),
        **options: Any,
    ) -> Channel:
        """A shop with the small FAQ and one channel; ``wire`` are the channel's options."""
        services = self.app.services
        await services.shops.add(NewShop(shop, shop, platform, bot_mode=mode, options=options), by="test")
        channel = Channel(f"{shop}.main", shop, adapter, secrets, send_url, dict(wire or {}))
        await services.shops.add_channel(channel, by="test")
        await services.publishing.put_many(shop, FAQ, by="test")
        return channel

    # What comes in.

    async def deliver(self, channel: Channel, *deliveries: Delivery) -> Ack:
        """Bring deliveries to the door one after another; the last answer."""
        services = self.app.services
        for delivery in deliveries:
            known = services.directory.channels[channel.key]
            said = await answer(services, known, services.directory.adapter(known), delivery)
        return said

    async def say(self, channel: Channel, buyer: str, text: str, **more: Any) -> Ack:
        """A buyer writes, and what follows at once happens."""
        ack = await self.deliver(channel, self.platform.say(channel, buyer, text, **more))
        await self.settle()
        return ack

    async def say_only(self, channel: Channel, buyer: str, text: str, **more: Any) -> Ack:
        """A buyer writes; the message is decided, but calls may still be on the wire."""
        ack = await self.deliver(channel, self.platform.say(channel, buyer, text, **more))
        await self.settle(sends=False)
        return ack

    async def post(self, channel: Channel, *items: Mapping[str, Any], secret: str = SECRET, **more: Any) -> Ack:
        """Bring a webhook written by hand; see ``written``."""
        ack = await self.deliver(channel, self.written(*items, secret=secret, **more))
        await self.settle()
        return ack

    async def post_only(self, channel: Channel, *items: Mapping[str, Any]) -> Ack:
        """As ``post``, but calls may still be on the wire."""
        ack = await self.deliver(channel, self.written(*items))
        await self.settle(sends=False)
        return ack

    def written(
        self, *items: Mapping[str, Any], secret: str = SECRET, skew_s: float = 0, body: bytes | None = None
    ) -> Delivery:
        """A signed delivery; ``skew_s`` is how far the sender's clock is ahead of ours."""
        data = [self.item(**item) for item in items]
        raw = orjson.dumps({"type": "message", "data": data}) if body is None else body
        at = self.clock.now + timedelta(seconds=skew_s)
        return Delivery("POST", sign([secret], f"d{at.timestamp()}", at, raw), {}, raw, self.clock.now)

    def item(self, id: str, text: str = SHIP, *, buyer: str = "b1", at: datetime | None = None, **more: Any) -> Any:
        base = {"id": id, "conversation": buyer, "buyer": {"id": buyer, "name": ""}, "sender": "buyer"}
        return base | {"kind": "text", "text": text, "sent_at": (at or self.clock.now).isoformat()} | more

    # What happens by itself.

    async def settle(self, *, sends: bool = True) -> None:
        """Wait until all that was accepted is decided, counted and (``sends``) every call has ended."""
        if counting := self.app.intake.forged.counting:
            await counting
        async with asyncio.timeout(20):
            while self.app.answering.waiting or (sends and self.app.sending.on_the_wire):  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def later(self, seconds: float, *, sends: bool = True) -> None:
        """Time passes; what has fallen due happens."""
        self.clock.later(seconds)
        for _ in range(3):
            await self.app.ticking.tick()
            await self.settle(sends=sends)
            await self.app.sending.wake_due()
            await self.settle(sends=sends)

    def hold_wire(self) -> HeldWire:
        held = HeldWire(SandboxClient(self.platform, timeout_s=STALL_S / 2))
        self.app.clients["sandbox"] = held
        return held

    def break_wire(self, channel: Channel, kind: str | None, **more: Any) -> None:
        """Make the platform's send address misbehave (see ``FaultKind``), or heal it."""
        self.platform.set_fault(channel.key, Fault(FaultKind(kind), **more) if kind else None)

    def stop_deciding(self) -> None:
        """From here on this process decides nothing more; what comes in is only stored."""
        for task in self.app.answering._tasks:
            task.cancel()

    async def fail_reading(self, shop: str, text: str, *, slow_s: float = 0) -> None:
        """From here on this shop's matcher breaks on a text (a fault of our own), or takes so long for each."""
        shelved = await self.app.shelf.get(shop)
        base = BrokenBase(shelved.base.entries, shelved.base.lists)
        base.breaks_on, base.slow_s = text, slow_s
        self.app.shelf._shelved[shop] = replace(shelved, base=base)

    @contextmanager
    def store_refuses_to_write(self, *, but: str) -> Iterator[None]:
        """Every act on the store fails, as on a locked one, except those of this name."""
        submit = Store._submit

        def refuse(store: Store, fn: Any, *more: Any, **kinds: Any) -> asyncio.Future[Any]:
            if getattr(fn, "__name__", "") != but:
                refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                refused.set_exception(sa.exc.OperationalError("", {}, sqlite3.OperationalError("database is locked")))
                return refused
            return submit(store, fn, *more, **kinds)

        Store._submit = refuse  # type: ignore[method-assign]
        try:
            yield
        finally:
            Store._submit = submit  # type: ignore[method-assign]

    @contextmanager
    def foreign_lock(self) -> Iterator[None]:
        """Another program holds the store's write lock."""
        other = open_session(self.app.store.place, read_only=False)
        shared = self.app.store.shared
        begin = ("BEGIN", "LOCK TABLE journal_head IN EXCLUSIVE MODE") if shared else other.begin
        awake = ("SET idle_in_transaction_session_timeout = 0",) if shared else ()

        def run(*statements: str) -> None:
            def act(conn: sa.Connection) -> None:
                for statement in statements:
                    conn.exec_driver_sql(statement)

            with ThreadPoolExecutor(1) as thread:
                thread.submit(other.run, act).result()

        run(*awake, *begin)
        try:
            yield
        finally:
            run("ROLLBACK")
            with ThreadPoolExecutor(1) as thread:
                thread.submit(other.close).result()

    # What can be seen.

    def seen(self, channel: Channel, buyer: str = "b1") -> list[str]:
        """The shop-side texts that the buyer has on the screen."""
        return [line.text for line in self.lines(channel, buyer) if line.sender.value != "buyer"]

    def lines(self, channel: Channel, buyer: str = "b1") -> Sequence[Line]:
        return self.platform.visible(channel.key, buyer)

    async def rows(self, table: sa.Table, *order: Any, **where: Any) -> list[dict[str, Any]]:
        """Rows of a table whose columns have these values."""
        query = sa.select(table).where(*(table.c[name] == value for name, value in where.items())).order_by(*order)
        return await self.app.store.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])

    async def talk(self, channel: Channel, buyer: str = "b1") -> dict[str, Any]:
        """A conversation's row."""
        [row] = await self.rows(tables.conversation, id=conversation_id(channel.key, buyer))
        return row

    async def messages(self, channel: Channel, buyer: str = "b1") -> list[dict[str, Any]]:
        m = tables.message
        return await self.rows(m, m.c.at, m.c.seq, conversation=conversation_id(channel.key, buyer))

    async def sends(self, channel: Channel, buyer: str = "b1") -> list[dict[str, Any]]:
        o = tables.outbox
        return await self.rows(o, o.c.created_at, o.c.id, conversation=conversation_id(channel.key, buyer))

    async def ends(self, channel: Channel, buyer: str = "b1") -> list[tuple[str, str]]:
        """How each buyer message was decided in the end, in order of acceptance: (outcome, reason)."""
        decided = {row["id"]: row for row in await self.rows(tables.decision)}
        asked = [row for row in await self.messages(channel, buyer) if row["sender"] == "buyer" and not row["waiting"]]
        return [(decided[row["decision"]]["outcome"], decided[row["decision"]]["reason"]) for row in asked]

    async def journal(self, shop: str = "shop", kind: str | None = None) -> list[dict[str, Any]]:
        rows = await self.rows(tables.journal, tables.journal.c.seq, shop=shop, **({"kind": kind} if kind else {}))
        return [{**row, "body": orjson.loads(row["body"])} for row in rows]

    def cid(self, channel: Channel, buyer: str = "b1") -> str:
        return conversation_id(channel.key, buyer)

    def mid(self, channel: Channel, platform_id: str) -> str:
        return message_id(channel.key, platform_id)


def _forget_workers(conn: sa.Connection) -> None:
    """The lease of the process that died has run out."""
    conn.execute(sa.delete(tables.worker))


def signed_again(delivery: Delivery, now: datetime, secret: str = SECRET) -> Delivery:
    """The same body as the platform sends it again later: signed anew, at that time."""
    return replace(delivery, headers=sign([secret], "again", now, delivery.body), received_at=now)
