"""The duty of the night: what buyers asked outside the assessed hours and a person still owes them by the morning.

The list is there at any time; when the hours open, a timer tells the desk of it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.ruleset import Ruleset
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.store import tallies, timers
from bot.store.engine import Store
from bot.store.ids import from_ms, iso, to_ms
from bot.store.journal import Line, append
from bot.store.reading import nights
from bot.store.timers import Timer

KIND = "night"
LISTED = 500
EXCERPT = 60
"""How much of the buyer's last words is shown, in characters."""


def opening_after(at: datetime, rules: Ruleset) -> datetime | None:
    """The moment at which the assessed hours next open after an aware time; None where there are no such hours."""
    if rules.window is None:
        return None
    local = at.astimezone(rules.zone)
    opens = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=rules.window[0])
    return opens if opens > local else opens + timedelta(days=1)


def mornings(rows: Iterable[Mapping[str, Any]], rules_at: Callable[[datetime], Ruleset], now: datetime) -> list[Timer]:
    """A timer for each morning at which posted inquiries have a duty that still runs; one a shop and morning."""
    found: dict[tuple[str, str], Timer] = {}
    for row in rows:
        if row["night"] != "pending":
            continue
        at = from_ms(row["opened_at"])
        opens = opening_after(at, rules_at(at))
        if opens is not None and now < opens < from_ms(row["night_due_at"]):
            timer = Timer(row["shop"], KIND, opens.date().isoformat(), to_ms(opens))
            found[timer.shop, timer.ref] = timer
    return list(found.values())


class Nights:
    """Reads the duties, and tells of them when the hours open."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def duties(self, shop_id: str) -> dict[str, Any]:
        """What a shop still owes from the night, the nearest limit first, bot-answered inquiries included.

        One item a conversation, as one reply settles all of its ``inquiries``; ``total`` counts the inquiries.
        ``opens_at`` is when the assessed hours next open, or opened while they run; ``cutoff`` the local time of the limit;
        both None where the shop's rules know no such duty. Times are UTC. ``missed``: the limit has passed.
        """
        now = self._clocks.now(shop_id)
        rules = self._directory.ruleset(self._directory.shops[shop_id], now.astimezone(ZONE).date())
        rows = await self._store.read(nights.owed, shop_id, LISTED)
        opens = None if rules.night_cutoff is None else _opening(now, rules)
        return {
            "shop": shop_id,
            "now": iso(now),
            "opens_at": iso(opens.astimezone(now.tzinfo)) if opens else None,
            "cutoff": None if rules.night_cutoff is None else _clock(rules.night_cutoff),
            "ruleset": rules.version,
            "total": await self._store.read(nights.count, shop_id),
            "items": [_duty(own, now) for own in _by_conversation(rows)],
        }

    def tell(self, conn: sa.Connection, due: Sequence[Timer]) -> None:
        """The hours open: say in the journal, once a morning, what is owed and by when.

        ``count`` are inquiries, those whose limit has passed (``missed``) included; ``due_at`` is the nearest limit.
        """
        for timer in due:
            timers.drop(conn, [(timer.shop, timer.kind, timer.ref)])
            if tallies.happened(conn, timer.shop, KIND, timer.ref):
                continue
            rows = nights.owed(conn, timer.shop, LISTED)
            if rows:
                body = {
                    "morning": timer.ref,
                    "count": len(rows),
                    "bot_answered": sum(row["bot_answered"] for row in rows),
                    "missed": sum(row["night"] == "missed" for row in rows),
                    "due_at": rows[0]["night_due_at"],
                    "conversations": list(dict.fromkeys(row["conversation"] for row in rows)),
                }
                now = self._clocks.now_ms(timer.shop)
                append(conn, [Line(timer.shop, now, KIND, timer.ref, None, body)])


def _opening(now: datetime, rules: Ruleset) -> datetime | None:
    following = opening_after(now, rules)
    runs = following is not None and rules.covers(now.astimezone(rules.zone))
    return following - timedelta(days=1) if following and runs else following


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _by_conversation(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["conversation"], []).append(row)
    return list(found.values())


def _duty(rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """A conversation's duty; the first of its rows has the nearest limit."""
    first = rows[0]
    due = from_ms(first["night_due_at"])
    return {
        "conversation": first["conversation"],
        "buyer_name": first["buyer_name"] or first["buyer_id"],
        "inquiries": [row["id"] for row in rows],
        "since": iso(from_ms(min(row["opened_at"] for row in rows))),
        "due_at": iso(due),
        "left_s": (due - now) // timedelta(seconds=1),
        "missed": first["night"] == "missed",
        "bot_answered": all(row["bot_answered"] for row in rows),
        "state": first["state"],
        "owner": {"id": first["owner"], "name": first["owner_name"]} if first["owner"] else None,
        "last_words": (first["last_words"] or "")[:EXCERPT],
    }
