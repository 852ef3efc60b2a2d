"""The shop floor as a fixture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.shop_floor import Floor, opened_floor


@pytest.fixture
async def floor(tmp_path: Path, database: str) -> AsyncIterator[Floor]:
    async with opened_floor(tmp_path / "data") as opened:
        yield opened
