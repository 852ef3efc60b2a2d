"""Ending what runs again and again."""

from __future__ import annotations

import asyncio
from typing import Any


async def ended(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel loops and wait until each has let go, so that none of them looks at a store that is closed meanwhile."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
