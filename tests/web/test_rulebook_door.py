"""The rulebook over HTTP: every parameter with what it rests on, and who changed it."""

from __future__ import annotations

BOOK, RULES = "/api/v1/shops/east/rulebook", "/api/v1/shops/east/rules"


async def parameter(door, name: str) -> dict:
    book = await door.get(BOOK)
    return next(one for one in book["parameters"] if one["name"] == name)


async def test_a_parameter_says_what_it_rests_on(door):
    book = await door.get(BOOK)
    assert book["ruleset"]["version"].startswith("xiaohongshu@")
    assert book["changes"] == []
    by_name = {one["name"]: one for one in book["parameters"]}
    assert by_name["deadline.seconds"] == {
        "name": "deadline.seconds",
        "value": 180,
        "platform_value": 180,
        "basis": "fact",
        "kind": "number",
        "choices": [],
        "changed": None,
    }
    assert by_name["window.reentry"]["choices"] == ["join", "new"]
    assert by_name["window.reentry"]["basis"] == "default"
    assert by_name["bands"]["value"][0] == {"name": "excellent", "at_least": 90}


async def test_a_change_is_shown_with_who_when_and_why_and_stays_on_record(door):
    for value, why in ((300, "试五分钟"), (240, "核对后改四分钟")):
        await door.ask("PATCH", RULES, {"name": "deadline.seconds", "value": value, "why": why})
    one = await parameter(door, "deadline.seconds")
    assert (one["value"], one["platform_value"], one["basis"]) == (240, 180, "override")
    assert (one["changed"]["why"], one["changed"]["by"]) == ("核对后改四分钟", "token:owner")
    assert one["changed"]["at"].endswith("Z")
    assert [change["value"] for change in (await door.get(BOOK))["changes"]] == [240, 300]
    await door.ask("PATCH", RULES, {"name": "deadline.seconds", "value": None, "why": "恢复"})
    assert (await parameter(door, "deadline.seconds"))["basis"] == "fact"


async def test_what_the_setup_file_changed_names_nobody(door):
    await door.floor.open_shop("north", rules={"deadline.seconds": 60})
    book = await door.get("/api/v1/shops/north/rulebook")
    one = next(one for one in book["parameters"] if one["name"] == "deadline.seconds")
    assert (one["basis"], one["changed"]) == ("override", {"by": None, "at": None})


async def test_a_platform_without_chat_rules_borrows_ours_and_says_so(door):
    await door.floor.open_shop("south", "douyin")
    book = await door.get("/api/v1/shops/south/rulebook")
    one = next(one for one in book["parameters"] if one["name"] == "reply.auto_counts")
    assert (one["value"], one["platform_value"], one["basis"]) == (False, False, "default")
    assert (await door.ask("GET", "/api/v1/shops/nowhere/rulebook")).status == 404
