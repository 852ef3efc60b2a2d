"""WeChat's wire, pure: a push becomes facts, a passive reply is written, codes get words. Sources: README.md."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import orjson

from adapters.base import Ack, Facts, Odd, Unreadable
from adapters.wechat_answers import BUSY, Code
from adapters.wechat_crypto import seal, signature
from bot.core.message import Incoming, Kind, Sender

MAX_ID = 100
_KINDS = {
    "text": Kind.TEXT,
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "file": Kind.FILE,
    "link": Kind.LINK,
    "miniprogrampage": Kind.LINK,
}
CODES: Mapping[int, Code] = {
    BUSY: Code("平台繁忙", "the platform is busy", again=True, after=timedelta(seconds=2)),
    40001: Code("令牌无效，或密钥不对", "the token or secret is not good", again=True),
    40003: Code("这个账号没有这位用户", "this account has no such user"),
    40013: Code("app_id 不对", "the app_id is not good"),
    40014: Code("令牌无效", "the token is not good", again=True),
    40125: Code("app_secret 不对，请重新填写", "the app_secret is not good, enter it again"),
    40164: Code("本机 IP 不在后台的白名单里", "this machine's IP is not on the back office's list"),
    42001: Code("令牌过期", "the token has expired", again=True),
    43004: Code("用户没有关注公众号", "the user does not follow the account"),
    45002: Code("内容太长", "the text is too long"),
    45009: Code("接口调用超过每日限额", "the API's daily limit is used up", again=True, after=timedelta(minutes=10)),
    45011: Code("调用太频繁", "called too often", again=True, after=timedelta(seconds=30)),
    45015: Code(
        "超过可回复的时间：买家 48 小时没有说话", "the time to reply is over: the buyer has said nothing for 48 h"
    ),
    45047: Code(
        "超过可回复的条数：等买家再说话", "the number of replies is used up: wait until the buyer writes again"
    ),
    48001: Code("账号没有客服消息的权限", "the account has no right to send service messages"),
    50002: Code("账号被限制", "the account is restricted"),
}


def read_push(told: Mapping[str, Any]) -> Incoming:
    """Turn one decrypted push into a message or happening.

    Raises:
        Unreadable: a field that every push has is missing or odd; the text begins with its pointer.
    """
    account, user = _key(told, "ToUserName"), _key(told, "FromUserName")
    kind = _key(told, "MsgType").lower()
    at = _time(told.get("CreateTime"))
    if kind == "event":
        return _event(told, account, user, at)
    meta: dict[str, Any] = {"title": str(told["Title"])[:200]} if isinstance(told.get("Title"), str) else {}
    known = _KINDS.get(kind, Kind.OTHER)
    if known is Kind.OTHER:
        meta["raw_kind"] = kind
    text = told.get("Content", "")
    if known is Kind.TEXT and not isinstance(text, str):
        raise Unreadable("/Content: 要是文字 · must be text")
    return Incoming(
        message_id=_message_id(told, f"{user}:{_seconds(at)}:{kind}"),
        conversation=f"{account}:{user}",
        buyer_id=user,
        sender=Sender.BUYER,
        kind=known,
        text=text if isinstance(text, str) else "",
        sent_at=at,
        meta=meta,
    )


def _event(told: Mapping[str, Any], account: str, user: str, at: datetime) -> Incoming:
    name = _key(told, "Event")
    return Incoming(
        message_id=f"{user}:{_seconds(at)}:{name}",
        conversation=f"{account}:{user}",
        buyer_id=user,
        sender=Sender.SYSTEM,
        kind=Kind.SESSION_STATE,
        sent_at=at,
        meta={"state": name},
    )


def _message_id(told: Mapping[str, Any], otherwise: str) -> str:
    """A 64-bit number that stays text; without one the key is sender, time and type."""
    given = told.get("MsgId", told.get("MsgID"))
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 10**30:
        return str(given)
    if isinstance(given, str) and 0 < len(given) <= MAX_ID and given.isprintable():
        return given
    return otherwise


def _key(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_ID or not value.isprintable():
        raise Unreadable(f"/{name}: 要是 1–{MAX_ID} 个可见字符 · must be 1–{MAX_ID} printable characters")
    return value


def _time(value: Any) -> datetime:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise Unreadable("/CreateTime: 要是 Unix 秒 · must be Unix seconds")
    at = datetime.fromtimestamp(int(text), UTC)
    if not 2000 <= at.year < 2100:
        raise Unreadable("/CreateTime: 年份要在 2000–2099 · the year must be 2000–2099")
    return at


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def facts_of(told: Mapping[str, Any]) -> Facts:
    """A push as facts; one that cannot be read is listed with its reason."""
    try:
        return Facts((read_push(told),))
    except Unreadable as why:
        where, _, words = str(why).partition(": ")
        return Facts(odd=(Odd(where, words),))


def transfer(one: Incoming, as_xml: bool) -> bytes:
    """The passive reply that moves a buyer to WeChat's own desk; ``as_xml`` as the push came."""
    account, _, user = one.conversation.partition(":")
    at = _seconds(one.sent_at) if one.sent_at else 0
    kind = "transfer_customer_service"
    if not as_xml:
        return orjson.dumps({"ToUserName": user, "FromUserName": account, "CreateTime": at, "MsgType": kind})
    return (
        f"<xml><ToUserName>{escape(user)}</ToUserName><FromUserName>{escape(account)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{kind}</MsgType></xml>"
    ).encode()


def sealed_reply(plain: bytes, as_xml: bool, token: str, key: str, app_id: str, query: Mapping[str, str]) -> Ack:
    """Seal a passive reply under the time and nonce of the push it answers, so that a repeat gets the same answer."""
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    random = hmac.digest(key.encode(), f"{timestamp}.{nonce}".encode("utf-8", "replace") + plain, "sha256")[:16]
    sealed = seal(key, app_id, plain, random)
    signed = signature(token, timestamp, nonce, sealed)
    if not as_xml:
        body = {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": int(timestamp), "Nonce": nonce}
        return Ack(200, orjson.dumps(body), "application/json")
    told = (
        f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{signed}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{escape(nonce)}</Nonce></xml>"
    )
    return Ack(200, told.encode("utf-8", "replace"), "application/xml")


def text_body(user: str, text: str) -> bytes:
    """A service message to a user."""
    return orjson.dumps({"touser": user, "msgtype": "text", "text": {"content": text}})
