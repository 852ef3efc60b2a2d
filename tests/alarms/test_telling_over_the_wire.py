"""Each way of telling against a real local server: what arrives, and each ending in words."""

from __future__ import annotations

import asyncio

import pytest

from bot.alarms import Teller
from bot.alarms.robots import sign_in_query
from bot.core.alert_words import Said
from bot.core.alerts import Told
from tests.alarms.sink import SECRET, TOKEN, Sink, sink

SAID = Said("秒回 · 店：1 个会话已超时", "1 个会话已超时", "https://desk.example/inbox/t1")
GOOD = {
    "dingtalk": {"errcode": 0},
    "feishu": {"code": 0},
    "wecom": {"errcode": 0},
    "bark": {"code": 200},
    "serverchan": {"code": 0},
}


async def tell(way: str, robot: Sink, secret: str = "", address: str = "") -> Told:
    return await asyncio.to_thread(Teller().tell, way, address or robot.url, secret, SAID)


@pytest.mark.parametrize("way", GOOD)
async def test_every_robot_is_told(robot, way):
    robot.answer = GOOD[way]
    told = await tell(way, robot)
    assert told == Told(True, "已送达", "delivered")
    assert len(robot.calls) == 1
    assert "会话已超时" in str(robot.calls[0])


async def test_the_call_is_signed_with_the_time_of_sending(robot):
    await tell("dingtalk", robot, SECRET)
    query = robot.queries[0]
    assert query["access_token"] == TOKEN
    assert query["sign"] == sign_in_query(SECRET, int(query["timestamp"]))


@pytest.mark.parametrize(
    ("way", "status", "answer", "words", "again"),
    [
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, "安全设置不符", False),
        ("dingtalk", 200, {"errcode": 410100, "errmsg": "send too fast"}, "发得太频繁", True),
        ("feishu", 200, {"code": 19021, "msg": "sign match fail"}, "签名或时间不符", False),
        ("feishu", 200, {"code": 11232, "msg": "frequency limited"}, "发得太频繁", True),
        ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "key 不对", False),
        ("wecom", 200, {"errcode": 1, "errmsg": "strange"}, "strange", False),
        ("bark", 500, b"down", "HTTP 500", True),
        ("bark", 404, b"not here", "HTTP 404", False),
        ("serverchan", 429, b"slow", "HTTP 429", True),
        ("dingtalk", 200, b"<html>a page</html>", "看不懂", False),
        ("dingtalk", 200, b"[1, 2]", "看不懂", False),
    ],
)
async def test_a_refusal_is_told_in_words(robot, way, status, answer, words, again):
    robot.status, robot.answer = status, answer
    told = await tell(way, robot)
    assert (told.ok, told.again) == (False, again)
    assert words in told.zh
    assert told.en


async def test_a_robot_may_say_when_to_come_again(robot):
    robot.status, robot.answer, robot.headers = 429, b"", {"Retry-After": "120"}
    assert (await tell("wecom", robot)).retry_after_s == 120


@pytest.mark.parametrize("way", ["dingtalk", "apprise"])
async def test_a_redirect_is_never_followed(robot, way):
    async with sink() as elsewhere:
        robot.status, robot.headers = 307, {"Location": elsewhere.url}
        address = robot.url.replace("http://", "json://") + "&redirect=yes" if way == "apprise" else ""
        told = await tell(way, robot, address=address)
        assert not told.ok
        assert len(robot.calls) == 1
        assert elsewhere.calls == []


async def test_nobody_there(robot):
    told = await tell("feishu", robot, address="http://127.0.0.1:9/hook")
    assert (told.ok, told.again, told.en) == (False, True, "the address cannot be reached")


async def test_any_other_service_goes_by_apprise(robot):
    address = robot.url.replace("http://", "json://")
    assert (await tell("apprise", robot, address=address)).ok
    assert robot.calls[0]["title"] == SAID.title
    robot.status = 500
    assert "HTTP 500" in (await tell("apprise", robot, address=address)).zh


async def test_an_answer_without_end_is_cut_off(robot):
    robot.answer = b'{"errcode": 0' + b" " * 300_000 + b"}"
    assert "看不懂" in (await tell("dingtalk", robot)).zh


async def test_no_part_of_the_secret_is_in_what_is_said(robot):
    robot.answer = {"errcode": 9, "errmsg": f"bad token {TOKEN} for {SECRET}"}
    told = await tell("dingtalk", robot, SECRET)
    assert "bad token" in told.zh
    assert TOKEN not in told.zh + told.en
    assert SECRET not in told.zh + told.en


@pytest.mark.parametrize(
    ("way", "address", "secret", "wrong"),
    [
        ("dingtalk", "oapi.dingtalk.com/robot/send", "", "https://"),
        ("wecom", "https://qyapi.weixin.qq.com/x?key=1", "S", "留空"),
        ("mail", "smtp://x", "", "mailtos://"),
        ("mail", "mailtos://u:p@smtp.example.com?to=a@example.com", "", None),
        ("apprise", "json://127.0.0.1/x", "", None),
        ("apprise", "nothing://x", "", "不认识"),
        ("apprise", "syslog://", "", "服务器本身"),
        ("apprise", "dbus://", "", "服务器本身"),
        ("apprise", "mailto://u:p@x.example?pgpkey=/etc/passwd", "", "服务器本身"),
    ],
)  # fmt: skip
def test_an_address_is_checked_when_it_is_typed(way, address, secret, wrong):
    found = Teller().check(way, address, secret)
    assert (found is None) if wrong is None else wrong in found[0]


@pytest.mark.parametrize(
    ("way", "address", "place"),
    [
        ("dingtalk", f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", "oapi.dingtalk.com"),
        ("serverchan", "SCT123abc", "sctapi.ftqq.com"),
        ("mail", f"mailtos://u:{TOKEN}@smtp.example.com?to=a@example.com", "mailtos://smtp.example.com"),
        ("apprise", f"tgram://{TOKEN}/123", "tgram://"),
    ],
)
def test_what_is_shown_of_an_address_holds_no_key(way, address, place):
    assert Teller().place(way, address) == place
