"""The door to alarms: what admins set, what is never shown again, and what stands in the log."""

from __future__ import annotations

import pytest

from tests.alarms.sink import SECRET, TOKEN, sink

BASE = "/api/v1/shops/east/alarms"


def body(url: str, **more: object) -> dict[str, object]:
    return {"name": "值班群", "way": "dingtalk", "address": url, "secret": SECRET, **more}


async def test_an_address_and_its_secret_are_never_shown_again(door):
    async with sink() as robot:
        made = await door.post(BASE, body(robot.url))
        assert (made["way"], made["place"], made["kinds"]) == ("dingtalk", "127.0.0.1", [])
        shown = await (await door.ask("GET", BASE)).text()
        told = await door.post(f"{BASE}/{made['id']}/test")
        log = await (await door.ask("GET", f"{BASE}/log")).text()
    assert told == {"ok": True, "result": {"zh": "已送达", "en": "delivered"}}
    assert TOKEN not in shown + log + str(made)
    assert SECRET not in shown + log + str(made)
    kept = b"".join(path.read_bytes() for path in door.floor.app.settings.data.glob("miaohui.db*"))
    assert TOKEN.encode() not in kept
    assert SECRET.encode() not in kept
    acts = await door.get("/api/v1/audit?what=alarm_sink_added")
    assert acts["items"][0]["ref"] == made["id"]


async def test_a_test_says_what_went_wrong_and_stands_in_the_log(door):
    async with sink() as robot:
        made = await door.post(BASE, body(robot.url))
        robot.answer = {"errcode": 310000, "errmsg": "sign not match"}
        told = await door.post(f"{BASE}/{made['id']}/test")
        assert told["ok"] is False
        assert "加签密钥" in told["result"]["zh"]
        [line] = (await door.get(f"{BASE}/log"))["items"]
    assert (line["state"], line["test"], line["tries"]) == ("failed", True, 1)
    assert line["result"] == told["result"]
    assert line["done_at"] >= line["created_at"]


async def test_a_sink_is_changed_and_removed(door):
    made = await door.post(BASE, body("http://127.0.0.1:9/x?access_token=abcdef"))
    change = {"kinds": ["overdue"], "enabled": False, "quiet_hours": {"start": "23:00", "end": "08:00"}}
    answer = await door.ask("PATCH", f"{BASE}/{made['id']}", change)
    assert answer.status == 200, await answer.text()
    changed = await answer.json()
    assert {name: changed[name] for name in change} == change
    assert changed["name"] == "值班群"
    assert (await door.ask("PATCH", f"{BASE}/{made['id']}", {"quiet_hours": None})).status == 200
    assert (await door.get(BASE))["items"][0]["quiet_hours"] is None
    assert (await door.ask("DELETE", f"{BASE}/{made['id']}")).status == 200
    assert (await door.get(BASE))["items"] == []
    for method in ("PATCH", "DELETE"):
        assert (await door.ask(method, f"{BASE}/{made['id']}", {} if method == "PATCH" else None)).status == 404


async def test_a_sink_of_another_shop_is_none(door):
    made = await door.post(BASE, body("http://127.0.0.1:9/x?access_token=abcdef"))
    for way in ("", "/test"):
        method = "POST" if way else "DELETE"
        assert (await door.ask(method, f"/api/v1/shops/west/alarms/{made['id']}{way}")).status == 404
    assert len((await door.get(BASE))["items"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"way": "pigeon"}, "/way"),
        ({"address": "nowhere"}, "/address"),
        ({"name": ""}, "/name"),
        ({"quiet_s": -1}, "/quiet_s"),
        ({"way": "wecom"}, "/address"),  # a WeCom robot signs nothing, and a secret was given
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(door, change, pointer):
    answer = await door.ask("POST", BASE, body("https://oapi.dingtalk.com/robot/send?access_token=x") | change)
    assert answer.status == 422
    assert (await answer.json())["pointer"] == pointer


@pytest.mark.parametrize(("limits", "status"), [({"unclaimed_s": 5, "silent_min": 0}, 200), ({"unclaimed_s": 4}, 422)])
async def test_when_people_are_called_is_a_shop_s_own_setting(door, limits, status):
    answer = await door.ask("PATCH", "/api/v1/shops/east", {"alarms": limits})
    assert answer.status == status
    if status == 200:
        assert (await door.get(BASE))["limits"] == limits


async def test_a_shop_has_at_most_twenty_sinks(door):
    for nth in range(20):
        await door.post(BASE, body("http://127.0.0.1:9/x", name=f"s{nth}"))
    assert (await door.ask("POST", BASE, body("http://127.0.0.1:9/x"))).status == 409


async def test_only_admins_of_the_shop_may(door):
    for role in ("agent", "supervisor", "operator"):
        key = await door.let_in(role, "east")
        assert (await door.ask("GET", BASE, key=key)).status == 403
    assert (await door.ask("GET", BASE, key=await door.let_in("admin", "west"))).status == 404
