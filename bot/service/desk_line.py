"""The supervisors' line: how a shop's rate stands to its own line now, what is owed, and what the budget can spare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Line, Rate, budget
from bot.accounting.spare import Spare, own_line, settled, spare
from bot.core.conversation import State
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.figures import rate_facts, tier_on
from bot.service.statements import rate_of
from bot.store import watches
from bot.store.engine import Store
from bot.store.journal import Line as JournalLine
from bot.store.journal import append
from bot.store.reading import rates, running

WITHIN_BUDGET = "within_budget"
LISTED = 200
"""At most so many conversations are named; the counts are exact."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a shop stands now. ``listed`` are the conversations of owed inquiries that the budget cannot spare, the
    nearest deadline first, night duties among them; ``owed`` splits all that is owed."""

    shop: str
    rate: Rate
    line: Line | None
    spare: Spare
    listed: tuple[str, ...]
    handed_off: tuple[str, ...]
    bot_answered: tuple[str, ...]

    @property
    def near(self) -> bool:
        """Below the shop's own line."""
        percent = self.rate.percent
        return self.line is not None and percent is not None and budget(self.rate, self.line).goods_needed != 0


class DeskLine:
    """Reads how shops stand, and notices when one falls below its own line."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def standing(self, shop: str) -> Standing:
        """How a shop stands now."""
        return await self._store.read(self._standing, shop)

    async def listed(self, shops: Sequence[str]) -> dict[str, Standing]:
        """Those of these shops whose queue lists only what the budget cannot spare."""
        chosen = [shop for shop in shops if self._directory.shops[shop].follow_up == WITHIN_BUDGET]
        return {shop: await self.standing(shop) for shop in chosen}

    async def told(self, shop: str) -> dict[str, Any]:
        """A shop's standing as pages show it."""
        return facts(await self.standing(shop)) | {"shop_name": self._directory.shops[shop].name}

    async def watch(self) -> None:
        """Journal for every shop when its rate falls below its own line, and when it is back (``rate_near_line``)."""
        for shop in list(self._directory.shops):
            if await self._store.read(self._changed, shop):
                await self._store.write(self._note, shop)

    def _changed(self, conn: sa.Connection, shop: str) -> Standing | None:
        """How a shop stands if that is other than was last noted."""
        standing = self._standing(conn, shop)
        return standing if standing.near is not watches.below(conn, shop) else None

    def _note(self, conn: sa.Connection, shop: str) -> None:
        standing = self._changed(conn, shop)
        if standing is None:
            return
        now = self._clocks.now_ms(shop)
        watches.note(conn, shop, standing.near, now)
        body = {
            "below": standing.near,
            "line": standing.line.name if standing.line else None,
            "numerator": standing.rate.numerator,
            "denominator": standing.rate.denominator,
        }
        append(conn, [JournalLine(shop, now, "rate_near_line", shop, None, body)])

    def _standing(self, conn: sa.Connection, shop_id: str) -> Standing:
        shop = self._directory.shops[shop_id]
        today = self._clocks.now(shop_id).astimezone(ZONE).date()
        ruleset: Ruleset = self._directory.ruleset(shop, today)
        first = today - timedelta(days=ruleset.period_days - 1)
        rate = rate_of(rates.sums(conn, shop_id, first.isoformat(), today.isoformat()))
        owed = running.owed(conn, shop_id, (today - timedelta(days=1)).isoformat())
        # With the bot and answered by it: a person may be spared. All others whose time runs are reserved for.
        with_bot = [row for row in owed if row["bot_answered"] and row["state"] == State.BOT.value]
        may_wait = [row for row in with_bot if row["reason"] == "pending"]
        nights = [row["conversation"] for row in with_bot if row["night"] == "pending"]
        handoffs = sum(row["reason"] == "pending" for row in owed) - len(may_wait)
        line = own_line(ruleset, tier_on(shop, today, ruleset))
        runs = len(may_wait) + handoffs
        found = spare(settled(rate, runs, ruleset), line, handoffs=handoffs, owed=len(may_wait))
        must = [row["conversation"] for row in may_wait[: found.listed]]
        return Standing(
            shop=shop_id,
            rate=rate,
            line=line,
            spare=found,
            listed=tuple(dict.fromkeys([*must, *nights])),
            handed_off=_conversations(row for row in owed if row not in with_bot),
            bot_answered=_conversations(with_bot),
        )


def _conversations(rows: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["conversation"] for row in rows))


def facts(standing: Standing) -> dict[str, Any]:
    """A standing as JSON: rate, line with misses left, what is owed by whom, and what the budget spares."""
    line, found = standing.line, standing.spare
    held = budget(standing.rate, line) if line else None
    return {
        "shop": standing.shop,
        "rate": rate_facts(standing.rate),
        "line": None if line is None else {"name": line.name, "percent": float(line.percent)},
        "misses_left": held.misses_left if held else None,
        "good_needed": held.goods_needed if held else None,
        "near": standing.near,
        "owed": {"handed_off": _named(standing.handed_off), "bot_answered": _named(standing.bot_answered)},
        "budget": budget_facts(found, len(standing.listed)),
    }


def budget_facts(found: Spare, listed: int) -> Mapping[str, Any]:
    """What the budget spares, in figures that add up: ``misses_left`` − ``reserved`` = ``spare``; of ``running`` owed
    inquiries so many are left out. ``listed`` are conversations, night duties included."""
    return {
        "line": found.line.name if found.line else None,
        "misses_left": found.misses_left,
        "reserved": found.reserved,
        "spare": found.spare,
        "running": found.owed,
        "left_out": found.owed - found.listed,
        "listed": listed,
    }


def _named(conversations: tuple[str, ...]) -> dict[str, Any]:
    return {"count": len(conversations), "conversations": list(conversations[:LISTED])}
