"""Which tier a shop is in on a day: its lines depend on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.accounting.ruleset import Ruleset

NEW, MATURE, BRAND = "new", "mature", "brand"
ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Store:
    """What decides a tier: ``store_type`` ordinary, flagship or specialist; a month's sales in yuan and in orders, None
    where nobody knows them."""

    store_type: str
    open_date: date
    monthly_sales: Fraction | None = None
    monthly_orders: Fraction | None = None


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
    sold = store.monthly_orders if ruleset["tier.sales_unit"] == ORDERS else store.monthly_sales
    if sold is None:
        name, zh = sales_field(ruleset)
        raise ValueError(f"缺{zh} {name} / {name} decides and is missing")
    fallback: str = ruleset["tier.fallback"]
    return MATURE if sold >= ruleset["tier.mature_sales"] else fallback


def sales_field(ruleset: Ruleset) -> tuple[str, str]:
    """Name the fact of a store that ``tier.sales_unit`` asks for, and call it in Chinese."""
    if ruleset["tier.sales_unit"] == ORDERS:
        return "monthly_orders", "月订单数"
    return "monthly_sales", "月销售额"
