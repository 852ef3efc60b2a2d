"""No edit can break what worked: a change that breaks a case is refused with the report, and made only with a reason."""

from __future__ import annotations

from typing import Any

import pytest

EAST = "/api/v1/shops/east"
ASKED = "啥时候发货呀"
WHY = "改由人工回答，客服已知道"


async def entry_of(door) -> dict[str, Any]:
    [entry] = (await door.get(f"{EAST}/entries"))["items"]
    return entry


def form(entry: dict[str, Any], **change: Any) -> dict[str, Any]:
    made = {"shop", "id", "changed_by", "changed_at", "hits_7d", "missing_fields"}
    return {name: value for name, value in entry.items() if name not in made} | change


async def kept(door, question: str = ASKED, expected: str | None = None) -> str:
    return (await door.post(f"{EAST}/gate-cases", {"question": question, "expected": expected}))["id"]


async def refused(answer) -> dict[str, Any]:
    assert answer.status == 409, await answer.text()
    problem = await answer.json()
    assert (problem["code"], problem["pointer"]) == ("gate_broken", "/reason")
    return problem


async def test_a_planted_regression_is_stopped_told_in_words_and_let_through_with_a_reason(door):
    entry = await entry_of(door)
    case = await kept(door, ASKED, entry["id"])
    worse = form(entry, keywords={**entry["keywords"], "never": ["啥时候"]})
    path = f"{EAST}/entries/{entry['id']}"
    problem = await refused(await door.ask("PUT", path, worse))
    assert ASKED in problem["detail"]
    [report] = problem["reports"]
    assert report["cases"] == {"total": 1, "played": 1, "right_before": 1, "right_after": 0, "failing": 0}
    [broken] = report["broken"]["items"]
    assert (broken["id"], broken["verdict"], broken["after"]) == (case, "silent", [])
    assert broken["before"] == [{"id": entry["id"], "question": "什么时候发货"}]
    assert (await entry_of(door))["version"] == entry["version"], "nothing was saved"
    await refused(await door.ask("PUT", path, {**worse, "reason": "   "}))

    assert (await door.ask("PUT", path, {**worse, "reason": WHY})).status == 200
    assert (await entry_of(door))["keywords"]["never"] == ["啥时候"]
    [told] = (await door.get(f"{EAST}/gate/passes"))["items"]
    assert (told["why"], told["act"], told["ref"], told["broken"]) == (WHY, "save", entry["id"], [case])
    lines = [line for line in await door.floor.rows("journal", shop="east") if line["kind"] == "gate_passed"]
    assert len(lines) == 1
    assert WHY not in lines[0]["body"], "words stay out of the chain"
    # What fails already does not forbid anything; the former version is one act away.
    assert (await door.ask("POST", f"{path}/restore", {"version": entry["version"]})).status == 200
    assert (await entry_of(door))["keywords"]["never"] == []


@pytest.mark.parametrize(
    ("method", "path", "change", "act"),
    [
        pytest.param("PATCH", "", {"lists": {"added": {"sensitive": ["啥时候"]}}}, "lists", id="a word list"),
        pytest.param(
            "PUT", "/fields", {"fields": [{"name": "发货时效", "value": ""}]}, "fields", id="a fact taken back"
        ),
        pytest.param("PATCH", "", {"threshold": 100}, "threshold", id="a threshold"),
    ],
)
async def test_what_else_decides_an_answer_is_held_as_well(door, method, path, change, act):
    entry = await entry_of(door)
    assert (await door.ask("PUT", f"{EAST}/fields", {"fields": [{"name": "发货时效", "value": "两天"}]})).status == 200
    worded = form(entry, answer="{发货时效}内发出。")
    assert (await door.ask("PUT", f"{EAST}/entries/{entry['id']}", worded)).status == 200
    case = await kept(door, ASKED, entry["id"])
    [report] = (await door.post(f"{EAST}/gate/preview", change))["reports"]
    assert [one["id"] for one in report["broken"]["items"]] == [case]
    problem = await refused(await door.ask(method, f"{EAST}{path}", change))
    assert [one["id"] for one in problem["reports"][0]["broken"]["items"]] == [case]
    assert (await door.get(f"{EAST}/fields"))[0]["value"] == "两天", "nothing was changed"
    assert (await door.ask(method, f"{EAST}{path}", change | {"reason": WHY})).status == 200
    [told] = (await door.get(f"{EAST}/gate/passes"))["items"]
    assert (told["act"], told["why"], told["broken"]) == (act, WHY, [case])


async def test_other_words_of_a_fact_and_settings_that_decide_nothing_are_not_played(door):
    entry = await entry_of(door)
    await kept(door, ASKED, entry["id"])
    assert (await door.ask("PUT", f"{EAST}/fields", {"fields": [{"name": "发货时效", "value": "两天"}]})).status == 200
    change = {"fields": [{"name": "发货时效", "value": "三天"}]}
    [report] = (await door.post(f"{EAST}/gate/preview", change))["reports"]
    assert (report["cases"]["total"], report["cases"]["played"]) == (1, 0)
    assert (await door.ask("PATCH", EAST, {"holding_words": ["稍等哈"]})).status == 200


async def test_what_a_change_mends_is_told_beside_what_it_breaks(door):
    entry = await entry_of(door)
    await kept(door, ASKED, entry["id"])
    other = "下单后要等几天"
    await kept(door, other, entry["id"])
    change = {"entry": {**form(entry, phrasings=[other]), "id": entry["id"]}}
    change["entry"].pop("version")
    [report] = (await door.post(f"{EAST}/gate/preview", change))["reports"]
    assert report["cases"] == {"total": 2, "played": 2, "right_before": 1, "right_after": 2, "failing": 0}
    assert [one["question"] for one in report["mended"]["items"]] == [other]
    assert report["mended"]["items"][0]["after"] == [{"id": entry["id"], "question": entry["question"]}]


async def test_every_way_to_change_the_faq_is_held(door):
    entry = await entry_of(door)
    await kept(door, ASKED, entry["id"])
    path = f"{EAST}/entries/{entry['id']}"
    await refused(await door.ask("DELETE", path))
    await refused(await door.ask("POST", f"{EAST}/entries/bulk", {"ids": [entry["id"]], "status": "off"}))
    await refused(await door.ask("PATCH", EAST, {"threshold": 100}))
    alike = {"question": "啥时候发货呀", "answer": "看订单页。"}
    await refused(await door.ask("POST", f"{EAST}/entries", alike))
    table = f"编号,标准问,答案,状态\n{entry['id']},什么时候发货,两天内。,停用\n".encode()
    sent = {"Authorization": "Bearer the key of the owner", "X-Filename": "faq.csv"}
    answer = await door.client.post(f"{EAST}/import/preview", data=table, headers=sent)
    made = (await answer.json())["id"]
    await refused(await door.ask("POST", f"{EAST}/import/{made}/apply"))
    assert (await entry_of(door)) == entry, "nothing of all that was done"
    assert (await door.get(EAST.replace("/east", "")))[0]["threshold"] != 100
    done = await door.ask("POST", f"{EAST}/import/{made}/apply?reason=%E5%81%9C%E7%94%A8")
    assert done.status == 200
    assert (await door.ask("POST", f"{EAST}/import/{made}/undo")).status == 200
    assert (await entry_of(door))["status"] == "on"
    assert (await door.ask("DELETE", f"{path}?reason=x")).status == 200
    acts = [one["act"] for one in (await door.get(f"{EAST}/gate/passes"))["items"]]
    assert sorted(acts) == ["delete", "import"]


async def test_a_shared_entry_is_held_against_the_shops_that_use_it(door):
    entry = await entry_of(door)
    await kept(door, "发什么快递呀", None)
    shared = {"id": "courier", "question": "发什么快递", "answer": "默认发中通。"}
    problem = await refused(await door.ask("POST", "/api/v1/shared/entries", shared))
    assert [report["shop"] for report in problem["reports"]] == ["east"]
    found = await door.post("/api/v1/shared/gate/preview", {"entry": shared})
    assert [report["broken"]["total"] for report in found["reports"]] == [1]
    hidden = {"id": entry["id"], "question": "我有意见", "answer": "请讲。"}
    found = await door.post("/api/v1/shared/gate/preview", {"entry": hidden})
    assert found["reports"][0]["broken"]["total"] == 0, "the shop's own entry of that id stands before it"


async def test_a_preview_tells_what_becomes_of_what_buyers_asked(door):
    entry = await entry_of(door)
    for buyer in ("a", "b"):
        await door.floor.asks(buyer, "能开发票吗", shop="east")
    await door.post(
        f"/api/v1/conversations/{door.floor.cid('b', shop='east')}/reply", {"text": "可以开的", "origin": "typed"}
    )
    await door.floor.asks("c", "什么时候发货", shop="east")
    await door.floor.asks("d", "支持花呗吗", shop="east")
    new = {"question": "能开发票吗", "answer": "可以开电子发票。"}
    [report] = (await door.post(f"{EAST}/gate/preview", {"entry": new}))["reports"]
    assert report["questions"] == {"days": 30, "asked": 4, "different": 3, "played": 3}
    told = [*report["newly"]["items"], *report["instead_of_people"]["items"]]
    assert [(one["question"], one["count"]) for one in told] == [("能开发票吗", 2)]
    assert report["instead_of_people"]["total"] == 1
    assert report["instead_of_people"]["items"][0]["people_said"] == "可以开的"
    [report] = (await door.post(f"{EAST}/gate/preview", {"deleted": entry["id"]}))["reports"]
    assert [one["question"] for one in report["lost"]["items"]] == ["什么时候发货"]
    other = form(entry, status="off")
    other.pop("version")
    [report] = (await door.post(f"{EAST}/gate/preview", {"entry": {**other, "id": entry["id"]}}))["reports"]
    assert report["lost"]["total"] == 1
    [report] = (await door.post(f"{EAST}/gate/preview", {"threshold": 100}))["reports"]
    assert report["lost"]["total"] == 1
    assert (await door.get(f"{EAST}/gate/passes"))["items"] == []
    assert (await entry_of(door))["version"] == entry["version"]


async def test_a_preview_takes_one_change_and_only_from_operators(door):
    agent = await door.let_in("agent", "east")
    assert (await door.ask("POST", f"{EAST}/gate/preview", {"threshold": 80}, key=agent)).status == 403
    assert (await door.ask("POST", f"{EAST}/gate/preview", {})).status == 422
    assert (await door.ask("POST", f"{EAST}/gate/preview", {"threshold": 80, "pack": "food"})).status == 422
    assert (await door.ask("POST", f"{EAST}/gate/preview", {"deleted": "nothing"})).status == 404


async def test_cases_are_learned_from_what_people_do_with_suggestions(door):
    await door.ask("PATCH", EAST, {"bot_mode": "suggest"})
    entry = await entry_of(door)
    asked = {"a": "什么时候发货呀", "b": "啥时候能发货", "c": "请问什么时候发货", "d": "那什么时候发货"}
    for buyer, text in asked.items():
        await door.floor.asks(buyer, text, shop="east")
    talks = {buyer: f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}" for buyer in asked}
    drafts = {one["conversation"]: one for one in await door.floor.rows("suggestion", shop="east")}
    used, rejected, touched, replaced = (drafts[door.floor.cid(buyer, shop="east")] for buyer in asked)
    for buyer, draft, text in (("c", touched, touched["text"] + "谢谢"), ("d", replaced, "这件是预售，要等下个月。")):
        await door.post(f"{talks[buyer]}/reply", {"text": text, "origin": "suggested", "suggestion": draft["id"]})
    await door.post(f"{talks['a']}/reply", {"text": used["text"], "origin": "suggested", "suggestion": used["id"]})
    await door.post(f"{talks['b']}/suggestion", {"id": rejected["id"], "act": "reject"})
    cases = {one["origin"]: one for one in (await door.get(f"{EAST}/gate-cases"))["items"]}
    assert (cases["used"]["question"], cases["used"]["expected"]) == ("什么时候发货呀", entry["id"])
    assert (cases["rejected"]["expected"], cases["rejected"]["wrong"]) == (None, entry["id"])
    assert (cases["edited"]["question"], cases["edited"]["expected"]) == (asked["c"], entry["id"])
    assert asked["d"] not in {one["question"] for one in cases.values()}, "said otherwise: nobody knows for whom"
    assert (await door.ask("DELETE", f"{EAST}/gate-cases/{cases['edited']['id']}")).status == 200
    await refused(await door.ask("DELETE", f"{EAST}/entries/{entry['id']}"))
    assert (await door.ask("DELETE", f"{EAST}/gate-cases/{cases['used']['id']}")).status == 200
    assert [one["origin"] for one in (await door.get(f"{EAST}/gate-cases"))["items"]] == ["rejected"], (
        "not learned again"
    )
    assert (await door.ask("DELETE", f"{EAST}/entries/{entry['id']}")).status == 200, "a dropped case forbids nothing"


async def test_a_case_is_of_this_shop_and_of_an_entry_there_is(door):
    entry = await entry_of(door)
    path = f"{EAST}/gate-cases"
    assert (await door.ask("POST", path, {"question": "在吗", "expected": "nothing"})).status == 422
    assert (await door.ask("POST", path, {"question": "？！"})).status == 422
    assert (await door.ask("POST", path, {"question": "在吗", "message": "nowhere"})).status == 422
    first = await kept(door, ASKED, entry["id"])
    second = await kept(door, f"{ASKED}！", None)
    [case] = (await door.get(path))["items"]
    assert (case["id"], case["expected"]) == (second, None), "said anew of the same question"
    assert first != second


async def test_the_check_names_what_is_wrong_in_a_shops_faq(door):
    first = await entry_of(door)
    other = {"id": "two", "question": "什么时候发货呢", "phrasings": ["什么时候发货？"], "answer": "{发货时效}内。"}
    assert (await door.ask("POST", f"{EAST}/entries", other)).status == 200
    found = await door.get(f"{EAST}/faq-check")
    told = {(one["code"], one["level"], one["entry"], one["other"], one["text"]) for one in found["items"]}
    assert ("field_dead", "error", "two", None, "发货时效") in told
    twice = [one for one in told if one[0] == "phrasing_twice"]
    assert len(twice) == 1
    assert {twice[0][2], twice[0][3]} == {"two", first["id"]}
    assert found["errors"] == sum(one["level"] == "error" for one in found["items"])
