"""Figures of the books put into the shapes that people's pages read: rates, lines, rulesets, tiers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Line, Rate, budget
from bot.accounting.tier import Store as TierFacts
from bot.accounting.tier import tier_of
from bot.service.directory import ShopConfig


def plain_value(ruleset: Ruleset, rule: str) -> Any:
    """A parameter's value as JSON holds it; None where the ruleset does not set it."""
    try:
        value = ruleset[rule]
    except KeyError:
        return None
    return float(value) if isinstance(value, Fraction) else value if isinstance(value, str | bool | int) else str(value)


def tier_on(shop: ShopConfig, on: date, ruleset: Ruleset) -> str | None:
    """The shop's tier: as stated, else worked out from what is known of it, else None."""
    if ruleset.grading != "tiers":
        return None
    stated = shop.options.get("tier")
    if stated in ruleset.tiers:
        return str(stated)
    opened = shop.options.get("open_date")
    if not opened:
        return None
    sold = (shop.options.get(name) for name in ("monthly_sales", "monthly_orders"))
    sales, orders = (None if known is None else Fraction(str(known)) for known in sold)
    facts = TierFacts(str(shop.options.get("store_type", "ordinary")), date.fromisoformat(str(opened)), sales, orders)
    try:
        return tier_of(facts, on, ruleset)
    except ValueError:
        return None


def ruleset_facts(ruleset: Ruleset) -> dict[str, Any]:
    """Where the rules come from, and the few of them that a page shows beside every number."""
    identity = ruleset.identity
    window = ruleset.window
    return {
        "id": identity.name,
        "version": ruleset.version,
        "title": {"zh": identity.title_zh, "en": identity.title_en},
        "source": {"zh": identity.source_zh, "en": identity.source_en},
        "read_on": identity.read_on.isoformat(),
        "confidence": identity.confidence,
        "window": [_clock(window[0]), _clock(window[1])] if window else None,
        "deadline_s": round(ruleset.deadline.total_seconds()),
        "auto_counts": ruleset.auto_counts,
        "overridden": list(ruleset.overridden),
    }


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"


def rate_facts(rate: Rate) -> dict[str, Any]:
    """A rate with both sides of the fraction; the percentage is rounded for display only."""
    percent = rate.percent
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "percent": None if percent is None else round(float(percent), 2),
    }


def line_facts(rate: Rate, line: Line) -> dict[str, Any]:
    """A line, and how the rate stands to it."""
    held = budget(rate, line)
    return {
        "name": line.name,
        "percent": float(line.percent),
        "misses_left": held.misses_left,
        "good_needed": held.goods_needed,
    }
