"""Group robots and push services that take one POST: what each is sent, how it is signed, how it says no.

Sources: the robots' own developer pages (open.dingtalk.com, open.feishu.cn, developer.work.weixin.qq.com/document/path
/91770), the README of Finb/Bark and the SDK of ServerChan. A refusal may come as HTTP 200 with a code in the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.core.alert_words import Said

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One POST: the parts of the query that are added to the address, and the JSON body."""

    query: Mapping[str, str]
    body: Json


@dataclass(frozen=True, slots=True)
class Robot:
    """One kind of robot. ``build(said, secret, ms)`` gives the call, ``code`` names what says yes in its answer."""

    build: Callable[[Said, str, int], Call]
    code: str
    good: int
    signs: bool = False


def sign_in_query(secret: str, ms: int) -> str:
    """DingTalk's signature: base64 HMAC-SHA256, key = secret, message = ``ms newline secret``."""
    return _base64_hmac(secret.encode(), f"{ms}\n{secret}".encode())


def sign_in_body(secret: str, seconds: int) -> str:
    """Feishu's signature: base64 HMAC-SHA256, key = ``s newline secret``, over an empty message."""
    return _base64_hmac(f"{seconds}\n{secret}".encode(), b"")


def _base64_hmac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, no character torn, an ellipsis where something is missing."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode("utf-8", "ignore") + "…"


def _whole(said: Said) -> str:
    return f"{said.title}\n{said.body}"


def _dingtalk(said: Said, secret: str, ms: int) -> Call:
    query = {"timestamp": str(ms), "sign": sign_in_query(secret, ms)} if secret else {}
    return Call(query, {"msgtype": "text", "text": {"content": cut(_whole(said), 18_000)}})


def _feishu(said: Said, secret: str, ms: int) -> Call:
    seconds = ms // 1000
    signed = {"timestamp": str(seconds), "sign": sign_in_body(secret, seconds)} if secret else {}
    return Call({}, {**signed, "msg_type": "text", "content": {"text": cut(_whole(said), 18_000)}})


def _wecom(said: Said, _secret: str, _ms: int) -> Call:
    return Call({}, {"msgtype": "text", "text": {"content": cut(_whole(said), 2048)}})


def _bark(said: Said, _secret: str, _ms: int) -> Call:
    body = {"title": said.title, "body": said.body, "group": "miaohui", "level": "timeSensitive"}
    return Call({}, body | ({"url": said.link} if said.link else {}))


def _serverchan(said: Said, _secret: str, _ms: int) -> Call:
    return Call({}, {"title": said.title[:32], "desp": cut(said.body.replace("\n", "\n\n"), 32_000)})


ROBOTS: dict[str, Robot] = {
    "dingtalk": Robot(_dingtalk, "errcode", 0, signs=True),
    "feishu": Robot(_feishu, "code", 0, signs=True),
    "wecom": Robot(_wecom, "errcode", 0),
    "bark": Robot(_bark, "code", 200),
    "serverchan": Robot(_serverchan, "code", 0),
}

_WHY: dict[tuple[str, int], tuple[str, str]] = {
    ("dingtalk", 310000): (
        "安全设置不符：检查加签密钥、关键词或 IP",
        "its security settings do not fit: check signing secret, keyword or IP list",
    ),
    ("dingtalk", 300001): ("地址里的 access_token 不对", "the access_token in the address is wrong"),
    ("dingtalk", 410100): ("发得太频繁，十分钟后再试", "too many messages, blocked for ten minutes"),
    ("dingtalk", 130101): ("发得太频繁，稍后再试", "too many messages, later again"),
    ("feishu", 19021): (
        "签名或时间不符：检查签名密钥和本机时钟",
        "signature or time does not fit: check secret and clock",
    ),
    ("feishu", 19022): ("本机 IP 不在机器人的白名单里", "this machine's IP is not on the robot's list"),
    ("feishu", 19024): ("消息里没有机器人要求的关键词", "the message lacks the keyword the robot asks for"),
    ("feishu", 19001): ("地址里的 hook 不对", "the hook in the address is wrong"),
    ("feishu", 9499): ("发得太频繁或内容有误", "too many messages, or a body it does not take"),
    ("feishu", 11232): ("发得太频繁，稍后再试", "too many messages, later again"),
    ("wecom", 93000): ("地址里的 key 不对", "the key in the address is wrong"),
    ("wecom", 45009): ("发得太频繁，稍后再试", "too many messages, later again"),
    ("bark", 400): ("设备密钥不对", "the device key is wrong"),
    ("serverchan", 40001): ("SendKey 不对或今天的额度用完了", "the SendKey is wrong, or today's quota is used up"),
}
TOO_OFTEN = frozenset(
    (("dingtalk", 410100), ("dingtalk", 130101), ("feishu", 9499), ("feishu", 11232), ("wecom", 45009))
)


def why(way: str, code: int, said: str) -> tuple[str, str]:
    """A robot's refusal in words, Chinese and English. ``said`` is its own sentence, shortened by the caller."""
    known = _WHY.get((way, code))
    zh = f"机器人没有收下（{code}）：{known[0] if known else said or '没有说明'}"
    en = f"the robot refused it ({code}): {known[1] if known else said or 'no reason given'}"
    return zh, en


_SEND_KEY = re.compile(r"^(SCT[A-Za-z0-9]+|sctp(\d+)t[A-Za-z0-9]+)$")


def address_of(way: str, typed: str) -> str:
    """The address a robot is called at: as typed, or made from a ServerChan SendKey.

    Raises:
        ValueError: it is no http(s) address (``str()`` is a code for words).
    """
    typed = typed.strip()
    if way == "serverchan" and (key := _SEND_KEY.match(typed)):
        host = f"{key[2]}.push.ft07.com/send" if key[2] else "sctapi.ftqq.com"
        return f"https://{host}/{typed}.send"
    try:
        parts = urlsplit(typed)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or any(c.isspace() for c in typed):
        raise ValueError("no_address")
    return typed
