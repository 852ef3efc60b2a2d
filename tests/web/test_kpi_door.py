"""The KPI set of a shop whose platform grades its team: each metric with its standard, and the inquiries behind it."""

from __future__ import annotations

from typing import Any

import pytest

NORTH = "/api/v1/shops/north"
TOPICS = [{"id": "ship", "ask": ["发货"], "answer": ["今天", "明天"]}]


async def says(door, buyer: str, text: str, *, then: str = "keep") -> None:
    path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='north')}/reply"
    await door.post(path, {"text": text, "then": then})
    await door.floor.quiet()


async def kpi(door, more: str = "") -> dict[tuple[str, str | None], dict[str, Any]]:
    card = await door.get(f"/api/v1/rates?shop=north&days=1{more}")
    return {(one["metric"], one["case"]): one for one in card["kpi"]["items"]}


async def behind(door, name: str) -> list[str]:
    found = await door.get(f"/api/v1/inquiries?shop=north&days=1&reason={name}")
    return sorted(one["buyer_name"] for one in found["items"])


@pytest.fixture
async def team(door):
    """Four buyers: answered in full after 20 s and closed; half answered with a bad word after 100 s; answered after
    301 s; never answered."""
    rules = {"completeness.topics": TOPICS}
    await door.floor.open_shop("north", "taobao", rules=rules, category="clothing")
    for buyer, after_s, text in (
        ("good", 20, "今天就发，顺丰。"),
        ("bad", 100, "这个我不知道。"),
        ("late", 301, "明天发。"),
    ):
        await door.floor.asks(buyer, "什么时候发货呀转人工", shop="north")
        await door.floor.passes(after_s, shop="north")
        await says(door, buyer, text, then="close" if buyer == "good" else "keep")
    await door.floor.asks("nobody", "转人工", shop="north")
    await door.floor.passes(301, shop="north")
    return door


async def test_each_metric_with_its_standard_and_what_is_behind_it(team):
    found = await kpi(team)
    shown = ("value", "numerator", "denominator", "standard", "better", "passes")
    assert {name: tuple(one[part] for part in shown) for (name, _), one in found.items() if one["measured"]} == {
        "avg_response_s": (140.33, 421_000, 3, 30.0, "low", False),
        "unanswered": (2, 2, 4, 0, "low", False),
        "completeness_rate": (66.67, 2, 3, 95.0, "high", False),
        "wording_rate": (66.67, 2, 3, 98.0, "high", False),
        "resolution_rate": (None, 0, 0, 85.0, "high", None),
        "transfer_rate": (0.0, 0, 4, 5.0, "low", True),
        "transfer_no_reason": (0, 0, 0, 0, "low", None),
        "daily_volume": (3.0, 3, 1, 80.0, "high", False),
    }
    assert {one["opens"]: await behind(team, one["opens"]) for one in found.values() if one["opens"]} == {
        "answered": ["bad", "good", "late"],
        "violation": ["late", "nobody"],
        "incomplete": ["bad"],
        "misspoken": ["bad"],
        "unsolved": [],
        "passed_on": [],
        "unexplained": [],
    }
    outside = {name for (name, _), one in found.items() if not one["measured"]}
    assert {"csat_avg", "dispute_rate", "dsr_service"} <= outside, "named, though no conversation shows them"


async def test_the_day_after_it_is_known_what_was_solved(team):
    await team.floor.passes(86_400 - 301, shop="north")
    await team.floor.asks("late", "还没收到，转人工", shop="north")
    await team.floor.passes(86_400, shop="north")
    day = (team.floor.now("north").date()).isoformat()
    card = await team.get("/api/v1/rates?shop=north&days=3")
    solved = next(one for one in card["kpi"]["items"] if one["metric"] == "resolution_rate")
    assert (solved["numerator"], solved["denominator"], solved["passes"]) == (1, 4, False), f"as of {day}"


async def test_in_a_promotion_the_standard_is_another(team):
    today = team.floor.now("north").date().isoformat()
    answer = await team.ask("PATCH", NORTH, {"promo_dates": [today]})
    assert (await answer.json())["promo_dates"] == [today]
    found = await kpi(team)
    assert (found["avg_response_s", "promo"]["standard"], found["avg_response_s", "promo"]["value"]) == (60.0, 140.33)
    assert found["avg_response_s", "daily"]["passes"] is None, "no ordinary day among these"


async def test_a_transfer_needs_a_reason(team):
    told = {"buyer": {"id": "b"}, "kind": "transfer", "sender": "system"}
    for nth, meta in enumerate(({"by": "agent"}, {"by": "buyer"})):
        buyer = ("bad", "late")[nth]
        await team.floor.tells(told | {"id": f"t{nth}", "conversation": buyer, "meta": meta}, shop="north")
    found = await kpi(team)
    assert (found["transfer_rate", None]["numerator"], found["transfer_rate", None]["passes"]) == (1, False)
    assert (found["transfer_no_reason", None]["value"], found["transfer_no_reason", None]["passes"]) == (1, False)
    assert await behind(team, "unexplained") == ["bad"]


async def test_prior_notice_waives_what_opened_in_its_time(team):
    now = team.floor.now("north")
    span = {"from": now.replace(hour=0, minute=0).isoformat(), "to": now.isoformat()}
    meta = {"type": "prior_notice", **span, "status": "accepted"}
    told = {"conversation": "shop", "buyer": {"id": "shop"}, "kind": "report", "sender": "system", "meta": meta}
    await team.floor.tells(told | {"id": "n1"}, shop="north")
    await team.recounted("north")
    waited = (await kpi(team))["unanswered", None]
    assert (waited["value"], waited["announced"], waited["passes"]) == (0, 2, True)
    await team.floor.passes(1, shop="north")
    await team.floor.tells(told | {"id": "n2", "meta": {**meta, "status": "rejected"}}, shop="north")
    await team.recounted("north")
    assert (await kpi(team))["unanswered", None]["value"] == 2


async def test_by_agent_beside_each_other(team):
    found = await team.get("/api/v1/rates/agents?shop=north&days=1")
    [one] = found["items"]
    wording = next(item for item in one["kpi"]["items"] if item["metric"] == "wording_rate")
    assert (wording["numerator"], wording["denominator"]) == (2, 3)


async def test_other_platforms_have_no_such_set(door):
    assert (await door.get("/api/v1/rates?shop=east"))["kpi"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"category": "shoes"}, "/category", id="a category without a standard"),
        pytest.param({"promo_dates": ["2026-11-31"]}, "/promo_dates/0", id="no such day"),
    ],
)
async def test_what_cannot_be_set(team, body, pointer):
    answer = await team.ask("PATCH", NORTH, body)
    assert (answer.status, (await answer.json())["pointer"]) == (422, pointer)
