"""What people are about to say: drafts kept for each, and who looks at a conversation or types in it right now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.service.clocks import Clocks
from bot.service.refusal import Because, Refusal
from bot.store import drafts as stored
from bot.store.engine import Store

TEXT_AT_MOST = 5_000
LOOKS_FOR_MS = 20_000
"""A page says every ten seconds that somebody looks; two missed signs and they are gone."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """Keeps drafts and looks. Nothing of it is journalled: it is not yet said."""

    store: Store
    clocks: Clocks

    async def keep(self, shop: str, conversation: str, who: str, mode: str, text: str) -> None:
        """Keep what somebody has begun to write (``mode`` reply or note); an empty text takes it away.

        Raises:
            Refusal: longer than a reply can be.
        """
        if len(text) > TEXT_AT_MOST:
            raise Refusal(
                Because.INVALID,
                "too_long",
                f"草稿最多 {TEXT_AT_MOST} 个字。",
                f"A draft has at most {TEXT_AT_MOST} characters.",
                pointer="/text",
            )
        await self.store.write(stored.keep, shop, conversation, who, mode, text, self.clocks.now_ms(shop))

    async def looks(self, shop: str, conversation: str, who: str, *, typing: bool) -> None:
        """Somebody looks at a conversation, or types in it."""
        now = self.clocks.real_ms()
        await self.store.write(stored.see, shop, conversation, who, typing, now, now - LOOKS_FOR_MS)

    async def leaves(self, conversation: str, who: str) -> None:
        """Somebody looks elsewhere."""
        await self.store.write(stored.leave, conversation, who)

    def since(self) -> int:
        """Since when (real ms) a sign is still good."""
        return self.clocks.real_ms() - LOOKS_FOR_MS
