"""How much is let in at once, and that one shop's flood leaves room and answers for the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.core.message import Kind
from bot.service.answering import BATCH, Answering
from bot.service.gate import AT_ONCE, BYTES_AT_ONCE, CROWDED, KEPT_FREE, LATE_S, Gate
from bot.service.intake import Fresh
from bot.service.pulse import Pulse
from tests.service.shop_floor import opened_floor


def filled(gate: Gate, inside: ExitStack, shop: str, count: int, size: int = 0) -> int:
    """Let deliveries of a shop in until there is no more room; how many came in."""
    return sum(inside.enter_context(gate.entered(shop, size)) for _ in range(count))


def test_one_shop_alone_may_fill_the_house_but_for_a_few_places():
    gate = Gate(Pulse())
    with ExitStack() as inside:
        assert filled(gate, inside, "a", AT_ONCE) == AT_ONCE - KEPT_FREE
        assert gate.turned_away == {"a": KEPT_FREE}
        assert filled(gate, inside, "b", KEPT_FREE + 5) == KEPT_FREE
        assert gate.turned_away == {"a": KEPT_FREE, "b": 5}
    assert gate.inside == 0


def test_a_flood_leaves_room_for_the_others():
    gate = Gate(Pulse())
    with ExitStack() as inside:
        assert filled(gate, inside, "b", 1) == 1
        flood = filled(gate, inside, "a", 5 * AT_ONCE)
        assert flood == AT_ONCE // 2
        assert filled(gate, inside, "b", 200) == 200
        assert filled(gate, inside, "c", 200) == 200
        assert filled(gate, inside, "a", 1) == 0
    assert gate.turned_away["b"] == gate.turned_away["c"] == 0


@pytest.mark.parametrize(("others", "room"), [(CROWDED - 1, True), (CROWDED, False)])
def test_shares_count_only_where_it_is_crowded(others, room):
    gate = Gate(Pulse())
    with ExitStack() as inside:
        filled(gate, inside, "b", 1)
        filled(gate, inside, "c", 1)
        filled(gate, inside, "a", others - 2)
        assert gate.inside == others
        with gate.entered("a", 0) as let_in:
            assert let_in is room


def test_bodies_in_memory_have_a_limit():
    gate = Gate(Pulse())
    with ExitStack() as inside:
        assert filled(gate, inside, "a", 10_000, 256 * 1024) == BYTES_AT_ONCE // (256 * 1024)


@pytest.mark.parametrize(("lag_s", "room"), [(LATE_S, True), (LATE_S + 0.01, False)])
def test_a_late_loop_takes_in_nothing_more(lag_s, room):
    pulse = Pulse()
    pulse.lag_s = lag_s
    with Gate(pulse).entered("a", 0) as let_in:
        assert let_in is room


def test_the_pulse_remembers_the_worst_of_a_minute():
    pulse = Pulse()
    for now, lag in ((0.0, 0.3), (30.0, 0.1), (55.0, 0.0)):
        pulse._beat(now + 0.05 + lag, now)
    assert pulse.worst_s == pytest.approx(0.3)
    pulse._beat(70.05, 70.0)
    assert pulse.worst_s == pytest.approx(0.1)


async def test_the_pulse_feels_what_blocks_the_loop():
    pulse = Pulse()
    pulse.start()
    await asyncio.sleep(0.06)
    time.sleep(0.3)  # noqa: ASYNC251  (that is the fault it must feel)
    await asyncio.sleep(0.06)
    await pulse.stop()
    assert pulse.worst_s > 0.15


@pytest.fixture
async def answering(tmp_path: Path) -> AsyncIterator[Answering]:
    """A worker that does not run: batches are taken by hand."""
    async with opened_floor(tmp_path / "data") as floor:
        for task in floor.app.answering._tasks:
            task.cancel()
        yield floor.app.answering
        floor.app.answering._queues.clear()


def lines(shop: str, count: int) -> list[Fresh]:
    return [Fresh(f"{shop}{n}", shop, f"{shop}-talk", Kind.TEXT, "", n, n, True) for n in range(count)]


async def test_a_flood_of_one_shop_delays_no_other_answer(answering):
    answering.put(lines("flood", 5000))
    answering.put(lines("small", 3))
    batch = answering._next_batch()
    assert [item.id for item in batch if item.shop == "small"] == ["small0", "small1", "small2"]
    assert len(batch) == BATCH, "the share that the small one left is used"
    assert [item.at for item in batch if item.shop == "flood"] == list(range(BATCH - 3)), "in order within a shop"


async def test_many_shops_each_get_their_turn(answering):
    shops = [f"s{n}" for n in range(BATCH + 50)]
    for shop in shops:
        answering.put(lines(shop, 2))
    first, second = answering._next_batch(), answering._next_batch()
    assert len(first) == len(second) == BATCH
    assert {item.shop for item in first + second} == set(shops)


async def test_every_item_is_taken_once(answering):
    answering.put(lines("a", 700))
    answering.put(lines("b", 10))
    taken = []
    while batch := answering._next_batch():
        taken += batch
    assert len(taken) == len({item.id for item in taken}) == 710
