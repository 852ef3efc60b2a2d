"""Acts on record: who, what, on what, from where. Each act that matters stands there, done and refused."""

from __future__ import annotations

import pytest

from bot.web.route import Auth
from bot.web.routes import ALL

NOT_RECORDED = {
    "erase": "the service puts it on record, in the commit that erases",
    "reply": "the ledger holds it, with who",
    "note": "the ledger holds it, with who",
    "read": "nothing is changed",
    "draft": "what is not sent yet is nobody's act",
    "suggestion": "the ledger holds it, with who",
    "check": "nothing is changed",
    "match": "nothing is changed",
    "draft-check": "nothing is changed",
    "looking": "presence itself is recorded",
    "neighbours": "nothing is changed",
    "what-if": "nothing is changed",
    "preview": "nothing is changed",
    "entry-remarks": "nothing is changed",
    "try": "nothing is changed",
    "run": "the last run of the test bench is kept with who",
    "beat": "presence itself is recorded",
    "test": "stands in the log of alarms",
    "say": "simulated",
    "burst": "simulated",
    "clock": "simulated",
    "faults": "simulated",
}
"""Ends of paths whose writes need no line of their own, and why."""
SERVICE = ("/users", "/tokens", "/me", "/logout", "/presence")
"""What is recorded in the same commit, by the service."""


def test_every_other_write_is_recorded():
    bare = [
        f"{route.method} {route.path}"
        for route in ALL
        if route.auth is Auth.PERSON
        and route.method != "GET"
        and not hasattr(route.handler, "__wrapped__")
        and route.path.rpartition("/")[2] not in NOT_RECORDED
        and not any(part in route.path for part in SERVICE)
    ]
    assert not bare, f"wrap these handlers in recorded(…), or say in NOT_RECORDED why not: {bare}"


async def acts(door, what: str) -> list[dict]:
    return (await door.get(f"/api/v1/audit?what={what}"))["items"]


@pytest.mark.parametrize(
    ("what", "path", "body"),
    [
        ("taken_over", "takeover", None),
        ("released", "release", None),
        ("closed", "close", {"reason": "买家在电话里解决了"}),
    ],
)
async def test_what_is_done_with_a_conversation(door, what, path, body):
    await door.floor.asks("b1", "转人工", shop="east")
    talk = door.floor.cid("b1", shop="east")
    key = await door.let_in("agent", "east")
    if path != "takeover":
        await door.post(f"/api/v1/conversations/{talk}/takeover", key=key)
    await door.post(f"/api/v1/conversations/{talk}/{path}", body, key=key)
    [act] = await acts(door, what)
    assert act["who"] == "token:the key of agent of east"
    assert (act["ref"], act["shop"], act["place"]) == (talk, "east", "127.0.0.1")
    assert act["at"].endswith("Z")


@pytest.mark.parametrize(
    ("what", "method", "path", "body"),
    [
        ("shop_changed", "PATCH", "/shops/east", {"bot_mode": "suggest"}),
        ("stop_switched", "POST", "/shops/east/stop", {"stopped": True}),
        ("channel_made", "POST", "/shops/east/channels", {"adapter": "standard", "send_url": ""}),
        ("channel_changed", "PATCH", "/channels/east.wire", {"send_url": ""}),
        ("secret_rotated", "POST", "/channels/east.wire/rotate", None),
        ("rule_changed", "PATCH", "/shops/east/rules", {"name": "deadline.seconds", "value": 120, "why": "试试"}),
        ("entry_made", "POST", "/shops/east/entries", {"question": "包邮吗", "answer": "满 99 元包邮。"}),
        ("token_added", "POST", "/tokens", {"name": "t", "role": "agent", "shops": ["east"]}),
        (
            "person_added",
            "POST",
            "/users",
            {"name": "小周", "password": "miaohui-zhou-1", "roles": [{"role": "agent", "shop": "east"}]},
        ),
    ],
)
async def test_what_is_changed(door, what, method, path, body):
    answer = await door.ask(method, f"/api/v1{path}", body)
    assert answer.status == 200, await answer.text()
    acted = await acts(door, what)
    assert [(act["who"], act["place"]) for act in acted] == [("token:owner", "127.0.0.1")]


@pytest.mark.parametrize(
    ("what", "path"),
    [("ledger_exported", "/rates/export?shop=east&days=7"), ("faq_exported", "/shops/east/export?format=csv")],
)
async def test_what_is_taken_out_of_the_house(door, what, path):
    await door.floor.asks("b1", "什么时候发货", shop="east")
    answer = await door.ask("GET", f"/api/v1{path}")
    assert answer.status == 200, await answer.text()
    assert len(await acts(door, what)) == 1


async def test_what_was_refused(door):
    await door.post(
        "/api/v1/users", {"name": "小周", "password": "miaohui-zhou-1", "roles": [{"role": "agent", "shop": "east"}]}
    )
    wrong = await door.client.post("/api/v1/login", json={"name": "小周", "password": "wrong-words"})
    unknown = await door.client.post("/api/v1/login", json={"name": "nobody", "password": "wrong-words"})
    assert (wrong.status, unknown.status) == (401, 401)
    assert len(await acts(door, "login_failed")) == 2
    key = await door.let_in("agent", "east")
    assert (await door.ask("PATCH", "/api/v1/shops/east", {}, key=key)).status == 403
    [act] = await acts(door, "refused")
    assert (act["who"], act["ref"], act["shop"]) == (
        "token:the key of agent of east",
        "PATCH /api/v1/shops/{shop}",
        "east",
    )


async def test_what_was_not_done_is_not_recorded(door):
    answer = await door.ask("PATCH", "/api/v1/shops/east/rules", {"name": "no.such", "value": 1, "why": "x"})
    assert answer.status == 422
    assert await acts(door, "rule_changed") == []
