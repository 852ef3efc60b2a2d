"""Two shops on a real store: 示例店 (simulated) and 真店, a clock that stands still until it is moved."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import rulesets
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.publishing import Publishing
from bot.service.shelf import Shelf
from bot.store import shops
from bot.store.engine import Store
from bot.store.ids import to_ms
from bot.store.tables import metadata
from bot.store.vault import Vault

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    store: Store
    clock: Clock
    clocks: Clocks
    directory: Directory
    shelf: Shelf
    publishing: Publishing

    async def add_shop(self, shop: str, *, simulated: bool, platform: str = "xiaohongshu", **options: Any) -> None:
        """Open a shop."""
        row = shop_row(shop, simulated=simulated, platform=platform, **options)
        await self.store.write(shops.save_shops, [row])
        await self.directory.reload()

    async def entry(self, shop: str = "demo", **data: Any) -> Mapping[str, Any]:
        """Save a new entry; what is left out has its default."""
        status, entry_id = data.pop("status", "on"), data.pop("id", None)
        data = {"question": "什么时候发货", "answer": "付款后{发货时效}发出。"} | data
        made = await self.publishing.create(shop, data, by="lin", status=status, entry_id=entry_id)
        return made.as_json()

    async def answers(self, text: str, shop: str = "demo") -> str | None:
        """The entry that a shop's FAQ finds for a text."""
        shelved = await self.shelf.get(shop)
        matches = shelved.base.read(text).matches
        return matches[0].entry.id if matches and matches[0].sureness >= 60 else None

    async def journal(self, shop: str = "demo") -> list[Mapping[str, Any]]:
        """The lines of a shop's journal."""
        query = "SELECT kind, ref, body FROM journal WHERE shop = ? ORDER BY seq"
        return await self.store.read(lambda conn: [dict(r) for r in conn.exec_driver_sql(query, (shop,)).mappings()])


def shop_row(shop: str, *, simulated: bool, platform: str = "xiaohongshu", **options: Any) -> dict[str, Any]:
    """A shop as it is stored."""
    return {
        "id": shop,
        "name": shop,
        "platform": platform,
        "simulated": simulated,
        "stopped": False,
        "bot_mode": "auto",
        "human_follow_up": "always",
        "options": options,
        "clock_real": to_ms(NOON),
        "clock_shop": to_ms(NOON),
        "clock_rate": 1.0,
        "created_at": to_ms(NOON),
    }


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = Store(tmp_path / "shop.db")
    await store.alter(metadata.create_all)
    await store.open()
    clock = Clock()
    clocks = Clocks(clock)
    directory = Directory(
        store=store,
        vault=Vault(os.urandom(32)),
        clocks=clocks,
        adapters={},
        load_ruleset=rulesets.load,
        chat_rulesets=frozenset({"xiaohongshu", "kuaishou", "internal"}),
    )
    shelf = Shelf(store, directory)
    made = House(store, clock, clocks, directory, shelf, Publishing(store, clocks, directory, shelf))
    await made.add_shop("demo", simulated=True)
    await made.add_shop("real", simulated=False, platform="kuaishou")
    yield made
    await store.close()
