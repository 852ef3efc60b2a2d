"""Which entries have earned that the bot answers by itself, which lost it, and the conversations behind each number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rapidfuzz import fuzz

from bot.core.trust import Record, Standing, Terms, standing
from bot.service.cases import ALIKE
from bot.service.clocks import Clocks
from bot.service.shelf import Shelf
from bot.store import trust as stored
from bot.store.engine import Store
from bot.store.ids import from_ms, iso
from bot.store.trust import Event

DAYS = 30
LISTED = 200
NUMBERS = tuple(asdict(Record()))
"""What is counted of an entry, by name."""
_ORDER = {Standing.LOST: 0, Standing.EARNED: 1, Standing.NOT_YET: 2}


class Trust:
    """Reads what became of drafts and answers."""

    def __init__(self, store: Store, clocks: Clocks, shelf: Shelf) -> None:
        self._store, self._clocks, self._shelf = store, clocks, shelf

    async def table(self, shop: str) -> dict[str, Any]:
        """Each entry that anything became of in the last 30 days: its numbers, its mode, where it stands and why; and
        the terms it stands by."""
        found = await self._events(shop)
        entries = {entry.id: entry for entry in (await self._shelf.get(shop)).base.entries}
        by_entry: dict[str, list[Event]] = {}
        for one in found:
            if one.entry in entries:
                by_entry.setdefault(one.entry, []).append(one)
        rows, terms = [], Terms.shipped()
        for key, events in by_entry.items():
            record = _record(events)
            stands, why = standing(record, terms)
            about = {"id": key, "question": entries[key].question, "mode": entries[key].mode.value}
            rows.append(
                {**about, "standing": stands.value, "why": why.value, "decided": record.decided} | asdict(record)
            )
        rows.sort(key=lambda row: (_ORDER[Standing(row["standing"])], -row["decided"] - row["answered"], row["id"]))
        counts = {one.value: sum(row["standing"] == one.value for row in rows) for one in Standing}
        told = asdict(terms) | {"in_force_from": terms.in_force_from.isoformat()}
        return {"days": DAYS, **counts, "items": rows, "terms": told}

    async def behind(self, shop: str, entry: str, what: str) -> list[dict[str, Any]]:
        """The conversations behind one number of an entry, latest first, each once: ``{id, buyer_name, at}``."""
        latest: dict[str, int] = {}
        for one in await self._events(shop):
            if one.entry == entry and what in _names(one):
                latest[one.conversation] = max(one.at, latest.get(one.conversation, 0))
        shown = sorted(latest, key=lambda one: -latest[one])[:LISTED]
        names = await self._store.read(stored.buyers, shown)
        return [{"id": one, "buyer_name": names[one], "at": iso(from_ms(latest[one]))} for one in shown if one in names]

    async def _events(self, shop: str) -> list[Event]:
        since = self._clocks.now_ms(shop) - DAYS * 86_400_000
        return await self._store.read(stored.events, shop, since)


def _names(one: Event) -> tuple[str, ...]:
    """The numbers an event counts for."""
    heavy = one.what == "edited" and fuzz.ratio(one.text, one.sent) < ALIKE
    return (one.what, "heavy") if heavy else (one.what,)


def _record(events: Iterable[Event]) -> Record:
    counts = dict.fromkeys(NUMBERS, 0)
    for one in events:
        for name in _names(one):
            counts[name] += 1
    return Record(**counts)
