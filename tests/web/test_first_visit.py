"""The first visit by API: the link works once, a second owner is turned away, everything is there to try."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.service.directory import ZONE

OWNER = {"name": "店主", "password": " 一个谁也想不到的密码 ", "platform": "xiaohongshu", "lang": "zh-CN"}


async def make(door, language="zh-CN", **changes):
    body = {"token": door.floor.app.services.start_token} | OWNER | changes
    return await door.ask("POST", "/api/v1/start/owner", body, key="", **{"Accept-Language": language})


async def test_from_the_link_to_a_shop_that_answers(bare_door):
    assert await bare_door.get("/api/v1/start/state", key="") == {"has_owner": False}
    made = await make(bare_door)
    assert made.status == 200, await made.text()
    told = await made.json()
    assert told["me"]["name"] == "店主"
    assert (await bare_door.get("/api/v1/start/state", key=""))["has_owner"]
    [cookie] = made.cookies.values()
    bare_door.cookie = f"{cookie.key}={cookie.value}"
    [shop] = await bare_door.get("/api/v1/shops", key="")
    assert shop == told["shop"] | {"clock": shop["clock"]}
    assert (shop["id"], shop["name"], shop["platform"], shop["simulated"]) == ("demo", "示例店", "xiaohongshu", True)
    assert (shop["bot_mode"], shop["human_follow_up"]) == ("auto", "always")
    local = datetime.fromisoformat(shop["clock"]["now"]).astimezone(ZONE)
    assert (local.hour, local.minute, local.weekday() < 5) == (14, 0, True)
    [channel] = shop["channels"]
    assert (channel["adapter"], channel["simulated"]) == ("sandbox", True)
    assert "secret" not in channel
    await bare_door.post("/api/v1/shops/demo/packs/clothing", key="")
    await bare_door.post(f"/api/v1/sim/{channel['key']}/say", {"text": "什么时候发货"}, key="")
    await bare_door.floor.quiet()
    chat = await bare_door.get(f"/api/v1/sim/{channel['key']}/chat", key="")
    assert [line["from"] for line in chat] == ["buyer", "shop"]


async def test_the_password_is_kept_as_it_was_typed(bare_door):
    await make(bare_door)
    for password, status in ((OWNER["password"], 200), (OWNER["password"].strip(), 401)):
        body = {"name": "店主", "password": password}
        assert (await bare_door.ask("POST", "/api/v1/login", body, key="")).status == status


@pytest.mark.parametrize(
    ("language", "said"),
    [
        pytest.param("zh-CN", "这个链接不对或已用过", id="zh"),
        pytest.param("en-GB,en;q=0.9", "wrong or used up", id="en"),
    ],
)
async def test_a_wrong_link(bare_door, language, said):
    for token in ("", "wrong", bare_door.floor.app.services.start_token + "x"):
        answer = await make(bare_door, language, token=token)
        told = await answer.json()
        assert (answer.status, told["code"], told["pointer"]) == (403, "start_token", "/token")
        assert said in told["detail"]
    assert not (await bare_door.get("/api/v1/start/state", key=""))["has_owner"]


async def test_a_used_link(bare_door):
    token = bare_door.floor.app.services.start_token
    assert (await make(bare_door)).status == 200
    assert (await make(bare_door, token=token, name="别人")).status == 403
    assert (await make(bare_door, token="", name="别人")).status == 403
    assert [one["name"] for one in await bare_door.floor.rows("person")] == ["店主"]


async def test_of_two_at_once_one_is_the_owner(bare_door):
    token = bare_door.floor.app.services.start_token
    answers = await asyncio.gather(*(make(bare_door, token=token, name=f"店主{n}") for n in range(2)))
    assert sorted(answer.status for answer in answers) in ([200, 403], [200, 409])
    assert len(await bare_door.floor.rows("person")) == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        pytest.param({"password": "short"}, "/password", id="a short password"),
        pytest.param({"password": "12345678"}, "/password", id="a common one"),
        pytest.param({"name": ""}, "/name", id="no name"),
        pytest.param({"platform": "mars"}, "/platform", id="a platform there is not"),
        pytest.param({"lang": "fr"}, "/lang", id="a language there is not"),
        pytest.param({"colour": "red"}, "/colour", id="a field nobody asked for"),
    ],
)
async def test_what_is_wrong_is_named_and_the_link_stays_good(bare_door, wrong, pointer):
    answer = await make(bare_door, **wrong)
    assert (answer.status, (await answer.json())["pointer"]) == (422, pointer)
    assert (await make(bare_door)).status == 200
