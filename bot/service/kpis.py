"""A shop's KPI set from the books' sums: each metric's value, its standard for the season, and whether it is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bot.accounting.kpi import cases, is_metric, passes
from bot.accounting.marks import EXTRA
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate
from bot.service.directory import ShopConfig

DAILY, PROMO = "daily", "promo"
APART = ("outside_hours", "excluded_spam", "excluded_abuse")
"""Reasons of inquiries that the platform does not assess."""
SHARES = (
    ("completeness_rate", "asked", "incomplete", "incomplete"),
    ("wording_rate", "spoken", "misspoken", "misspoken"),
    ("resolution_rate", "settled", "solved", "unsolved"),
    ("transfer_rate", "inquiries", "passed_on", "passed_on"),
)
"""Shares in percent: of what, how many; and which inquiries stand behind a bad one."""
COMPLEMENTS = ("completeness_rate", "wording_rate")
"""Shares of what was right, though what went wrong is counted."""
SUMS = ("inquiries", "violation", "announced", "unexplained", "asked", "incomplete", "spoken", "misspoken", "settled",
        "solved", "passed_on")  # fmt: skip
ELSEWHERE = ("conversion_rate", "aov_lift_rate", "dispute_rate", "csat_avg", "dsr_service", "bad_review_recovery_rate")
"""Metrics that no conversation shows: the platform's back office has them."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Season:
    """The local days of a shop's promotions (``promo_dates``); all others are daily ones."""

    promo: frozenset[str]

    def of(self, day: str) -> str:
        """Which season a day (``YYYY-MM-DD``) belongs to."""
        return PROMO if day in self.promo else DAILY


def season_of(shop: ShopConfig) -> Season:
    """A shop's seasons, as its options say."""
    return Season(frozenset(map(str, shop.options.get("promo_dates") or ())))


def kpis(rows: Sequence[Row], ruleset: Ruleset, shop: ShopConfig) -> dict[str, Any] | None:
    """The KPI set over summed rows by ``day``, ``agent`` and ``reason``; None where the ruleset has none.

    Values are exact where they are compared with the standard, the standard itself included, and rounded for display
    only. ``passes`` is None without a value or without a standard; ``opens`` names the mark of the inquiries behind.
    """
    if EXTRA not in ruleset.extras:
        return None
    season = season_of(shop)
    sums = {name: sum(row[name] for row in rows) for name in SUMS}
    items = [*_responses(rows, season, ruleset), _waits(sums, ruleset)]
    items += [_share(metric, sums[of], sums[counted], ruleset, opens) for metric, of, counted, opens in SHARES]
    items += [_unexplained(sums), _volume(rows, ruleset, str(shop.options.get("category") or ""))]
    items += [_item(metric, None, ruleset) | {"measured": False} for metric in ELSEWHERE if is_metric(metric, ruleset)]
    return {"promo_dates": sorted(season.promo), "category": shop.options.get("category"), "items": items}


def _item(
    metric: str,
    value: Fraction | None,
    ruleset: Ruleset,
    *,
    case: str = "",
    parts: Rate | None = None,
    opens: str | None = None,
) -> dict[str, Any]:
    known = cases(metric, ruleset)
    graded = is_metric(metric, ruleset) and (case in known if known else not case)
    name = f"kpi.{metric}.{case}" if case else f"kpi.{metric}"
    return {
        "metric": metric,
        "case": case or None,
        "value": None if value is None else round(float(value), 2),
        "numerator": parts.numerator if parts else None,
        "denominator": parts.denominator if parts else None,
        "standard": float(ruleset[name]) if graded else None,
        "better": "low" if metric in ruleset["kpi.at_most"] else "high",
        "passes": passes(metric, value, ruleset, case) if graded else None,
        "basis": ruleset.basis(name),
        "opens": opens,
        "measured": True,
    }


def _responses(rows: Sequence[Row], season: Season, ruleset: Ruleset) -> list[dict[str, Any]]:
    """The mean first response in seconds, by season: over assessed inquiries that were answered, late ones included."""
    out = []
    for case in (DAILY, PROMO):
        mine = [row for row in rows if row["reason"] not in APART and season.of(row["day"]) == case]
        answered, waited = (sum(row[name] for row in mine) for name in ("answered", "response_ms"))
        if case == DAILY or mine:
            mean = Fraction(waited, answered * 1000) if answered else None
            parts = Rate(waited, answered)
            out.append(_item("avg_response_s", mean, ruleset, case=case, parts=parts, opens="answered"))
    return out


def _waits(sums: Mapping[str, int], ruleset: Ruleset) -> dict[str, Any]:
    """How many inquiries waited too long without prior notice: there should be none."""
    return {
        "metric": "unanswered",
        "case": None,
        "value": sums["violation"],
        "numerator": sums["violation"],
        "denominator": sums["inquiries"],
        "standard": 0,
        "better": "low",
        "passes": sums["violation"] == 0 if sums["inquiries"] else None,
        "basis": ruleset.basis("kpi.unanswered_s"),
        "opens": "violation",
        "measured": True,
        "limit_s": float(ruleset["kpi.unanswered_s"]),
        "announced": sums["announced"],
    }


def _share(metric: str, of: int, counted: int, ruleset: Ruleset, opens: str) -> dict[str, Any]:
    parts = Rate(of - counted if metric in COMPLEMENTS else counted, of)
    return _item(metric, parts.percent, ruleset, parts=parts, opens=opens)


def _unexplained(sums: Mapping[str, int]) -> dict[str, Any]:
    """Inquiries that an agent handed on without a reason: there should be none."""
    return {
        "metric": "transfer_no_reason",
        "case": None,
        "value": sums["unexplained"],
        "numerator": sums["unexplained"],
        "denominator": sums["passed_on"],
        "standard": 0,
        "better": "low",
        "passes": sums["unexplained"] == 0 if sums["passed_on"] else None,
        "basis": "default",
        "opens": "unexplained",
        "measured": True,
    }


def _volume(rows: Sequence[Row], ruleset: Ruleset, category: str) -> dict[str, Any]:
    """How many inquiries a day each agent had, on days on which they had any."""
    mine = [row for row in rows if row["agent"]]
    days = {(row["day"], row["agent"]) for row in mine}
    parts = Rate(sum(row["inquiries"] for row in mine), len(days))
    value = Fraction(parts.numerator, parts.denominator) if days else None
    return _item("daily_volume", value, ruleset, case=category, parts=parts)
