"""How far the FAQ reaches, over HTTP: every figure opens the questions it counts."""

from __future__ import annotations

from typing import Any

from bot.service.desk import Reply

EAST = "/api/v1/shops/east"
KNOWN, UNKNOWN = "什么时候发货", "可以刻字吗"


async def behind(door, **query: Any) -> Any:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return await door.get(f"{EAST}/coverage/questions?{asked}")


async def test_every_figure_opens_what_it_counts(door):
    floor = door.floor
    for buyer, text in (("a", KNOWN), ("b", KNOWN), ("c", UNKNOWN), ("d", UNKNOWN), ("e", UNKNOWN)):
        await floor.asks(buyer, text, shop="east")
    desk = floor.app.services.desk
    await floor.passes(30, shop="east")
    await desk.takeover(floor.cid("c", shop="east"), "lin")
    await desk.reply(floor.cid("c", shop="east"), "lin", Reply("可以刻的。"))
    await floor.passes(40, shop="east")
    await desk.takeover(floor.cid("d", shop="east"), "lin")
    await desk.reply(floor.cid("d", shop="east"), "lin", Reply("可以刻的。"))
    await floor.quiet()
    found = await door.get(f"{EAST}/coverage")
    assert (found["asked"], found["answered"]) == (5, {"numerator": 2, "denominator": 5, "percent": 40.0})
    assert (found["soon"]["numerator"], found["soon"]["denominator"]) == (3, 5), (
        "two by the bot, one by a person in time"
    )
    assert [(one["hour"], one["numerator"], one["denominator"]) for one in found["hours"] if one["denominator"]] == [
        (14, 2, 5)
    ]
    assert sum(one["denominator"] for one in found["topics"]) == 5
    unanswered = await behind(door, answered="false")
    assert (unanswered["total"], {one["text"] for one in unanswered["items"]}) == (3, {UNKNOWN})
    assert (await behind(door, soon="true"))["total"] == 3
    assert (await behind(door, hour=14))["total"] == 5
    assert (await behind(door, hour=3))["total"] == 0
    for one in found["topics"]:
        assert (await behind(door, topic=one["topic"]))["total"] == one["denominator"]
        assert (await behind(door, topic=one["topic"], answered="true"))["total"] == one["numerator"]


async def test_the_faq_as_it_is_and_what_nobody_needed(door):
    entry = {"question": "可以打标签吗", "answer": "可以。", "category": "定制"}
    made = (await door.post(f"{EAST}/entries", entry))["id"]
    topics = [
        {"id": "mark", "ask": ["标签"], "answer": ["可以"]},
        {"id": "engrave", "ask": ["刻字"], "answer": ["可以"]},
    ]
    options = {**door.floor.app.directory.shops["east"].options, "must_answer": topics}
    await door.floor.app.services.shops.change("east", {}, options, by="owner")
    await door.floor.asks("a", UNKNOWN, shop="east")
    await door.floor.app.gap_intake.take_in()
    found = await door.get(f"{EAST}/coverage")
    assert {"category": "定制", "entries": 1, "wanted": 50} in found["categories"]
    assert {one["id"] for one in found["unused"]["items"]} >= {made}
    assert found["unused"]["of"] == sum(one["entries"] for one in found["categories"])
    mark, engrave = found["must_answer"]
    assert (mark["lacking"], mark["groups"]) == (False, [])
    assert (engrave["lacking"], [one["text"] for one in engrave["groups"]]) == (True, [UNKNOWN])
    await door.floor.asks("b", "可以打标签吗", shop="east")
    assert made not in {one["id"] for one in (await door.get(f"{EAST}/coverage"))["unused"]["items"]}


async def test_another_shops_figures_are_not_there(door):
    north = await door.let_in("operator", "north")
    for path in ("coverage", "coverage/questions"):
        assert (await door.ask("GET", f"{EAST}/{path}", key=north)).status == 404
