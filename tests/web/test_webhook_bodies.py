"""How large a webhook's body may be: both sides of the limit, packed and unpacked, and nothing is stored beyond it."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.base import Channel
from bot.app import App
from bot.service.shops import NewShop, new_secret
from bot.settings import Settings
from bot.web.server import build

LIMIT = 4096


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[TestClient]:
    app = App(Settings(data=tmp_path, webhook_limit=LIMIT))
    await app.start()
    await app.services.shops.add(NewShop("s", "店", "internal"), by="test")
    await app.services.shops.add_channel(Channel("s.wire", "s", "standard", (new_secret(),)), by="test")
    client = TestClient(TestServer(build(app.services)))
    await client.start_server()
    yield client
    await client.close()
    await app.stop()


@pytest.mark.parametrize(
    ("size", "status"),
    [
        pytest.param(LIMIT, 401, id="as large as allowed: read, and refused for its signature"),
        pytest.param(LIMIT + 1, 413, id="one byte more"),
        pytest.param(50 * LIMIT, 413, id="far more"),
    ],
)
async def test_p16_a_body_over_the_limit_is_refused(door: TestClient, size: int, status: int) -> None:
    answer = await door.post("/webhooks/s.wire", data=b"x" * size)
    assert answer.status == status


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "identity, gzip"])
async def test_p16_a_packed_body_is_refused_before_it_is_unpacked(door: TestClient, encoding: str) -> None:
    packed = gzip.compress(b"x" * (200 * LIMIT))
    assert len(packed) < LIMIT
    answer = await door.post("/webhooks/s.wire", data=packed, headers={"Content-Encoding": encoding})
    assert answer.status in (400, 415)


async def test_an_address_that_is_no_channel_is_not_found(door: TestClient) -> None:
    assert (await door.post("/webhooks/s.other", data=b"{}")).status == 404
