"""News of old days: a recall, a report or a reply that comes late changes the day it belongs to, and no other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.base import Channel, Outgoing, SendResult
from adapters.sandbox import SandboxClient
from bot.service.desk import Reply
from bot.store import tables
from bot.store.proof import check
from tests.flow.house import UNKNOWN, House


class LateAnswer:
    """A client whose call has shown its words to the buyer long before the answer is here."""

    def __init__(self, inner: SandboxClient) -> None:
        self._inner = inner
        self.shown, self.answered = asyncio.Event(), asyncio.Event()

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        result = await self._inner.send(channel, message, now)
        self.shown.set()
        await self.answered.wait()
        return result

    async def close(self) -> None:
        await self._inner.close()


class Nameless:
    """A client of a platform that takes a reply and does not say by what name it goes."""

    def __init__(self, inner: SandboxClient) -> None:
        self._inner = inner

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        return replace(await self._inner.send(channel, message, now), platform_id=None)

    async def close(self) -> None:
        await self._inner.close()


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


@pytest.mark.parametrize(
    ("told", "day", "after"),
    [
        (news("recall", target="answer0"), 0, "late"),
        (news("recall", target="answer3"), 3, "late"),
        (news("report", type="spam", target="ask1", status="accepted"), 1, "excluded_spam"),
        (news("report", type="abuse", target="ask4", status="accepted"), 4, "excluded_abuse"),
    ],
    ids=["reply of day 1", "reply of day 4", "spam on day 2", "abuse on day 5"],
)
async def test_p20_news_told_in_another_conversation_changes_the_day_it_is_about(
    house: House, told: dict[str, Any], day: int, after: str
) -> None:
    shop = await five_days(house)
    await house.post(shop, told | {"buyer": "b2"})
    expected = ["valid"] * DAYS
    expected[day] = after
    assert await reasons(house) == expected
    assert (await house.talk(shop, "b2"))["inquiry"] is None, "the other conversation has nothing to do with it"
    assert await house.app.store.read(check, "shop") is None


@pytest.mark.parametrize("told_by", ["b1", "b2"])
@pytest.mark.parametrize("days_before", [0, 3])
@pytest.mark.parametrize(
    ("told", "after"),
    [
        (news("recall", target="answer9"), "no_reply"),
        (news("report", type="spam", target="ask9", status="accepted"), "excluded_spam"),
        (news("report", type="spam", target="ask9", status="rejected"), "valid"),
    ],
    ids=["the reply is taken back", "the question is spam", "the question is no spam"],
)
async def test_p20_news_that_comes_before_what_it_is_about(
    house: House, told: dict[str, Any], after: str, days_before: int, told_by: str
) -> None:
    shop = await five_days(house)
    await house.post(shop, told | {"buyer": told_by})
    await house.later(days_before * DAY_S)
    await house.post(shop, {"id": "ask9", "text": UNKNOWN + "9"})
    await house.later(60)
    await house.post(shop, {"id": "answer9", "text": "下午给您发出，顺丰。", "sender": "agent"})
    await house.later(1_000)
    assert await reasons(house) == [*["valid"] * DAYS, after]


async def test_p20_a_report_settled_and_then_withdrawn_days_later(house: House) -> None:
    """Filed in one conversation, accepted in another, rejected in a third: the last status known rules."""
    shop = await five_days(house)
    seen = []
    for nth, status in enumerate(("filed", "accepted", "rejected", "accepted")):
        told = news("report", type="spam", target="ask2", status=status) | {"id": f"news{nth}", "buyer": f"b{nth}"}
        await house.post(shop, told)
        await house.later(DAY_S)
        seen.append((await reasons(house))[2])
    assert seen == ["valid", "excluded_spam", "valid", "excluded_spam"]


async def test_p20_a_reply_of_ours_taken_back_before_its_call_returns(house: House) -> None:
    """The platform shows it and tells of the recall by its own name of it, which we learn only from the answer."""
    shop = await house.shop(mode="off")
    await house.say(shop, "b1", UNKNOWN)
    wire = house.app.clients["sandbox"] = LateAnswer(SandboxClient(house.platform))
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply("姓王。"))
    await wire.shown.wait()
    [line] = [line for line in house.lines(shop) if line.sender.value != "buyer"]
    await house.post_only(shop, news("recall", target=line.message_id))
    wire.answered.set()
    await house.settle()
    assert [send["platform_id"] for send in await house.sends(shop)] == [line.message_id]
    assert await reasons(house) == ["pending"]


async def test_p20_a_reply_of_ours_taken_back_before_its_echo(house: House) -> None:
    """The answer to our call carried no name; the recall comes first, then the echo that tells the name."""
    shop = await house.shop(mode="off")
    await house.say(shop, "b1", UNKNOWN)
    house.break_wire(shop, "cut_after")
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply("姓王。"))
    await house.settle()
    [line] = [line for line in house.lines(shop) if line.sender.value != "buyer"]
    await house.post(shop, news("recall", target=line.message_id))
    assert (await house.sends(shop))[0]["status"] == "unknown"
    await house.post(shop, {"id": line.message_id, "text": "姓王。", "sender": "agent"})
    [send] = await house.sends(shop)
    assert (send["status"], send["platform_id"]) == ("sent", line.message_id)
    assert await reasons(house) == ["pending"]


async def test_p20_a_sent_reply_of_ours_whose_name_only_the_echo_tells(house: House) -> None:
    """The platform said yes without a name; the recall comes before the echo."""
    shop = await house.shop(mode="off")
    await house.say(shop, "b1", UNKNOWN)
    house.app.clients["sandbox"] = Nameless(SandboxClient(house.platform))
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply("姓王。"))
    await house.settle()
    assert await reasons(house) == ["valid"]
    [line] = [line for line in house.lines(shop) if line.sender.value != "buyer"]
    await house.post(shop, news("recall", target=line.message_id))
    assert await reasons(house) == ["valid"], "nobody can know yet what was taken back"
    await house.post(shop, {"id": line.message_id, "text": "姓王。", "sender": "agent"})
    assert await reasons(house) == ["pending"]
