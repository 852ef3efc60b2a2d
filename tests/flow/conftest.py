"""A house to live in: a service over a fresh folder, its clock at 14:00 on a Monday."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flow.house import HandClock, House


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def house(tmp_path: Path, clock: HandClock) -> AsyncIterator[House]:
    made = House(tmp_path / "data", clock)
    await made.open()
    yield made
    await made.close()
