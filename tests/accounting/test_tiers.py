"""What a tier cannot be worked out from, said in words: a shop that was not open, sales that nobody knows."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from bot import rulesets
from bot.accounting.tier import Store, tier_of

OPENED = date(2026, 1, 1)
KUAISHOU = rulesets.load("kuaishou")
BY_ORDERS = rulesets.load("kuaishou", None, {"tier.sales_unit": "orders"})


def test_before_its_first_day_a_shop_has_no_tier() -> None:
    store = Store("flagship", OPENED)
    assert tier_of(store, OPENED, KUAISHOU) == "brand"
    with pytest.raises(ValueError, match="not open yet on 2025-12-31"):
        tier_of(store, date(2025, 12, 31), KUAISHOU)


@pytest.mark.parametrize(
    ("rules", "store", "missing"),
    [
        pytest.param(KUAISHOU, Store("ordinary", OPENED, None, Fraction(1)), "monthly_sales", id="yuan asked for"),
        pytest.param(BY_ORDERS, Store("ordinary", OPENED, Fraction(1), None), "monthly_orders", id="orders asked for"),
    ],
)
def test_sales_that_decide_and_that_nobody_knows(rules, store: Store, missing: str) -> None:
    assert tier_of(store, date(2026, 4, 1), rules) == "new", "ninety days old: sales do not matter yet"
    with pytest.raises(ValueError, match=f"{missing} decides and is missing"):
        tier_of(store, date(2026, 4, 2), rules)
