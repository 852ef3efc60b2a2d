"""The test bench: cases run with the difference to the last run, sets tried, thresholds looked at, promises measured."""

from __future__ import annotations

import json
from typing import Any

from tests.web.test_faq_gate_door import EAST, entry_of, form, kept


async def play(door, text: str, *, keep: bool = False, name: str = "set.csv", status: int = 200) -> Any:
    sent = {"Authorization": "Bearer the key of the owner", "X-Filename": name}
    path = f"{EAST}/bench/set?keep={'true' if keep else 'false'}"
    answer = await door.client.post(path, data=text.encode(), headers=sent)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def test_a_run_tells_what_has_changed_since_the_last_one(door):
    entry = await entry_of(door)
    assert await door.get(f"{EAST}/bench") == {"cases": 0, "last": None}
    good = await kept(door, "什么时候发货呀", entry["id"])
    bad = await kept(door, "支持花呗吗", entry["id"])
    person = await kept(door, "什么时候发货", None)
    first = await door.post(f"{EAST}/bench/run")
    assert {one["id"]: (one["verdict"], one["last"]) for one in first["items"]} == {
        good: ("right", None), bad: ("silent", None), person: ("wrong", None),
    }  # fmt: skip
    assert (first["total"], first["right"], first["wrong"], first["silent"], first["before"]) == (3, 1, 1, 1, None)
    path = f"{EAST}/entries/{entry['id']}"
    saved = await door.ask("PUT", path, form(entry, phrasings=["支持花呗吗"]))
    assert saved.status == 200
    second = await door.post(f"{EAST}/bench/run")
    assert {one["id"]: (one["verdict"], one["last"]) for one in second["items"]}[bad] == ("right", "silent")
    assert second["before"]["right"] == 1
    assert (await door.get(f"{EAST}/bench"))["last"]["right"] == 2


async def test_promised_and_measured_stand_side_by_side(door):
    entry = await entry_of(door)
    await kept(door, "什么时候发货", entry["id"])
    await kept(door, "什么时候发货呢亲", None)
    bins = (await door.post(f"{EAST}/bench/run"))["promised"]
    assert sum(one["cases"] for one in bins) == 2
    top = bins[-1]
    assert (top["from"], top["to"]) == (99, 100)
    assert top["promised"] >= 99
    assert round(sum(one["cases"] * one["measured"] for one in bins)) == 100, "one of two was the right one"


async def test_a_set_is_tried_and_only_kept_when_asked(door):
    entry = await entry_of(door)
    text = "问题,期望\n什么时候发货,什么时候发货\n发货地是哪,\n多重,nothing\n"
    found = await play(door, text)
    assert (found["total"], found["right"], found["kept"]) == (2, 2, 0)
    assert [(one["row"], one["column"]) for one in found["errors"]] == [(4, "期望")]
    await play(door, text, keep=True, status=422)
    assert (await door.get(f"{EAST}/gate-cases"))["items"] == [], "all or nothing"
    found = await play(door, json.dumps({"text": "什么时候发货呀", "expect": entry["id"]}), keep=True, name="set.jsonl")
    assert found["kept"] == 1
    [case] = (await door.get(f"{EAST}/gate-cases"))["items"]
    assert (case["question"], case["expected"], case["origin"]) == ("什么时候发货呀", entry["id"], "bench")
    await play(door, "没有表头", status=422)


async def test_each_threshold_with_what_it_wins_and_loses(door):
    entry = await entry_of(door)
    asked = "啥时候能发货呀"
    await door.floor.asks("a", asked, shop="east")
    case = await kept(door, asked, entry["id"])
    sure = (await door.post(f"{EAST}/match", {"text": asked}))["sureness"]
    assert 50 < sure < 99.5
    found = await door.get(f"{EAST}/bench/thresholds?value=100")
    rows = {one["threshold"]: one for one in found["curve"]}
    assert list(rows) == list(range(50, 101))
    assert (rows[int(sure)]["right"], rows[int(sure)]["answered"]) == (1, 1)
    assert (rows[100]["silent"], rows[100]["answered"]) == (1, 0)
    present_answers = sure >= found["present"]
    lost = [(one.get("case"), one["question"]) for one in found["losses"]["items"]]
    assert lost == ([(case, asked), (None, asked)] if present_answers else [])
    for name in ("right", "answered"):
        counts = [row[name] for row in found["curve"]]
        assert counts == sorted(counts, reverse=True), "a higher threshold never answers more"
    agent = await door.let_in("agent", "east")
    assert (await door.ask("GET", f"{EAST}/bench/thresholds?value=90", key=agent)).status == 403
    assert (await door.ask("GET", f"{EAST}/bench/thresholds?value=101")).status == 422
