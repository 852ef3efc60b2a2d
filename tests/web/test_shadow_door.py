"""The past played silently: what would be answered, whether people said the same, and what each follow-up would do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import FormData

from bot.accounting.event import Event
from bot.service.shadow import Past
from tests.web.conftest import OWNER
from tests.web.test_faq_gate_door import EAST

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
ANSWER = "付款后两天内从杭州仓发出。"


def talk(name: str, *said: tuple[int, str, str]) -> list[Event]:
    """A conversation: seconds after noon, who, what."""
    return [
        Event(f"{name}{n}", NOON + timedelta(seconds=at), name, who, "text", text)
        for n, (at, who, text) in enumerate(said)
    ]


async def test_what_is_stored_is_played_without_a_trace(door):
    await door.ask("PATCH", EAST, {"bot_mode": "suggest"})
    for buyer, text in (("a", "什么时候发货"), ("b", "什么时候发货"), ("c", "能便宜吗"), ("d", "什么时候发货")):
        await door.floor.asks(buyer, text, shop="east")
    for buyer, text in (
        ("a", "付款后两天内就会从杭州仓发出的"),
        ("b", "这款缺货，建议退款"),
        ("c", "不好意思没有优惠"),
    ):
        path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}/reply"
        await door.post(path, {"text": text, "origin": "typed"})
    await door.floor.quiet()
    before = await door.floor.rows("journal", shop="east")
    found = await door.get(f"{EAST}/shadow?days=30")
    told = {name: found[name] for name in ("conversations", "questions", "would_answer", "left_to_people")}
    assert told == {"conversations": 4, "questions": 4, "would_answer": 3, "left_to_people": 1}
    assert (found["agrees"], found["disagrees"], found["nobody_replied"]) == (1, 1, 1)
    [one] = found["to_read"]
    assert (one["people_said"], one["answer"]) == ("这款缺货，建议退款", ANSWER)
    assert one["conversation"] == door.floor.cid("b", shop="east")
    assert await door.floor.rows("journal", shop="east") == before, "nothing is sent or kept"
    agent = await door.let_in("agent", "east")
    assert (await door.ask("GET", f"{EAST}/shadow", key=agent)).status == 403


async def test_rates_under_each_follow_up_come_from_the_books(door):
    past = Past()
    for n in range(10):
        past.talks[f"k{n}"] = talk(f"k{n}", (0, "buyer", "什么时候发货"), (30, "agent", "付款后两天内从杭州仓发出"))
    past.talks["p"] = talk("p", (0, "buyer", "能便宜吗"), (30, "agent", "这款没有优惠，满 200 减 20"))
    past.talks["late"] = talk("late", (0, "buyer", "能便宜吗"), (4000, "agent", "这款没有优惠，满 200 减 20"))
    found = await door.floor.app.services.publishing.shadow.play("east", past, NOON + timedelta(hours=6))
    rates = {name: (rate["numerator"], rate["denominator"]) for name, rate in found["rates"].items()}
    assert rates["always"] == (11, 12)
    assert rates["off"] == (1, 12), "an automatic answer alone never counts"
    assert found["followed_up"]["always"] == 10
    assert found["followed_up"]["off"] == 0
    assert rates["off"][0] <= rates["within_budget"][0] <= rates["always"][0]
    assert rates["within_budget"][0] == 1 + found["followed_up"]["within_budget"]


async def test_where_the_bot_has_spoken_its_answers_are_played_anew(door):
    past = Past()
    past.talks["k"] = talk("k", (0, "buyer", "能便宜吗"), (1, "bot", "能"), (20, "agent", "没有优惠的哦，看下满减"))
    found = await door.floor.app.services.publishing.shadow.play("east", past, NOON + timedelta(hours=6))
    assert (found["would_answer"], found["left_to_people"]) == (0, 1)
    assert {rate["numerator"] for rate in found["rates"].values()} == {1}


RECORD = """\
日期,时间,会话号,消息号,角色,类型,内容,已撤回
2026/5/19,14:00:05,C1,M1,买家,文字,什么时候发货,否
2026/5/19,14:01:00,C1,M2,客服-小青,文字,付款后两天内从杭州仓发出,否
2026/5/19,15:00:00,C2,M3,买家,文字,能便宜吗,否
2026/5/19,15:00:10,C2,M4,路人,文字,我也想问,否
"""


def form(**files: bytes) -> FormData:
    """Files by field."""
    made = FormData()
    for name, data in files.items():
        made.add_field(name, data, filename=f"{name}.csv")
    return made


async def test_an_exported_month_is_played_from_a_file_and_its_map(door):
    mapping = (Path(__file__).parents[2] / "docs" / "account-maps" / "by-role.yaml").read_bytes()
    who = {"Authorization": f"Bearer {OWNER}"}
    answer = await door.client.post(f"{EAST}/shadow", data=form(file=RECORD.encode("gbk"), map=mapping), headers=who)
    found = await answer.json()
    assert answer.status == 200, found
    told = {name: found[name] for name in ("conversations", "questions", "would_answer", "agrees", "unreadable")}
    assert told == {"conversations": 2, "questions": 2, "would_answer": 1, "agrees": 1, "unreadable": 1}
    for files, pointer in (
        ({"file": RECORD.encode()}, "/map"),
        ({"map": mapping}, "/file"),
        ({"file": RECORD.encode(), "map": b"ruleset: ["}, "/map"),
        ({"file": b"a,b\n1,2\n", "map": mapping}, "/file"),
    ):
        answer = await door.client.post(f"{EAST}/shadow", data=form(**files), headers=who)
        assert (answer.status, (await answer.json())["pointer"]) == (422, pointer)
    assert (await door.client.post(f"{EAST}/shadow", data=b"x", headers=who)).status == 422
    assert await door.floor.rows("message", shop="east") == [], "nothing is kept"


async def test_nothing_said_is_no_rate(door):
    found = await door.get(f"{EAST}/shadow")
    assert (found["questions"], found["rates"]["always"]["percent"]) == (0, None)
