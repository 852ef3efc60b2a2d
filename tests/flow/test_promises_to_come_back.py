"""A holding line starts a promise; the real answer ends it; a broken one is in the queue and calls people."""

from __future__ import annotations

import pytest

from bot.service.desk import Reply
from bot.service.refusal import Refusal
from bot.store.reading import queue
from tests.flow.house import PERSON_PLEASE, House

HOLD, REAL = "稍等，我查一下", "今天下午发，单号是 8812。"
TEN_MINUTES = 600


async def promise(house: House, shop) -> tuple[str, bool] | None:
    from bot.store import tables

    rows = await house.rows(tables.promise, conversation=house.cid(shop))
    return (rows[0]["by"], rows[0]["overdue"]) if rows else None


async def say(house: House, shop, text: str, who: str = "amei", then: str = "keep") -> None:
    await house.app.services.desk.reply(house.cid(shop), who, Reply(text, then=then))
    await house.settle()


async def kinds(house: House) -> list[str]:
    return [row["kind"] for row in await house.journal() if row["kind"].startswith("promise")]


async def in_queue(house: House) -> int:
    return (await house.app.store.read(queue.counts, ["shop"], "x", queue.Owed([])))["waiting"]


@pytest.mark.parametrize(
    ("after_s", "broken"),
    [pytest.param(TEN_MINUTES - 1, False, id="just before"), pytest.param(TEN_MINUTES, True, id="at ten minutes")],
)
async def test_a_promise_runs_ten_minutes(house, after_s, broken):
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    await say(house, shop, HOLD)
    assert await promise(house, shop) == ("amei", False)
    await house.later(after_s)
    assert await promise(house, shop) == ("amei", broken)
    assert await in_queue(house) == int(broken), "a broken promise is in the queue, whoever holds the conversation"
    assert await kinds(house) == ["promise", *["promise_overdue"] * broken]
    await house.later(TEN_MINUTES)
    assert (await kinds(house)).count("promise_overdue") == 1, "told once"


async def test_the_real_answer_ends_it_and_another_wait_buys_no_time(house):
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    await say(house, shop, HOLD)
    await house.later(300)
    await say(house, shop, "还在查，再等等")
    await house.later(300)
    assert await promise(house, shop) == ("amei", True)
    await say(house, shop, REAL)
    assert await promise(house, shop) is None
    assert await in_queue(house) == 0
    assert await kinds(house) == ["promise", "promise_overdue", "promise_ended"]


async def test_what_never_reached_the_buyer_promises_nothing(house):
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    house.break_wire(shop, "refuse")
    await say(house, shop, HOLD)
    assert await promise(house, shop) is None


async def test_an_answer_in_the_platforms_own_app_keeps_it(house):
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    await say(house, shop, HOLD)
    house.clock.later(60)
    await house.post(shop, {"id": "own-app", "sender": "agent", "text": REAL, "buyer": "b1"})
    await house.later(TEN_MINUTES - 60)
    assert await promise(house, shop) is None
    assert await kinds(house) == ["promise", "promise_ended"]


async def test_closing_and_releasing(house):
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    await say(house, shop, HOLD, then="release")
    await house.later(TEN_MINUTES)
    assert await in_queue(house) == 1
    await house.app.services.desk.close(house.cid(shop), "amei", "买家已退款")
    assert await promise(house, shop) is None


async def test_a_shop_sets_its_own_time(house):
    shop = await house.shop(promise_s=120)
    await house.say(shop, "b1", PERSON_PLEASE)
    await say(house, shop, HOLD)
    await house.later(120)
    assert await promise(house, shop) == ("amei", True)


async def test_nobody_talks_over_a_colleague(house):
    """Two people type; the second one is told what the first has said before anything more goes out."""
    shop = await house.shop()
    await house.say(shop, "b1", PERSON_PLEASE)
    desk, cid = house.app.services.desk, house.cid(shop)
    seen = (await house.app.services.feed.heads(["shop"]))["shop"]
    await say(house, shop, REAL, then="release")
    with pytest.raises(Refusal) as no:
        await desk.reply(cid, "lili", Reply("我来回答", seen=seen))
    assert (no.value.code, [line["text"] for line in no.value.extra["said"]]) == ("answered_meanwhile", [REAL])
    await desk.reply(cid, "amei", Reply("补充一句：发的是中通。", seen=seen, then="release"))
    await house.settle()
    seen = (await house.app.services.feed.heads(["shop"]))["shop"]
    await house.say(shop, "b1", "好的")
    await desk.reply(cid, "lili", Reply("不客气，有问题随时说。", seen=seen))
    await house.settle()
    assert house.seen(shop)[-3:] == [REAL, "补充一句：发的是中通。", "不客气，有问题随时说。"]
