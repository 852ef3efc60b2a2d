"""A shop's own rules: changed with a reason, counted again, shown beside every number; and asked about without change."""

from __future__ import annotations

import orjson
import pytest

from bot.store.proof import check

RULES, WHAT_IF, RATES = "/api/v1/shops/east/rules", "/api/v1/shops/east/what-if", "/api/v1/rates?shop=east"
PATIENT = {"name": "deadline.seconds", "value": 300, "why": "和平台客服核对过：五分钟"}


@pytest.fixture
async def used(door):
    """One in time, one after 200 seconds, one that only the bot answered."""
    for buyer, after_s in (("quick", 60), ("slow", 200)):
        await door.floor.asks(buyer, "转人工", shop="east")
        await door.floor.passes(after_s, shop="east")
        path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}/reply"
        await door.post(path, {"text": "今天发，单号稍后给你。", "then": "release"})
        await door.floor.quiet()
    await door.floor.asks("bot", "什么时候发货", shop="east")
    await door.floor.passes(301, shop="east")
    return door


async def patched(door, **body):
    answer = await door.ask("PATCH", RULES, body)
    told = await answer.json()
    await door.recounted()
    return answer.status, told


async def fraction(door) -> tuple[int, int]:
    rate = (await door.get(RATES))["rate"]
    return rate["numerator"], rate["denominator"]


async def test_a_changed_rule_counts_the_books_again_and_is_shown_with_its_reason(used):
    assert await fraction(used) == (1, 3)
    status, told = await patched(used, **PATIENT)
    assert status == 200
    [one] = told["overrides"]
    assert (one["name"], one["value"], one["platform_value"]) == ("deadline.seconds", 300, 180)
    assert (one["by"], one["why"]) == ("token:owner", PATIENT["why"])
    assert one["at"].endswith("Z")
    assert await fraction(used) == (2, 3)
    card = await used.get(RATES)
    assert card["ruleset"]["overrides"] == (await used.get(RULES))["overrides"] == told["overrides"]
    assert card["ruleset"]["overridden"] == ["deadline.seconds"]
    late = next(one for one in (await used.get("/api/v1/inquiries?shop=east"))["items"] if one["buyer_name"] == "slow")
    why = await used.get(f"/api/v1/inquiries/{late['id']}/explain")
    assert (late["reason"], why["basis"], why["value"], why["changed"]["why"]) == (
        "valid",
        "override",
        300,
        PATIENT["why"],
    )
    assert await used.floor.app.store.read(check, "east") is None


async def test_given_back_it_is_as_before(used):
    before = await used.get(RATES)
    await patched(used, **PATIENT)
    status, told = await patched(used, name="deadline.seconds", value=None, why="核对错了")
    assert (status, told["overrides"]) == (200, [])
    after = await used.get(RATES)
    assert after == before
    sums = {"numerator": 0, "denominator": 0}
    for line in await used.floor.rows("journal", shop="east", kind="posting"):
        body = orjson.loads(line["body"])
        sums = {side: sums[side] + body[side] for side in sums}
    assert sums == {"numerator": 1, "denominator": 3}, "every posting of the detour was reversed"
    kept = await used.floor.rows("rule_change", shop="east")
    assert [(row["value"]["is"], row["why"]) for row in kept] == [(300, PATIENT["why"]), (None, "核对错了")]


async def test_what_if_foretells_the_change_and_touches_nothing(used):
    lines = len(await used.floor.rows("journal"))
    told = await used.post(WHAT_IF, {"params": {"deadline.seconds": 300}, "days": 1})
    assert [(told[side]["rate"]["numerator"], told[side]["rate"]["denominator"]) for side in ("before", "after")] == [
        (1, 3),
        (2, 3),
    ]
    assert (told["differences"], told["kinds"]) == (1, {"late>valid": 1})
    [one] = told["listed"]
    assert (one["before"]["reason"], one["after"]["reason"]) == ("late", "valid")
    assert "期限 300 秒，计入" in one["after"]["sentence"]["zh"]
    assert len(await used.floor.rows("journal")) == lines
    assert await fraction(used) == (1, 3)
    await patched(used, **PATIENT)
    assert await fraction(used) == (2, 3), "as was foretold"
    taken_away = await used.post(WHAT_IF, {"params": {"deadline.seconds": None}})
    assert taken_away["after"]["rate"]["numerator"] == 1


@pytest.mark.parametrize(
    ("body", "numerator", "kinds"),
    [
        pytest.param(
            {"params": {"reply.auto_counts": True}}, 2, {"auto_only>valid": 1}, id="if automatic replies counted"
        ),
        pytest.param({"params": {"reply": {"auto_counts": True}}}, 2, {"auto_only>valid": 1}, id="the same as a table"),
        pytest.param({"version": "internal"}, 2, {"auto_only>valid": 1}, id="under other rules"),
        pytest.param(
            {"version": "kuaishou"}, 2, {"late>valid": 1, "auto_only>pending": 1}, id="under another platform's"
        ),
        pytest.param({"version": "2025-06-01"}, 1, {}, id="as they stood on a day"),
        pytest.param(
            {"params": {"window.start": "09:00", "window.end": "14:01"}},
            1,
            {"auto_only>outside_hours": 1, "late>outside_hours": 1},
            id="in other hours",
        ),
    ],
)
async def test_what_if(used, body, numerator, kinds):
    told = await used.post(WHAT_IF, body)
    assert told["after"]["rate"]["numerator"] == numerator
    assert told["kinds"] == kinds
    assert (await used.get(RATES))["counts"] == {"valid": 1, "late": 1, "auto_only": 1}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"name": "deadline.minutes", "value": 3}, "/name", id="no such parameter"),
        pytest.param({"name": "deadline.seconds", "value": "three"}, "/value", id="a word for a number"),
        pytest.param({"name": "deadline.seconds", "value": True}, "/value", id="a bool is no number"),
        pytest.param({"name": "window.start", "value": None, "why": ""}, "/why", id="without a reason"),
        pytest.param({"name": "window.start", "value": "23:00"}, "/value", id="a window without length"),
        pytest.param({"name": "kpi.smile", "value": 3}, "/value", id="a metric nobody measures"),
    ],
)
async def test_a_change_that_cannot_be_changes_nothing(used, body, pointer):
    status, told = await patched(used, **{"why": "试试"} | body)
    assert (status, told["pointer"]) == (422, pointer)
    assert await used.get(RULES) == {"overrides": [], "recount": None}
    assert await used.floor.rows("rule_change") == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"params": {"deadline.minutes": 3}}, "/params/deadline.minutes", id="no such parameter"),
        pytest.param({"params": {"deadline.seconds": -1}}, "/params/deadline.seconds", id="a negative time"),
        pytest.param({"version": "nowhere"}, "/version", id="no such rules"),
        pytest.param({"version": "reviews"}, "/version", id="rules that judge no chats"),
        pytest.param({"version": "2025-13-01"}, "/version", id="no day"),
        pytest.param({"days": 0}, "/days", id="no days"),
    ],
)
async def test_a_question_that_cannot_be(used, body, pointer):
    answer = await used.ask("POST", WHAT_IF, body)
    assert (answer.status, (await answer.json())["pointer"]) == (422, pointer)


async def test_a_shop_set_up_from_a_file_names_no_person(door):
    await door.floor.open_shop("north", rules={"deadline.seconds": 60})
    assert (await door.get("/api/v1/shops/north/rules"))["overrides"] == [
        {"name": "deadline.seconds", "value": 60, "platform_value": 180, "by": None, "at": None, "why": None}
    ]
