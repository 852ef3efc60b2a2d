"""Groups fill by rules, members get what waits, nobody off duty does, and who leaves hands over."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.assigning import Presence, Rule
from bot.service.desk import Reply
from bot.service.passing import To
from bot.service.refusal import Refusal
from bot.service.teams import Group, Member
from bot.store import tables
from bot.store.reading import beside
from bot.store.statements import insert
from bot.web.route import DESK

ONLINE, BREAK, OFFLINE = Presence.ONLINE, Presence.BREAK, Presence.OFFLINE
PERSON_PLEASE, COMPLAINT, UNKNOWN = "转人工", "我要打12315", "你们老板姓什么"


def put_people(conn: sa.Connection, *names: str) -> None:
    """People who work at the desk, without a password that anybody knows."""
    for name in names:
        row = {"id": name, "name": name, "password": "-", "lang": "zh-CN", "disabled": False, "created_at": 0}
        insert(conn, tables.person, [row])
        insert(conn, tables.role, [{"person": name, "shop": "demo", "role": "agent"}])


async def staffed(floor: Any, *groups: Group, rules: tuple[Rule, ...] = ()) -> None:
    """A shop with people, groups and rules; nobody is online yet, and the loop looks only when it is asked."""
    await floor.open_shop()
    await floor.app.watching.stop()
    await floor.app.store.write(put_people, "lin", "mei", "boss")
    await floor.app.services.teams.put("demo", groups, rules, by="tests", desk=DESK)


FRONT = Group("售前", (Member("lin"), Member("mei")), cap=2)
BOSS = Group("主管", (Member("boss"),), supervisors=True)
ALL_TO_FRONT = (Rule("售前"),)


async def work(floor: Any, **states: Presence) -> None:
    for person, state in states.items():
        await floor.app.services.presences.say(person, state, ["demo"])


async def turn(floor: Any, buyer: str) -> tuple[str | None, str | None, str]:
    """Whose turn a conversation is: person, group, mark."""
    await floor.app.assigning.look()
    cid = floor.cid(buyer)
    found = (await floor.app.store.read(beside.of, [cid])).get(cid)
    if found is None:
        return None, None, ""
    person, group = found["assignee"], found["group"]
    return person and person["id"], group and group["name"], found["mark"]


async def test_who_is_online_gets_what_waits_in_turn_up_to_the_cap(floor):
    await staffed(floor, FRONT, rules=ALL_TO_FRONT)
    await floor.asks("b1", PERSON_PLEASE)
    assert await turn(floor, "b1") == (None, "售前", ""), "nobody works yet"
    await work(floor, lin=ONLINE, mei=ONLINE)
    got = []
    for buyer in ("b1", "b2", "b3", "b4", "b5"):
        await floor.asks(buyer, PERSON_PLEASE)
        got.append((await turn(floor, buyer))[0])
    assert got == ["lin", "mei", "lin", "mei", None]
    await floor.app.services.desk.takeover(floor.cid("b1"), "boss")
    assert (await turn(floor, "b5"))[0] == "lin", "somebody else took one of hers: she has room again"
    assert (await floor.talk("b5"))["owner"] is None, "assigned is not taken over"


async def test_nobody_off_duty_is_assigned(floor):
    await staffed(floor, FRONT, rules=ALL_TO_FRONT)
    await work(floor, lin=BREAK, mei=OFFLINE)
    await floor.asks("b", PERSON_PLEASE)
    assert (await turn(floor, "b"))[0] is None
    await work(floor, lin=ONLINE)
    assert (await turn(floor, "b"))[0] == "lin"
    await work(floor, mei=ONLINE)
    assert (await turn(floor, "b"))[0] == "lin", "what somebody has stays theirs"
    await work(floor, lin=BREAK)
    assert (await turn(floor, "b"))[0] == "mei", "not through a break"


async def test_rules_by_reason_and_category(floor):
    after = Group("售后", (Member("mei"),))
    rules = (Rule("售后", frozenset(), frozenset({"物流"})), Rule("售前", frozenset({"asked_for_person"})))
    await staffed(floor, FRONT, after, rules=rules)
    await work(floor, lin=ONLINE, mei=ONLINE)
    await floor.knows("什么时候发货", "付款后两天内发出。", category="物流", then_person=True)
    await floor.asks("ship", "什么时候发货")
    await floor.asks("person", PERSON_PLEASE)
    await floor.asks("else", UNKNOWN)
    assert await turn(floor, "ship") == ("mei", "售后", "")
    assert await turn(floor, "person") == ("lin", "售前", "")
    assert await turn(floor, "else") == (None, None, "")
    told = await floor.app.services.teams.of("demo")
    assert [rule["reasons"] for rule in told["rules"]] == [[], ["asked_for_person"]], "the rules stand in their order"


async def test_complaints_go_to_the_supervisors_with_a_mark(floor):
    await staffed(floor, FRONT, BOSS, rules=ALL_TO_FRONT)
    await work(floor, lin=ONLINE, boss=ONLINE)
    await floor.asks("b", PERSON_PLEASE)
    assert await turn(floor, "b") == ("lin", "售前", "")
    await floor.asks("b", COMPLAINT)
    assert await turn(floor, "b") == ("boss", "主管", "regulator")


async def test_who_goes_offline_hands_over(floor):
    await staffed(floor, FRONT, rules=ALL_TO_FRONT)
    await work(floor, lin=ONLINE, mei=ONLINE)
    for buyer in ("waits", "answered"):
        await floor.asks(buyer, PERSON_PLEASE)
        await floor.app.assigning.look()
        await floor.app.services.desk.takeover(floor.cid(buyer), "lin")
    await floor.app.services.desk.reply(floor.cid("answered"), "lin", Reply("今天下午就发，单号晚点给你。"))
    await floor.quiet()
    handed = await floor.app.services.presences.say("lin", OFFLINE, ["demo"])
    assert sorted(handed) == sorted([floor.cid("waits"), floor.cid("answered")])
    assert (await floor.talk("waits"))["state"] == "waiting"
    assert (await floor.talk("answered"))["state"] == "bot"
    assert await turn(floor, "waits") == ("mei", "售前", ""), "it stays in its group"
    lines = [row for row in await floor.rows("journal", kind="release") if '"off_duty":true' in row["body"]]
    assert len(lines) == 2
    assert [row["ref"] for row in await floor.rows("journal", kind="presence")] == ["lin", "mei", "lin"]


async def test_what_the_bot_has_answered_and_a_person_still_owes_is_handed_to_the_queue(floor):
    await staffed(floor, FRONT, rules=ALL_TO_FRONT)
    await work(floor, lin=ONLINE)
    await floor.knows("什么时候发货", "付款后两天内发出。")
    for buyer in ("released", "left"):
        await floor.asks(buyer, "什么时候发货")
        await floor.app.services.desk.takeover(floor.cid(buyer), "lin")
    await floor.app.services.desk.release(floor.cid("released"), "lin")
    await work(floor, lin=OFFLINE)
    assert (await floor.talk("released"))["state"] == "bot", "let go on purpose"
    assert (await floor.talk("left"))["state"] == "waiting", "nobody let it go"


async def test_a_page_that_falls_silent_is_offline(floor):
    await staffed(floor, FRONT, rules=ALL_TO_FRONT)
    await work(floor, lin=ONLINE)
    await floor.asks("b", PERSON_PLEASE)
    await floor.app.services.desk.takeover(floor.cid("b"), "lin")
    presences = floor.app.services.presences

    async def silent_for(ms: int) -> list[str]:
        now = floor.app.clocks.real_ms()
        await floor.app.store.write(
            lambda conn: conn.execute(sa.update(tables.presence).values(seen_at=now - ms)).rowcount
        )
        return await presences.sweep()

    assert await silent_for(115_000) == []
    await presences.beat("lin")
    assert (await presences.of(["lin"]))["lin"]["seen_at"] >= floor.app.clocks.real_ms() - 5_000
    assert await silent_for(120_001) == ["lin"]
    assert (await presences.of(["lin"]))["lin"]["state"] == "offline"
    assert (await floor.talk("b"))["state"] == "waiting"
    await presences.beat("lin")
    assert await silent_for(120_001) == [], "offline stays offline"


@pytest.mark.parametrize(
    ("groups", "rules", "pointer"),
    [
        pytest.param([Group("")], [], "/groups/0/name", id="no name"),
        pytest.param([Group("售前"), Group("售前 ")], [], "/groups/1/name", id="twice the same"),
        pytest.param([Group("售前", (Member("nobody"),))], [], "/groups/0/members/0", id="works elsewhere"),
        pytest.param([Group("甲", supervisors=True), Group("乙", supervisors=True)], [], "/groups", id="two of them"),
        pytest.param([Group("售前")], [Rule("售后")], "/rules/0/group", id="a rule into nothing"),
        pytest.param([Group("售前")], [Rule("售前", frozenset({"mood"}))], "/rules/0/reasons", id="no such reason"),
    ],
)
async def test_what_cannot_be_a_team(floor, groups, rules, pointer):
    await staffed(floor, FRONT)
    with pytest.raises(Refusal) as no:
        await floor.app.services.teams.put("demo", groups, rules, by="tests", desk=DESK)
    assert no.value.pointer == pointer
    assert [one["name"] for one in (await floor.app.services.teams.of("demo"))["groups"]] == ["售前"]


async def test_a_group_keeps_its_id_when_it_is_renamed(floor):
    await staffed(floor, FRONT)
    [old] = (await floor.app.services.teams.of("demo"))["groups"]
    await floor.app.services.teams.put("demo", [Group("前台", id=old["id"])], [], by="tests", desk=DESK)
    new = await floor.app.services.teams.of("demo")
    assert [(one["id"], one["name"]) for one in new["groups"]] == [(old["id"], "前台")]


async def test_passing_on_needs_a_reason_and_is_counted(floor):
    await staffed(floor, FRONT, BOSS, rules=ALL_TO_FRONT)
    await work(floor, lin=ONLINE, mei=ONLINE, boss=ONLINE)
    passing, desk = floor.app.services.passing, floor.app.services.desk
    for buyer in ("b1", "b2", "b3", "b4"):
        await floor.asks(buyer, PERSON_PLEASE)
    await desk.takeover(floor.cid("b1"), "lin")
    for act in (passing.transfer(floor.cid("b1"), "lin", To("mei"), " "), passing.escalate(floor.cid("b1"), "lin", "")):
        with pytest.raises(Refusal, match="reason"):
            await act
    await passing.transfer(floor.cid("b1"), "lin", To("mei"), "下班了")
    assert (await floor.talk("b1"))["owner"] == "mei"
    await passing.escalate(floor.cid("b2"), "lin", "买家要求主管回电")
    assert await turn(floor, "b2") == ("boss", "主管", "escalated")
    with pytest.raises(Refusal, match="mei took it"):
        await passing.escalate(floor.cid("b1"), "lin", "不归我")
    figures = await passing.figures("demo", 1)
    assert figures["transfers"] == {"numerator": 1, "denominator": 4, "percent": 25.0}
    assert figures["escalations"] == {"numerator": 1, "denominator": 4, "percent": 25.0}
    assert sorted((one["kind"], one["reason"]) for one in figures["items"]) == [
        ("escalate", "买家要求主管回电"),
        ("transfer", "下班了"),
    ]
    told = await floor.rows("journal")
    assert not [row for row in told if "下班了" in row["body"] or "主管回电" in row["body"]], "no words in the chain"
    [event] = await floor.rows("message", kind="transfer")
    assert (event["meta"]["by"], event["meta"]["reason"], event["sender"]) == ("agent", "下班了", "system")


async def test_a_transfer_to_a_group_puts_it_into_that_queue(floor):
    after = Group("售后", (Member("mei"),))
    await staffed(floor, FRONT, after, rules=ALL_TO_FRONT)
    await work(floor, lin=ONLINE, mei=ONLINE)
    ids = {one["name"]: one["id"] for one in (await floor.app.services.teams.of("demo"))["groups"]}
    await floor.asks("b", PERSON_PLEASE)
    await floor.app.services.desk.takeover(floor.cid("b"), "lin")
    await floor.app.services.passing.transfer(floor.cid("b"), "lin", To(group=ids["售后"]), "要退货")
    assert (await floor.talk("b"))["state"] == "waiting"
    assert await turn(floor, "b") == ("mei", "售后", "")
    with pytest.raises(Refusal, match="No such group"):
        await floor.app.services.passing.transfer(floor.cid("b"), "lin", To(group="x"), "要退货")
