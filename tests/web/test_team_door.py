"""Groups, presence and passing on, as pages ask for them: who may, what comes back, what goes on record."""

from __future__ import annotations

EAST = "/api/v1/shops/east"


async def person(door, name: str, role: str) -> str:
    """Somebody who works in the shop east and is logged in; their id. Calls with an empty key are theirs."""
    people = door.floor.app.services.people
    made = await people.add(name, f"a long enough secret of {name}", [("east", role)])
    door.cookie = f"__Host-mh_sid={await people.open_session(made, 'here')}"
    return made


async def test_groups_are_the_supervisors_business(door):
    lin = await person(door, "阿琳", "agent")
    body = {
        "groups": [{"name": "售前", "members": [{"person": lin}]}, {"name": "主管", "supervisors": True}],
        "rules": [{"group": "售前", "reasons": ["no_match"]}],
    }
    assert (await door.ask("PUT", f"{EAST}/team", body, key="")).status == 403
    answer = await door.ask("PUT", f"{EAST}/team", body)
    assert answer.status == 200, await answer.text()
    told = await door.get(f"{EAST}/team")
    assert [one["name"] for one in told["groups"]] == ["售前", "主管"]
    assert told["groups"][0]["members"] == [{"person": lin, "name": "阿琳", "cap": None}]
    assert told["rules"] == [{"group": told["groups"][0]["id"], "reasons": ["no_match"], "categories": []}]
    west = await door.get("/api/v1/shops/west/team")
    assert (west["groups"], west["rules"]) == ([], [])
    assert {"no_match", "unsure"} <= set(west["reasons"])
    wrong = await door.ask("PUT", f"{EAST}/team", {"groups": [{"name": "x", "members": [{"person": "nobody"}]}]})
    assert (wrong.status, (await wrong.json())["pointer"]) == (422, "/groups/0/members/0")
    acts = await door.get("/api/v1/audit?what=team_changed")
    assert len(acts["items"]) == 1


async def test_presence_assignment_and_the_queue(door):
    lin = await person(door, "阿琳", "agent")
    groups = {"groups": [{"name": "售前", "members": [{"person": lin}]}], "rules": [{"group": "售前"}]}
    assert (await door.ask("PUT", f"{EAST}/team", groups)).status == 200
    assert await door.get(f"{EAST}/presence", key="") == [
        {"id": lin, "name": "阿琳", "open": 0, "state": "offline", "since": None}
    ]
    said = await door.post("/api/v1/presence", {"state": "online"}, key="")
    assert said == {"state": "online", "handed_over": []}
    assert (await door.post("/api/v1/presence/beat", key=""))["state"] == "online"
    await door.floor.asks("b", "转人工", shop="east")
    await door.floor.asks("c", "我要投诉", shop="east")
    await door.floor.app.assigning.look()
    page = "/api/v1/conversations?shop=east"
    found = {one["buyer"]["id"]: one for one in (await door.get(page, key=""))["items"]}
    assert found["b"]["assignee"] == {"id": lin, "name": "阿琳"}
    assert (found["b"]["group"]["name"], found["b"]["owner"], found["b"]["mark"]) == ("售前", None, None)
    assert found["c"]["mark"] == "complaint", "the mark is there without a supervisors' group too"
    mine = await door.get(f"{page}&assigned=me", key="")
    assert sorted(one["buyer"]["id"] for one in mine["items"]) == ["b", "c"]
    assert mine["counts"]["assigned"] == 2
    assert (await door.get(f"{page}&assigned=me"))["items"] == [], "the owner of the key has none"
    assert (await door.get(f"{page}&assigned=nobody"))["items"] == []
    [lins] = await door.get(f"{EAST}/presence", key="")
    assert (lins["state"], lins["open"]) == ("online", 2), "what is assigned counts as open, as when assigning"
    group = found["b"]["group"]["id"]
    assert len((await door.get(f"{page}&group={group}"))["items"]) == 2
    assert (await door.get(f"{page}&group=other"))["items"] == []


async def test_escalating_and_transferring_to_a_group(door):
    lin = await person(door, "阿琳", "agent")
    groups = {"groups": [{"name": "售前", "members": [{"person": lin}]}, {"name": "主管", "supervisors": True}]}
    made = await (await door.ask("PUT", f"{EAST}/team", groups)).json()
    await door.floor.asks("b", "转人工", shop="east")
    path = f"/api/v1/conversations/{door.floor.cid('b', shop='east')}"
    no = await door.ask("POST", f"{path}/escalate", {"reason": ""}, key="")
    assert (no.status, (await no.json())["pointer"]) == (422, "/reason")
    up = await door.post(f"{path}/escalate", {"reason": "要求赔偿"}, key="")
    assert (up["conversation"]["mark"], up["conversation"]["group"]["name"]) == ("escalated", "主管")
    down = await door.post(f"{path}/transfer", {"group": made["groups"][0]["id"], "reason": "已安抚"}, key="")
    assert (down["conversation"]["mark"], down["conversation"]["group"]["name"]) == (None, "售前")
    here = (await door.get(path, key=""))["passings"]
    assert [(one["kind"], one["by"]["id"], one["group"]["name"], one["reason"]) for one in here] == [
        ("escalate", lin, "主管", "要求赔偿"), ("transfer", lin, "售前", "已安抚"),
    ]  # fmt: skip
    told = await door.get(f"{EAST}/passings?days=1", key="")
    assert [one["reason"] for one in told["items"]] == ["已安抚", "要求赔偿"]
    assert told["transfers"] == told["escalations"] == {"numerator": 1, "denominator": 1, "percent": 100.0}
    for what in ("escalated", "transferred"):
        [act] = (await door.get(f"/api/v1/audit?what={what}"))["items"]
        assert act["ref"] == door.floor.cid("b", shop="east")
