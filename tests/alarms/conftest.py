"""A real sink, and a house whose alarms go there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.alarms.sink import Sink, sink


@pytest.fixture
async def robot() -> AsyncIterator[Sink]:
    async with sink() as found:
        yield found
