"""The forecast over HTTP: what one day at the desk leaves, and what is coming."""

from __future__ import annotations

from datetime import timedelta


async def answered(door, buyer: str, after_s: float, shop: str = "east") -> None:
    """A buyer asks for a person and gets one after a time."""
    await door.floor.asks(buyer, "转人工", shop=shop)
    await door.floor.passes(after_s, shop=shop)
    path = f"/api/v1/conversations/{door.floor.cid(buyer, shop=shop)}/reply"
    await door.post(path, {"text": "今天发，单号稍后给你。", "then": "release"})
    await door.floor.quiet()


async def test_a_day_of_four_inquiries(door):
    for nth, after_s in enumerate((10, 20, 30, 200)):
        await answered(door, f"b{nth}", after_s)
    await door.floor.asks("waits", "转人工", shop="east")
    await door.floor.asks("bot", "什么时候发货", shop="east")
    found = await door.get("/api/v1/rates/forecast?shop=east")
    assert found["rate"] == {"numerator": 3, "denominator": 4, "percent": 75.0}
    assert found["open"] == {"handoffs": 1, "bot_answered": 1, "running": 2, "owed": 0}
    by_name = {line["name"]: line for line in found["lines"]}
    assert (by_name["borderline"]["misses_left"], by_name["safe"]["good_needed"]) == (0, 1)
    assert found["ruleset"]["source"]
    assert "3/4（75%）" in found["sentences"][0]["zh"]
    best, same, worst = found["courses"]
    assert [course["assumption"] for course in found["courses"]] == ["all", "same", "none"]
    assert all(len(course["days"]) == 30 for course in found["courses"])
    today = door.floor.now("east").date()
    assert best["days"][0] == {
        "date": (today + timedelta(days=1)).isoformat(),
        "numerator": 5,
        "denominator": 6,
        "percent": 83.33,
        "grade": "safe",
        "ladder": None,
    }
    assert same["days"][0]["denominator"] == 4
    assert worst["days"][0]["percent"] == 50.0
    assert best["days"][-1]["denominator"] == 0, "after thirty days today has left the window"
    assert best["sentence"]["en"].startswith("if everything")
    await door.floor.passes(181, shop="east")
    assert (await door.get("/api/v1/rates/forecast?shop=east"))["open"] == {
        "handoffs": 0,
        "bot_answered": 0,
        "running": 0,
        "owed": 2,
    }


async def test_a_shop_with_a_ladder_is_told_what_penalties_mean(door):
    await door.floor.open_shop("north", "kuaishou", tier="mature")
    for nth in range(3):
        await answered(door, f"b{nth}", 1_000, shop="north")
    found = await door.get("/api/v1/rates/forecast?shop=north")
    assert found["ladder"]["state"] == "warning"
    assert found["courses"][2]["days"][2]["ladder"]["penalty"] == "heavy"
    assert found["effects"]["heavy"][0]["zh"].startswith("流量减少 60%")


async def test_without_inquiries_nothing_is_foretold(door):
    found = await door.get("/api/v1/rates/forecast?shop=east")
    assert found["rate"]["percent"] is None
    assert found["courses"][0]["regained"] == {}
    assert (await door.ask("GET", "/api/v1/rates/forecast?shop=nowhere")).status == 404
