"""What to ask a PostgreSQL that has not answered for long, on a connection of its own."""

from __future__ import annotations

import asyncio
from typing import Any

THERE_WITHIN_S = 5.0
SURE_S = 2.0
"""So long one of its processes has to do nothing at all until it is believed to wait for us, as we wait for it."""
_DOES = "SELECT state, state_change FROM pg_stat_activity WHERE pid = $1"


async def is_there(host: str) -> bool:
    """Whether a server answers on a new connection. One that works hard on something else does, one that hangs not."""
    try:
        await _ask(host, "SELECT 1")
    except OSError:
        return False
    except _refusals():
        return True  # It refuses us: somebody is there.
    return True


async def is_at_work(host: str, process: int) -> bool:
    """Whether a server's process (its pid) works on something, or has just now. One that is gone, or has stood idle for
    ``SURE_S``, will answer nothing more. True also where the server does not say.
    """
    seen = []
    for pause_s in (0.0, SURE_S):
        await asyncio.sleep(pause_s)
        try:
            seen.append(await _ask(host, _DOES, process))
        except OSError:
            return True
        except _refusals():
            return True
    before, now = seen
    return now is not None and (now["state"] == "active" or before is None or now != before)


async def _ask(host: str, question: str, *values: Any) -> Any:
    """The first row of the answer, on a new connection."""
    import asyncpg

    async with asyncio.timeout(THERE_WITHIN_S):
        connection = await asyncpg.connect(host)
        try:
            return await connection.fetchrow(question, *values)
        finally:
            connection.terminate()


def _refusals() -> tuple[type[Exception], ...]:
    import asyncpg

    return asyncpg.PostgresError, asyncpg.InterfaceError
