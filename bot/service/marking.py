"""The marks of a KPI set: worked out with every fold, for shops whose rules have such a set, and kept with the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from bot.accounting.event import Event
from bot.accounting.kpi import is_notice, notice_spans
from bot.accounting.marks import EXTRA, Span, marked
from bot.accounting.verdict import Verdict
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.store import marks, recounts
from bot.store.conversations import Conversation
from bot.store.ids import from_ms, to_ms
from bot.store.timers import Timer

TIMER = "marks"

log = structlog.get_logger("marking")

Marked = tuple[dict[str, dict[str, int]], list[Timer]]


class Marking:
    """Marks inquiries inside the writer's transaction. Shops without a KPI set cost nothing."""

    def __init__(self, directory: Directory, clocks: Clocks) -> None:
        self._directory, self._clocks = directory, clocks

    def begin(
        self, conn: sa.Connection, loaded: Mapping[str, Conversation], rows: Sequence[Mapping[str, Any]]
    ) -> Marks:
        """Read what marking these conversations needs. ``rows`` are their messages: news of a prior notice among them
        has the shop's books counted again, since it may speak of any conversation."""
        shops = {shop for shop in {one.shop for one in loaded.values()} if self.has_set(shop)}
        kpi = {cid: one for cid, one in loaded.items() if one.shop in shops}
        if not kpi:
            return Marks({}, {}, frozenset())
        self._hear(conn, shops, rows)
        spans = {shop: _spans(marks.notices(conn, shop), self._clocks.now(shop)) for shop in shops}
        closed = {cid: [from_ms(at) for at in times] for cid, times in marks.closings(conn, kpi).items()}
        return Marks(closed, spans, frozenset(kpi))

    def has_set(self, shop: str) -> bool:
        """Say whether a shop's rules of today have a KPI set."""
        config = self._directory.shops[shop]
        return EXTRA in self._directory.ruleset(config, self._clocks.now(shop).astimezone(ZONE).date()).extras

    def _hear(self, conn: sa.Connection, shops: set[str], rows: Sequence[Mapping[str, Any]]) -> None:
        told = [row for row in rows if row["kind"] == "report" and row["meta"].get("type") == "prior_notice"]
        for shop in shops if told else ():
            known = {row["id"] for row in marks.notices(conn, shop)}
            fresh = [_notice(shop, row) for row in told if row["id"] not in known and row["shop"] == shop]
            heard = [row for row in fresh if row is not None]
            if heard:
                marks.notice(conn, heard)
                config = self._directory.shops[shop]
                rules = recounts.digest(config.platform, config.options.get("rules"))
                recounts.begin(conn, shop, rules, self._clocks.real_ms())


class Marks:
    """What was read for some conversations: ``of`` marks one of them."""

    def __init__(
        self, closed: Mapping[str, list[datetime]], spans: Mapping[str, list[Span]], having: frozenset[str]
    ) -> None:
        self._closed, self._spans, self._having = closed, spans, having

    def of(self, one: Conversation, events: Sequence[Event], verdicts: Sequence[Verdict], now: datetime) -> Marked:
        """The marks of a conversation's inquiries by id, and the timer for when time alone changes them."""
        if one.id not in self._having:
            return {}, []
        found, turns = marked(events, verdicts, now, self._closed[one.id], self._spans[one.shop])
        # One millisecond past the limit: at the limit itself nothing has changed yet.
        timer = [Timer(one.shop, TIMER, one.id, to_ms(turns) + 1)] if turns else []
        return {inquiry: asdict(own) for inquiry, own in found.items()}, timer


def _notice(shop: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A prior notice as it is kept; None where the platform did not say from when to when."""
    try:
        starts, ends = (to_ms(datetime.fromisoformat(str(row["meta"][side]))) for side in ("from", "to"))
    except (KeyError, ValueError):
        log.warning("prior_notice_without_times", shop=shop, message=row["id"])
        return None
    status = str(row["meta"].get("status", "filed"))
    return {
        "shop": shop,
        "id": row["id"],
        "starts": starts,
        "ends": ends,
        "status": status,
        "at": row["at"],
        "seq": row["seq"],
    }


def _spans(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[Span]:
    told = [
        Event(
            row["id"],
            from_ms(row["at"]),
            "",
            "system",
            "report",
            meta={
                "type": "prior_notice",
                "from": from_ms(row["starts"]),
                "to": from_ms(row["ends"]),
                "status": row["status"],
            },
        )
        for row in rows
    ]
    return notice_spans(filter(is_notice, told), now)
