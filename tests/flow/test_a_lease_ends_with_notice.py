"""A conversation that its owner leaves silent is released after half an hour; five minutes before, the owner is told."""

from __future__ import annotations

import pytest

from bot.service.desk import Reply
from tests.flow.house import PERSON_PLEASE, House

MINUTE = 60


async def told(house: House) -> list[str]:
    return [row["body"]["by"] for row in await house.journal(kind="lease_ends")]


@pytest.mark.parametrize(
    ("after_s", "times", "state"),
    [
        pytest.param(25 * MINUTE - 1, 0, "agent", id="just before the notice"),
        pytest.param(25 * MINUTE, 1, "agent", id="at the notice"),
        pytest.param(30 * MINUTE - 1, 1, "agent", id="just before the end"),
        pytest.param(30 * MINUTE, 1, "waiting", id="at the end"),
    ],
)
async def test_the_notice_and_the_end(house: House, after_s: int, times: int, state: str) -> None:
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    await house.app.services.desk.takeover(house.cid(shop), "amei")
    if after_s > 25 * MINUTE:
        await house.later(25 * MINUTE)
        after_s -= 25 * MINUTE
    await house.later(after_s)
    assert await told(house) == ["amei"] * times
    assert (await house.talk(shop))["state"] == state


async def test_whoever_speaks_in_between_moves_the_notice(house: House) -> None:
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    await house.app.services.desk.takeover(house.cid(shop), "amei")
    await house.later(20 * MINUTE)
    await house.say(shop, "b1", "还在吗")
    await house.later(5 * MINUTE)
    assert await told(house) == []
    await house.later(20 * MINUTE)
    assert await told(house) == ["amei"]
    await house.app.services.desk.release(house.cid(shop), "amei")
    await house.later(5 * MINUTE)
    assert (await house.journal(kind="release"))[-1]["body"]["by"] == "amei", "released once, by hand"


@pytest.mark.parametrize(
    ("writes", "state"),
    [
        pytest.param([], "bot", id="nobody is waited for any more"),
        pytest.param(["那到底退不退"], "waiting", id="the buyer has asked again since"),
    ],
)
async def test_a_reply_that_gets_through_after_its_author_let_go_settles_what_it_answers(
    house: House, writes: list[str], state: str
) -> None:
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    house.break_wire(shop, "rate_limit", seconds=20)
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply("您好，退款今天下午到账。"))
    await house.settle()
    await house.later(30 * MINUTE, sends=False)
    talk = await house.talk(shop)
    assert (talk["state"], talk["reason"], talk["owed"]) == ("waiting", "released_owed", True)
    house.break_wire(shop, None)
    await house.later(10 * MINUTE)
    assert house.seen(shop)[-1] == "您好，退款今天下午到账。"
    await house.later(1)
    for text in writes:
        await house.say(shop, "b1", text)
    assert (await house.talk(shop))["state"] == state
