"""How far the FAQ reaches: entries by category, topics a shop must answer, entries nobody needed, and of what is asked how
much is answered, how soon, at which hour and about what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.accounting.scorecard import Rate
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.entries import entry_of
from bot.service.faq_check import topics_of
from bot.service.figures import rate_facts
from bot.service.gaps import DAY_MS
from bot.store import faq, messages, tallies
from bot.store.engine import Store
from bot.store.ids import from_ms
from bot.store.reading import coverage as reading
from knowledge_base.gate.checking import lacking
from knowledge_base.packs import MustAnswer

WANTED = 50
"""Entries a category should have before it can be expected to answer most of what is asked."""
LISTED = 100
EVER = ("0000-01-01", "9999-12-31")
Row = Mapping[str, Any]


class Coverage:
    """Reads what was asked and what the FAQ holds."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def figures(self, shop: str, days: int) -> dict[str, Any]:
        """All figures of a shop over the last ``days`` days; entries are counted as they are now, use over all time."""
        since = self._clocks.now_ms(shop) - days * DAY_MS
        topics = topics_of(self._directory.shops[shop].options.get("must_answer", ()))

        def read(conn: sa.Connection) -> dict[str, Any]:
            live = faq.live_entries(conn, shop)
            asked = reading.questions(conn, shop, since)
            of = _topic_of(live)
            return {
                "days": days,
                "asked": len(asked),
                "answered": _share(asked, lambda row: row["answered"]),
                "soon": _share(asked, lambda row: row["soon"]),
                "hours": [{"hour": h, **_share([r for r in asked if _hour(r) == h], _is_answered)} for h in range(24)],
                "topics": _by_topic(asked, of),
                "categories": _categories(live),
                "must_answer": _must_answer(conn, shop, live, topics),
                "unused": _unused(live, tallies.of_period(conn, shop, *EVER)["entry"]),
            }

        return await self._store.read(read)

    async def behind(
        self, shop: str, days: int, *, answered: bool | None, soon: bool | None, hour: int | None, topic: str | None
    ) -> dict[str, Any]:
        """The questions behind a figure, the latest first: ``{total, items}``, each ``{conversation, at, text, answered,
        soon, reason, entry}``. None: whichever."""
        since = self._clocks.now_ms(shop) - days * DAY_MS

        def read(conn: sa.Connection) -> dict[str, Any]:
            of = _topic_of(faq.live_entries(conn, shop))
            found = [
                row
                for row in reading.questions(conn, shop, since)
                if answered in (None, row["answered"])
                and soon in (None, row["soon"])
                and hour in (None, _hour(row))
                and topic in (None, of.get(row["entry"] or "", ""))
            ]
            said = messages.lines(conn, {row["message"] for row in found[:LISTED]})
            items = [{**row, "text": said[row["message"]].text} for row in found[:LISTED]]
            return {"total": len(found), "items": items}

        return await self._store.read(read)


def _is_answered(row: Row) -> bool:
    return bool(row["answered"])


def _hour(row: Row) -> int:
    return from_ms(row["at"]).astimezone(ZONE).hour


def _share(rows: Sequence[Row], has: Callable[[Row], bool]) -> dict[str, Any]:
    return rate_facts(Rate(sum(has(row) for row in rows), len(rows)))


def _topic_of(live: Sequence[faq.Stored]) -> dict[str, str]:
    return {one.id: str(one.data["category"]) for one in live}


def _by_topic(asked: Sequence[Row], of: Mapping[str, str]) -> list[dict[str, Any]]:
    """By the category of the nearest entry; empty where none came near or has one."""
    rows: dict[str, list[Row]] = {}
    for row in asked:
        rows.setdefault(of.get(row["entry"] or "", ""), []).append(row)
    return [
        {"topic": topic, **_share(found, _is_answered)}
        for topic, found in sorted(rows.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def _categories(live: Sequence[faq.Stored]) -> list[dict[str, Any]]:
    counts = Counter(_topic_of(live).values())
    return [
        {"category": name, "entries": count, "wanted": WANTED}
        for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _must_answer(
    conn: sa.Connection, shop: str, live: Sequence[faq.Stored], topics: Sequence[MustAnswer]
) -> list[dict[str, Any]]:
    entries = [entry_of(one.id, one.data) for one in live]
    missing = {topic.id for topic, _ in lacking(entries, topics)}
    return [
        {
            "id": topic.id,
            "words": list(topic.ask),
            "lacking": topic.id in missing,
            "groups": reading.groups_about(conn, shop, topic.ask),
        }
        for topic in topics
    ]


def _unused(live: Sequence[faq.Stored], used: Mapping[str, int]) -> dict[str, Any]:
    idle = [one for one in live if not used.get(one.id)]
    items = [{"id": one.id, "question": str(one.data["question"])} for one in idle[:LISTED]]
    return {"total": len(idle), "of": len(live), "items": items}
