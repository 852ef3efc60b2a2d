"""Taking in what the FAQ could not answer: read from the journal after the commit, masked, put into its group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.reasons import HandoffReason
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.shelf import Shelf
from bot.store import gaps as stored
from bot.store.engine import Store
from bot.store.ids import digest_id
from knowledge_base.compound import is_fragment
from knowledge_base.gaps import Groups, mask, unmarked
from knowledge_base.normalize import normalize
from knowledge_base.signals import Lists, is_small_talk

PAUSE_S = 0.02
"""Between two batches: whoever writes comes first."""
LONGEST = 200
"""Of a longer question the rest is not kept."""


@dataclass(slots=True)
class _Grown:
    """A shop's groups in memory, as they stand at a mark of the store."""

    groups: Groups
    mark: tuple[int, int]


@dataclass(slots=True)
class GapIntake:
    """Fills the groups. Of several processes one does it; another one's changes make it read the groups again."""

    store: Store
    directory: Directory
    clocks: Clocks
    shelf: Shelf
    _grown: dict[str, _Grown] = field(default_factory=dict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take_in(self) -> int:
        """Take in what was asked since it last looked; how many questions."""
        async with self._one_at_a_time:
            return sum([await self._take_all(shop) for shop in await self.store.read(stored.behind)])

    async def _take_all(self, shop: str) -> int:
        total = 0
        while shop in self.directory.shops:
            count = await self._take(shop)
            if count is None:
                break
            total += count
            await asyncio.sleep(PAUSE_S)
        return total

    async def _take(self, shop: str) -> int | None:
        """Take in the next lines of a shop's journal; None where there are none."""
        mark = await self.store.read(stored.mark_of, shop)
        rows, upto = await self.store.read(stored.unread, shop, mark[0])
        if upto == mark[0]:
            return None
        placed = await self._placed(shop, mark, rows) if rows else []
        kept = await self.store.write_in({shop}, stored.keep, shop, mark, placed, upto, self.clocks.now_ms(shop))
        grown = self._grown.get(shop)
        if not kept:
            self._grown.pop(shop, None)
        elif grown:
            grown.mark = (upto, mark[1])
        return len(placed)

    async def _placed(self, shop: str, mark: tuple[int, int], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        grown = self._grown.get(shop)
        if grown is None or grown.mark != mark:
            firsts, members = await self.store.read(stored.firsts, shop)
            groups = await asyncio.to_thread(Groups, firsts, members)
            grown = self._grown[shop] = _Grown(groups, mark)
        lists = (await self.shelf.get(shop)).base.lists
        return await asyncio.to_thread(_place, grown.groups, rows, lists)


def _place(groups: Groups, rows: list[dict[str, Any]], lists: Lists) -> list[dict[str, Any]]:
    placed = []
    for row in rows:
        for nth, text in enumerate(questions_in(row, lists)):
            one = digest_id("gap", row["decision"], str(nth))
            origin = groups.place(one, text)
            told = {name: row[name] for name in ("conversation", "message", "reason", "at")}
            placed.append({"id": one, "origin": origin, "text": text, **told})
    return placed


def questions_in(row: Mapping[str, Any], lists: Lists) -> Iterator[str]:
    """What was asked in a message that had no sure answer, masked: of several questions those that the FAQ lacked.

    Small talk, mere fragments and what says nothing are no questions.
    """
    several = row["reason"] == HandoffReason.SEVERAL_QUESTIONS
    for said in row["missing"] if several else [" ".join(row["texts"])]:
        text = " ".join(mask(said, row["names"]).split())[:LONGEST]
        asked = unmarked(text)
        if normalize(asked).pieces and not is_small_talk(asked, lists) and not is_fragment(asked):
            yield text
