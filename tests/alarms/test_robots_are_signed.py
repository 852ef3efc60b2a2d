"""What each robot is sent, against the vectors of the two signatures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.alarms.robots import ROBOTS, address_of, cut, sign_in_body, sign_in_query, why
from bot.core.alert_words import Said

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())
SAID = Said(
    "秒回 · 店：1 个会话已超时", "1 个会话已超时\n打开：https://desk.example/inbox", "https://desk.example/inbox"
)


def test_the_signature_in_the_query():
    known = VECTORS["dingtalk"]
    assert sign_in_query(known["secret"], known["timestamp_ms"]) == known["sign"]
    call = ROBOTS["dingtalk"].build(SAID, known["secret"], known["timestamp_ms"])
    assert call.query == {"timestamp": str(known["timestamp_ms"]), "sign": known["sign"]}
    assert call.body["text"]["content"].startswith(SAID.title)


def test_the_signature_in_the_body():
    known = VECTORS["feishu"]
    assert sign_in_body(known["secret"], known["timestamp_s"]) == known["sign"]
    call = ROBOTS["feishu"].build(SAID, known["secret"], known["timestamp_s"] * 1000 + 999)
    assert (call.body["timestamp"], call.body["sign"]) == (str(known["timestamp_s"]), known["sign"])
    assert call.query == {}


@pytest.mark.parametrize("way", ["dingtalk", "feishu"])
def test_a_robot_without_a_secret_is_not_signed(way):
    call = ROBOTS[way].build(SAID, "", 1)
    assert not call.query
    assert "sign" not in call.body


def test_a_long_message_is_cut_to_the_bytes_a_robot_takes():
    long = Said("题" * 100, "文" * 5000, "")
    content = ROBOTS["wecom"].build(long, "", 0).body["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("…")
    assert len(ROBOTS["serverchan"].build(long, "", 0).body["title"]) <= 32


@pytest.mark.parametrize(
    ("text", "most", "left"), [("一二三", 9, "一二三"), ("一二三四", 9, "一二…"), ("一二三四", 11, "一二…")]
)
def test_no_character_is_torn(text, most, left):
    assert cut(text, most) == left


@pytest.mark.parametrize(
    ("way", "typed", "address"),
    [
        ("serverchan", "SCT123abc", "https://sctapi.ftqq.com/SCT123abc.send"),
        ("serverchan", "sctp42tabc", "https://42.push.ft07.com/send/sctp42tabc.send"),
        ("dingtalk", " https://oapi.dingtalk.com/robot/send?access_token=t ", "https://oapi.dingtalk.com/robot/send?access_token=t"),
        ("bark", "http://127.0.0.1:9000/key", "http://127.0.0.1:9000/key"),
    ],
)  # fmt: skip
def test_the_address_is_what_an_admin_typed(way, typed, address):
    assert address_of(way, typed) == address


@pytest.mark.parametrize(
    "typed", ["", "SCT123", "ftp://x/y", "https://", "http://[::1", "https://a b/c", "file:///etc"]
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError, match="no_address"):
        address_of("dingtalk", typed)


def test_a_known_refusal_says_what_to_do_and_an_unknown_one_repeats_the_robot():
    assert "关键词" in why("feishu", 19024, "Key Words Not Found")[0]
    assert why("wecom", 12345, "odd thing") == (
        "机器人没有收下（12345）：odd thing",
        "the robot refused it (12345): odd thing",
    )
