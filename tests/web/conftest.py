"""The whole service behind its own web application: people call it over HTTP, platforms deliver to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from bot.store.people import keep_token
from bot.web.server import build
from tests.service.shop_floor import BY, Floor, opened_floor

OWNER = "the key of the owner"


@dataclass
class Door:
    """The door, and the shops behind it."""

    client: TestClient[Any, Any]
    floor: Floor
    cookie: str = ""
    """A browser's login, for calls without a key."""

    async def let_in(self, role: str, *shops: str) -> str:
        """Give somebody a key with a role in some shops (none: all); the key."""
        key = f"the key of {role} of {','.join(shops) or 'all'}"
        row = self.floor.app.services.people.token_row(key, key, role, shops or ["*"], by=BY)
        await self.floor.app.store.write(keep_token, row)
        return key

    async def ask(
        self, method: str, path: str, body: Any = None, *, key: str = OWNER, **headers: str
    ) -> ClientResponse:
        """Call it; the answer as it came."""
        who = {"Authorization": f"Bearer {key}"} if key else {"Cookie": self.cookie}
        sent: Mapping[str, str] = {**who, **headers}
        return await self.client.request(method, path, json=body, headers=sent)

    async def get(self, path: str, *, key: str = OWNER) -> Any:
        """What stands at a path."""
        answer = await self.ask("GET", path, key=key)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def until(self, path: str, good: Callable[[Any], Any], within_s: float = 2) -> Any:
        """What stands at a path once it is good."""
        async with asyncio.timeout(within_s):
            while not good(found := await self.get(path)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    async def recounted(self, shop: str = "east") -> None:
        """A shop's books are counted again to the end."""
        await self.until(f"/api/v1/shops/{shop}/rules", lambda found: found["recount"] is None, within_s=20)

    async def post(self, path: str, body: Any = None, *, key: str = OWNER) -> Any:
        """Do something that must go well."""
        answer = await self.ask("POST", path, body, key=key)
        assert answer.status == 200, await answer.text()
        return await answer.json()


@pytest.fixture
async def bare_door(tmp_path: Path, database: str) -> AsyncIterator[Door]:
    """Nobody has been here yet."""
    async with (
        opened_floor(tmp_path / "data") as floor,
        TestClient(TestServer(build(floor.app.services), host="127.0.0.1")) as client,
    ):
        yield Door(client, floor)


@pytest.fixture
async def door(bare_door: Door) -> Door:
    """Two simulated shops, east and west, whose clocks stand at 14:00; the owner has a key."""
    for shop in ("east", "west"):
        await bare_door.floor.open_shop(shop)
        await bare_door.floor.knows("什么时候发货", "付款后两天内从杭州仓发出。", shop=shop)
    row = bare_door.floor.app.services.people.token_row("owner", OWNER, "admin", ["*"], by=BY)
    await bare_door.floor.app.store.write(keep_token, row)
    return bare_door
