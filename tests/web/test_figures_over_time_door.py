"""The figures a page draws: over time and beside the time before, from question to person, shop by shop."""

from __future__ import annotations

from datetime import timedelta

import pytest

DAY_S = 86_400


@pytest.fixture
async def week(door):
    """Today in shop east, 14:00: one answered in time, one late, one the bot alone; a week ago one in time."""
    floor = door.floor
    await answered(door, "last-week", 30)
    await floor.passes(7 * DAY_S - 30, shop="east")
    for buyer, after_s in (("fast", 60), ("late", 200)):
        await answered(door, buyer, after_s)
    await floor.asks("bot", "什么时候发货", shop="east")
    await floor.passes(200, shop="east")
    return door


async def answered(door, buyer: str, after_s: float) -> None:
    await door.floor.asks(buyer, "转人工", shop="east")
    await door.floor.passes(after_s, shop="east")
    path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}/reply"
    await door.post(path, {"text": "今天发，单号稍后给你。", "then": "release"})
    await door.floor.quiet()


def point(numerator: int, denominator: int, volume: int, late: int, percent: float | None) -> dict:
    return {
        "numerator": numerator,
        "denominator": denominator,
        "percent": percent,
        "volume": volume,
        "late": late,
    }


async def test_by_day_with_the_days_before(week):
    found = await week.get("/api/v1/rates/series?shop=east&by=day&days=7")
    today = week.floor.now("east").date()
    assert [one["date"] for one in found["items"]] == [
        (today - timedelta(days=nth)).isoformat() for nth in range(6, -1, -1)
    ], "every day is there, quiet ones too"
    assert found["items"][-1] == {"date": today.isoformat()} | point(1, 3, 3, 1, 33.33)
    assert found["items"][0]["percent"] is None, "no data is not 0"
    assert found["items_before"][-1] == {"date": (today - timedelta(days=7)).isoformat()} | point(1, 1, 1, 0, 100.0)
    assert found["before"] == {
        "first": (today - timedelta(days=13)).isoformat(),
        "last": (today - timedelta(days=7)).isoformat(),
        "days": 7,
    }


async def test_by_hour_of_the_day(week):
    found = await week.get("/api/v1/rates/series?shop=east&by=hour&days=7")
    assert [one["hour"] for one in found["items"]] == list(range(24))
    assert found["items"][14] == {"hour": 14} | point(1, 3, 3, 1, 33.33)
    assert found["items"][13]["volume"] == 0


async def test_by_hour_of_the_week(week):
    found = await week.get("/api/v1/rates/series?shop=east&by=weekday_hour&days=14")
    weekday = week.floor.now("east").isoweekday()
    assert len(found["items"]) == 7 * 24
    assert [one for one in found["items"] if one["volume"]] == [
        {"weekday": weekday, "hour": 14} | point(2, 4, 4, 1, 50.0)
    ]


async def test_from_question_to_person(week):
    found = await week.get("/api/v1/rates/flow?shop=east&days=7")
    assert [(one["step"], one["unit"], one["count"], one["before"]) for one in found["funnel"]] == [
        ("received", "message", 3, 1),
        ("decided", "question", 3, 1),
        ("matched", "question", 1, 0),
        ("answered", "question", 1, 0),
        ("handed_off", "handoff", 2, 1),
        ("in_time", "inquiry", 1, 1),
    ]
    assert found["handoffs"] == [{"reason": "asked_for_person", "count": 2, "before": 1}]
    assert found["unanswered"] == {"numerator": 0, "denominator": 1, "percent": 0.0}


async def test_what_the_faq_had_no_answer_for(week):
    await week.floor.asks("odd", "你们老板喜欢钓鱼吗", shop="east")
    found = await week.get("/api/v1/rates/flow?shop=east&days=1")
    assert found["unanswered"] == {"numerator": 1, "denominator": 2, "percent": 50.0}


async def test_entries_used_and_unused(week):
    unused = await week.floor.knows("能开发票吗", "可以开电子发票。", shop="east")
    found = (await week.get("/api/v1/rates/flow?shop=east&days=7"))["entries"]
    assert [(one["question"], one["count"], one["before"]) for one in found["used"]] == [("什么时候发货", 1, 0)]
    assert [(one["id"], one["question"]) for one in found["unused"]] == [(unused, "能开发票吗")]
    assert (found["unused_total"], found["total"]) == (1, 2)


async def test_a_range_of_ones_own(week):
    day = (week.floor.now("east").date() - timedelta(days=7)).isoformat()
    card = await week.get(f"/api/v1/rates?shop=east&first={day}&last={day}")
    assert card["rate"] == {"numerator": 1, "denominator": 1, "percent": 100.0}
    assert card["period"] == {"first": day, "last": day, "days": 1}
    assert (await week.get(f"/api/v1/rates?shop=east&first={day}"))["period"]["days"] == 8, "from a day until today"
    behind = await week.get(f"/api/v1/inquiries?shop=east&first={day}&last={day}")
    assert [one["buyer_name"] for one in behind["items"]] == ["last-week"]


@pytest.mark.parametrize(
    "span",
    [
        pytest.param("first=2026-05-02&last=2026-05-01", id="ends before it begins"),
        pytest.param("first=2025-05-01&last=2026-05-02", id="367 days"),
    ],
)
async def test_a_range_that_cannot_be(door, span):
    answer = await door.ask("GET", f"/api/v1/rates?shop=east&{span}")
    told = await answer.json()
    assert (answer.status, told["pointer"], "366" in told["detail"]) == (422, "/first", True)


async def test_a_range_of_366_days_is_the_longest(door):
    assert (await door.get("/api/v1/rates?shop=east&first=2025-05-01&last=2026-05-01"))["period"]["days"] == 366


async def test_shops_side_by_side(week):
    found = await week.get("/api/v1/rates/shops?days=7")
    assert [(one["shop"], one["rate"]["denominator"], one["volume"]) for one in found["items"]] == [
        ("east", 3, 3),
        ("west", 0, 0),
    ]
    key = await week.let_in("agent", "west")
    assert [one["shop"] for one in (await week.get("/api/v1/rates/shops", key=key))["items"]] == ["west"]


async def test_wiping_a_simulated_shop_takes_its_counts_along(week):
    await week.post("/api/v1/sim/east.wire/wipe")
    found = await week.get("/api/v1/rates/flow?shop=east&days=30")
    assert {one["count"] for one in found["funnel"]} == {0}


@pytest.mark.parametrize(
    ("narrowed", "buyers"),
    [
        pytest.param("reason=due", {"fast", "late", "bot"}, id="all that were due"),
        pytest.param("reason=missed", {"late", "bot"}, id="due and not counted"),
        pytest.param("reason=answered", {"fast", "late"}, id="answered, in time or late"),
        pytest.param("reason=late", {"late"}, id="one verdict"),
        pytest.param("agent=", {"bot"}, id="nobody known replied"),
        pytest.param("agent=nobody", set(), id="somebody who never replied"),
        pytest.param("hour=14", {"fast", "late", "bot"}, id="the hour of all"),
        pytest.param("hour=13", set(), id="the hour before"),
        pytest.param("weekday=0", None, id="no day of the week"),
        pytest.param("hour=24", None, id="no hour"),
    ],
)
async def test_a_number_opens_the_inquiries_behind_it(week, narrowed, buyers):
    answer = await week.ask("GET", f"/api/v1/inquiries?shop=east&days=1&{narrowed}")
    if buyers is None:
        assert answer.status == 422
    else:
        assert {one["buyer_name"] for one in (await answer.json())["items"]} == buyers


async def test_a_cell_of_the_week_opens_its_inquiries(week):
    today = week.floor.now("east").isoweekday()
    path = "/api/v1/inquiries?shop=east&days=14&weekday="
    same, other = await week.get(f"{path}{today}"), await week.get(f"{path}{today % 7 + 1}")
    assert {one["buyer_name"] for one in same["items"]} == {"fast", "late", "bot", "last-week"}
    assert other["items"] == []
