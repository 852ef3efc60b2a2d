"""Around a reply: what a draft is worth, drafts on the server, who looks, and a colleague who was faster."""

from __future__ import annotations

from typing import Any

import pytest

from bot.web.webhooks import answer

EAST = "/api/v1/shops/east"
REAL = "今天下午发，单号是 8812。"
TOPICS = [
    {"id": "尺码", "ask": ["尺码", "多大"], "answer": ["码", "号"]},
    {"id": "发货", "ask": ["发货", "多久到"], "answer": ["发出", "发货", "小时内"]},
    {"id": "退货", "ask": ["退"], "answer": ["退"]},
]


async def path(door, buyer: str = "b") -> str:
    return f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}"


async def check(door, text: str, buyer: str = "b", **more: str) -> dict[str, Any]:
    return await door.post(f"{await path(door, buyer)}/draft-check", {"text": text, **more})


async def named(door, name: str) -> None:
    """A buyer whose name the platform tells asks for a person."""
    floor = door.floor
    channel = floor.channels["east"]
    delivery = floor.app.simulator.say(channel, "b", "转人工", name=name)
    await answer(floor.app.services, channel, floor.app.directory.adapter(channel), delivery)
    await floor.quiet()


async def rule(door, name: str, value: Any) -> None:
    answer = await door.ask("PATCH", f"{EAST}/rules", {"name": name, "value": value, "why": "试"})
    assert answer.status == 200, await answer.text()


async def test_what_a_draft_is_worth(door):
    await door.floor.asks("b", "转人工", shop="east")
    found = await check(door, REAL)
    assert (found["counts"], found["reason"], found["meaningless"], found["holding"]) == (
        True,
        "first_valid",
        False,
        False,
    )
    talk = (await door.get(await path(door)))["conversation"]
    assert found["due_at"] == talk["due_at"]
    assert found["ruleset"].startswith("xiaohongshu@")
    await door.floor.passes(180, shop="east")
    assert (await check(door, REAL))["counts"] is True, "at the limit"
    await door.floor.passes(1, shop="east")
    late = await check(door, REAL)
    assert (late["counts"], late["reason"]) == (False, "late")
    assert (await door.get(await path(door)))["lines"][-1]["sender"] == "buyer", "nothing was sent or kept"


async def test_the_opening_of_a_correction_is_no_answer_yet(door):
    await door.floor.asks("b", "转人工", shop="east")
    opening = "刚才关于「什么时候发货」的自动回复不准确，以这条为准："
    assert (await check(door, opening))["only_begun"] is True
    assert (await check(door, f"{opening}今天 16 点前发出"))["only_begun"] is False


async def test_what_no_platform_has_said_is_not_known(door):
    await door.floor.asks("b", "转人工", shop="east")
    assert (await check(door, REAL))["known"] is True
    await door.floor.open_shop("south", wire={"api_sent_counts": "unknown"})
    await door.floor.asks("b", "转人工", shop="south")
    path_there = f"/api/v1/conversations/{door.floor.cid('b', shop='south')}/draft-check"
    assert (await door.post(path_there, {"text": REAL}))["known"] is False


async def test_meaningless_and_holding_drafts(door):
    await rule(door, "reply.meaningless.enabled", True)
    await rule(door, "reply.meaningless.fillers", ["在的", "稍等"])
    await door.floor.asks("b", "转人工", shop="east")
    found = await check(door, "在的")
    assert (found["counts"], found["reason"], found["meaningless"]) == (False, "meaningless", True)
    assert (await check(door, "稍等，我查一下"))["holding"] is True


async def test_topics_that_were_asked_and_are_not_covered(door):
    await rule(door, "completeness.topics", TOPICS)
    await door.floor.asks("b", "这件多大码？几天发货？不合适能退吗", shop="east")
    found = await check(door, "建议拍 M 码，48 小时内发出。")
    assert (found["asked"], found["missing_topics"]) == (["尺码", "发货", "退货"], ["退货"])
    assert (await check(door, "建议拍 M 码，48 小时内发出，支持七天退。"))["missing_topics"] == []


async def test_words_that_are_forbidden_fields_that_are_missing_and_length(door):
    await rule(door, "wording.list", ["自己看"])
    await named(door, "小王")
    found = await check(door, "详情页写了，自己看。{买家昵称}，{运费}")
    assert found["forbidden"] == ["自己看"]
    assert found["missing_fields"] == ["运费"]
    assert "小王，{运费}" in found["text"], "what is known is filled"
    assert (found["limit"], found["over_limit"]) == (None, False)
    assert found["length"] == len(found["text"])


@pytest.mark.parametrize(("origin", "counts"), [("typed", True), ("suggested", False)])
async def test_a_suggested_draft_where_the_platform_counts_only_what_people_typed(door, origin, counts):
    await rule(door, "reply.bot_suggested_human_sent", "automatic")
    await door.floor.asks("b", "转人工", shop="east")
    assert (await check(door, REAL, origin=origin))["counts"] is counts


async def test_drafts_are_ones_own_and_go_with_the_reply(door):
    await door.floor.asks("b", "转人工", shop="east")
    lin, mei = await door.let_in("agent", "east"), await door.let_in("supervisor", "east")
    here = await path(door)
    for key, text in ((lin, "今天发"), (mei, "我来问仓库")):
        assert (await door.ask("PUT", f"{here}/draft", {"text": text}, key=key)).status == 200
    assert (await door.get(here, key=lin))["draft"]["text"] == "今天发"
    await door.ask("PUT", f"{here}/draft", {"text": "给同事的话", "mode": "note"}, key=lin)
    assert (await door.get(here, key=lin))["draft"]["mode"] == "note"
    await door.post(f"{here}/reply", {"text": REAL}, key=lin)
    assert (await door.get(here, key=lin))["draft"] is None
    assert (await door.get(here, key=mei))["draft"]["text"] == "我来问仓库", "a colleague's draft stays"
    await door.ask("PUT", f"{here}/draft", {"text": ""}, key=mei)
    assert (await door.get(here, key=mei))["draft"] is None
    assert (await door.ask("PUT", f"{here}/draft", {"text": "长" * 5001}, key=mei)).status == 422
    heads = await door.floor.rows("journal", shop="east")
    assert not [row for row in heads if row["kind"] in ("draft", "looking")], "nothing of it is journalled"


async def test_who_looks_and_who_types_is_told_over_the_feed(door):
    await door.floor.asks("b", "转人工", shop="east")
    lin, west = await door.let_in("agent", "east"), await door.let_in("agent", "west")
    here = await path(door)
    head = (await door.get("/api/v1/feed/poll"))["cursor"]
    await door.post(f"{here}/looking", {"typing": True}, key=lin)
    told = await door.get(f"/api/v1/feed/poll?after={head}")
    cid = door.floor.cid("b", shop="east")
    assert told["looking"] == [{"conversation": cid, "person": {"id": f"token:{lin}", "name": lin}, "typing": True}]
    assert told["events"] == []
    assert "looking" not in await door.get("/api/v1/feed/poll", key=lin), "not told of oneself"
    assert "looking" not in await door.get("/api/v1/feed/poll", key=west), "nothing of another shop"
    await door.post(f"{here}/looking", {"here": False}, key=lin)
    assert "looking" not in await door.get(f"/api/v1/feed/poll?after={head}")


async def test_the_feed_says_it_at_once_and_that_it_ended(door):
    await door.floor.asks("b", "转人工", shop="east")
    lin = await door.let_in("agent", "east")
    here = await path(door)
    headers = {"Authorization": "Bearer the key of the owner"}
    async with door.client.ws_connect("/api/v1/feed", headers=headers) as socket:
        assert (await socket.receive_json())["events"] == []
        await door.post(f"{here}/looking", {}, key=lin)
        assert [one["typing"] for one in (await socket.receive_json(timeout=2))["looking"]] == [False]
        await door.post(f"{here}/looking", {"typing": True}, key=lin)
        assert [one["typing"] for one in (await socket.receive_json(timeout=2))["looking"]] == [True]
        await door.post(f"{here}/looking", {"here": False}, key=lin)
        assert (await socket.receive_json(timeout=2))["looking"] == []


async def test_a_colleague_who_answered_while_you_typed(door):
    await door.floor.asks("b", "转人工", shop="east")
    lin, mei = await door.let_in("agent", "east"), await door.let_in("supervisor", "east")
    here = await path(door)
    seen = (await door.get(here, key=mei))["seen"]
    await door.post(f"{here}/reply", {"text": REAL, "then": "release"}, key=lin)
    await door.floor.quiet()
    no = await door.ask("POST", f"{here}/reply", {"text": "我也来答", "seen": seen}, key=mei)
    body = await no.json()
    assert (no.status, body["code"], [one["text"] for one in body["said"]]) == (409, "answered_meanwhile", [REAL])
    assert body["said"][0]["by"]["name"] == lin
    assert door.floor.heard("b", shop="east") == [REAL]
    seen = (await door.get(here, key=mei))["seen"]
    await door.post(f"{here}/reply", {"text": "补充：发中通。", "seen": seen}, key=mei)
    await door.floor.quiet()
    assert door.floor.heard("b", shop="east") == [REAL, "补充：发中通。"]


async def test_a_promise_stands_beside_the_conversation(door):
    await door.floor.asks("b", "转人工", shop="east")
    lin = await door.let_in("agent", "east")
    here = await path(door)
    await door.post(f"{here}/reply", {"text": "稍等，我查一下"}, key=lin)
    await door.floor.quiet()
    talk = (await door.get(here))["conversation"]
    assert (talk["promise"]["by"]["name"], talk["promise"]["overdue"]) == (lin, False)
    assert talk["lease_ends_at"] > talk["promise"]["due_at"]
    await door.floor.passes(600, shop="east")
    [row] = (await door.get("/api/v1/conversations?shop=east"))["items"]
    assert row["promise"]["overdue"] is True


async def test_a_shop_sets_how_long_a_promise_runs_and_its_own_words(door):
    shop = await door.get("/api/v1/shops")
    [east] = [one for one in shop if one["id"] == "east"]
    assert (east["promise_s"], east["holding_words"]) == (600, [])
    answer = await door.ask("PATCH", EAST, {"promise_s": 120, "holding_words": ["容我三思"]})
    assert answer.status == 200, await answer.text()
    assert ((await answer.json())["promise_s"], (await answer.json())["holding_words"]) == (120, ["容我三思"])
    await door.floor.asks("b", "转人工", shop="east")
    assert (await check(door, "容我三思"))["holding"] is True
    assert (await door.ask("PATCH", EAST, {"promise_s": -1})).status == 422


async def test_what_became_of_drafts_is_counted(door):
    await door.ask("PATCH", "/api/v1/shops/east", {"bot_mode": "suggest"})
    drafts = {}
    for buyer in ("used", "edited", "rejected", "open"):
        await door.floor.asks(buyer, "什么时候发货", shop="east")
        drafts[buyer] = (await door.get(await path(door, buyer)))["suggestion"]
    for buyer, more in (("used", ""), ("edited", "，别急")):
        said = {"text": drafts[buyer]["text"] + more, "origin": "suggested", "suggestion": drafts[buyer]["id"]}
        await door.post(f"{await path(door, buyer)}/reply", said)
    await door.post(f"{await path(door, 'rejected')}/suggestion", {"id": drafts["rejected"]["id"], "act": "reject"})
    told = await door.get(f"{EAST}/suggestions")
    assert told == {"days": 1, "used": 1, "edited": 1, "rejected": 1, "overtaken": 0, "open": 1}
    assert (await door.get("/api/v1/shops/west/suggestions"))["open"] == 0, "other shops have their own"
    await door.floor.passes(86_400, shop="east")
    assert (await door.get(f"{EAST}/suggestions"))["used"] == 0, "today only"
    assert (await door.get(f"{EAST}/suggestions?days=2"))["used"] == 1
