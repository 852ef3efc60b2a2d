"""The simulator's door: a buyer to play, faults, a clock that only goes forward, a burst, and a wipe."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.core.message import Kind
from bot.service.directory import ZONE

SIM = "/api/v1/sim/east.wire"


async def say(door, text="什么时候发货", **more):
    told = await door.post(f"{SIM}/say", {"text": text, **more})
    await door.floor.quiet()
    return told["delivery"]


async def clock(door, **body):
    """Set it; the shop's local time after that, as day and time."""
    told = await door.post(f"{SIM}/clock", body)
    return told["rate"], datetime.fromisoformat(told["now"]).astimezone(ZONE)


async def test_a_buyer_speaks_and_everything_is_shown(door):
    told = await say(door, buyer="b", name="小王")
    assert told["response"] == {"status": 200, "body": '{"code":0}'}
    assert "webhook-signature" in told["request"]["headers"]
    chat = await door.get(f"{SIM}/chat?buyer=b")
    assert [(line["from"], line["text"]) for line in chat] == [
        ("buyer", "什么时候发货"),
        ("shop", "付款后两天内从杭州仓发出。"),
    ]
    wire = (await door.get(f"{SIM}/wire"))["items"]
    assert wire[0]["request"] == told["request"]
    assert wire[0]["response"] == told["response"]
    assert (await door.get(f"{SIM}/wire?after={wire[-1]['id']}"))["items"] == []


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VOICE, Kind.PRODUCT_CARD, Kind.ORDER_CARD, Kind.EMOJI])
async def test_other_kinds(door, kind):
    assert (await say(door, "", kind=kind, buyer="b"))["response"]["status"] == 200
    assert (await door.get(f"{SIM}/chat?buyer=b"))[0]["kind"] == kind


async def test_a_kind_there_is_not(door):
    found = await door.ask("POST", f"{SIM}/say", {"kind": "dance"})
    assert (found.status, (await found.json())["pointer"]) == (422, "/kind")


@pytest.mark.parametrize(
    ("fault", "status", "messages", "answers"),
    [
        pytest.param("repeat", 200, 1, 1, id="delivered twice: one message, one answer"),
        pytest.param("bad_signature", 401, 0, 0, id="forged: nothing is kept"),
        pytest.param("out_of_order", 200, 1, 1, id="sent 40 s ago, delivered now"),
    ],
)
async def test_faults_on_the_way_in(door, fault, status, messages, answers):
    assert (await say(door, buyer="b", fault=fault))["response"]["status"] == status
    kept = [row for row in await door.floor.rows("message", shop="east") if row["sender"] == "buyer"]
    assert (len(kept), len(door.floor.heard("b", shop="east"))) == (messages, answers)
    if fault == "out_of_order":
        assert kept[0]["accepted_at"] - kept[0]["at"] == 40_000


@pytest.mark.parametrize(
    ("send", "status", "visible"),
    [
        pytest.param("none", "sent", 1, id="healthy"),
        pytest.param("refuse", "pending", 0, id="refused: it is tried again"),
        pytest.param("rate_limit", "pending", 0, id="too often: it is tried again"),
        pytest.param("cut_before", "unknown", 0, id="cut before it was taken"),
        pytest.param("cut_after", "unknown", 1, id="cut after it was taken: nobody knows, nobody repeats"),
    ],
)
async def test_faults_on_the_way_out(door, send, status, visible):
    assert await door.post(f"{SIM}/faults", {"send": send}) == {"send": send}
    await say(door, buyer="b")
    [row] = await door.floor.sends("east")
    if send == "cut_before":
        assert row["status"] in ("pending", "unknown")
    else:
        assert row["status"] == status
    assert len(door.floor.heard("b", shop="east")) == visible


async def test_the_clock_only_goes_forward(door):
    assert (await clock(door, pause=True))[0] == 0
    rate, now = await clock(door, rate=60)
    assert (rate, now.hour) == (60, 14)
    _, now = await clock(door, pause=True, advance_s=3600)
    assert now.hour == 15
    day = now.day
    _, now = await clock(door, jump_to="22:59")
    assert (now.hour, now.minute, now.day) == (22, 59, day)
    _, now = await clock(door, jump_to="09:00")
    assert (now.hour, now.day != day) == (9, True), "nine o'clock is tomorrow's"
    _, later = await clock(door, jump_to=now.replace(hour=11).isoformat())
    assert later.hour == 11
    for back in (now.isoformat(), "2020-01-01T00:00:00+08:00"):
        found = await door.ask("POST", f"{SIM}/clock", {"jump_to": back})
        told = await found.json()
        assert (found.status, told["code"], "只能往前" in told["detail"]) == (422, "clock", True)


async def test_a_fast_clock_can_be_slowed(door):
    for rate in (3600, 1, 3600, 60, 3600, 0, 3600, 1):
        assert (await clock(door, rate=rate))[0] == rate
        await asyncio.sleep(0.003)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"rate": -1}, "/rate"),
        pytest.param({"rate": 3601}, "/rate"),
        pytest.param({"advance_s": -1}, "/advance_s"),
        pytest.param({"jump_to": "25:00"}, "/jump_to"),
        pytest.param({"jump_to": "noon"}, "/jump_to"),
        pytest.param({"jump_to": "ab:cd"}, "/jump_to"),
        pytest.param({"jump_to": "2099-05-01T10:00:00"}, "/jump_to", id="a time without an offset"),
    ],
)
async def test_times_that_are_none(door, body, pointer):
    before = door.floor.now("east")
    found = await door.ask("POST", f"{SIM}/clock", body)
    assert (found.status, (await found.json())["pointer"]) == (422, pointer)
    assert door.floor.now("east") == before


async def test_a_burst_is_twenty_buyers_within_a_minute_of_the_shops_clock(door):
    await clock(door, rate=60)
    assert await door.post(f"{SIM}/burst") == {"buyers": 20, "seconds": 60}
    async with asyncio.timeout(10):
        while door.floor.app.services.wire.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await door.floor.quiet()
    rows = await door.floor.rows("conversation", shop="east")
    assert len({row["external"] for row in rows}) == 20
    times = [row["created_at"] for row in rows]
    assert 40_000 < max(times) - min(times) <= 65_000
    assert {row["outcome"] for row in await door.floor.rows("decision", shop="east")} == {"answer", "handoff"}


async def test_a_wipe_takes_all_that_was_said_and_nothing_else(door):
    await say(door, buyer="b")
    await door.floor.asks("w", "转人工", shop="west")
    settings = await door.floor.rows("shop", id="east")
    west = await door.floor.rows("journal", shop="west")
    assert await door.post(f"{SIM}/wipe") == {"wiped": "east"}
    for table in ("conversation", "message", "decision", "outbox", "delivery", "inquiry", "suggestion", "timer"):
        assert await door.floor.rows(table, shop="east") == [], table
    assert [row["kind"] for row in await door.floor.rows("journal", shop="east")] == ["wiped"]
    assert await door.get(f"{SIM}/chat?buyer=b") == []
    assert (await door.get(f"{SIM}/wire"))["items"] == []
    assert (await door.get("/api/v1/rates?shop=east"))["rate"] == {"numerator": 0, "denominator": 0, "percent": None}
    assert await door.floor.rows("shop", id="east") == settings
    assert len(await door.floor.rows("entry", shop="east")) == 1
    assert await door.floor.rows("journal", shop="west") == west
    await say(door, buyer="b")
    assert len(door.floor.heard("b", shop="east")) == 1, "and it goes on"


async def test_a_real_shop_is_no_toy(door):
    await door.floor.open_shop("real", simulated=False)
    for act, body in (("clock", {"rate": 2}), ("wipe", None)):
        found = await door.ask("POST", f"/api/v1/sim/real.wire/{act}", body)
        assert (found.status, (await found.json())["code"]) == (409, "real_shop")
    made = await door.post("/api/v1/shops/real/channels", {"adapter": "standard", "send_url": "http://127.0.0.1:9/"})
    assert (await door.ask("POST", f"/api/v1/sim/{made['key']}/say", {"text": "x"})).status == 404
