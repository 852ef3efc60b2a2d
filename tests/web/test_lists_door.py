"""The desk's lists: narrowed by platform and label, with a place in the feed that misses nothing."""

from __future__ import annotations

PAGE = "/api/v1/conversations"


async def buyers(door, query: str, **more: str) -> list[str]:
    return sorted(one["buyer"]["id"] for one in (await door.get(f"{PAGE}?{query}", **more))["items"])


async def test_a_platform_names_its_shops(door):
    await door.floor.open_shop("south", platform="kuaishou")
    await door.floor.asks("b", "转人工", shop="east")
    await door.floor.asks("k", "转人工", shop="south")
    assert await buyers(door, "platform=kuaishou") == ["k"]
    assert await buyers(door, "platform=xiaohongshu") == ["b"]
    assert await buyers(door, "platform=taobao") == []
    found = await door.get(f"{PAGE}?platform=kuaishou&tab=waiting")
    assert found["counts"]["waiting"] == 1, "the counts are those of what is listed"


async def test_what_waits_is_ordered_as_asked(door):
    for buyer in ("first", "second"):
        await door.floor.asks(buyer, "转人工", shop="east")
        await door.floor.passes(30, shop="east")
    await door.floor.asks("first", "在吗", shop="east")

    async def order(name: str) -> list[str]:
        found = await door.get(f"{PAGE}?shop=east&order={name}")
        return [one["buyer"]["id"] for one in found["items"]]

    assert await order("longest") == ["first", "second"]
    assert await order("newest") == ["first", "second"]
    await door.floor.passes(5, shop="east")
    await door.floor.asks("second", "在吗", shop="east")
    assert await order("newest") == ["second", "first"]
    assert await order("longest") == await order("") == ["first", "second"]
    assert (await door.ask("GET", f"{PAGE}?order=best")).status == 422


async def test_labels_are_those_of_the_shops_one_sees(door):
    for shop, label in (("east", "老客"), ("west", "试_用")):
        await door.floor.asks("b", "转人工", shop=shop)
        path = f"{PAGE}/{door.floor.cid('b', shop=shop)}/buyer"
        assert (await door.ask("PUT", path, {"note": "", "labels": [label]})).status == 200
    assert (await door.get("/api/v1/labels"))["items"] == ["老客", "试_用"]
    key = await door.let_in("agent", "east")
    assert (await door.get("/api/v1/labels", key=key))["items"] == ["老客"]
    assert await buyers(door, "label=试_用") == ["b"]
    assert await buyers(door, "label=试用") == []
    assert await buyers(door, "label=试%25用") == [], "signs of patterns are signs"


async def test_the_feed_goes_on_from_where_a_list_was_read(door):
    cursor = (await door.get(PAGE))["cursor"]
    assert (await door.get(f"/api/v1/feed/poll?after={cursor}"))["events"] == []
    await door.floor.asks("b", "转人工", shop="east")
    events = (await door.get(f"/api/v1/feed/poll?after={cursor}"))["events"]
    assert "handoff" in {one["kind"] for one in events}


async def test_an_earlier_conversation_opens_where_its_latest_inquiry_begins(door):
    await door.floor.asks("b", "转人工", shop="east")
    lines = (await door.get(f"{PAGE}/{door.floor.cid('b', shop='east')}"))["lines"]
    row = await door.floor.app.store.read(_conversations, "east", "b")
    assert row[0]["line"] == lines[0]["id"]


def _conversations(conn, shop, buyer):
    from bot.store.reading import buyers as stored

    return stored.conversations(conn, shop, buyer)
