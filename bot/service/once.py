"""A command sent twice under one key is done once, and answered twice the same.

The first to write its key does the command; others wait for its answer. Answers are sealed: they may hold a new secret
or what a person wrote to a buyer. They are forgotten after a day.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.service.clocks import Clocks
from bot.service.refusal import Because, Refusal
from bot.store import once as stored
from bot.store.engine import Store
from bot.store.vault import Vault

KEPT_MS = 24 * 60 * 60_000
PATIENCE_S = 10.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Answered:
    """What the first one was answered: an HTTP status and a JSON body."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Once:
    """Claims keys and keeps answers. It remembers nothing itself, so any number may be made over one store."""

    store: Store
    clocks: Clocks
    vault: Vault

    async def claim(self, key: str) -> Answered | None:
        """Take a key: None if the command is the caller's to do (then ``keep`` or ``drop``), else the first answer.

        Raises:
            Refusal: the first one began and gave no answer within 10 s; whether it was done is not known.
        """
        now = self.clocks.real_ms()
        first = await self.store.write(stored.claim, key, now, now - KEPT_MS)
        if first is None:
            return None
        patience = PATIENCE_S - (now - first[2]) / 1000
        while first is not None and first[0] == stored.BEGUN and patience > 0:
            await asyncio.sleep(LOOK_EVERY_S)
            patience -= LOOK_EVERY_S
            first = await self.store.read(stored.begun, key)
        if first is None:
            return await self.claim(key)
        if first[0] == stored.BEGUN:
            raise Refusal(
                Because.CONFLICT,
                "outcome_unknown",
                "同一编号的请求已经开始，但没有留下结果。请刷新看看是否已生效，再用新的编号重试。",
                "A call with the same key began and left no result. Look whether it took effect, then use a new key.",
            )
        return Answered(first[0], self.vault.open(first[1])[0].encode())

    async def keep(self, key: str, status: int, body: bytes) -> None:
        """Keep the answer of a command that was done."""
        await self.store.write(stored.finish, key, status, self.vault.seal([body.decode()]))

    async def drop(self, key: str) -> None:
        """Give a key back: the command did nothing."""
        await self.store.write(stored.drop, key)
