"""The scorecard of a shop, and its books as a file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.accounting.marks import EXTRA
from bot.accounting.raw import raw
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Line, Rate, budget, grade, lines
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory, ShopConfig
from bot.service.figures import line_facts, rate_facts, ruleset_facts, tier_on
from bot.service.kpis import kpis
from bot.service.ledger_files import TooManyRows, packed
from bot.service.refusal import Because, Refusal
from bot.service.statements import api_sent, rate_of
from bot.store import inquiries as posted
from bot.store import stated
from bot.store.engine import Store
from bot.store.reading import rates
from bot.store.reading.ledger import entries

DAYS_AT_MOST = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1

    @property
    def texts(self) -> tuple[str, str]:
        """Both days as they are stored."""
        return self.first.isoformat(), self.last.isoformat()

    @property
    def facts(self) -> dict[str, Any]:
        """As pages read it."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat(), "days": self.days}

    def before(self) -> Period:
        """As many days just before these."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


class Scorecards:
    """Reads the books."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, scratch: Path) -> None:
        """``scratch``: the folder in which large files are made before they are handed out."""
        self._store, self._directory, self._clocks, self._scratch = store, directory, clocks, scratch

    def today(self, shop: str) -> date:
        """The shop's local day."""
        return self._clocks.now(shop).astimezone(ZONE).date()

    def period(self, shop: str, days: int, first: date | None = None, last: date | None = None) -> Period:
        """The ``days`` local days that end with ``last`` (today, where none is named), or all from ``first`` on.

        Raises:
            Refusal: it ends before it begins, or is longer than ``DAYS_AT_MOST``.
        """
        last = last or self.today(shop)
        found = Period(first or last - timedelta(days=days - 1), last)
        if not 1 <= found.days <= DAYS_AT_MOST:
            raise Refusal(
                Because.INVALID,
                "period",
                f"时段要从早到晚，最长 {DAYS_AT_MOST} 天。",
                f"A period runs from an earlier day to a later one, {DAYS_AT_MOST} days at most.",
                pointer="/first",
            )
        return found

    async def scorecard(self, shop_id: str, period: Period) -> dict[str, Any]:
        """A shop's rate over a period, exact, with its lines, what it was counted from and under which rules."""
        shop = self._directory.shops[shop_id]
        ruleset = self._directory.ruleset(shop, period.last)
        rows, compared, desk = await self._store.read(_read, shop_id, period, self._clocks.now_ms(shop_id))
        rate = rate_of(rows)
        tier = tier_on(shop, period.last, ruleset)
        graded = ruleset.grading != "tiers" or tier is not None
        found = lines(ruleset, tier) if graded and ruleset.grading in ("tiers", "bands") else ()
        return {
            "shop": shop_id,
            "period": period.facts,
            "ruleset": ruleset_facts(ruleset),
            "tier": tier,
            "rate": rate_facts(rate),
            "grade": grade(rate.percent, ruleset, tier) if graded else None,
            "grading": ruleset.grading,
            "lines": [line_facts(rate, line) for line in found],
            "next_line": _next_line(rate, found),
            "back": _back(rate, found),
            "volume": _total(rows, "inquiries"),
            "avg_response_s": _average(rows),
            "auto_share": _share(rows),
            "counts": dict(_by_reason(rows)),
            "by_day": _by_day(rows),
            "api_sent": api_sent(self._directory, shop_id, rows, compared, ruleset),
            "opened": _opened(rows, ruleset),
            "kpi": await self._kpi(shop, period, ruleset),
            **desk,
        }

    async def _kpi(self, shop: ShopConfig, period: Period, ruleset: Ruleset) -> dict[str, Any] | None:
        if EXTRA not in ruleset.extras:
            return None
        rows = await self._store.read(rates.sums, shop.id, *period.texts, "day", "agent", "reason")
        return kpis(rows, ruleset, shop)

    async def export(self, shop_id: str, period: Period, kind: str) -> bytes:
        """The books of a period as a file (``xlsx``, or ``csv``: both tables in a zip).

        Raises:
            Refusal: more rows than a workbook holds.
        """
        try:
            return await self._store.read(_packed, shop_id, period, kind, self._scratch)
        except TooManyRows as error:
            zh, _, en = str(error).partition(" / ")
            raise Refusal(Because.INVALID, "too_many_rows", zh, en, pointer="/days") from None


def _packed(conn: sa.Connection, shop: str, period: Period, kind: str, scratch: Path) -> bytes:
    return packed(entries(conn, shop, *period.texts), kind, scratch)


def _read(conn: sa.Connection, shop: str, period: Period, now: int) -> tuple[list[dict[str, Any]], int, dict[str, int]]:
    """The period's sums, how many statements there are, and what waits: all as of one moment."""
    days = period.texts
    desk = {
        "owed": rates.owed(conn, shop, *days),
        "waiting": rates.waiting(conn, shop),
        "overdue": posted.overdue(conn, shop, now),
    }
    return rates.sums(conn, shop, *days), stated.count(conn, shop), desk


def _next_line(rate: Rate, found: Sequence[Line]) -> dict[str, Any] | None:
    """The highest line the rate still holds, with how many misses it bears."""
    if rate.percent is None:
        return None
    held = [line for line in found if budget(rate, line).goods_needed == 0 and line.percent > 0]
    return line_facts(rate, held[0]) if held else None


def _back(rate: Rate, found: Sequence[Line]) -> dict[str, Any] | None:
    """The next line above the rate, with how many good inquiries in a row lead to it."""
    if rate.percent is None:
        return None
    above = [line for line in found if budget(rate, line).goods_needed != 0]
    return line_facts(rate, above[-1]) if above else None


def _total(rows: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


def _average(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The average first response in seconds over assessed inquiries that were answered, late ones included."""
    mine = [row for row in rows if row["reason"] in ("valid", "late", "turn_missed")]
    answered = _total(mine, "answered")
    return round(_total(mine, "response_ms") / answered / 1000, 1) if answered else None


def _share(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """How many percent of the replies in the period's inquiries were automatic."""
    automatic = _total(rows, "said_automatic")
    total = automatic + sum(_total(rows, f"said_{name}") for name in ("human", "assisted", "unknown"))
    return round(100 * automatic / total, 1) if total else None


def _opened(rows: Sequence[Mapping[str, Any]], ruleset: Ruleset) -> dict[str, Any]:
    """How many assessed inquiries somebody looked at, and how many within the target."""
    return {
        "eligible": _total(rows, "eligible"),
        "opened": _total(rows, "opened"),
        "fast": _total(rows, "opened_fast"),
        "target_s": raw("opening.target_s", ruleset["opening.target_s"]),
    }


def _by_reason(rows: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["reason"]] += row["inquiries"]
    return counts


def _by_day(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    days: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        days[row["day"]][0] += row["numerator"]
        days[row["day"]][1] += row["denominator"]
    return [{"date": day, "numerator": n, "denominator": d} for day, (n, d) in sorted(days.items())]
