"""The check of a shop's FAQ: what is wrong in it by itself, with the entries it is about."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from bot.service.clocks import Clocks
from bot.service.directory import ZONE
from bot.service.fields import OF_THE_TALK
from bot.service.shelf import HOURS_FIELD, Shelf
from bot.store import faq
from bot.store.engine import Store
from knowledge_base.gate.checking import Around, Checked, check
from knowledge_base.packs import MustAnswer

LISTED = 500
"""So many findings are listed; all are counted."""


class FaqCheck:
    """Checks what answers in a shop."""

    def __init__(self, store: Store, clocks: Clocks, shelf: Shelf) -> None:
        self._store, self._clocks, self._shelf = store, clocks, shelf

    async def check(self, shop: str) -> Checked:
        """Check the entries that answer in a shop, with its fields and the topics it must answer."""
        shelved = await self._shelf.get(shop)
        facts = await self._store.read(faq.fields_of, shop)
        today = self._clocks.now(shop).astimezone(ZONE).date()
        # A fact of which only a sample is known is there, and fills nothing yet.
        values = {str(row["name"]): "" for row in facts} | dict(shelved.fields)
        config = shelved.config
        of_others = OF_THE_TALK | ({HOURS_FIELD} if config.hours else frozenset())
        topics = topics_of(config.options.get("must_answer", ()))
        around = Around(config.threshold, config.margin, today, values, topics, of_others)
        return await asyncio.to_thread(check, shelved.base, around)


def topics_of(raw: Iterable[Any]) -> tuple[MustAnswer, ...]:
    """The topics a shop must answer, from its options."""
    return tuple(MustAnswer(one["id"], tuple(one["ask"]), tuple(one["answer"])) for one in raw)


def shown(checked: Checked) -> dict[str, Any]:
    """What a check found, as the API and the command line give it."""
    return {
        "errors": len(checked.errors),
        "warnings": len(checked.findings) - len(checked.errors),
        "read": checked.read,
        "phrasings": checked.phrasings,
        "items": [
            {
                "code": one.code,
                "level": "warning" if one.warning else "error",
                "entry": one.entry or None,
                "other": one.other or None,
                "column": one.column,
                "text": one.text,
                "why": {"zh": one.zh, "en": one.en},
            }
            for one in checked.findings[:LISTED]
        ],
    }
