"""The supervisors' line, the queue within budget, and the alarm when a shop falls below its own line."""

from __future__ import annotations

import orjson

QUEUE = "/api/v1/conversations?shop=east"
GOOD = "今天发，单号稍后给你。"


async def answered(door, *buyers: str) -> None:
    for buyer in buyers:
        await door.floor.asks(buyer, "转人工", shop="east")
        path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}/reply"
        await door.post(path, {"text": GOOD, "then": "close"})
        await door.floor.quiet()


async def waiting(door) -> list[str]:
    return [one["buyer"]["id"] for one in (await door.get(QUEUE))["items"]]


async def near(door) -> list[bool]:
    """What was told of the line, in order."""
    await door.floor.app.desk_line.watch()
    rows = await door.floor.rows("journal", shop="east", kind="rate_near_line")
    return [orjson.loads(row["body"])["below"] for row in sorted(rows, key=lambda row: row["seq"])]


async def test_the_queue_lists_what_the_budget_cannot_spare(door):
    await answered(door, *(f"g{n}" for n in range(8)))
    for buyer in ("o1", "o2", "o3", "o4"):
        await door.floor.asks(buyer, "什么时候发货", shop="east")
        await door.floor.passes(1, shop="east")
    assert await waiting(door) == ["o1", "o2", "o3", "o4"], "always lists them all"
    await door.ask("PATCH", "/api/v1/shops/east", {"human_follow_up": "within_budget"})
    assert await waiting(door) == ["o1", "o2"], "8 of 8 bear two misses at 80 %: the nearest deadlines stay"
    told = await door.get(QUEUE)
    assert told["counts"]["waiting"] == 2
    assert told["budgets"]["east"] == {
        "line": "safe", "misses_left": 2, "reserved": 0, "spare": 2, "running": 4, "left_out": 2, "listed": 2,
    }  # fmt: skip
    await door.floor.asks("h1", "转人工", shop="east")
    assert await waiting(door) == ["h1", "o1", "o2", "o3"], "an open handoff takes one of the two"
    assert (await door.get("/api/v1/status"))["owed"] == 5, "the books know of all of them"
    await door.ask("PATCH", "/api/v1/shops/east", {"human_follow_up": "off"})
    assert await waiting(door) == ["h1"]


async def test_the_supervisors_line(door):
    await answered(door, "g1", "g2", "g3", "g4")
    await door.floor.asks("h", "转人工", shop="east")
    await door.floor.asks("o", "什么时候发货", shop="east")
    [told] = (await door.get("/api/v1/desk/line?shop=east"))["items"]
    assert told["rate"] == {"numerator": 4, "denominator": 4, "percent": 100.0}
    assert (told["line"], told["misses_left"], told["near"]) == ({"name": "safe", "percent": 80.0}, 1, False)
    assert told["owed"] == {
        "handed_off": {"count": 1, "conversations": [door.floor.cid("h", shop="east")]},
        "bot_answered": {"count": 1, "conversations": [door.floor.cid("o", shop="east")]},
    }
    assert len((await door.get("/api/v1/desk/line"))["items"]) == 2
    agent, west = await door.let_in("agent", "east"), await door.let_in("supervisor", "west")
    assert (await door.ask("GET", "/api/v1/desk/line", key=agent)).status == 403
    assert (await door.ask("GET", "/api/v1/desk/line?shop=east", key=west)).status == 404
    assert [one["shop"] for one in (await door.get("/api/v1/desk/line", key=west))["items"]] == ["west"]


async def test_below_the_line_is_told_once_and_being_back_too(door):
    assert await near(door) == [], "no data is not below"
    await answered(door, "g1", "g2", "g3", "g4")
    await door.floor.asks("m1", "转人工", shop="east")
    await door.floor.passes(181, shop="east")
    assert await near(door) == [], "4 of 5 is at the line"
    await door.floor.asks("m2", "转人工", shop="east")
    await door.floor.passes(181, shop="east")
    assert await near(door) == [True], "4 of 6 is below"
    assert await near(door) == [True], "told once"
    await answered(door, "g5", "g6", "g7", "g8")
    assert await near(door) == [True, False], "8 of 10 is back"
