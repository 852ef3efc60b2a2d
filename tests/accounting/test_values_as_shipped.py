"""Values of the shipped rules that no verdict shows: targets and consequences, as the sources give them."""

from __future__ import annotations

from typing import Any

import pytest

from bot import rulesets
from bot.accounting.raw import raw


@pytest.mark.parametrize(
    ("ruleset", "parameter", "value", "basis"),
    [
        pytest.param("xiaohongshu", "opening.target_s", 90, "fact", id="open a session within ninety seconds"),
        pytest.param("kuaishou", "opening.target_s", 90, "default", id="the same elsewhere, of our own"),
        pytest.param("kuaishou", "traffic_cut.new.light", [10, 20], "fact", id="a new shop, light"),
        pytest.param("kuaishou", "traffic_cut.new.heavy", [50, 100], "fact", id="a new shop, heavy: or more"),
        pytest.param("kuaishou", "traffic_cut.mature.light", [20, 30], "fact", id="a mature shop, light"),
        pytest.param("kuaishou", "traffic_cut.mature.heavy", [60, 100], "fact", id="a mature shop, heavy: or more"),
        pytest.param("kuaishou", "traffic_cut.brand.light", [30, 40], "fact", id="a brand store, light"),
        pytest.param("kuaishou", "traffic_cut.brand.heavy", [70, 100], "fact", id="a brand store, heavy: or more"),
    ],
)
def test_what_the_sources_give(ruleset: str, parameter: str, value: Any, basis: str) -> None:
    rules = rulesets.load(ruleset)
    assert (raw(parameter, rules[parameter]), rules.basis(parameter)) == (value, basis)
