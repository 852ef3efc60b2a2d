"""News of old days: a recall, a report or a reply that comes late changes the day it belongs to, and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.base import Channel
from bot.service.desk import Reply
from bot.store import tables
from tests.flow.house import UNKNOWN, House

DAYS = 5
DAY_S = 86_400


async def five_days(house: House) -> Channel:
    """A shop where a buyer asks at 14:00 each day and a person answers a minute later in the platform's own app.

    Where one of these answers is taken back, the next day's is the first that reaches the buyer: late.
    """
    shop = await house.shop(platform="kuaishou", mode="off")
    for day in range(DAYS):
        await house.post(shop, {"id": f"ask{day}", "text": f"{UNKNOWN}{day}"})
        await house.later(60)
        await house.post(shop, {"id": f"answer{day}", "text": "下午给您发出，顺丰。", "sender": "agent"})
        await house.later(DAY_S - 60)
    return shop


async def reasons(house: House) -> list[str]:
    """The verdict of each day's inquiry, first day first."""
    return [row["reason"] for row in await house.rows(tables.inquiry, tables.inquiry.c.opened_at)]


def news(kind: str, **meta: Any) -> dict[str, Any]:
    return {"id": "news", "kind": kind, "text": "", "sender": "system", "meta": meta}


@pytest.mark.parametrize(
    ("told", "day", "after"),
    [
        (news("recall", target="answer0"), 0, "late"),
        (news("recall", target="answer2"), 2, "late"),
        (news("recall", target="ask0"), 0, "valid"),
        (news("report", type="spam", target="ask1", status="accepted"), 1, "excluded_spam"),
        (news("report", type="spam", target="ask1", status="filed"), 1, "valid"),
        (news("report", type="abuse", target="ask0", status="accepted"), 0, "excluded_abuse"),
    ],
    ids=["reply of day 1 recalled", "reply of day 3 recalled", "question recalled", "spam", "spam only filed", "abuse"],
)
async def test_p20_news_of_an_old_message_changes_its_own_day(
    house: House, told: dict[str, Any], day: int, after: str
) -> None:
    shop = await five_days(house)
    assert await reasons(house) == ["valid"] * DAYS
    await house.post(shop, told)
    expected = ["valid"] * DAYS
    expected[day] = after
    assert await reasons(house) == expected


async def test_p20_news_told_before_what_it_is_about_counts_all_the_same(house: House) -> None:
    shop = await house.shop(platform="kuaishou", mode="off")
    await house.post(shop, {"id": "ask0", "text": UNKNOWN})
    await house.later(1)
    await house.post(shop, news("recall", target="answer0"))
    await house.later(1)
    await house.post(shop, {"id": "answer0", "text": "下午给您发出，顺丰。", "sender": "agent"})
    await house.later(DAY_S)
    assert await reasons(house) == ["no_reply"]


async def test_p20_a_reply_we_hear_of_four_days_late_counts_on_its_day(house: House) -> None:
    shop = await five_days(house)
    first = house.clock.now - timedelta(days=DAYS)
    await house.post(shop, {"id": "early", "text": UNKNOWN, "at": first - timedelta(hours=2)})
    assert await reasons(house) == ["late", "valid", "valid", "valid", "valid"]
    await house.post(
        shop,
        {"id": "heard late", "text": "已经发出。", "sender": "agent", "at": first - timedelta(hours=2, seconds=-50)},
    )
    assert (await reasons(house))[0] == "valid"


async def test_p20_our_own_reply_taken_back_on_the_platform_counts_no_more(house: House) -> None:
    """The platform names its own id of the reply, which is not ours."""
    shop = await house.shop(mode="off")
    await house.say(shop, "b1", UNKNOWN)
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply("姓王。"))
    await house.settle()
    assert await reasons(house) == ["valid"]
    [send] = await house.sends(shop)
    assert send["platform_id"] != send["id"]
    await house.post(
        shop, {"id": "news", "kind": "recall", "text": "", "sender": "agent", "meta": {"target": send["platform_id"]}}
    )
    assert await reasons(house) == ["pending"]


async def test_p20_a_later_turn_left_waiting_is_missed_where_every_turn_counts(house: House) -> None:
    shop = await house.shop(platform="pinduoduo", mode="off")
    await house.post(shop, {"id": "ask0", "text": UNKNOWN})
    await house.post(shop, {"id": "answer0", "text": "下午给您发出，顺丰。", "sender": "agent"})
    await house.later(60)
    await house.post(shop, {"id": "ask1", "text": UNKNOWN + "呀"})
    assert (await house.talk(shop))["due_at"] == house.clock.ms + 180_000
    await house.later(181)
    assert await reasons(house) == ["turn_missed"]
