"""A store on disk, a clock that tests move, people, and their door over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.people import People
from bot.settings import Settings
from bot.store import shops, tables
from bot.store.engine import Store
from bot.store.vault import Vault
from bot.web.api.people import ROUTES
from bot.web.guard import SERVICES, handler_of
from bot.web.route import Route
from bot.web.services import Services


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store(tmp_path / "store.db")
    await opened.alter(tables.metadata.create_all)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def people(store: Store, clock: HandClock) -> People:
    return People(store, Clocks(clock))


@pytest.fixture
async def owner(people: People) -> str:
    return await people.make_owner("店主", "一个谁也想不到的密码", place="start")


def shop_row(shop: str) -> dict[str, Any]:
    words = {"name": shop, "platform": "internal", "bot_mode": "auto", "human_follow_up": "always"}
    flags = {"simulated": False, "stopped": False, "options": {}}
    times = {"clock_real": 0, "clock_shop": 0, "clock_rate": 1.0, "created_at": 0}
    return {"id": shop, **words, **flags, **times}


Open = Callable[..., Awaitable[TestClient[Any, Any]]]


@pytest.fixture
async def open_door(store: Store, people: People, tmp_path: Path) -> AsyncIterator[Open]:
    """Open the door with some settings and, if wanted, other routes than those for people."""
    opened: list[TestClient[Any, Any]] = []
    await store.write(shops.save_shops, [shop_row("north"), shop_row("south")])

    async def open_with(routes: list[Route] = ROUTES, **settings: Any) -> TestClient[Any, Any]:
        directory = Directory(store, Vault.at(tmp_path / "key"), people.clocks, {}, _no_rules, frozenset())
        await directory.reload()
        app = web.Application()
        absent = dict.fromkeys(one.name for one in fields(Services))
        rooms = {"settings": Settings(**settings), "store": store, "clocks": people.clocks, "people": people}
        app[SERVICES] = Services(**absent | rooms | {"directory": directory})
        for route in routes:
            app.router.add_route(route.method, route.path, handler_of(route))
        client = TestClient(TestServer(app, host="127.0.0.1"))
        await client.start_server()
        opened.append(client)
        return client

    yield open_with
    for client in opened:
        await client.close()


def _no_rules(*_asked: Any) -> Any:
    raise LookupError("people need no rules")


@pytest.fixture
async def door(open_door: Open) -> TestClient[Any, Any]:
    return await open_door()
