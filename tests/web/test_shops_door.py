"""Shops and channels by API: what is left out stays, the stop switch, secrets shown once."""

from __future__ import annotations

import pytest

from bot.service.shops import new_secret
from knowledge_base.calibrate import DEFAULT_THRESHOLD

HOURS = {"start": "09:00", "end": "23:00"}
TIMED = "客服 {在线时段} 在线，急事请打 0571-88886666"


async def change(door, **body):
    answer = await door.ask("PATCH", "/api/v1/shops/east", body)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_what_is_left_out_stays(door):
    await change(door, service_hours=HOURS, threshold=70, notices={"timed": TIMED, "timed_answer_s": 600})
    await change(door, notices={"welcome": "欢迎"})
    shop = await change(door, name="东街小店")
    assert (shop["name"], shop["threshold"], shop["service_hours"]) == ("东街小店", 70, HOURS)
    assert shop["notices"] == {"timed": TIMED, "welcome": "欢迎", "timed_answer_s": 600}
    [listed] = [one for one in await door.get("/api/v1/shops") if one["id"] == "east"]
    assert listed | {"clock": 0} == shop | {"clock": 0}


@pytest.mark.parametrize(
    ("body", "then"),
    [
        pytest.param({"service_hours": None}, {"service_hours": None}, id="no hours any more"),
        pytest.param({"partial_answers": True}, {"partial_answers": True}, id="known questions first"),
        pytest.param({"partial_answers": None}, {"partial_answers": False}, id="all or a person, as shipped"),
        pytest.param({"threshold": None}, {"threshold": DEFAULT_THRESHOLD}, id="the threshold as shipped"),
        pytest.param(
            {"notices": {"timed_answer_s": 0}}, {"notices": {"timed": TIMED, "timed_answer_s": 0}}, id="no timed answer"
        ),
        pytest.param({"notices": {"timed": ""}}, {"notices": {"timed_answer_s": 600}}, id="its text taken away"),
        pytest.param({"notices": {"timed": None}}, {"notices": {"timed_answer_s": 600}}, id="the same by null"),
        pytest.param({"notices": None}, {"notices": {"timed": TIMED, "timed_answer_s": 600}}, id="null changes none"),
        pytest.param({"bot_mode": None, "name": None}, {"bot_mode": "auto", "name": "east"}, id="these have no null"),
        pytest.param(
            {"bot_mode": "suggest", "human_follow_up": "off"},
            {"bot_mode": "suggest", "human_follow_up": "off"},
            id="modes",
        ),
    ],
)
async def test_what_is_given_changes(door, body, then):
    await change(door, service_hours=HOURS, threshold=70, notices={"timed": TIMED, "timed_answer_s": 600})
    shop = await change(door, **body)
    assert {name: shop[name] for name in then} == then


async def test_a_shop_edits_the_words_that_go_to_people(door):
    before = await door.get("/api/v1/shops/east/lists")
    assert "12315" in before["lists"]["sensitive"]
    assert (before["added"], before["removed"]) == ({}, {})
    edits = {"added": {"sensitive": ["开箱视频"]}, "removed": {"upset": ["太慢了"]}}
    await change(door, lists=edits)
    after = await door.get("/api/v1/shops/east/lists")
    assert {"added": after["added"], "removed": after["removed"]} == edits
    assert "开箱视频" in after["lists"]["sensitive"]
    assert "太慢了" not in after["lists"]["upset"]
    told = await (await door.ask("POST", "/api/v1/shops/east/match", {"text": "我有开箱视频"})).json()
    assert told["reason"] == "sensitive"


@pytest.mark.parametrize(
    "lists", [{"added": {"angry": ["哼"]}}, {"added": {"upset": ["哼" * 41]}}, {"added": {"upset": [""]}}, {"more": {}}]
)
async def test_a_list_that_cannot_be_is_refused(door, lists):
    answer = await door.ask("PATCH", "/api/v1/shops/east", {"lists": lists})
    assert answer.status in (400, 422)
    assert (await answer.json())["pointer"].startswith("/lists")


async def test_the_stop_switch_is_for_supervisors_too(door):
    for role, status in (("agent", 403), ("operator", 403), ("supervisor", 200), ("admin", 200)):
        key = await door.let_in(role, "east")
        assert (await door.ask("POST", "/api/v1/shops/east/stop", {"stopped": True}, key=key)).status == status
    await door.floor.asks("b", "什么时候发货", shop="east")
    assert door.floor.heard("b", shop="east") == []
    assert (await door.post("/api/v1/shops/east/stop", {"stopped": False}))["stopped"] is False
    await door.floor.asks("c", "什么时候发货", shop="east")
    assert len(door.floor.heard("c", shop="east")) == 1


async def test_a_secret_is_shown_once_and_rotates(door):
    made = await door.post("/api/v1/shops/east/channels", {"adapter": "standard", "send_url": "http://127.0.0.1:9/"})
    key, secret = made["key"], made["secret"]
    assert key.startswith("east.")
    assert made["url"].endswith(f"/webhooks/{key}")
    assert secret.startswith("whsec_")
    second = (await door.post(f"/api/v1/channels/{key}/rotate"))["secret"]
    third = (await door.post(f"/api/v1/channels/{key}/rotate"))["secret"]
    assert len({secret, second, third}) == 3
    assert door.floor.app.directory.channels[key].secrets == (second, third), "the former one stays valid beside it"
    shown = await (await door.ask("GET", "/api/v1/shops")).text()
    assert not any(one in shown for one in (secret, second, third))
    [channel] = [one for shop in await door.get("/api/v1/shops") for one in shop["channels"] if one["key"] == key]
    assert (channel["secrets"], channel["secret_hint"]) == (2, f"…{third[-4:]}")
    stored = await door.floor.rows("channel", key=key)
    assert third not in str(stored), "sealed at rest"


async def test_a_repeated_command_is_done_once(door):
    body = {"adapter": "standard", "send_url": "http://127.0.0.1:9/"}
    answers = [
        await door.ask("POST", "/api/v1/shops/east/channels", body, **{"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert await answers[0].json() == await answers[1].json()
    assert len(await door.floor.rows("channel", shop="east")) == 2, "the sandbox's and the new one"


async def test_one_sees_ones_own_shops_only(door):
    key = await door.let_in("agent", "west")
    assert [shop["id"] for shop in await door.get("/api/v1/shops", key=key)] == ["west"]
    assert (await door.ask("PATCH", "/api/v1/shops/east", {}, key=key)).status == 404


def test_a_new_secret_is_one_of_standard_webhooks():
    assert len({new_secret() for _ in range(50)}) == 50
    assert all(len(new_secret()) == len("whsec_") + 44 for _ in range(5))


WECHAT = {
    "adapter": "wechat",
    "options": {"app_id": "wxshop000000000001"},
    "secrets": ["token=tok", "aes_key=kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "app_secret=first"],
}


async def test_a_platforms_own_secrets_are_entered_sealed_and_rotated_by_name(door):
    made = await door.post("/api/v1/shops/east/channels", WECHAT)
    assert made["secret"] is None, "nothing was made here, so nothing is shown"
    assert (made["makes_secret"], made["can_send"], made["sees_human_replies"]) == (False, True, False)
    key = made["key"]
    for value in ("second", "third"):
        changed = await door.ask("PATCH", f"/api/v1/channels/{key}", {"secrets": [f"app_secret={value}"]})
        assert changed.status == 200
    kept = door.floor.app.directory.channels[key].secrets
    assert kept == (*WECHAT["secrets"][:2], "app_secret=second", "app_secret=third")
    assert "third" not in str(await door.floor.rows("channel", key=key)), "sealed at rest"
    assert (await door.ask("POST", f"/api/v1/channels/{key}/rotate")).status == 409


async def test_what_an_adapter_finds_wrong_is_told_and_nothing_is_changed(door):
    refused = await door.ask("POST", "/api/v1/shops/east/channels", {**WECHAT, "options": {}})
    told = await refused.json()
    assert (refused.status, told["pointer"]) == (422, "/options/app_id")
    key = (await door.post("/api/v1/shops/east/channels", WECHAT))["key"]
    assert (await door.ask("PATCH", f"/api/v1/channels/{key}", {"options": {"app": 1}})).status == 422
    assert door.floor.app.directory.channels[key].options == WECHAT["options"]


async def test_a_token_beside_a_secret_of_ours_is_kept_through_a_rotation(door):
    body = {"adapter": "standard", "secrets": ["api_token=theirs"]}
    made = await door.post("/api/v1/shops/east/channels", body)
    assert made["secret"].startswith("whsec_")
    second = (await door.post(f"/api/v1/channels/{made['key']}/rotate"))["secret"]
    assert door.floor.app.directory.channels[made["key"]].secrets == ("api_token=theirs", made["secret"], second)


async def test_a_mapping_is_tried_before_it_is_saved(door):
    mapping = {"conversation": "/c", "buyer": "/b", "sender": "buyer", "text": "/t", "id": "/id"}
    asked = {"options": {"mapping": mapping}, "payload": '{"c":"c-1","b":"b-1","id":7,"t":"在吗"}'}
    told = await door.post("/api/v1/shops/east/channels/try", asked)
    assert [(one["id"], one["sender"], one["text"]) for one in told["messages"]] == [("7", "buyer", "在吗")]
    wrong = await door.post(
        "/api/v1/shops/east/channels/try", {**asked, "options": {"mapping": {**mapping, "sender": "robot"}}}
    )
    assert wrong["wrong"][0]["where"] == "options.mapping.sender"
    assert "robot" in wrong["wrong"][0]["en"]
    assert await door.floor.rows("message", shop="east") == []
    assert (await door.ask("POST", "/api/v1/shops/east/channels/try", {**asked, "adapter": "x"})).status == 422
