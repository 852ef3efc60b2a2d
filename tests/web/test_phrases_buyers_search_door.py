"""The menu behind the slash, phrases kept and carried over, what a shop keeps of a buyer, and finding what was said."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from bot.web.webhooks import answer

EAST = "/api/v1/shops/east"


async def add(door, title: str, text: str, key: str = "", status: int = 200, **more: Any) -> str:
    answer = await door.ask("POST", f"{EAST}/phrases", {"title": title, "text": text, **more}, **_as(key))
    assert answer.status == status, await answer.text()
    return str((await answer.json()).get("id", ""))


def _as(key: str) -> dict[str, str]:
    return {"key": key} if key else {}


async def slash(door, q: str, key: str = "") -> list[str]:
    found = await door.get(f"{EAST}/slash?q={q}", **_as(key))
    return [one["title"] for one in found["items"]]


async def conversation(door, buyer: str) -> str:
    return f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("退货", ["退货地址", "七天退货"], id="by text, what begins with it first"),
        pytest.param("thdz", ["退货地址"], id="by initials"),
        pytest.param("tuihuo", ["退货地址", "七天退货"], id="by pinyin"),
        pytest.param("th", ["退货地址", "七天退货"], id="a part of the initials"),
        pytest.param("杭州", ["退货地址", "什么时候发货"], id="by what it says, answers of the FAQ too"),
        pytest.param("smsh", ["什么时候发货"], id="an answer by initials"),
        pytest.param("TUIHUODIZHI", ["退货地址"], id="in capitals"),
        pytest.param("没有", [], id="nothing"),
    ],
)  # fmt: skip
async def test_the_menu_behind_the_slash(door, typed, found):
    await add(door, "退货地址", "寄到杭州西湖区。")
    await add(door, "七天退货", "支持七天无理由。")
    assert await slash(door, typed) == found


async def tells(door, buyer: str, kind: str, text: str = "", **meta: str) -> None:
    """The platform tells of a buyer's card."""
    floor, channel = door.floor, door.floor.channels["east"]
    delivery = floor.app.simulator.say(channel, buyer, text, kind=kind, name="小周", meta=meta)
    await answer(floor.app.services, channel, floor.app.directory.adapter(channel), delivery)
    await floor.quiet()


async def test_the_menu_fills_what_the_conversation_knows(door):
    await add(door, "问候", "{买家昵称} 你好，订单 {订单号} 已查到，运单号 {运单号}。")
    path = f"{EAST}/slash?q=问候"
    [bare] = (await door.get(path))["items"]
    assert bare["missing"] == [], "a conversation may fill them"
    await tells(door, "b", "order_card", order="6712")
    [here] = (await door.get(f"{path}&conversation={door.floor.cid('b', shop='east')}"))["items"]
    assert here["text"] == "小周 你好，订单 6712 已查到，运单号 {运单号}。"
    assert here["missing"] == ["运单号"]
    await door.floor.asks("w", "转人工", shop="west")
    other = await door.ask("GET", f"{path}&conversation={door.floor.cid('w', shop='west')}")
    assert other.status == 404, "a conversation of another shop is not there"


async def test_what_was_ordered_and_spoken_of(door):
    await tells(door, "b", "order_card", order="6712", status="待发货")
    await tells(door, "b", "product_card", "加绒卫衣", product="p1")
    found = await door.get(f"{await conversation(door, 'b')}/buyer")
    assert [(one["order"], one["status"]) for one in found["orders"]] == [("6712", "待发货")]
    assert [(one["product"], one["text"]) for one in found["products"]] == [("p1", "加绒卫衣")]
    assert found["orders"][0]["at"].endswith("Z")


async def recommended(door, buyer: str) -> list[dict[str, Any]]:
    return list((await door.get(await conversation(door, buyer)))["recommended"])


async def test_entries_near_the_question_are_recommended_until_somebody_answers(door):
    await door.floor.asks("b", "发货要几天？", shop="east")
    found = await recommended(door, "b")
    assert [one["question"] for one in found] == ["什么时候发货"]
    assert found[0]["text"] == "付款后两天内从杭州仓发出。"
    assert 40 <= found[0]["sureness"] < 100
    await door.post(f"{await conversation(door, 'b')}/note", {"text": "问过仓库"})
    assert await recommended(door, "b") == found, "a note answers nobody"
    await door.post(f"{await conversation(door, 'b')}/reply", {"text": "今天就发，赶得上。"})
    assert await recommended(door, "b") == []
    await door.floor.asks("c", "什么时候发货", shop="east")
    assert await recommended(door, "c") == [], "the bot has answered"


async def test_what_is_used_most_comes_first(door):
    first, second = await add(door, "发票说明一", "开电子发票。"), await add(door, "发票说明二", "开纸质发票。")
    assert await slash(door, "发票") == ["发票说明一", "发票说明二"]
    for buyer in ("b1", "b2"):
        await door.floor.asks(buyer, "转人工", shop="east")
        body = {"text": "开纸质发票。", "origin": "quick_phrase", "phrase": second}
        await door.post(f"{await conversation(door, buyer)}/reply", body)
    assert await slash(door, "发票") == ["发票说明二", "发票说明一"]
    counts = {one["id"]: one["used"] for one in (await door.get(f"{EAST}/slash?q=发票"))["items"]}
    assert counts == {second: 2, first: 0}


async def test_ones_own_and_the_shops(door):
    lin, mei = await door.let_in("agent", "east"), await door.let_in("supervisor", "east")
    await add(door, "我的开场白", "我是阿琳。", key=lin, own=True)
    await add(door, "共享的", "大家都用。", key=lin, status=403)
    shared = await add(door, "共享的", "大家都用。", key=mei)
    assert sorted(await slash(door, "", key=lin)) == ["什么时候发货", "共享的", "我的开场白"]
    assert await slash(door, "", key=mei) == ["共享的", "什么时候发货"]
    mine = next(
        one["id"] for one in (await door.get(f"{EAST}/slash", key=lin))["items"] if one["title"] == "我的开场白"
    )
    body = {"title": "我的", "text": "我是阿琳，请说。", "own": True}
    assert (await door.ask("PUT", f"{EAST}/phrases/{mine}", body, key=mei)).status == 404, "a colleague's is not there"
    assert (await door.ask("PUT", f"{EAST}/phrases/{mine}", body, key=lin)).status == 200
    assert (await door.ask("DELETE", f"{EAST}/phrases/{shared}", key=lin)).status == 403
    assert (await door.ask("DELETE", f"{EAST}/phrases/{shared}", key=mei)).status == 200
    assert (await door.ask("DELETE", f"{EAST}/phrases/{mine}", key=lin)).status == 200
    assert await slash(door, "", key=lin) == ["什么时候发货"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "", "text": "a"}, "/title"),
        ({"title": "长" * 61, "text": "a"}, "/title"),
        ({"title": "a", "text": " "}, "/text"),
        ({"title": "a", "text": "长" * 2001}, "/text"),
        ({"title": "a", "text": "b", "category": "长" * 31}, "/category"),
    ],
)
async def test_what_is_no_phrase(door, body, pointer):
    no = await door.ask("POST", f"{EAST}/phrases", body)
    assert (no.status, (await no.json())["pointer"]) == (422, pointer)


async def upload(door, text: str, own: bool = False, encoding: str = "utf-8", key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {key or 'the key of the owner'}", "X-Filename": "phrases.csv"}
    path = f"{EAST}/phrases/import" + ("?own=true" if own else "")
    async with door.client.post(path, data=text.encode(encoding), headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
async def test_phrases_come_and_go_as_a_table(door, encoding):
    table = "标题,分类,内容\n退货地址,售后,寄到杭州\n=公式,售后,不是公式\n"
    assert await upload(door, table, encoding=encoding) == (200, {"new": 2, "changed": 0, "unchanged": 0, "errors": []})
    changed = "标题,分类,内容\n退货地址,售后,寄到宁波\n=公式,售后,不是公式\n"
    assert (await upload(door, changed))[1] == {"new": 0, "changed": 1, "unchanged": 1, "errors": []}
    bad = "标题,分类,内容\n新的,售后,好\n,售后,没有标题\n"
    status, told = await upload(door, bad)
    assert (status, told["new"], [one["row"] for one in told["errors"]]) == (200, 0, [3]), "all of it or nothing"
    assert await slash(door, "新的") == []
    assert (await upload(door, "甲,乙\n1,2\n"))[1]["pointer"] == "/"
    answer = await door.ask("GET", f"{EAST}/phrases/export?kind=csv")
    out = (await answer.read()).decode("utf-8-sig")
    assert "退货地址,售后,寄到宁波" in out
    assert "'=公式" in out, "a title is never a formula"
    assert (await upload(door, out))[1]["unchanged"] == 2, "what was given out comes back to the letter"
    agent = await door.let_in("agent", "east")
    assert (await upload(door, table, key=agent))[0] == 403
    assert (await upload(door, table, own=True, key=agent))[1]["new"] == 2


async def test_what_a_shop_keeps_of_a_buyer(door):
    await door.floor.asks("b", "转人工", shop="east")
    here = f"{await conversation(door, 'b')}/buyer"
    lin = await door.let_in("agent", "east")
    assert (await door.get(here))["note"] == ""
    kept = await (
        await door.ask("PUT", here, {"note": "老客户，喜欢顺丰", "labels": ["VIP", " VIP", "复购"]}, key=lin)
    ).json()
    assert (kept["labels"], kept["changed_by"]["name"], kept["known_labels"]) == (["VIP", "复购"], lin, ["VIP", "复购"])
    assert (await door.get(here))["note"] == "老客户，喜欢顺丰"
    for label, who in (("VIP", ["b"]), ("VI", [])):
        page = await door.get(f"/api/v1/conversations?shop=east&label={label}")
        assert [one["buyer"]["id"] for one in page["items"]] == who
    for body, pointer in (({"note": "长" * 501}, "/note"), ({"labels": ["长" * 21]}, "/labels")):
        no = await door.ask("PUT", here, body)
        assert (no.status, (await no.json())["pointer"]) == (422, pointer)
    assert (await door.ask("PUT", here, {"note": "长" * 500})).status == 200
    lines = [row["body"] for row in await door.floor.rows("journal", shop="east", kind="buyer")]
    assert not [body for body in lines if "顺丰" in body], "no words in the chain"
    await door.ask("PUT", here, {})
    assert await door.floor.rows("buyer") == []


async def test_earlier_conversations_of_the_same_buyer(door):
    await door.floor.asks("b", "转人工", shop="east")
    floor, channel = door.floor, door.floor.channels["east"]
    delivery = floor.app.simulator.say(channel, "b", "上次买的码数不对", conversation="another")
    await answer(floor.app.services, channel, floor.app.directory.adapter(channel), delivery)
    await floor.quiet()
    [other] = (await door.get(f"{await conversation(door, 'b')}/buyer"))["conversations"]
    assert other["last_text"] == "上次买的码数不对"
    page = await door.get("/api/v1/conversations?shop=east&reason=asked_for_person")
    assert len(page["items"]) == 1


@pytest.fixture
async def said(door) -> Any:
    for buyer, text in (
        ("b1", "我的快递还没到，单号SF1234567"),
        ("b2", "快点递给我"),
        ("b3", "衣服起球了怎么办"),
        ("b4", "ABC sizing?"),
        ("b5", "发货快吗，到货时怎么联系，时间多久"),
    ):
        await door.floor.asks(buyer, text, shop="east")
    await door.floor.asks("w", "快递到了", shop="west")
    await door.floor.app.searching.take_in()
    return door


@pytest.mark.parametrize(
    ("words", "buyers"),
    [
        pytest.param("快递", ["b1"], id="two characters that stand together"),
        pytest.param("递", ["b1", "b2"], id="one character"),
        pytest.param("起球", ["b3"], id="in the middle"),
        pytest.param("了怎么办", ["b3"], id="a whole phrase"),
        pytest.param("sf1234567", ["b1"], id="a number in any case"),
        pytest.param("SF123", ["b1"], id="the beginning of a number"),
        pytest.param("ＡＢＣ", ["b4"], id="full width"),
        pytest.param("快遞", ["b1"], id="traditional"),
        pytest.param("快 递", ["b1", "b2"], id="two words, both must stand"),
        pytest.param("单号 还没", ["b1"], id="in any order"),
        pytest.param("发货时间", [], id="all its pairs, but not the words"),
        pytest.param("退款", [], id="nothing"),
        pytest.param("", [], id="no words"),
        pytest.param("？！", [], id="only marks"),
        pytest.param('" OR *', [], id="what means something to the index"),
    ],
)  # fmt: skip
async def test_finding_what_was_said(said, words, buyers):
    found = (await said.get(f"/api/v1/messages/search?shop=east&q={quote(words)}"))["items"]
    assert sorted(one["buyer_id"] for one in found) == buyers


async def test_searching_ones_own_shops_only(said):
    west = await said.let_in("agent", "west")
    found = (await said.get("/api/v1/messages/search?q=快递", key=west))["items"]
    assert [one["buyer_id"] for one in found] == ["w"]
    assert (await said.ask("GET", "/api/v1/messages/search?q=快递&shop=east", key=west)).status == 404
    assert len((await said.get("/api/v1/messages/search?q=快递"))["items"]) == 2


async def test_what_people_send_is_found_and_what_is_wiped_is_gone(said):
    await said.post(f"{await conversation(said, 'b1')}/reply", {"text": "已经帮你催了中转站"})
    await said.floor.quiet()
    await said.post(f"{await conversation(said, 'b1')}/note", {"text": "这位催过三次"})
    assert await said.floor.app.searching.take_in() >= 2
    assert await said.floor.app.searching.take_in() == 0, "what was taken in is not looked at again"
    senders = [one["kind"] for one in (await said.get("/api/v1/messages/search?q=催"))["items"]]
    assert sorted(senders) == ["internal_note", "text"]
    await said.floor.app.setup.wipe("east", by="tests")
    assert [one["shop"] for one in (await said.get("/api/v1/messages/search?q=快递"))["items"]] == ["west"]
    left = await said.floor.app.store.read(lambda conn: conn.scalar(sa.text("SELECT count(*) FROM message_search")))
    assert left == 1, "nothing of the shop is in the index any more"


@pytest.mark.parametrize(
    ("words", "buyers"),
    [("B1", ["b1"]), ("b", ["b1", "b2", "b3", "b4", "b5"]), ("%", []), ("w", ["w"]), ("nobody", [])],
)
async def test_conversations_are_found_by_the_buyers_name(said, words, buyers):
    found = (await said.get(f"/api/v1/messages/search?q={quote(words)}"))["conversations"]
    assert sorted(one["buyer_id"] for one in found) == buyers
    assert all(one["last_text"] and one["last_at"] for one in found)
    agent = await said.let_in("agent", "west")
    mine = (await said.get(f"/api/v1/messages/search?q={quote(words)}", key=agent))["conversations"]
    assert {one["shop"] for one in mine} <= {"west"}, "of one's own shops only"
