"""Contradictions over HTTP: what each reading gives for the shop's own days, and following one; facts of a shop."""

from __future__ import annotations

import pytest

BASE = "/api/v1/shops/north"


@pytest.fixture
async def used(door):
    """A mature Kuaishou shop: one answered, one put off with holding talk, one not answered at all."""
    await door.floor.open_shop("north", "kuaishou", tier="mature")
    for buyer, text in (("good", "今天发，单号稍后给你。"), ("held", "正在为您查询，请稍等"), ("none", "")):
        await door.floor.asks(buyer, "转人工", shop="north")
        await door.floor.passes(60, shop="north")
        if text:
            path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='north')}/reply"
            await door.post(path, {"text": text, "then": "release"})
            await door.floor.quiet()
    await door.floor.passes(1_000, shop="north")
    return door


async def items(door) -> dict:
    return {one["id"]: one for one in (await door.get(f"{BASE}/contradictions"))["items"]}


def fraction(reading: dict) -> tuple[int, int]:
    return reading["gives"]["rate"]["numerator"], reading["gives"]["rate"]["denominator"]


async def test_each_reading_says_what_it_gives(used):
    lines = len(await used.floor.rows("journal"))
    found = await items(used)
    assert list(found) == ["heavy_line", "daily_value", "heavy_recovery", "holding_talk"]
    talk = found["holding_talk"]
    assert (talk["in_force"], talk["default"], talk["overridden"]) == ("says_nothing", "says_nothing", [])
    nothing, counts = talk["readings"]
    assert (fraction(nothing), fraction(counts)) == ((1, 3), (2, 3))
    assert [r["gives"]["grade"] for r in (nothing, counts)] == ["below_extreme", "below_heavy"]
    assert (nothing["in_force"], counts["in_force"]) == (True, False)
    assert nothing["gives"]["ladder"]["state"] == "warning"
    assert nothing["gives"]["dates"] is None
    assert {
        fraction(r) for name in ("heavy_line", "daily_value", "heavy_recovery") for r in found[name]["readings"]
    } == {(1, 3)}
    assert len(await used.floor.rows("journal")) == lines, "the books stay as they are"
    assert fraction_of(await used.get("/api/v1/rates?shop=north")) == (1, 3)


def fraction_of(card: dict) -> tuple[int, int]:
    return card["rate"]["numerator"], card["rate"]["denominator"]


async def test_a_reading_is_followed_with_a_reason_and_gives_what_it_said(used):
    why = "和平台客服核对过"
    path = f"{BASE}/contradictions/holding_talk"
    answer = await used.ask("PUT", path, {"reading": "holding_counts", "why": why})
    told = await answer.json()
    assert answer.status == 200
    [one] = told["overrides"]
    assert (one["name"], one["value"], one["why"], one["by"]) == (
        "reply.meaningless.holding_counts",
        True,
        why,
        "token:owner",
    )
    await used.recounted("north")
    assert fraction_of(await used.get("/api/v1/rates?shop=north")) == (2, 3), "as was foretold"
    talk = (await items(used))["holding_talk"]
    assert (talk["in_force"], talk["overridden"]) == ("holding_counts", ["reply.meaningless.holding_counts"])
    assert [fraction(reading) for reading in talk["readings"]] == [(1, 3), (2, 3)]
    back = await used.ask("PUT", path, {"reading": "says_nothing", "why": "再核对"})
    assert (await back.json())["overrides"] == []
    await used.recounted("north")
    assert fraction_of(await used.get("/api/v1/rates?shop=north")) == (1, 3)


async def test_parameters_of_a_reading_change_together(used):
    path = f"{BASE}/contradictions/heavy_line"
    await used.ask("PUT", path, {"reading": "seventy_for_all", "why": "按恢复一节"})
    names = [one["name"] for one in (await used.get(f"{BASE}/rules"))["overrides"]]
    assert names == ["thresholds.brand.heavy", "thresholds.mature.heavy"], "the new tier has seventy anyway"


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        pytest.param("contradictions/weather", {"reading": "x", "why": "y"}, "/reading", id="no such contradiction"),
        pytest.param("contradictions/daily_value", {"reading": "x", "why": "y"}, "/reading", id="no such reading"),
        pytest.param("contradictions/daily_value", {"reading": "own_day", "why": ""}, "/why", id="without a reason"),
    ],
)
async def test_a_switch_that_cannot_be(used, path, body, pointer):
    answer = await used.ask("PUT", f"{BASE}/{path}", body)
    assert (answer.status, (await answer.json())["pointer"]) == (422, pointer)
    assert (await used.get(f"{BASE}/rules"))["overrides"] == []


async def test_facts_are_on_record_and_change_forecast_and_state(used):
    plain = await used.get("/api/v1/rates/forecast?shop=north")
    assert [one["value"] for one in plain["facts"]] == [False, False, False]
    assert required(plain) == 30
    for name, days in (("fake_reply_detected", 60), ("training_completed", 42)):
        told = await (await used.ask("PATCH", f"{BASE}/facts", {"name": name, "value": True})).json()
        one = next(fact for fact in told["facts"] if fact["name"] == name)
        assert (one["value"], one["by"]) == (True, "token:owner")
        assert one["at"]
        assert required(await used.get("/api/v1/rates/forecast?shop=north")) == days
    found = await used.get("/api/v1/rates/forecast?shop=north")
    assert found["effects"]["heavy"][-1]["zh"] == "查实虚假回复，处罚按 2 倍：流量减少 100%"
    assert (await used.get(f"{BASE}/facts"))["facts"] == found["facts"]
    lines = [row for row in await used.floor.rows("journal", shop="north") if row["kind"] == "fact"]
    assert len(lines) == 2
    again = await used.ask("PATCH", f"{BASE}/facts", {"name": "training_completed", "value": True})
    assert again.status == 200
    assert len([row for row in await used.floor.rows("journal", shop="north") if row["kind"] == "fact"]) == 2


def required(found: dict) -> int:
    """Compliant days that the penalty of the worst course asks for."""
    return next(
        day["ladder"]["progress"][1] for day in found["courses"][2]["days"] if day["ladder"]["penalty"] == "heavy"
    )


async def test_the_day_an_application_went_in(used):
    today = used.floor.now("north").date()
    told = await used.ask("PATCH", f"{BASE}/facts", {"name": "application_submitted", "value": today.isoformat()})
    assert (await told.json())["facts"][2]["value"] == today.isoformat()
    worst = (await used.get("/api/v1/rates/forecast?shop=north"))["courses"][2]
    assert worst["dates"]["review_window"][0] > today.isoformat()
    assert worst["dates"]["apply_from"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"name": "weather", "value": True}, "/name", id="no such fact"),
        pytest.param(
            {"name": "training_completed", "value": "2026-05-01"}, "/value", id="a day where yes or no is asked"
        ),
        pytest.param({"name": "application_submitted", "value": "2999-01-01"}, "/value", id="a day that is not yet"),
        pytest.param({"name": "application_submitted", "value": "soon"}, "/value", id="no day"),
        pytest.param({"name": "fake_reply_detected", "value": None}, "/value", id="nothing"),
    ],
)
async def test_a_fact_that_cannot_be(used, body, pointer):
    answer = await used.ask("PATCH", f"{BASE}/facts", body)
    assert answer.status == 422
    assert (await answer.json())["pointer"].startswith(pointer)
    assert [one["value"] for one in (await used.get(f"{BASE}/facts"))["facts"]] == [False, False, False]


async def test_another_opening_target_counts_first_looks_anew(used):
    await used.floor.asks("seen", "转人工", shop="north")
    await used.floor.passes(100, shop="north")
    await used.floor.app.services.openings.opened(used.floor.cid("seen", shop="north"))
    card = (await used.get("/api/v1/rates?shop=north"))["opened"]
    assert (card["target_s"], card["fast"]) == (90, 0)
    await used.ask("PATCH", f"{BASE}/rules", {"name": "opening.target_s", "value": 100, "why": "自定"})
    await used.recounted("north")
    assert (await used.get("/api/v1/rates?shop=north"))["opened"] == {**card, "target_s": 100, "fast": 1}
    await used.ask("PATCH", f"{BASE}/rules", {"name": "opening.target_s", "value": 99.5, "why": "自定"})
    await used.recounted("north")
    assert (await used.get("/api/v1/rates?shop=north"))["opened"] == {**card, "target_s": 99.5, "fast": 0}
