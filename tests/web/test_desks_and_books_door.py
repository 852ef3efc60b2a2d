"""The queue, a thread, the reason of a decision, and the books behind a number, as a page asks for them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

EAST = "/api/v1/conversations?shop=east"


async def waiting(door, **query) -> list[str]:
    """Who stands in the queue, first to be served first."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return [one["buyer"]["id"] for one in (await door.get(f"{EAST}{more}"))["items"]]


async def cid(door, buyer: str) -> str:
    return door.floor.cid(buyer, shop="east")


async def act(door, buyer: str, name: str, body=None, key=None):
    """Do something with a conversation; status and answer."""
    path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}/{name}"
    answer = await door.ask("POST", path, body, **({"key": key} if key else {}))
    return answer.status, await answer.json()


async def test_the_queues_order(door):
    """In time by band of time, handoffs before what the bot answered within a band; then what is overdue."""
    floor = door.floor
    await floor.asks("overdue", "转人工", shop="east")
    await floor.passes(100, shop="east")
    await floor.asks("owed-warn", "什么时候发货", shop="east")
    await floor.passes(1, shop="east")
    await floor.asks("handoff-warn", "转人工", shop="east")
    await floor.passes(99, shop="east")
    await floor.asks("owed-calm", "什么时候发货", shop="east")
    await floor.asks("handoff-calm", "转人工", shop="east")
    order = ["handoff-warn", "owed-warn", "handoff-calm", "owed-calm", "overdue"]
    assert await waiting(door) == order
    pages = [await waiting(door, limit=2, after=after) for after in ("0", "2", "4")]
    assert [buyer for page in pages for buyer in page] == order, "page by page, nobody lost, nobody twice"
    assert (await door.get(EAST))["counts"] == {"waiting": 5, "mine": 0, "bot": 2, "closed": 0, "assigned": 0}
    await door.ask("PATCH", "/api/v1/shops/east", {"human_follow_up": "off"})
    assert await waiting(door) == ["handoff-warn", "handoff-calm", "overdue"], "off lists the handoffs only"
    assert (await door.get("/api/v1/rates?shop=east"))["owed"] == 5, "and hides nothing from the books"


@pytest.mark.parametrize(
    ("limit_s", "left_s", "near"),
    [
        pytest.param(180, 90, True, id="three minutes warn at 90 s"),
        pytest.param(180, 91, False, id="not at 91"),
        pytest.param(300, 90, True, id="five minutes too"),
        pytest.param(300, 91, False, id="and not before"),
        pytest.param(900, 300, True, id="a quarter of an hour warns at five minutes"),
        pytest.param(900, 301, False, id="not a second earlier"),
    ],
)
async def test_what_is_near_depends_on_how_long_the_deadline_is(door, limit_s, left_s, near):
    """A near bot-answered one stands above a calm handoff; within one band the handoff comes first."""
    answer = await door.ask(
        "PATCH", "/api/v1/shops/east/rules", {"name": "deadline.seconds", "value": limit_s, "why": "合同约定"}
    )
    assert answer.status == 200, await answer.text()
    await door.floor.asks("owed", "什么时候发货", shop="east")
    await door.floor.passes(limit_s - left_s, shop="east")
    await door.floor.asks("handoff", "转人工", shop="east")
    assert await waiting(door) == (["owed", "handoff"] if near else ["handoff", "owed"])
    shop = next(one for one in await door.get("/api/v1/shops") if one["id"] == "east")
    assert shop["deadline"]["warn_s"] == (300 if limit_s == 900 else 90)


async def test_until_when_somebody_should_have_opened_it(door):
    await door.floor.asks("b", "转人工", shop="east")
    [one] = (await door.get(EAST))["items"]
    opened, by = (datetime.fromisoformat(one[name]) for name in ("opened_at", "open_by"))
    assert by - opened == timedelta(seconds=90)
    assert (await act(door, "b", "read"))[0] == 200
    [one] = (await door.get(EAST))["items"]
    assert one["open_by"] is None


async def test_a_thread_shows_what_was_said_and_why(door):
    await door.floor.asks("b", "什么时候发货", shop="east")
    found = await door.get(f"/api/v1/conversations/{await cid(door, 'b')}")
    assert [(line["sender"], line["class"], line["status"]) for line in found["lines"]] == [
        ("buyer", None, "received"),
        ("bot", "automatic", "sent"),
    ]
    assert found["conversation"]["due_at"] > found["conversation"]["opened_at"]
    assert 1 <= len(found["follow_ups"]) <= 3
    why = await door.get(f"/api/v1/decisions/{found['lines'][1]['decision']}")
    assert (why["outcome"], why["reason"], why["mode"], why["entry"]["question"]) == (
        "answer",
        "sure",
        "auto",
        "什么时候发货",
    )
    assert "命中「什么时候发货」" in why["sentence"]["zh"]
    assert why["took_ms"] >= 0
    assert why["candidates"][0]["sureness"] >= why["threshold"]


async def test_a_drafts_reason_is_the_answers(door):
    await door.ask("PATCH", "/api/v1/shops/east", {"bot_mode": "suggest"})
    await door.floor.asks("b", "什么时候发货", shop="east")
    found = await door.get(f"/api/v1/conversations/{await cid(door, 'b')}")
    assert found["conversation"]["reason"] == "draft_to_confirm"
    assert found["suggestion"]["text"] == "付款后两天内从杭州仓发出。"
    why = await door.get(f"/api/v1/decisions/{found['suggestion']['decision']}")
    assert (why["outcome"], why["mode"]) == ("answer", "suggest")
    status, told = await act(door, "b", "suggestion", {"id": found["suggestion"]["id"], "act": "reject"})
    assert (status, told["conversation"]["state"]) == (200, "waiting")


async def test_acts_and_their_nos(door):
    await door.floor.asks("b", "转人工", shop="east")
    roles = (("agent", "east"), ("supervisor", "east"), ("agent", "west"))
    lin, mei, west = [await door.let_in(*who) for who in roles]
    assert (await act(door, "b", "takeover", key=west))[0] == 404
    assert (await act(door, "b", "release", key=lin))[1]["code"] == "not_held"
    assert (await act(door, "b", "takeover", key=lin))[0] == 200
    status, told = await act(door, "b", "takeover", key=mei)
    assert (status, told["code"], "已先接管" in told["detail"]) == (409, "taken", True)
    assert told["owner"]["id"] == f"token:{lin}"
    assert (await act(door, "b", "reply", {"text": "我来看"}, key=mei))[0] == 409
    assert (await act(door, "b", "reply", {"text": "  "}, key=lin))[1]["pointer"] == "/text"
    assert (await act(door, "b", "transfer", {"to": "nobody", "reason": "忙"}, key=lin))[1]["pointer"] == "/to"
    assert (await act(door, "b", "close", {}, key=lin))[1]["pointer"] == "/reason"
    status, told = await act(door, "b", "close", {"reason": "广告"}, key=lin)
    assert (status, told["conversation"]["state"], told["conversation"]["owed"]) == (200, "closed", False)
    status, told = await act(door, "b", "reopen", key=lin)
    assert (told["conversation"]["state"], told["conversation"]["owed"]) == ("agent", True)
    assert (await act(door, "b", "note", {"text": "老客户"}, key=lin))[0] == 200
    status, told = await act(door, "b", "reply", {"text": "今天发，单号稍后给你。", "then": "release"}, key=lin)
    await door.floor.quiet()
    lines = (await door.get(f"/api/v1/conversations/{await cid(door, 'b')}"))["lines"]
    assert [line["kind"] for line in lines] == ["text", "internal_note", "text"]
    assert lines[-1]["verdict"]["counts"] is True
    assert door.floor.heard("b", shop="east") == ["今天发，单号稍后给你。"], "a note never reaches the buyer"


@pytest.mark.parametrize(
    ("reason", "buyers"),
    [
        pytest.param("", ["answered", "late", "bot"], id="all"),
        pytest.param("valid", ["answered"], id="in time"),
        pytest.param("late", ["late"], id="late"),
        pytest.param("auto_only", ["bot"], id="the bot only"),
        pytest.param("owed", ["bot"], id="owed"),
    ],
)
async def test_the_inquiries_behind_a_number(door, reason, buyers):
    for buyer, after_s in (("answered", 60), ("late", 200)):
        await door.floor.asks(buyer, "转人工", shop="east")
        await door.floor.passes(after_s, shop="east")
        await act(door, buyer, "reply", {"text": "今天发，单号稍后给你。", "then": "release"})
        await door.floor.quiet()
    await door.floor.asks("bot", "什么时候发货", shop="east")
    await door.floor.passes(200, shop="east")
    rates = await door.get("/api/v1/rates?shop=east&days=1")
    assert rates["rate"] == {"numerator": 1, "denominator": 3, "percent": 33.33}
    assert rates["counts"] == {"valid": 1, "late": 1, "auto_only": 1}
    assert rates["ruleset"]["source"]
    found = await door.get(f"/api/v1/inquiries?shop=east&days=1&reason={reason}")
    assert sorted(one["buyer_name"] for one in found["items"]) == sorted(buyers)
    for one in found["items"]:
        told = await door.get(f"/api/v1/inquiries/{one['id']}/explain")
        assert told["reason"] == one["reason"]
        assert told["sentence"]["zh"]
        assert told["sentence"]["en"]
        assert told["ruleset"]["version"] == one["ruleset"]
    assert (await door.get("/api/v1/inquiries?shop=east&days=1&date=2020-01-01"))["items"] == []


async def test_an_empty_period_has_no_rate(door):
    rates = await door.get("/api/v1/rates?shop=east")
    assert rates["rate"] == {"numerator": 0, "denominator": 0, "percent": None}
    assert (rates["grade"], rates["next_line"], rates["back"]) == ("no_data", None, None)


async def test_the_queues_order_knows_a_running_clock_from_an_old_miss(door):
    """A buyer of yesterday whom nobody answered writes again: today's clock counts, not yesterday's miss."""
    floor = door.floor
    await floor.asks("again", "转人工", shop="east")
    await floor.passes(86_400, shop="east")
    await floor.asks("again", "还没人吗，转人工", shop="east")
    await floor.passes(10, shop="east")
    await floor.asks("today", "转人工", shop="east")
    assert await waiting(door) == ["again", "today"]
    [again, _] = (await door.get(EAST))["items"]
    assert again["due_at"] > again["last"]["at"]


async def test_the_queues_order_in_the_morning(door):
    """At 8:05: a fresh inquiry is due before a night duty; one that is late already can still keep the morning's limit."""
    await door.floor.open_shop("north", "kuaishou", at="23:30")
    north = "/api/v1/conversations?shop=north"
    await door.floor.asks("night", "转人工", shop="north")
    await door.floor.passes(8.5 * 3600, shop="north")
    await door.floor.asks("both", "转人工", shop="north")
    await door.floor.passes(5 * 60, shop="north")
    await door.floor.asks("fresh", "转人工", shop="north")
    assert [one["buyer"]["id"] for one in (await door.get(north))["items"]] == ["both", "fresh", "night"]
    await door.floor.passes(20 * 60, shop="north")
    assert [one["buyer"]["id"] for one in (await door.get(north))["items"]] == ["night", "both", "fresh"]


async def test_a_night_duty_that_also_is_late_stands_by_its_morning_limit(door):
    await door.floor.open_shop("north", "kuaishou", at="23:30")
    await door.floor.asks("both", "转人工", shop="north")
    await door.floor.passes(8.5 * 3600, shop="north")
    await door.floor.asks("late", "转人工", shop="north")
    await door.floor.passes(3600, shop="north")
    await door.floor.asks("both", "还在吗，转人工", shop="north")
    await door.floor.passes(50 * 60, shop="north")
    found = (await door.get("/api/v1/conversations?shop=north"))["items"]
    assert [one["buyer"]["id"] for one in found] == ["both", "late"], "9:50: ten o'clock can still be kept"
    night = await door.get("/api/v1/shops/north/night-duties")
    assert [(one["buyer_name"], one["left_s"]) for one in night["items"]] == [("both", 600)]
