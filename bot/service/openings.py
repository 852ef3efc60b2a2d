"""When somebody of the shop first looked at an inquiry: the second clock a person has, beside the reply."""

from __future__ import annotations

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.store import conversations as convs
from bot.store import inquiries
from bot.store.engine import Store


class Openings:
    """Notes first looks."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks

    async def opened(self, conversation: str) -> None:
        """An agent has opened a conversation: for those of its inquiries that nobody had looked at, the time is now."""
        await self._store.write(self._opened, conversation)

    def _opened(self, conn: sa.Connection, conversation: str) -> None:
        one = convs.load(conn, [conversation]).get(conversation)
        if one is not None:
            inquiries.look_at(conn, conversation, self._clocks.now_ms(one.shop))
