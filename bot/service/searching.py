"""Finding what was said: words of any length in the messages of one's shops, the latest first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.store import search as stored
from bot.store.engine import Store
from knowledge_base.characters import fold

LOOKED_AT = 2_000
"""So many messages that may hold the words are looked at, the latest first."""
TALKS_LOOKED_AT, TALKS = 20_000, 5
"""Of each shop the latest conversations are looked at for a buyer's name; so many are told."""
PAUSE_S = 0.02
"""Between two batches: whoever writes comes first."""


@dataclass(frozen=True, slots=True)
class Searching:
    """Fills the index and asks it."""

    store: Store

    async def take_in(self) -> int:
        """Take into the index what was said since it last looked; how many messages."""
        count = 0
        for shop, after in (await self.store.read(stored.behind)).items():
            place = after
            while True:
                rows, upto = await self.store.read(stored.unread, shop, place)
                if upto == place:
                    break
                folded = [{"id": row["id"], "text": fold(row["text"])} for row in rows]
                await self.store.write_in({shop}, stored.take_in, shop, folded, upto)
                count, place = count + len(rows), upto
                await asyncio.sleep(PAUSE_S)
        return count

    async def find(self, shops: Sequence[str], words: str, limit: int) -> list[dict[str, Any]]:
        """The latest messages of these shops in which the words stand, each as ``{id, shop, conversation, at, sender,
        kind, text, buyer_id, buyer_name}``. Several words, parted by blanks, must all stand in it."""
        wanted = [word for word in fold(words).split() if word]
        pieces = [piece for word in wanted for piece in stored.wanted(word)]
        if not pieces or not shops:
            return []
        rows = await self.store.read(stored.candidates, shops, pieces, LOOKED_AT)
        return [row for row in rows if all(word in fold(row["text"]) for word in wanted)][:limit]

    async def buyers(self, shops: Sequence[str], words: str) -> list[dict[str, Any]]:
        """The latest conversations of these shops whose buyer's name or id holds the words, each as ``{id, shop,
        buyer_id, buyer_name, last_text, last_at}``."""
        if not words.strip() or not shops:
            return []
        return await self.store.read(stored.buyers, shops, words.strip(), TALKS_LOOKED_AT, TALKS)
