"""A house to live in: a service over a fresh folder, its clock at 14:00 on a Monday."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.flow.house import HandClock, House


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Faults are made on purpose here; what is logged about them is looked at where logs are the matter."""
    with capture_logs():
        yield


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def house(tmp_path: Path, clock: HandClock, database: str) -> AsyncIterator[House]:
    made = House(tmp_path / "data", clock)
    await made.open()
    yield made
    await made.close()
