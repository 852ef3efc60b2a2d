"""The service over a store that hangs just when it is to be closed; half a second is left for an end."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.cli import main, serve
from bot.store import engine

HANGS_S = 60


async def hang(_store: Any) -> None:
    """Wait in a thread, as for an answer that does not come."""
    await asyncio.to_thread(time.sleep, HANGS_S)


if __name__ == "__main__":
    serve.STOP_WITHIN_S = 0.5
    engine.Store.close = hang  # type: ignore[method-assign]
    main()
