"""Nobody is forgotten: every accepted message ends answered, with a person, in the queue, or in a silence with its reason."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from adapters.base import Channel
from bot.service.books import Books
from bot.store import tables
from bot.store.engine import Store
from bot.store.jobs import Job
from tests.flow.house import (
    FRAGMENT,
    PERSON_PLEASE,
    SHIP,
    SHIP_SAYS,
    THANKS,
    UNKNOWN,
    House,
)

ENOUGH_S = 10


@pytest.fixture
async def shop(house: House) -> Channel:
    return await house.shop()


@pytest.mark.parametrize(
    ("mode", "said", "end", "state", "owed"),
    [
        ("auto", [SHIP], ("answer", "sure"), "bot", True),
        ("auto", [UNKNOWN], ("handoff", "no_match"), "waiting", True),
        ("auto", [PERSON_PLEASE], ("handoff", "asked_for_person"), "waiting", True),
        ("auto", [PERSON_PLEASE, SHIP], ("handoff", "asked_for_person"), "waiting", True),
        ("auto", [UNKNOWN, SHIP], ("answer", "sure"), "waiting", True),
        ("auto", [SHIP, SHIP], ("handoff", "unsure"), "waiting", True),
        ("suggest", [SHIP], ("suggest", "sure"), "waiting", True),
        ("off", [SHIP], ("handoff", "bot_off"), "waiting", True),
    ],
)
async def test_p08_where_a_message_ends(
    house: House, mode: str, said: list[str], end: tuple[str, str], state: str, owed: bool
) -> None:
    shop = await house.shop("one", mode=mode)
    for text in said:
        await house.say(shop, "b1", text)
        house.clock.later(1)
    talk = await house.talk(shop)
    assert (await house.ends(shop))[-1] == end
    assert (talk["state"], talk["owed"]) == (state, owed)


async def test_p08_where_automatic_replies_count_thanks_after_an_answer_is_settled(house: House) -> None:
    shop = await house.shop("own", platform="internal")
    await house.say(shop, "b1", SHIP)
    house.clock.later(2)
    await house.say(shop, "b1", THANKS)
    assert await house.ends(shop) == [("answer", "sure"), ("silence", "small_talk_settled")]
    assert not (await house.talk(shop))["owed"]


@pytest.mark.parametrize("kind", ["image", "voice", "video"])
async def test_p08_a_picture_goes_to_a_person(house: House, shop: Channel, kind: str) -> None:
    await house.say(shop, "b1", "", kind=kind)
    assert await house.ends(shop) == [("handoff", "media")]


@pytest.mark.parametrize(
    ("lines", "decided_after_s"),
    [
        ([(0, FRAGMENT)], 3),
        ([(0, FRAGMENT), (2, FRAGMENT)], 5),
        ([(0, FRAGMENT), (2.5, "红，"), (2.5, "大红，"), (2.5, "深红，")], 8),
    ],
)
async def test_p08_a_fragment_waits_three_seconds_after_its_last_line_and_eight_at_most(
    house: House, shop: Channel, lines: list[tuple[float, str]], decided_after_s: float
) -> None:
    gone = 0.0
    for pause_s, text in lines:
        await house.later(pause_s)
        await house.say(shop, "b1", text)
        gone += pause_s
    await house.later(decided_after_s - gone - 0.01)
    assert (await house.talk(shop))["state"] == "bot"
    await house.later(0.01)
    talk = await house.talk(shop)
    assert (talk["state"], talk["pending"]) == ("waiting", [])
    assert await house.rows(tables.timer, kind="wait") == []
    assert await house.rows(tables.message, waiting=True) == []


async def test_p08_a_complete_question_never_waits(house: House, shop: Channel) -> None:
    await house.say(shop, "b1", "你好")
    assert house.seen(shop) == []
    await house.say(shop, "b1", SHIP)
    assert house.seen(shop) == [SHIP_SAYS]


@pytest.mark.parametrize("when", ["before the wait is over", "as the wait is over"])
async def test_p12_a_restart_forgets_no_waiting_fragment(house: House, shop: Channel, when: str) -> None:
    await house.say(shop, "b1", "多久发货，")
    if when == "as the wait is over":
        house.stop_deciding()
        house.clock.later(3)
        await house.app.ticking.tick()
    await house.restart()
    await house.later(6)
    assert house.seen(shop) == [SHIP_SAYS]
    assert await house.rows(tables.message, waiting=True) == []


async def test_p08_what_our_own_code_fails_on_is_with_a_person_within_ten_seconds(house: House, shop: Channel) -> None:
    await house.fail_reading("shop", "炸")
    began = time.monotonic()
    for n in range(4):
        await house.deliver(shop, house.platform.say(shop, "b1", f"炸{n}？"))
    await house.settle()
    assert time.monotonic() - began < ENOUGH_S
    assert await house.ends(shop) == [("handoff", "own_fault")] * 4
    talk = await house.talk(shop)
    assert (talk["state"], talk["reason"], talk["owed"]) == ("waiting", "own_fault", True)
    assert talk["due_at"] == house.clock.ms + 180_000


async def test_p08_a_fragment_our_own_code_fails_on_is_with_a_person_too(house: House, shop: Channel) -> None:
    await house.say(shop, "b1", FRAGMENT)
    await house.fail_reading("shop", FRAGMENT)
    await house.later(3)
    assert await house.ends(shop) == [("handoff", "own_fault")]
    assert (await house.talk(shop))["pending"] == []
    await house.later(20)
    assert await house.rows(tables.timer, kind="wait") == []


async def test_p08_books_that_fail_still_bring_a_person(
    house: House, shop: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_asked: Any) -> None:
        raise ZeroDivisionError("a fault of our own")

    with monkeypatch.context() as patch:
        patch.setattr(Books, "refold", broken)
        await house.say(shop, "b1", SHIP)
    assert await house.ends(shop) == [("handoff", "own_fault")]
    assert (await house.talk(shop))["state"] == "waiting"
    assert house.seen(shop) == []


async def test_p08_a_store_locked_longer_than_we_retry_forgets_nobody(house: House, shop: Channel) -> None:
    """The message is on disk; then another program holds the store while it is decided."""
    await house.say(shop, "b0", UNKNOWN)
    refusing = house.store_refuses_to_write(but="accept")
    with refusing:
        await house.deliver(shop, house.platform.say(shop, "b1", SHIP))
        await asyncio.sleep(4)
        assert house.seen(shop) == []
    await house.settle()
    assert house.seen(shop) == [SHIP_SAYS]
    assert await house.ends(shop) == [("answer", "sure")]


async def test_p08_a_call_nobody_was_told_of_because_the_store_was_lost_after_its_commit_is_made_later(
    house: House, shop: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The primary dies between the commit and its answer: the send is claimed, and the process does not know."""
    if not house.app.store.shared:
        pytest.skip("nothing stands between the embedded store's commit and its answer")
    tried = Store._tried

    def lose_the_answer(store: Store, begin: tuple[str, ...], jobs: list[Job]) -> set[str]:
        done = tried(store, begin, jobs)
        if any(job.fn == house.app.answering._apply for job in jobs):
            monkeypatch.setattr(Store, "_tried", tried)
            raise OSError("the connection broke")
        return done

    monkeypatch.setattr(Store, "_tried", lose_the_answer)
    await house.say(shop, "b1", SHIP)
    [send] = await house.sends(shop)
    assert send["status"] == "sending"
    assert house.seen(shop) == []
    await house.app.sending.rescue()
    assert [row["status"] for row in await house.sends(shop)] == ["sending"], "a call that may just begin is left alone"
    house.clock.later(6)
    await house.app.sending.rescue()
    await house.later(5)
    assert house.seen(shop) == [SHIP_SAYS]
    assert [row["status"] for row in await house.sends(shop)] == ["sent"]


async def test_p12_more_than_a_thousand_undecided_messages_are_all_found_after_a_restart(
    house: House, shop: Channel
) -> None:
    house.stop_deciding()
    for part in range(3):
        ids = range(part * 500, part * 500 + 500)
        await house.deliver(
            shop, house.written(*({"id": f"m{n}", "buyer": f"b{n % 50}", "text": UNKNOWN} for n in ids))
        )
    assert len(await house.rows(tables.message, waiting=True)) == 1_500
    await house.restart()
    assert await house.rows(tables.message, waiting=True) == []
    assert len(await house.rows(tables.decision)) == 1_500


async def test_p12_a_persons_reply_stored_just_before_the_end_is_in_the_books_after_the_restart(
    house: House, shop: Channel
) -> None:
    await house.say(shop, "b1", UNKNOWN)
    house.stop_deciding()
    house.clock.later(30)
    await house.deliver(shop, house.platform.typed_by_agent(shop, "b1", "王老板，姓王。"))
    await house.restart()
    [inquiry] = await house.rows(tables.inquiry)
    assert (inquiry["reason"], inquiry["response_ms"], inquiry["owed"]) == ("valid", 30_000, False)


async def test_p12_a_deadline_passes_once_also_over_a_restart(house: House, shop: Channel) -> None:
    await house.say(shop, "b1", UNKNOWN)
    await house.later(180)
    assert (await house.rows(tables.inquiry))[0]["reason"] == "pending", "at the limit itself a reply is in time"
    await house.restart()
    await house.later(1)
    await house.restart()
    await house.later(60)
    assert [row["reason"] for row in await house.rows(tables.inquiry)] == ["no_reply"]
    assert len(await house.journal(kind="deadline")) == 1
