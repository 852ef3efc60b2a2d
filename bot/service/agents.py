"""The figures of each agent: who replied in time, and whose replies counted, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from bot.accounting.marks import EXTRA
from bot.accounting.scorecard import Rate
from bot.service.directory import Directory
from bot.service.figures import rate_facts
from bot.service.kpis import kpis
from bot.service.scorecards import Period
from bot.store.engine import Store
from bot.store.reading import rates


class Agents:
    """Reads the roll-up by agent."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory

    async def figures(self, shop: str, period: Period) -> dict[str, Any]:
        """A shop's agents over a period, the one with most inquiries first, and how many nobody replied to.

        An inquiry is the agent's who replied to it first. ``in_time``: a reply within the limit, whatever it said;
        ``valid``: it counts. The two apart show who is fast with words that say nothing. ``kpi`` as on the shop's
        scorecard, over the agent's own inquiries; None where the rules have no such set.
        """
        config = self._directory.shops[shop]
        ruleset = self._directory.ruleset(config, period.last)
        rows = await self._store.read(rates.sums, shop, *period.texts, "agent")
        parts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        if EXTRA in ruleset.extras:
            for row in await self._store.read(rates.sums, shop, *period.texts, "day", "agent", "reason"):
                parts[row["agent"]].append(row)
        names = await self._store.read(rates.names, [row["agent"] for row in rows if row["agent"]])
        mine = sorted((row for row in rows if row["agent"]), key=lambda row: (-row["inquiries"], row["agent"]))
        return {
            "shop": shop,
            "period": period.facts,
            "items": [_agent(row, names) | {"kpi": kpis(parts[row["agent"]], ruleset, config)} for row in mine],
            "without_agent": next((row["inquiries"] for row in rows if not row["agent"]), 0),
        }


def _agent(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "agent": row["agent"],
        "name": names.get(row["agent"], row["agent"]),
        "inquiries": row["inquiries"],
        "in_time": rate_facts(Rate(row["in_time"], row["eligible"])),
        "valid": rate_facts(Rate(row["numerator"], row["denominator"])),
        "opened_fast": rate_facts(Rate(row["opened_fast"], row["eligible"])),
        "avg_response_s": round(row["response_ms"] / row["answered"] / 1000, 1) if row["answered"] else None,
    }
