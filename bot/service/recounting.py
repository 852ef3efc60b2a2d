"""Counting a shop's books again after its rules changed: in the background, part by part, on and on after a restart.

Each part is one commit that also says how far it went, so a process that dies loses at most the part it was in. What
comes in meanwhile is judged by the new rules at once; what was said before is counted again when its turn comes.
"""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
import structlog

from bot.service.books import Books
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.loops import ended
from bot.store import conversations as convs
from bot.store import recounts
from bot.store.engine import Store
from bot.store.journal import Line, append

CHUNK = 50
"""How many conversations are counted again in one commit: messages that come in do not wait for all of them."""
LOOK_S = 1.0
"""How often work is looked for that another process has ordered."""

log = structlog.get_logger("recounting")


class Recounting:
    """The loop that counts again."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, books: Books) -> None:
        self._store, self._directory, self._clocks, self._books = store, directory, clocks, books
        self._ordered = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the loop; what a former process left is gone on with."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop between two parts."""
        await ended(self._task)

    def ring(self) -> None:
        """There is something to do."""
        self._ordered.set()

    async def progress(self, shop: str) -> dict[str, int] | None:
        """How far a shop's books are counted again: ``total`` and ``done`` conversations; None when all is counted."""
        return await self._store.read(recounts.progress, shop)

    async def _run(self) -> None:
        while True:
            self._ordered.clear()
            try:
                while await self._some():
                    pass
            except Exception:
                log.exception("recount_failed")
            try:
                await asyncio.wait_for(self._ordered.wait(), LOOK_S)
            except TimeoutError:
                continue

    async def _some(self) -> bool:
        """Count one part of each shop that is being counted again; say whether anything is left that can be done."""
        left = False
        for shop, rules in (await self._store.read(recounts.open_in)).items():
            config = self._directory.shops.get(shop)
            if config is None or recounts.digest(config.platform, config.options.get("rules")) != rules:
                # This process has not taken in the new rules yet; under the old ones nothing may be counted.
                continue
            left |= await self._store.write_in({shop}, self._part, shop, rules)
        return left

    def _part(self, conn: sa.Connection, shop: str, rules: str) -> bool:
        ids = recounts.next_of(conn, shop, rules, CHUNK)
        if ids is None:
            return False
        if not ids:
            done = recounts.end(conn, shop)
            append(conn, [Line(shop, self._clocks.now_ms(shop), "recount", shop, None, {"conversations": done})])
            return False
        loaded = convs.load(conn, ids)
        self._books.refold(conn, loaded, dict.fromkeys(loaded, 0))
        convs.save(conn, loaded.values())
        recounts.advance(conn, shop, ids)
        return True
