"""What buyers send in several lines, several questions or with cards, as the shop's desk and the buyer see it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.message import Kind
from tests.flow.house import FRAGMENT, INVOICE, INVOICE_SAYS, SHIP, SHIP_SAYS, UNKNOWN, House

FAQ = {
    "stock": {
        "question": "红色的还有货吗",
        "answer": "红色有货。",
        "phrasings": ["红色有货吗", "红色的有吗", "那个红色的还有M吗"],
    },
    "black": {"question": "黑色的还有货吗", "answer": "黑色下周到货。", "phrasings": ["黑色有货吗"]},
    "mug": {"question": "有货吗", "answer": "这款杯子有货。", "products": ["p1"]},
    "hello": {"question": "在吗", "answer": "在的，请说。"},
    "order": {"question": "我的订单到哪了", "answer": "订单 {订单号} 已发出，{商品名} 的运单号是 {运单号}。"},
}
ORDER = {"order": "A1", "title": "蓝色水杯", "tracking": "SF100"}


@pytest.fixture
async def channel(house: House) -> Any:
    made = await house.shop()
    await house.app.services.publishing.put_many("shop", FAQ, by="test")
    return made


async def lines(house: House, channel: Any, *said: str, apart_s: float = 1) -> None:
    """A buyer's lines, one after another; then the wait that may be on ends."""
    for line in said:
        await house.say(channel, "b1", line)
        await house.later(apart_s)
    await house.later(9)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        pytest.param(["在吗", FRAGMENT, "还有M吗"], ["红色有货。"], id="a greeting, a thing, a question"),
        pytest.param([FRAGMENT, "还有M吗"], ["红色有货。"], id="a thing, a question"),
        pytest.param(["在吗", SHIP], [SHIP_SAYS], id="a greeting, then the question: no line for the greeting"),
        pytest.param(["在吗"], ["在的，请说。"], id="a greeting and nothing more: the shop's own line"),
        pytest.param([SHIP, INVOICE], [SHIP_SAYS, INVOICE_SAYS], id="two whole questions: each its answer"),
    ],
)
async def test_a_burst_gets_one_answer(house: House, channel: Any, said: list[str], seen: list[str]) -> None:
    await lines(house, channel, *said)
    assert house.seen(channel) == seen


async def test_a_burst_that_reaches_us_in_one_delivery_gets_one_answer(house: House, channel: Any) -> None:
    await house.post(channel, *({"id": f"m{n}", "text": text} for n, text in enumerate(["在吗", FRAGMENT, "还有M吗"])))
    assert house.seen(channel) == ["红色有货。"]


@pytest.mark.parametrize("angry", ["骗子", "转人工", "我要投诉"])
async def test_a_line_for_people_among_others_goes_to_a_person_at_once(house: House, channel: Any, angry: str) -> None:
    await house.say(channel, "b1", FRAGMENT)
    await house.say(channel, "b1", angry)
    talk = await house.talk(channel)
    assert (talk["state"], talk["pending"]) == ("waiting", [])
    await house.say(channel, "b1", "还有M吗")
    assert house.seen(channel) == []


@pytest.mark.parametrize(
    ("later_s", "seen"),
    [
        pytest.param(10, ["红色有货。", "黑色下周到货。"], id="soon after: the same is asked of another thing"),
        pytest.param(590, ["红色有货。", "黑色下周到货。"], id="within ten minutes"),
        pytest.param(611, ["红色有货。"], id="later: a person"),
    ],
)
async def test_a_follow_up_takes_its_topic_from_the_line_before(
    house: House, channel: Any, later_s: float, seen: list[str]
) -> None:
    await house.say(channel, "b1", "红色的还有货吗")
    await house.later(later_s)
    await lines(house, channel, "黑色的呢")
    assert house.seen(channel) == seen


async def test_several_questions_are_one_send(house: House, channel: Any) -> None:
    await house.say(channel, "b1", f"{SHIP}{INVOICE}")
    assert house.seen(channel) == [f"{SHIP_SAYS}\n{INVOICE_SAYS}"]
    sends = await house.sends(channel)
    assert (len(sends), sends[0]["parts"]) == (1, ["answer"])
    told = await house.app.store.read(_explained)
    assert [entry["id"] for entry in told[-1]["entries"]] == ["ship", "invoice"]
    await house.say(channel, "b1", INVOICE)
    assert (await house.talk(channel))["reason"] == "unsure", "asked again: the answer did not help"


@pytest.mark.parametrize("partial", [False, True])
async def test_a_question_nobody_knows_brings_a_person_for_all_or_for_the_rest(house: House, partial: bool) -> None:
    channel = await house.shop(partial_answers=partial)
    await house.say(channel, "b1", f"{SHIP}{UNKNOWN}")
    talk = await house.talk(channel)
    assert (talk["state"], talk["reason"]) == ("waiting", "several_questions")
    assert talk["reason_detail"] == f"{UNKNOWN}（有答案：{SHIP}）"
    assert house.seen(channel) == ([f"{SHIP_SAYS}\n「{UNKNOWN}」由同事回答，14:03 前回复。"] if partial else [])


async def test_in_suggest_the_known_part_is_a_draft(house: House) -> None:
    channel = await house.shop(mode="suggest", partial_answers=True)
    await house.say(channel, "b1", f"{SHIP}{UNKNOWN}")
    assert house.seen(channel) == []
    assert (await house.talk(channel))["reason"] == "several_questions"
    assert [draft["text"] for draft in await house.app.store.read(_drafts)] == [SHIP_SAYS]


async def test_a_card_says_of_which_product_is_asked(house: House, channel: Any) -> None:
    await house.say(channel, "b1", "", kind=Kind.PRODUCT_CARD, meta={"product": "p1", "title": "水杯"})
    await house.say(channel, "b1", "有货吗")
    assert house.seen(channel) == ["这款杯子有货。"]


async def test_another_card_another_product(house: House, channel: Any) -> None:
    await house.say(channel, "b1", "", kind=Kind.PRODUCT_CARD, meta={"product": "p1"})
    await house.say(channel, "b1", "", kind=Kind.PRODUCT_CARD, meta={"product": "p2"})
    await house.say(channel, "b1", "有货吗")
    assert house.seen(channel) == []


@pytest.mark.parametrize("kind", [Kind.PRODUCT_CARD, Kind.ORDER_CARD])
async def test_a_card_alone_waits_and_is_called_by_its_name(house: House, channel: Any, kind: Kind) -> None:
    await house.say(channel, "b1", "", kind=kind, meta=ORDER)
    assert (await house.talk(channel))["state"] == "bot"
    await house.later(2.9)
    assert (await house.talk(channel))["state"] == "bot"
    await house.later(0.2)
    talk = await house.talk(channel)
    assert (talk["state"], talk["reason"]) == ("waiting", "card_alone")


async def test_an_order_card_fills_the_answer(house: House, channel: Any) -> None:
    await house.say(channel, "b1", "", kind=Kind.ORDER_CARD, meta=ORDER)
    await house.say(channel, "b1", "我的订单到哪了")
    assert house.seen(channel) == ["订单 A1 已发出，蓝色水杯 的运单号是 SF100。"]


async def test_without_a_card_the_facts_lack(house: House, channel: Any) -> None:
    await house.say(channel, "b1", "我的订单到哪了")
    talk = await house.talk(channel)
    assert (talk["reason"], talk["reason_detail"]) == ("missing_field", "订单号、商品名、运单号")


def _explained(conn: Any) -> list[dict[str, Any]]:
    return [row["explain"] for row in _rows(conn, "decision")]


def _drafts(conn: Any) -> list[dict[str, Any]]:
    return _rows(conn, "suggestion")


def _rows(conn: Any, name: str) -> list[dict[str, Any]]:
    from bot.store.tables import metadata

    table = metadata.tables[name]
    return [dict(row) for row in conn.execute(table.select().order_by(table.c.at)).mappings()]


async def test_a_conversation_that_a_person_ends_during_the_wait_stays_ended(house: House, channel: Any) -> None:
    await house.say(channel, "b1", UNKNOWN)
    await house.say(channel, "b1", FRAGMENT)
    await house.app.services.desk.close(house.cid(channel), "amei", "电话里说好了")
    await house.later(9)
    talk = await house.talk(channel)
    assert (talk["state"], talk["owed"], talk["pending"]) == ("closed", False, [])
    await house.say(channel, "b1", "红色有货吗")
    assert house.seen(channel)[-1] == "红色有货。", "what comes after begins anew"
