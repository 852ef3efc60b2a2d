"""What a platform is asked for beside the sends: to give the messages it only rang for, and to take a conversation over.

An errand is a row before it is a call, so neither a crash nor a platform that is down loses one. What was pulled is
stored before the cursor moves: a crash between them pulls again, and repeats are known by their ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from adapters.base import Channel, Client, Delivery, HandsOver, Puller, Sent
from bot.core.conversation import State
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.intake import Intake
from bot.service.loops import ended
from bot.store import conversations as convs
from bot.store import errands as stored
from bot.store.engine import Store

LOOK_S = 0.5
CLAIM_MS = 60_000
"""So long an attempt may take before another process tries."""
MAX_PAGES = 200
"""Pages of one pull; what lies behind them is pulled right after."""
HAND_OVER_TRIES = 6
LONGEST_PAUSE_MS = 300_000

log = structlog.get_logger("errands")


class Errands:
    """Runs errands, of each channel one after the other."""

    def __init__(
        self, store: Store, directory: Directory, clocks: Clocks, clients: Mapping[str, Client], intake: Intake
    ) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._clients, self._intake = clients, intake
        self._bell = asyncio.Event()
        self._tokens: dict[tuple[str, str], str] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make every known account due, for platforms may have rung while nobody was here, and begin."""
        await self._store.write(stored.pull_all, self._clocks.real_ms())
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what was begun is due again later."""
        await ended(self._task)

    def rung(self, channel: str, instruction: Mapping[str, str]) -> None:
        """A platform rang. The key it lent for one pull is kept in memory only."""
        if token := instruction.get("token"):
            self._tokens[channel, instruction["account"]] = token
        self._bell.set()

    async def look(self) -> int:
        """Run what is due now; return how many errands that were."""
        rows = await self._store.read(stored.due, self._clocks.real_ms())
        by_channel: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            by_channel.setdefault(row["channel"], []).append(row)
        await asyncio.gather(*(self._in_order(found) for found in by_channel.values()))
        return len(rows)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("look_failed")
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._bell.wait()
            except TimeoutError:
                continue
            finally:
                self._bell.clear()

    async def _in_order(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            until = self._clocks.real_ms() + CLAIM_MS
            if not await self._store.write(stored.claim, row, until):
                continue
            channel = self._directory.channels.get(row["channel"])
            client = self._clients.get(channel.adapter) if channel else None
            if channel is None or client is None:
                await self._store.write(stored.dropped, row)
            elif row["kind"] == stored.PULL and isinstance(client, Puller):
                await self._pull(channel, client, row, until)
            elif row["kind"] == stored.HAND_OVER and isinstance(client, HandsOver):
                await self._hand_over(channel, client, row, until)
            else:
                await self._store.write(stored.dropped, row)

    async def _pull(self, channel: Channel, client: Puller, row: dict[str, Any], until: int) -> None:
        token = self._tokens.pop((channel.key, row["ref"]), "")
        for _ in range(MAX_PAGES):
            pulled = await client.pull(channel, row["ref"], token, row["cursor"], self._clocks.now(channel.shop))
            if pulled.failed:
                log.warning("pull_failed", channel=channel.key, tries=row["tries"] + 1)
                await self._store.write(stored.ended, row, until, self._again(row, pulled.wait_s), pulled.failed[:300])
                return
            if pulled.facts.messages or pulled.facts.odd:
                delivery = Delivery("PULL", {}, {}, pulled.body, self._clocks.real())
                await self._intake.receive(channel, delivery, pulled.facts)
            await self._store.write(stored.moved, row, pulled.cursor)
            row["cursor"] = pulled.cursor
            if not pulled.more:
                await self._store.write(stored.ended, row, until)
                return
        await self._store.write(stored.ended, row, until, self._clocks.real_ms(), "")

    async def _hand_over(self, channel: Channel, client: HandsOver, row: dict[str, Any], until: int) -> None:
        one = (await self._store.read(convs.load, [row["ref"]])).get(row["ref"])
        if one is None or one.state != State.WAITING.value:
            await self._store.write(stored.dropped, row)
            return
        result = await client.hand_over(channel, one.external, self._clocks.now(channel.shop))
        if result.outcome is Sent.SENT:
            await self._store.write(stored.dropped, row)
            return
        last = result.permanent or row["tries"] + 1 >= HAND_OVER_TRIES
        log.warning("hand_over_failed", channel=channel.key, conversation=row["ref"], last=last)
        due_at = 0 if last else self._again(row, None)
        await self._store.write(stored.ended, row, until, due_at, result.detail[:300] or "?")

    def _again(self, row: Mapping[str, Any], wait_s: float | None) -> int:
        pause = int(wait_s * 1000) if wait_s else 1000 * 2 ** min(row["tries"], 9)
        return self._clocks.real_ms() + min(pause, LONGEST_PAUSE_MS)
