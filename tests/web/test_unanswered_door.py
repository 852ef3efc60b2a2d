"""未命中 over HTTP: pages of groups, one group, what an operator does with it and takes back, in whose shop."""

from __future__ import annotations

from typing import Any

import pytest

EAST = "/api/v1/shops/east"
ENGRAVE, STORE, NEW = "可以刻字吗", "你们有实体店吗", "多久上新一次"


async def groups(door, **query: Any) -> dict[str, Any]:
    await door.floor.app.gap_intake.take_in()
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    found: dict[str, Any] = await door.get(f"{EAST}/gaps?{asked}")
    return found


async def asked(door, *texts: str) -> None:
    for nth, text in enumerate(texts):
        await door.floor.asks(f"buyer{nth}", text, shop="east")
        await door.floor.passes(5, shop="east")


async def test_pages_go_on_from_one_another_and_say_how_many_there_are(door):
    await asked(door, ENGRAVE, STORE, ENGRAVE, NEW)
    first = await groups(door, limit=2)
    assert (first["items"][0]["text"], first["items"][0]["week"]) == (ENGRAVE, 2)
    assert (first["total"], first["counts"]) == (3, {"open": 3, "ignored": 0, "merged": 0, "adopted": 0})
    assert first["items"][0]["first_at"].endswith("Z")
    assert first["matched"] == {"numerator": 0, "denominator": 4, "percent": 0.0}
    second = await groups(door, limit=2, after=first["next"])
    assert {one["text"] for one in first["items"] + second["items"]} == {ENGRAVE, STORE, NEW}
    assert second["next"] is None
    assert [one["count"] for one in (await groups(door, sort="count"))["items"]] == [2, 1, 1]
    assert (await groups(door, sort="latest"))["items"][0]["text"] == NEW


async def test_each_act_and_its_undo(door):
    yun = await door.let_in("operator", "east")
    await asked(door, ENGRAVE, STORE, NEW)
    by_text = {one["text"]: f"{EAST}/gaps/{one['id']}" for one in (await groups(door))["items"]}
    made = await door.post(f"{by_text[ENGRAVE]}/entry", {"answer": "可以。", "category": "定制"}, key=yun)
    assert made["brings"] == 1
    entry = await door.get(f"{EAST}/entries/{made['entry']}")
    assert (entry["question"], entry["category"], entry["status"]) == (ENGRAVE, "定制", "on")
    added = await door.post(f"{by_text[STORE]}/phrasing", {"entry": made["entry"], "texts": [STORE]}, key=yun)
    assert (await door.get(f"{EAST}/entries/{made['entry']}"))["phrasings"] == [STORE]
    assert added["brings"] == 1
    await door.post(f"{by_text[NEW]}/ignore", key=yun)
    counts = (await groups(door))["counts"]
    assert counts == {"open": 0, "ignored": 1, "merged": 0, "adopted": 2}
    for text in (NEW, STORE, ENGRAVE):
        assert (await door.post(f"{by_text[text]}/undo", key=yun))["state"] == "open"
    assert (await door.get(f"{EAST}/entries/{made['entry']}"))["status"] == "deleted"
    await door.post(f"{by_text[NEW]}/merge", {"into": by_text[STORE].rpartition("/")[2]}, key=yun)
    one = await door.get(by_text[STORE])
    assert (one["count"], [said["text"] for said in one["examples"]]) == (2, [NEW, STORE])
    acts = [act["what"] for act in (await door.get("/api/v1/audit?limit=20"))["items"]]
    assert {"gap_made_entry", "gap_added", "gap_ignored", "gap_undone", "gap_merged"} <= set(acts)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/ignore", None, 404, "not_found"),
        ("/undo", None, 404, "not_found"),
        ("/entry", {"answer": "x"}, 404, "not_found"),
        ("/phrasing", {"entry": "e"}, 404, "not_found"),
        ("/merge", {"into": "nothing"}, 422, "same_group"),
        ("/merge", {}, 422, "invalid"),
    ],
)
async def test_what_is_not_there_or_not_whole_is_refused(door, path, body, status, code):
    answer = await door.ask("POST", f"{EAST}/gaps/nothing{path}", body)
    assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_group_of_another_shop_is_not_there(door):
    await asked(door, ENGRAVE)
    (one,) = (await groups(door))["items"]
    north = await door.let_in("operator", "north")
    assert (await door.ask("GET", f"{EAST}/gaps", key=north)).status == 404
    assert (await door.ask("POST", f"/api/v1/shops/north/gaps/{one['id']}/ignore", key=north)).status == 404
    lin = await door.let_in("agent", "east")
    assert (await door.ask("GET", f"{EAST}/gaps/{one['id']}", key=lin)).status == 200
    assert (await door.ask("POST", f"{EAST}/gaps/{one['id']}/ignore", key=lin)).status == 403


async def test_an_act_that_would_break_a_case_needs_a_reason(door):
    await asked(door, ENGRAVE)
    (one,) = (await groups(door))["items"]
    entry = (await door.post(f"{EAST}/entries", {"question": "可以打标签吗", "answer": "可以。"}))["id"]
    await door.post(f"{EAST}/gate-cases", {"question": ENGRAVE, "expected": None})
    body = {"entry": entry, "texts": [ENGRAVE]}
    answer = await door.ask("POST", f"{EAST}/gaps/{one['id']}/phrasing", body)
    assert (answer.status, (await answer.json())["code"]) == (409, "gate_broken")
    assert (await groups(door))["counts"]["open"] == 1, "nothing was done"
    await door.post(f"{EAST}/gaps/{one['id']}/phrasing", {**body, "reason": "现在可以刻了"})
    assert (await groups(door))["counts"]["adopted"] == 1
