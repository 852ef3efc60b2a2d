"""Which tier a shop is in on a day: its lines depend on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.accounting.ruleset import Ruleset

NEW, MATURE, BRAND = "new", "mature", "brand"


@dataclass(frozen=True, slots=True)
class Store:
    """What decides a tier: ``store_type`` ordinary, flagship or specialist; sales in ``tier.sales_unit``; None where
    nobody knows them."""

    store_type: str
    open_date: date
    monthly_sales: Fraction | None = None


def tier_of(store: Store, on: date, ruleset: Ruleset) -> str:
    """Name the tier of a shop on a local day.

    Raises:
        ValueError: the shop had not opened on that day, or its sales decide and are not known.
    """
    if store.open_date > on:
        raise ValueError(f"{on} 时店铺还没开业 / the shop was not open yet on {on}")
    brand = store.store_type in ruleset["tier.brand_types"]
    if brand and ruleset["tier.brand_first"]:
        return BRAND
    age = (on - store.open_date).days + (ruleset["tier.age"] == "opening_day_is_1")
    if age <= ruleset["tier.new_days"]:
        return NEW
    if brand:
        return BRAND
    if store.monthly_sales is None:
        raise ValueError("缺月销售额 monthly_sales / monthly_sales decides and is missing")
    fallback: str = ruleset["tier.fallback"]
    return MATURE if store.monthly_sales >= ruleset["tier.mature_sales"] else fallback
