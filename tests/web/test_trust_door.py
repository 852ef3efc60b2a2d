"""Trust is counted from what people did with drafts and buyers after answers, and each number opens its conversations."""

from __future__ import annotations

from typing import Any

from tests.web.test_faq_gate_door import EAST, entry_of


async def drafted(door, buyer: str, text: str) -> tuple[str, dict[str, Any]]:
    """A buyer asks in a shop that only suggests: the conversation, and its draft."""
    await door.floor.asks(buyer, text, shop="east")
    talk = door.floor.cid(buyer, shop="east")
    [draft] = [one for one in await door.floor.rows("suggestion", shop="east") if one["conversation"] == talk]
    return talk, dict(draft)


async def reply(door, talk: str, draft: dict[str, Any], text: str) -> None:
    body = {"text": text, "origin": "suggested", "suggestion": draft["id"], "entry": draft["entry"]}
    await door.post(f"/api/v1/conversations/{talk}/reply", body)


async def test_used_edited_rewritten_and_rejected_drafts_are_told_apart(door):
    await door.ask("PATCH", EAST, {"bot_mode": "suggest"})
    entry = await entry_of(door)
    used, draft = await drafted(door, "a", "什么时候发货")
    await reply(door, used, draft, draft["text"])
    edited, draft = await drafted(door, "b", "啥时候发货")
    await reply(door, edited, draft, draft["text"] + "请放心")
    heavy, draft = await drafted(door, "c", "什么时候发货呀")
    await reply(door, heavy, draft, "这款是预售，下个月 15 号统一寄")
    rejected, draft = await drafted(door, "d", "什么时候发货呢")
    await door.post(f"/api/v1/conversations/{rejected}/suggestion", {"id": draft["id"], "act": "reject"})
    found = await door.get(f"{EAST}/trust")
    [row] = found["items"]
    assert {name: row[name] for name in ("id", "used", "edited", "heavy", "rejected", "answered", "decided")} == {
        "id": entry["id"], "used": 1, "edited": 2, "heavy": 1, "rejected": 1, "answered": 0, "decided": 4,
    }  # fmt: skip
    assert (row["standing"], row["why"], found["not_yet"]) == ("not_yet", "too_few", 1)
    for what, talks in {"used": {used}, "edited": {edited, heavy}, "heavy": {heavy}, "rejected": {rejected}}.items():
        behind = (await door.get(f"{EAST}/trust/{entry['id']}?what={what}"))["items"]
        assert {one["id"] for one in behind} == talks, what
    assert (await door.ask("GET", f"{EAST}/trust/{entry['id']}?what=nothing")).status == 422
    west = await door.let_in("agent", "west")
    assert (await door.ask("GET", f"{EAST}/trust", key=west)).status == 404


async def test_what_buyers_do_after_an_answer_counts(door):
    entry = await entry_of(door)
    await door.floor.asks("again", "什么时候发货", shop="east")
    await door.floor.asks("again", "什么时候发货", shop="east")
    await door.floor.asks("person", "什么时候发货", shop="east")
    await door.floor.asks("person", "转人工", shop="east")
    await door.floor.asks("later", "什么时候发货", shop="east")
    await door.floor.passes(601, shop="east")
    await door.floor.asks("later", "转人工", shop="east")
    await door.floor.asks("wrong", "什么时候发货", shop="east")
    lines = (await door.get(f"/api/v1/conversations/{door.floor.cid('wrong', shop='east')}"))["lines"]
    line = next(one["id"] for one in lines if one["sender"] == "bot")
    await door.post(f"/api/v1/conversations/{door.floor.cid('wrong', shop='east')}/wrong", {"line": line})
    [row] = (await door.get(f"{EAST}/trust"))["items"]
    assert (row["answered"], row["asked_again"], row["asked_for_person"], row["marked_wrong"]) == (4, 1, 1, 1)
    assert (row["standing"], row["why"]) == ("lost", "marked_wrong")
    for what, buyer in {"asked_again": "again", "asked_for_person": "person", "marked_wrong": "wrong"}.items():
        [one] = (await door.get(f"{EAST}/trust/{entry['id']}?what={what}"))["items"]
        assert one["id"] == door.floor.cid(buyer, shop="east")
