"""Night inquiries in a shop whose platform wants them answered by ten: the list, and the bell at eight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.service.desk import Reply
from bot.store import tables
from tests.flow.house import SHIP, UNKNOWN, House

ANSWER = "今天下午发，圆通快递。"


def local(text: str) -> datetime:
    """A local time of the first evening (``23:30``) or, with a plus, of the next morning (``+08:00``)."""
    hour, minute, *second = text.lstrip("+").split(":")
    day = 5 if text.startswith("+") else 4
    at = datetime(2026, 5, day, int(hour), int(minute), int((second or ["0"])[0]), tzinfo=UTC)
    return at - timedelta(hours=8)


async def until(house: House, text: str) -> None:
    """Time passes until a local time, and what falls due happens."""
    await house.later((local(text) - house.clock.now).total_seconds())


async def bells(house: House, shop: str = "shop") -> list[dict[str, Any]]:
    return [line["body"] | {"at": line["at"]} for line in await house.journal(shop, kind="night")]


async def listed(house: House, shop: str = "shop") -> dict[str, Any]:
    return await house.app.services.nights.duties(shop)


async def test_who_is_on_the_list_and_in_which_order(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "22:59:59")
    await house.say(shop, "evening", UNKNOWN)
    await until(house, "23:00:00")
    await house.say(shop, "first", UNKNOWN)
    await until(house, "23:30")
    await house.say(shop, "bot", SHIP)
    await house.say(shop, "both", SHIP)
    await house.say(shop, "helped", UNKNOWN)
    await house.app.services.desk.reply(house.cid(shop, "helped"), "amei", Reply(ANSWER))
    await house.settle()
    await until(house, "+02:00")
    await house.say(shop, "both", UNKNOWN)
    found = await listed(house)
    shown = ("buyer_name", "bot_answered", "last_words", "since", "due_at", "left_s", "missed", "state")
    ten, hours = "2026-05-05T02:00:00.000Z", 8 * 3600
    assert [tuple(one[name] for name in shown) for one in found["items"]] == [
        ("first", False, UNKNOWN, "2026-05-04T15:00:00.000Z", ten, hours, False, "waiting"),
        ("bot", True, SHIP, "2026-05-04T15:30:00.000Z", ten, hours, False, "bot"),
        ("both", False, UNKNOWN, "2026-05-04T15:30:00.000Z", ten, hours, False, "waiting"),
    ], "not the one of the evening, and not the one a person has answered"
    assert [len(one["inquiries"]) for one in found["items"]] == [1, 1, 2]
    assert (found["total"], found["cutoff"], found["opens_at"]) == (4, "10:00:00", "2026-05-05T00:00:00.000Z")


@pytest.mark.parametrize(
    ("reply_at", "left", "night"),
    [
        pytest.param("+09:59:59", 0, "met", id="just before ten"),
        pytest.param("+10:00:00", 0, "missed", id="at ten it is too late, and settled"),
        pytest.param(None, 1, "missed", id="never: still owed, and missed"),
    ],
)
async def test_the_limit(house: House, reply_at: str | None, left: int, night: str) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "23:00")
    await house.say(shop, "b1", UNKNOWN)
    if reply_at:
        await until(house, reply_at)
        await house.app.services.desk.reply(house.cid(shop), "amei", Reply(ANSWER))
        await house.settle()
    await until(house, "+10:00:01")
    found = await listed(house)
    assert [one["missed"] for one in found["items"]] == [True] * left
    [inquiry] = await house.rows(tables.inquiry)
    assert inquiry["night"] == night


async def test_a_shop_without_a_night_rule_has_no_list(house: House) -> None:
    shop = await house.shop(platform="xiaohongshu")
    await until(house, "23:30")
    await house.say(shop, "b1", UNKNOWN)
    await until(house, "+09:00")
    found = await listed(house)
    assert (found["items"], found["cutoff"], found["opens_at"]) == ([], None, None)
    assert await bells(house) == []


async def test_p12_the_bell_rings_once_when_the_hours_open(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "23:30")
    await house.say(shop, "person", UNKNOWN)
    await house.say(shop, "bot", SHIP)
    await until(house, "+07:59:59")
    assert await bells(house) == []
    await until(house, "+08:00:00")
    [bell] = await bells(house)
    assert bell == {
        "at": house.clock.ms,
        "morning": "2026-05-05",
        "count": 2,
        "bot_answered": 1,
        "missed": 0,
        "due_at": house.clock.ms + 2 * 3600 * 1000,
        "conversations": [house.cid(shop, "person"), house.cid(shop, "bot")],
    }
    await house.restart()
    await house.say(shop, "bot", "还在等")
    await house.later(60)
    assert len(await bells(house)) == 1


async def test_p12_down_at_eight_the_bell_rings_at_the_start(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "23:30")
    await house.say(shop, "b1", UNKNOWN)
    house.clock.now = local("+10:15")
    await house.restart()
    await house.later(1)
    assert [(bell["count"], bell["missed"]) for bell in await bells(house)] == [(1, 1)], "late, and it says so"
    await house.restart()
    await house.later(1)
    assert len(await bells(house)) == 1


async def test_p12_a_clock_set_back_does_not_ring_it_twice(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "23:30")
    await house.say(shop, "b1", UNKNOWN)
    await until(house, "+08:00")
    house.clock.now = local("+07:30")
    await house.say(shop, "b2", UNKNOWN)
    await until(house, "+08:00")
    assert len(await bells(house)) == 1


async def test_each_morning_has_its_own_bell(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    for _ in range(2):
        await house.later(9.5 * 3600)
        await house.say(shop, "b1", UNKNOWN)
        await house.later(14.5 * 3600)
    assert [bell["morning"] for bell in await bells(house)] == ["2026-05-05", "2026-05-06"]


async def test_all_settled_before_eight_nothing_rings(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "23:30")
    await house.say(shop, "b1", UNKNOWN)
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply(ANSWER))
    await until(house, "+08:00")
    assert await bells(house) == []


@pytest.mark.parametrize(
    ("rules", "rings", "due"),
    [
        pytest.param({"window.start": "07:00"}, "+07:00", "+10:00", id="hours open earlier"),
        pytest.param({"night.cutoff": "09:00:00"}, "+08:00", "+09:00", id="an earlier limit"),
        pytest.param({"night.requires": "any_reply"}, None, None, id="the bot's reply is enough"),
        pytest.param({"window.start": "11:00"}, None, "+10:00", id="hours open after the limit: no use in ringing"),
    ],
)
async def test_by_the_rulesets_parameters(
    house: House, rules: dict[str, Any], rings: str | None, due: str | None
) -> None:
    shop = await house.shop(platform="kuaishou", rules=rules)
    await until(house, "23:30")
    await house.say(shop, "b1", SHIP)
    found = await listed(house)
    assert [one["due_at"] for one in found["items"]] == ([_iso(local(due))] if due else [])
    for at in ("+06:59:59", "+07:00", "+07:59:59", "+08:00", "+11:00", "+12:00"):
        await until(house, at)
    assert [bell["at"] for bell in await bells(house)] == ([_ms(local(rings))] if rings else [])


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


async def test_what_was_closed_at_night_is_missed_in_the_books_though_the_buyer_asks_again(house: House) -> None:
    shop = await house.shop(platform="kuaishou")
    await until(house, "23:30")
    await house.say(shop, "b1", UNKNOWN)
    await house.app.services.desk.close(house.cid(shop, "b1"), "amei", "电话里说好了")
    await until(house, "+08:20")
    await house.say(shop, "b1", UNKNOWN)
    await until(house, "+08:50")
    await until(house, "+12:00")
    night, _ = await house.rows(tables.inquiry, tables.inquiry.c.opened_at)
    assert (night["night"], night["owed"]) == ("missed", False)
