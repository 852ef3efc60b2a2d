"""Adding and changing people and tokens: what is kept, what is refused."""

from __future__ import annotations

import asyncio

import pytest

from bot.service.refusal import Refusal
from bot.store import people as stored

PASSWORD = "一个谁也想不到的密码"


async def code_of(doing):
    try:
        await doing
    except Refusal as refusal:
        return refusal.code
    return "done"


async def test_there_is_one_first_owner_however_many_try(people):
    assert not await people.has_owner()
    tries = (code_of(people.make_owner(f"店主 {number}", PASSWORD)) for number in range(8))
    assert sorted(await asyncio.gather(*tries)) == ["done"] + ["has_owner"] * 7
    assert await people.has_owner()
    assert len(await people.everybody()) == 1


@pytest.mark.parametrize(
    ("name", "roles", "code"),
    [
        pytest.param("小北", [("north", "agent")], "done", id="one role"),
        pytest.param("小北", [("north", "agent"), ("north", "operator")], "done", id="two roles in one shop"),
        pytest.param("  小北 ", [("*", "supervisor")], "done", id="spaces around the name"),
        pytest.param("店主", [("north", "agent")], "name_taken", id="a name somebody has"),
        pytest.param("ｓｈｏｐ", [("north", "agent")], "name_taken", id="a name somebody has, in full width"),
        pytest.param("", [("north", "agent")], "name_invalid", id="no name"),
        pytest.param("小\u200b北", [("north", "agent")], "name_invalid", id="a character nobody sees"),
        pytest.param("北" * 41, [("north", "agent")], "name_invalid", id="a very long name"),
        pytest.param("小北", [], "roles_invalid", id="no role"),
        pytest.param("小北", [("north", "owner")], "roles_invalid", id="a role that does not exist"),
        pytest.param("小北", [("", "agent")], "roles_invalid", id="no shop"),
    ],
)
async def test_who_can_be_added(people, owner, name, roles, code):
    await people.add("shop", PASSWORD, [("north", "agent")])
    assert await code_of(people.add(name, PASSWORD, roles)) == code
    found = [row for row in await people.everybody() if row["name"] not in ("店主", "shop")]
    assert [(row["name"], row["roles"]) for row in found] == ([("小北", sorted(roles))] if code == "done" else [])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        pytest.param({"disabled": True}, "last_admin", id="disabling the last admin"),
        pytest.param({"roles": [("*", "agent")]}, "last_admin", id="taking the last admin's role"),
        pytest.param({"roles": [("north", "admin")]}, "last_admin", id="the last admin of all becomes one of a shop"),
        pytest.param({"roles": [("*", "admin"), ("*", "agent")]}, "done", id="one role more"),
        pytest.param({"name": "小北"}, "name_taken", id="a name somebody has"),
        pytest.param({"name": "店主"}, "done", id="one's own name"),
        pytest.param({"password": "short"}, "password_short", id="a short password"),
        pytest.param({"lang": "fr"}, "lang_unknown", id="a language there is not"),
        pytest.param({}, "done", id="nothing"),
    ],
)
async def test_what_can_be_changed_of_the_only_admin(people, owner, values, code):
    await people.add("小北", PASSWORD, [("north", "agent")])
    before = await people.store.read(stored.person_by_id, owner)
    assert await code_of(people.change(owner, **values)) == code
    if code != "done":
        assert await people.store.read(stored.person_by_id, owner) == before
        assert await people.store.read(stored.roles_of, owner) == [("*", "admin")]


async def test_two_admins_cannot_disable_each_other_at_once(people, owner):
    other = await people.add("另一位", PASSWORD, [("*", "admin")])
    codes = await asyncio.gather(code_of(people.disable(owner)), code_of(people.disable(other)))
    assert sorted(codes) == ["done", "last_admin"]


async def test_a_disabled_account_comes_back(people, owner):
    who = await people.add("小北", PASSWORD, [("north", "agent")])
    await people.disable(who)
    await people.change(who, disabled=False)
    assert await people.who(await people.login("小北", PASSWORD, "here"))


async def test_a_change_of_nobody_is_refused(people, owner):
    assert await code_of(people.change("0000", lang="en")) == "no_such_person"


async def test_colleagues_are_those_who_can_take_over(people, owner):
    await people.add("丙", PASSWORD, [("north", "agent"), ("*", "agent")])
    await people.add("乙", PASSWORD, [("north", "operator")])
    await people.add("甲", PASSWORD, [("south", "agent")])
    await people.disable(await people.add("丁", PASSWORD, [("north", "agent")]))
    found = await people.desk_of("north", ("agent", "supervisor", "admin"))
    assert [one["name"] for one in found] == ["丙", "店主"]


async def test_a_token_is_known_by_its_value_until_it_is_removed(people, owner):
    made = await people.add_token("报表", "supervisor", ["north", "south"], by=owner)
    known = await people.who_token(made["value"])
    assert (known.id, known.is_person) == ("token:报表", False)
    assert known.roles == {"north": {"supervisor"}, "south": {"supervisor"}}
    assert "value" not in (await people.tokens())[0]
    await people.remove_token("报表")
    assert await people.who_token(made["value"]) is None
    assert await code_of(people.remove_token("报表")) == "no_such_token"


@pytest.mark.parametrize(
    ("name", "role", "shops", "code"),
    [
        pytest.param("导入", "admin", ["*"], "done", id="all shops"),
        pytest.param("报表", "agent", ["north"], "name_taken", id="a name in use"),
        pytest.param("导入", "root", ["north"], "roles_invalid", id="a role that does not exist"),
        pytest.param("导入", "agent", [], "roles_invalid", id="no shop"),
        pytest.param("", "agent", ["north"], "name_invalid", id="no name"),
    ],
)
async def test_which_tokens_can_be_made(people, owner, name, role, shops, code):
    await people.add_token("报表", "supervisor", ["north"])
    assert await code_of(people.add_token(name, role, shops)) == code


async def test_no_value_of_a_token_is_kept(people, owner):
    made = await people.add_token("报表", "supervisor", ["north"])
    kept = b"".join(file.read_bytes() for file in people.store.place.parent.iterdir())
    assert made["value"].encode() not in kept


async def test_a_given_token_is_replaced_by_name(people):
    for value, role in (("first value", "agent"), ("second value", "admin"), ("second value", "admin")):
        await people.store.write(stored.keep_token, people.token_row("脚本", value, role, ["*"]))
    assert await people.who_token("first value") is None
    assert (await people.who_token("second value")).roles == {"*": {"admin"}}


async def test_acts_are_on_record_page_by_page(people, owner, clock):
    for number in range(5):
        clock.later(seconds=1)
        await people.audit(
            owner, "erase", ref=f"buyer {number}", shop="north", place="198.51.100.7", detail={"n": number}
        )
    first = await people.audit_page(what="erase", limit=3)
    rest = await people.audit_page(what="erase", before=first[-1]["id"], limit=3)
    assert [row["ref"] for row in [*first, *rest]] == [f"buyer {number}" for number in (4, 3, 2, 1, 0)]
    assert {row["who_name"] for row in first} == {"店主"}
    assert await people.audit_page(who="somebody else") == []


async def test_an_act_and_its_record_are_kept_together_or_not_at_all(people, owner):
    who = await people.add("小北", PASSWORD, [("north", "agent")], by=owner)
    assert await code_of(people.add("小北", PASSWORD, [("north", "agent")], by=owner)) == "name_taken"
    assert [row["ref"] for row in await people.audit_page(what="person_added")] == [who]
