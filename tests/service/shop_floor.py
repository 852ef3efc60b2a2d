"""A wired service without a network: simulated shops whose clocks tests move, buyers who write, what became visible."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from adapters.base import Ack, Channel, Delivery
from adapters.signing import sign
from bot.app import App
from bot.core.message import Kind
from bot.service.arrivals import conversation_id
from bot.service.directory import ZONE
from bot.service.shops import NewShop, new_secret
from bot.settings import Settings
from bot.store import tables
from bot.store.ids import to_ms
from bot.store.reading import thread
from bot.web.webhooks import answer
from tests import fresh

WITHIN_S = 20.0
BY = "tests"


@dataclass
class Floor:
    """Shops at work. Buyers write through the signed door, as the simulated platform does."""

    app: App
    channels: dict[str, Channel] = field(default_factory=dict)

    async def open_shop(
        self,
        shop: str = "demo",
        platform: str = "xiaohongshu",
        *,
        at: str = "14:00",
        simulated: bool = True,
        **more: Any,
    ) -> None:
        """Open a shop with a sandbox channel; a simulated one's clock stands still at a local time of today."""
        ways = {name: more.pop(name, None) for name in ("bot_mode", "human_follow_up")}
        channel = Channel(f"{shop}.wire", shop, "sandbox", (new_secret(),), options=more.pop("wire", {}))
        new = NewShop(shop, shop, platform, simulated=simulated, options=more, **ways)
        await self.app.services.shops.add(new, by=BY)
        self.channels[shop] = await self.app.services.shops.add_channel(channel, by=BY)
        if simulated:
            await self._stand_still(shop, at)

    async def _stand_still(self, shop: str, at: str) -> None:
        hour, minute = map(int, at.split(":"))
        now = self.app.clocks.now(shop).astimezone(ZONE)
        day = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if day < now:
            day += timedelta(days=1)
        await self.app.services.shops.set_clock(shop, rate=0, at=to_ms(day))

    async def knows(self, question: str, answer: str, *, shop: str = "demo", **more: Any) -> str:
        """Save an entry; return its id."""
        made = await self.app.services.publishing.create(shop, {"question": question, "answer": answer} | more, by=BY)
        return str(made.stored.id)

    async def says(self, buyer: str, text: str = "", *, shop: str = "demo", kind: Kind = Kind.TEXT) -> Ack:
        """A buyer writes; the webhook comes in, signed. Decided when ``quiet`` returns."""
        channel = self.channels[shop]
        delivery = self.app.simulator.say(channel, buyer, text, kind=kind)
        return await answer(self.app.services, channel, self.app.directory.adapter(channel), delivery)

    async def asks(self, buyer: str, text: str = "", *, shop: str = "demo", kind: Kind = Kind.TEXT) -> dict[str, Any]:
        """A buyer writes, and all that follows at once has happened; the conversation as it is then."""
        assert (await self.says(buyer, text, shop=shop, kind=kind)).status == 200
        await self.quiet()
        return await self.talk(buyer, shop=shop)

    async def tells(self, item: Mapping[str, Any], *, shop: str = "demo") -> None:
        """The platform tells of something in its own words, now; it is in the books when this returns."""
        channel, now = self.channels[shop], self.app.clocks.now(shop)
        body = orjson.dumps({"type": "message", "data": {"text": "", "sent_at": now.isoformat(), **item}})
        delivery = Delivery("POST", sign(channel.secrets, str(item["id"]), now, body), {}, body, now)
        said = await answer(self.app.services, channel, self.app.directory.adapter(channel), delivery)
        assert said.status == 200
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing is being decided or sent."""
        async with asyncio.timeout(WITHIN_S):
            while self.app.answering.waiting or self.app.sending.on_the_wire:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def passes(self, seconds: float, *, shop: str = "demo") -> None:
        """Let time pass in a simulated shop, and what falls due happen."""
        at = self.app.clocks.now_ms(shop) + round(seconds * 1000)
        await self.app.services.shops.set_clock(shop, rate=0, at=at)
        await self.app.ticking.tick()
        await self.quiet()

    async def talk(self, buyer: str, *, shop: str = "demo") -> dict[str, Any]:
        """A conversation's row."""
        found = await self.app.store.read(thread.one, self.cid(buyer, shop=shop))
        assert found is not None, f"nobody knows {buyer}"
        return found

    def cid(self, buyer: str, *, shop: str = "demo") -> str:
        """A conversation's id."""
        return conversation_id(self.channels[shop].key, buyer)

    def heard(self, buyer: str, *, shop: str = "demo") -> list[str]:
        """What a buyer has read from the shop."""
        lines = self.app.simulator.visible(self.channels[shop].key, buyer)
        return [line.text for line in lines if line.reply_id is not None]

    async def rows(self, table: str, **where: Any) -> list[Mapping[str, Any]]:
        """Rows of a table, oldest first where it has times."""
        found = tables.metadata.tables[table]
        query = sa.select(found).where(*(found.c[name] == value for name, value in where.items()))
        return await self.app.store.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])

    def now(self, shop: str = "demo") -> datetime:
        """The shop's local time."""
        return self.app.clocks.now(shop).astimezone(ZONE)

    async def sends(self, shop: str = "demo") -> Sequence[Mapping[str, Any]]:
        """Every row of the outbox."""
        return await self.rows("outbox", shop=shop)


@contextlib.asynccontextmanager
async def opened_floor(data: Path) -> AsyncIterator[Floor]:
    """A floor over a data folder. Nothing falls due by itself: time passes when a test says so."""
    fresh.store_in(data)
    app = App(Settings(data=data, webhook_deadline_s=5))
    await app.start()
    await app.ticking.stop()
    await app.alarm_watch.stop()
    try:
        yield Floor(app)
    finally:
        await app.stop()
