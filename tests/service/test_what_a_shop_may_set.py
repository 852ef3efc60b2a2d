"""What a shop's settings may be, through whatever door they come; what is not given stays as it was."""

from __future__ import annotations

import asyncio
import math

import pytest

from bot.service.refusal import Refusal
from bot.service.shops import NewShop
from tests.service.shop_floor import BY

HOURS = {"start": "09:00", "end": "23:00"}


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        pytest.param({"service_hours": {"start": "nine", "end": "23:00"}}, "/service_hours", id="hours that are none"),
        pytest.param({"service_hours": {"start": "09:00"}}, "/service_hours", id="hours without an end"),
        pytest.param({"service_hours": {"start": "09:00", "end": "25:00"}}, "/service_hours", id="an hour too many"),
        pytest.param({"notices": {"goodbye": "再见"}}, "/notices/goodbye", id="a notice there is not"),
        pytest.param({"open_date": "last spring"}, "/open_date", id="a day that is none"),
        pytest.param({"monthly_sales": -1}, "/monthly_sales", id="sales below nothing"),
        pytest.param({"monthly_sales": math.nan}, "/monthly_sales", id="sales that are no number"),
        pytest.param({"rules": {"deadline.seconds": "soon"}}, "/rules", id="a rule's value of the wrong kind"),
        pytest.param({"rules": {"no.such.rule": 1}}, "/rules", id="a rule there is not"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(floor, options, pointer):
    await floor.open_shop("old", service_hours=HOURS)
    before = await floor.rows("shop", id="old")
    for act in (
        floor.app.services.shops.add(NewShop("new", "新店", "kuaishou", options=options), by=BY),
        floor.app.services.shops.change("old", {"name": "改名"}, options, by=BY),
    ):
        with pytest.raises(Refusal) as no:
            await act
        assert no.value.pointer == pointer
        assert no.value.zh != no.value.en or pointer == "/rules"
    assert await floor.rows("shop", id="new") == []
    assert await floor.rows("shop", id="old") == before


async def test_changes_at_the_same_time_keep_each_other(floor):
    await floor.open_shop()
    change = floor.app.services.shops.change
    await asyncio.gather(
        change("demo", {}, {"threshold": 70.0}, by=BY),
        change("demo", {}, {"service_hours": HOURS}, by=BY),
        change("demo", {"name": "新名字"}, {"notices": {"welcome": "欢迎"}}, by=BY),
    )
    shop = floor.app.directory.shops["demo"]
    assert (shop.name, shop.threshold, shop.hours and shop.hours.words()) == ("新名字", 70.0, "09:00–23:00")
    assert dict(shop.notices) == {"welcome": "欢迎"}


async def test_a_simulated_shop_does_not_turn_real(floor):
    """Its inquiries are invented: they must never stand in a real shop's books."""
    await floor.open_shop("demo")
    await floor.app.store.write(floor.app.services.shops.save, NewShop("demo", "示例店", "xiaohongshu"), BY)
    await floor.app.directory.reload()
    assert floor.app.directory.shops["demo"].simulated


@pytest.mark.parametrize(
    ("platform", "follow_up", "auto_counts", "rules"),
    [
        pytest.param("xiaohongshu", "always", False, "xiaohongshu", id="people only count"),
        pytest.param("kuaishou", None, None, "kuaishou", id="as its rules say"),
        pytest.param("internal", "off", True, "internal", id="our own target: machines count"),
        pytest.param("douyin", "always", False, "internal", id="no chat rules yet: borrowed, machines do not count"),
    ],
)
async def test_a_new_shop_begins_as_its_platform_asks(floor, platform, follow_up, auto_counts, rules):
    await floor.open_shop("new", platform, simulated=False)
    shop = floor.app.directory.shops["new"]
    ruleset = floor.app.directory.ruleset(shop, floor.now("new").date())
    assert shop.mode == "suggest"
    assert shop.ruleset_name == rules
    assert shop.follow_up == (follow_up or ("off" if ruleset.auto_counts else "always"))
    assert auto_counts in (None, ruleset.auto_counts)


async def test_a_setting_is_on_record(floor):
    await floor.open_shop()
    await floor.app.services.shops.change("demo", {"stopped": True}, {"threshold": 70.0}, by="lin")
    lines = await floor.rows("journal", shop="demo", kind="setting")
    assert '"by":"lin"' in lines[-1]["body"]
    assert '"what":["stopped","threshold"]' in lines[-1]["body"]
