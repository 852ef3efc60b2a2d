"""Takeover, release and order: a person has the word at once, one person only, and replies keep their order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.base import Channel
from bot.service.desk import Reply
from bot.service.passing import To
from bot.service.refusal import Refusal
from bot.store import tables
from bot.store.engine import ALONE
from bot.web.server import build
from tests.flow.house import INVOICE, INVOICE_SAYS, RETURN, SHIP, SHIP_SAYS, THANKS, UNKNOWN, House
from tests.postgres import holding

AGENTS = [f"agent-{n}" for n in range(10)]


@pytest.fixture
async def shop(house: House) -> Channel:
    return await house.shop()


@pytest.fixture
async def door(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    client = TestClient(TestServer(build(house.app.services)))
    await client.start_server()
    yield client
    await client.close()


async def test_p10_takeover_cancels_what_waits_and_names_what_is_on_the_wire(house: House, shop: Channel) -> None:
    wire = house.hold_wire()
    await house.deliver(shop, house.written({"id": "m1"}, {"id": "m2", "text": INVOICE}))
    await house.settle(sends=False)
    in_flight = await house.app.services.desk.takeover(house.cid(shop), "amei")
    first, second = await house.sends(shop)
    assert in_flight == [first["id"]]
    assert (second["status"], second["detail"]) == ("cancelled", "taken_over")
    wire.let_go()
    await house.settle()
    await house.say(shop, "b1", SHIP)
    await house.later(60)
    assert house.seen(shop) == [SHIP_SAYS], "only what was on the wire already"
    assert [outgoing.text for outgoing in wire.started] == [SHIP_SAYS]


async def test_p10_a_send_that_waits_for_its_turn_on_a_full_wire_is_not_made_after_a_takeover(
    house: House, shop: Channel
) -> None:
    """A stalling platform: more buyers than calls at once. Who was taken over meanwhile gets nothing automatic."""
    wire = house.hold_wire()
    buyers = [f"b{n}" for n in range(40)]
    for buyer in buyers:
        await house.deliver(shop, house.platform.say(shop, buyer, SHIP))
    await house.settle(sends=False)
    await asyncio.sleep(0)
    begun = {outgoing.conversation for outgoing in wire.started}
    late = [buyer for buyer in buyers if buyer not in begun]
    assert late, "some must be waiting for their turn"
    for buyer in late:
        await house.app.services.desk.takeover(house.cid(shop, buyer), "amei")
    wire.let_go()
    await house.settle()
    assert [house.seen(shop, buyer) for buyer in late] == [[] for _ in late]
    assert all(house.seen(shop, buyer) == [SHIP_SAYS] for buyer in begun)


async def test_p10_a_persons_reply_does_not_wait_behind_an_automatic_one_that_is_refused(
    house: House, shop: Channel
) -> None:
    wire = house.hold_wire()
    house.break_wire(shop, "rate_limit", seconds=60, times=1)
    await house.say_only(shop, "b1", SHIP)
    await house.app.services.desk.reply(house.cid(shop), "amei", Reply("您好，今天发。"))
    wire.let_go()
    await house.settle()
    assert house.seen(shop) == ["您好，今天发。"]


@pytest.mark.parametrize(
    "told",
    [
        "by the platform's id",
        "by our id",
        "by its words, the call not back yet",
        "by its words, answered without an id",
    ],
)
async def test_p10_the_echo_of_our_own_send_is_no_takeover_and_no_second_message(house: House, told: str) -> None:
    shop = await house.shop(wire={"echoes_own": True})
    wire = house.hold_wire()
    await house.say_only(shop, "b1", SHIP)
    if told != "by its words, the call not back yet":
        wire.let_go()
        await house.settle()
    [send] = await house.sends(shop)
    if told == "by its words, answered without an id":
        await house.app.store.write(lambda conn: conn.execute(tables.outbox.update().values(platform_id=None)))
    item: dict[str, Any] = {
        "by the platform's id": {"id": send["platform_id"] or ""},
        "by our id": {"id": "e1", "meta": {"reply_id": send["id"]}},
    }.get(told, {"id": "e1"})
    for _ in range(2):
        await house.post_only(shop, {"text": SHIP_SAYS, "sender": "agent", **item})
    wire.let_go()
    await house.settle()
    assert (await house.talk(shop))["state"] == "bot"
    assert [row["sender"] for row in await house.messages(shop)] == ["buyer", "bot"]
    assert (await house.sends(shop))[0]["status"] == "sent"


async def test_p10_the_same_words_a_second_time_are_a_person(house: House, shop: Channel) -> None:
    """One send has one echo. Words like ours from somebody long after, or once more, were typed."""
    await house.say(shop, "b1", SHIP)
    await house.app.store.write(lambda conn: conn.execute(tables.outbox.update().values(platform_id=None)))
    await house.post(shop, {"id": "e1", "text": SHIP_SAYS, "sender": "agent"})
    assert (await house.talk(shop))["state"] == "bot"
    await house.post(shop, {"id": "e2", "text": SHIP_SAYS, "sender": "agent"})
    assert (await house.talk(shop))["owner"] == "outside"


@pytest.mark.parametrize("fault", ["cut_after", "stall"])
async def test_p20_an_echo_settles_a_send_nobody_knew_the_end_of(house: House, fault: str) -> None:
    shop = await house.shop(platform="internal", wire={"echoes_own": True})
    house.break_wire(shop, fault, **({"seconds": 0.4} if fault == "stall" else {}))
    await house.say(shop, "b1", SHIP)
    assert [row["doubtful"] for row in await house.messages(shop)] == [False, True]
    assert (await house.rows(tables.inquiry))[0]["open"]
    house.clock.later(1)
    await house.deliver(shop, *house.platform.take_pushes(shop.key))
    await house.settle()
    assert [row["status"] for row in await house.sends(shop)] == ["sent"]
    assert [row["doubtful"] for row in await house.messages(shop)] == [False, False]
    [inquiry] = await house.rows(tables.inquiry)
    assert (inquiry["reason"], inquiry["open"]) == ("valid", False)


async def test_p10_a_person_writing_in_the_platforms_own_app_is_a_takeover(house: House, shop: Channel) -> None:
    await house.say(shop, "b1", "那个红色的")
    await house.deliver(shop, house.platform.typed_by_agent(shop, "b1", "在的，您说"))
    await house.settle()
    talk = await house.talk(shop)
    assert (talk["state"], talk["owner"]) == ("agent", "outside")
    await house.say(shop, "b1", SHIP)
    await house.later(20)
    assert [line.sender.value for line in house.lines(shop)] == ["buyer", "agent", "buyer"]
    assert await house.ends(shop) == [("silence", "person_holds")] * 2
    assert await house.rows(tables.message, waiting=True) == []


async def test_p11_ten_take_over_at_once_one_succeeds_and_nine_hear_who(
    house: House, shop: Channel, door: TestClient[Any, Any]
) -> None:
    await house.say(shop, "b1", UNKNOWN)
    keys = {}
    for name in AGENTS:
        made = await house.app.services.people.add_token(name, "agent", ["shop"], by="test")
        keys[name] = {"Authorization": f"Bearer {made['value']}"}
    path = f"/api/v1/conversations/{house.cid(shop)}"

    async def take(name: str) -> tuple[int, Any]:
        async with door.post(f"{path}/takeover", headers=keys[name]) as answer:
            return answer.status, await answer.json()

    answers = dict(zip(AGENTS, await asyncio.gather(*(take(name) for name in AGENTS)), strict=True))
    [winner] = [name for name, (status, _) in answers.items() if status == 200]
    lost = [body for status, body in answers.values() if status == 409]
    assert len(lost) == 9
    assert {body["owner"]["name"] for body in lost} == {winner}
    loser = next(name for name in AGENTS if name != winner)
    async with door.post(f"{path}/reply", headers=keys[loser], json={"text": "我来"}) as answer:
        assert answer.status == 409
    assert await house.sends(shop) == []
    assert len(await house.journal(kind="takeover")) == 1


async def test_p11_who_lost_the_conversation_to_a_colleague_can_send_no_more(house: House, shop: Channel) -> None:
    desk, cid = house.app.services.desk, house.cid(shop)
    await house.say(shop, "b1", UNKNOWN)
    await desk.takeover(cid, "amei")
    epoch = (await house.talk(shop))["epoch"]
    await house.app.services.passing.transfer(cid, "amei", To("lili"), "换班")
    assert (await house.talk(shop))["epoch"] > epoch
    with pytest.raises(Refusal) as no:
        await desk.reply(cid, "amei", Reply("我还在"))
    assert no.value.extra["owner"]["id"] == "lili"
    assert house.seen(shop) == []


@pytest.mark.parametrize(
    ("before", "state", "reason"),
    [
        (["buyer asks, nobody answers"], "waiting", "released_owed"),
        (["buyer asks, nobody answers", "person answers"], "bot", None),
        (["bot answers"], "bot", None),
        (["bot answers", "buyer asks again"], "waiting", "released_owed"),
        (["bot answers", "person answers", "buyer says thanks"], "bot", None),
    ],
)
async def test_p10_a_release_goes_to_the_queue_while_a_buyer_still_waits(
    house: House, shop: Channel, before: list[str], state: str, reason: str | None
) -> None:
    desk, cid = house.app.services.desk, house.cid(shop)
    await house.say(shop, "b1", SHIP if before[0] == "bot answers" else UNKNOWN)
    await desk.takeover(cid, "amei")
    for step in before[1:]:
        house.clock.later(5)
        if step == "person answers":
            await desk.reply(cid, "amei", Reply("48小时内一定发出。"))
        else:
            await house.say(shop, "b1", THANKS if step == "buyer says thanks" else INVOICE)
        await house.settle()
    await desk.release(cid, "amei")
    talk = await house.talk(shop)
    assert (talk["state"], talk["reason"], talk["owner"]) == (state, reason, None)


@pytest.mark.parametrize(("answered_by", "state"), [("nobody", "waiting"), ("the bot", "waiting"), ("a person", "bot")])
async def test_p10_after_thirty_silent_minutes_a_takeover_ends_in_the_queue_if_anything_is_owed(
    house: House, shop: Channel, answered_by: str, state: str
) -> None:
    desk, cid = house.app.services.desk, house.cid(shop)
    await house.say(shop, "b1", SHIP if answered_by == "the bot" else UNKNOWN)
    await desk.takeover(cid, "amei")
    if answered_by == "a person":
        await desk.reply(cid, "amei", Reply("48小时内一定发出。"))
        await house.settle()
    await house.later(29 * 60)
    assert (await house.talk(shop))["owner"] == "amei"
    await house.say(shop, "b1", THANKS)
    await house.later(29 * 60)
    assert (await house.talk(shop))["owner"] == "amei", "a line is no silence"
    await house.later(60)
    talk = await house.talk(shop)
    assert (talk["state"], talk["owner"]) == (state, None)


async def test_p10_silent_from_the_start_the_takeover_of_a_bot_answered_talk_ends_in_the_queue_while_owed(
    house: House, shop: Channel
) -> None:
    await house.say(shop, "b1", SHIP)
    await house.app.services.desk.takeover(house.cid(shop), "amei")
    await house.later(30 * 60)
    talk = await house.talk(shop)
    assert (talk["state"], talk["reason"], talk["owner"]) == ("waiting", "released_owed", None)


async def test_p10_after_a_release_the_bot_answers_only_what_came_after_it(house: House, shop: Channel) -> None:
    """A line comes in while a person holds the conversation and is decided only after the release."""
    desk, cid = house.app.services.desk, house.cid(shop)
    await house.say(shop, "b1", UNKNOWN)
    await desk.takeover(cid, "amei")
    house.stop_deciding()
    await house.deliver(shop, house.platform.say(shop, "b1", SHIP))
    house.clock.later(1)
    await desk.release(cid, "amei")
    await house.restart()
    assert house.seen(shop) == []
    assert (await house.talk(shop))["state"] == "waiting"
    house.clock.later(1)
    await house.say(shop, "b1", INVOICE)
    assert house.seen(shop) == [INVOICE_SAYS]


async def test_p10_a_line_waiting_for_its_rest_is_not_answered_after_a_close(house: House, shop: Channel) -> None:
    await house.say(shop, "b1", "多久发货，")
    house.clock.later(1)
    await house.app.services.desk.close(house.cid(shop), "amei", "已电话处理")
    await house.later(10)
    assert house.seen(shop) == []
    assert await house.ends(shop) == [("silence", "person_holds")]


async def test_p09_replies_keep_the_order_of_acceptance(house: House, shop: Channel) -> None:
    wire = house.hold_wire()
    texts = [SHIP, INVOICE, RETURN]
    await house.deliver(shop, house.written(*({"id": f"m{n}", "text": t} for n, t in enumerate(texts))))
    await house.settle(sends=False)
    wire.let_go()
    await house.settle()
    assert house.seen(shop) == [SHIP_SAYS, INVOICE_SAYS, "支持七天无理由退货，保留吊牌即可。"]
    made = [row["created_at"] for row in await house.sends(shop)]
    assert made == sorted(set(made)), "no two stand at the same place"


async def test_p09_what_this_process_has_not_found_in_the_table_yet_is_answered_first(
    house: House, shop: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that another process took in for this one, or left behind when it died, and one that came in here since:
    only the later one is in memory."""
    if not house.app.store.shared:
        pytest.skip("an embedded store has one process")
    rung: list[bool] = []
    house.app.answering.on_overtaken = lambda: rung.append(True)
    with monkeypatch.context() as unheard:
        unheard.setattr(house.app.intake, "_on_stored", lambda _fresh: None)
        await house.say(shop, "b1", SHIP)
    await house.say(shop, "b1", INVOICE)
    assert (house.seen(shop), rung) == ([], [True])
    await house.app.answering.look()
    await house.settle()
    assert house.seen(shop) == [SHIP_SAYS, INVOICE_SAYS]
    assert rung == [True]


async def test_p11_a_process_says_that_it_is_there_while_somebody_writes_for_long(
    house: House,
) -> None:
    """Else one long import would cost all others their lease, and what they have in hand."""
    store, worker = house.app.store, house.app.worker
    if not store.shared:
        pytest.skip("an embedded store has one process")
    async with holding(str(store.place), ALONE):
        await worker.beat()
    assert worker.holds()


async def test_p09_one_call_at_a_time_in_a_conversation(house: House, shop: Channel) -> None:
    wire = house.hold_wire()
    await house.deliver(shop, house.written({"id": "m1"}, {"id": "m2", "text": INVOICE}))
    await house.settle(sends=False)
    await asyncio.sleep(0.05)
    assert [outgoing.text for outgoing in wire.started] == [SHIP_SAYS]
    wire.let_go()


async def test_p09_a_blocked_conversation_and_a_failing_shop_hold_up_no_other(house: House, shop: Channel) -> None:
    south = await house.shop("south")
    house.break_wire(shop, "rate_limit", seconds=100)
    for n in range(20):
        await house.say(shop, f"b{n}", SHIP)
    await house.say(south, "b1", SHIP)
    assert house.seen(south) == [SHIP_SAYS]
    house.break_wire(shop, None)
    await house.say(shop, "another", SHIP)
    assert house.seen(shop, "another") == [SHIP_SAYS]


async def test_p09_a_shop_whose_matcher_fails_holds_up_no_other_and_its_own_other_buyers(
    house: House, shop: Channel
) -> None:
    south = await house.shop("south")
    await house.fail_reading("shop", "炸")
    began = asyncio.get_running_loop().time()
    await house.deliver(shop, house.platform.say(shop, "bad", "炸"))
    for channel in (shop, south):
        await house.deliver(channel, house.platform.say(channel, "good", SHIP))
    while not (house.seen(shop, "good") and house.seen(south, "good")):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert asyncio.get_running_loop().time() - began < 1
    await house.settle()


async def test_p09_a_shop_whose_timers_fail_holds_up_no_other(house: House) -> None:
    shops = [
        await house.shop(name, notices={"timed": "人工稍后回复。"}, timed_answer_s=10) for name in ("north", "south")
    ]
    for channel in shops:
        await house.say(channel, "b1", UNKNOWN)
    await house.fail_reading("north", UNKNOWN)
    await house.later(11)
    assert [house.seen(channel) for channel in shops] == [[], ["人工稍后回复。"]]
