"""The wire of 微信客服, pure: a page of pulled messages becomes facts, calls get bodies, codes get words. Sources: README.md."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from adapters.base import Facts, Odd, Unreadable
from adapters.json_body import parse, repaired
from adapters.wechat_answers import BUSY, Code
from bot.core.message import Incoming, Kind, Sender

PAGE = 1000
MAX_ID = 128
MSGID_BYTES = 32
QUEUE, SERVICER = 2, 3
_ORIGINS = {3: Sender.BUYER, 5: Sender.AGENT}
EVENT = 4
_KINDS = {
    "text": Kind.TEXT,
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "file": Kind.FILE,
    "link": Kind.LINK,
    "miniprogram": Kind.LINK,
    "channels_shop_product": Kind.PRODUCT_CARD,
    "channels_shop_order": Kind.ORDER_CARD,
}
_CARD = {
    "product_id": "product",
    "order_id": "order",
    "title": "title",
    "product_titles": "title",
    "state": "status",
    "price_wording": "amount",
}
_STAFF = frozenset({"servicer_status_change", "kf_account_auth_change"})
"""Events about people on duty, not about a conversation."""
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
CODES: Mapping[int, Code] = {
    BUSY: Code("平台繁忙", "the platform is busy", again=True, after=timedelta(seconds=2)),
    40001: Code("corp_id 或 kf_secret 不对", "the corp_id or kf_secret is not good"),
    40013: Code("corp_id 不对", "the corp_id is not good"),
    40014: Code("令牌无效", "the token is not good", again=True),
    42001: Code("令牌过期", "the token has expired", again=True),
    45009: Code("接口调用太频繁", "called too often", again=True, after=timedelta(seconds=60)),
    60020: Code("本机 IP 不在应用的可信 IP 里", "this machine's IP is not among the app's trusted ones"),
    95018: Code(
        "会话已转给企业微信里的真人，接口不能再发",
        "people in WeCom have the conversation, the API may not send any more",
    ),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a pull: its facts, the cursor behind it, whether there is more."""

    facts: Facts
    cursor: str
    more: bool


def read_page(body: bytes) -> Page:
    """Read the answer of a pull. One odd item leaves the others unharmed; a repeat inside a page is told twice.

    Raises:
        Unreadable: not the answer of a pull.
    """
    told = repaired(parse(body))
    if not isinstance(told, dict) or not isinstance(told.get("msg_list"), list):
        raise Unreadable("/msg_list: 不是拉取消息的答复 · not the answer of a pull")
    if len(told["msg_list"]) > PAGE:
        raise Unreadable(f"/msg_list: 超过 {PAGE} 条 · over {PAGE} messages")
    messages: list[Incoming] = []
    odd: list[Odd] = []
    for index, item in enumerate(told["msg_list"]):
        try:
            one = _item(item)
        except Unreadable as why:
            where, _, words = str(why).partition(": ")
            odd.append(Odd(f"/msg_list/{index}{where}", words))
            continue
        if one is not None:
            messages.append(one)
    cursor = told.get("next_cursor")
    return Page(
        Facts(tuple(messages), tuple(odd)), cursor if isinstance(cursor, str) else "", told.get("has_more") == 1
    )


def _item(item: Any) -> Incoming | None:
    if not isinstance(item, dict):
        raise Unreadable(": 要是对象 · must be an object")
    kind = item.get("msgtype")
    if not isinstance(kind, str):
        raise Unreadable("/msgtype: 要是文字 · must be text")
    if item.get("origin") == EVENT or kind == "event":
        return _event(item)
    said = item.get(kind) if isinstance(item.get(kind), dict) else {}
    assert isinstance(said, dict)  # noqa: S101  (looked at in the line above)
    known = _KINDS.get(kind, Kind.OTHER)
    meta: dict[str, Any] = {"raw_kind": kind[:60]} if known is Kind.OTHER else {}
    meta |= {ours: said[theirs][:200] for theirs, ours in _CARD.items() if isinstance(said.get(theirs), str)}
    origin = item.get("origin")
    sender = _ORIGINS.get(origin, Sender.UNKNOWN) if isinstance(origin, int) else Sender.UNKNOWN
    if sender is Sender.AGENT and isinstance(item.get("servicer_userid"), str):
        meta["agent"] = item["servicer_userid"][:200]
    text = said.get("content", "")
    if known is Kind.TEXT and not isinstance(text, str):
        raise Unreadable("/text/content: 要是文字 · must be text")
    return Incoming(
        message_id=_key(item, "msgid"),
        conversation=f"{_key(item, 'open_kfid')}:{_key(item, 'external_userid')}",
        buyer_id=item["external_userid"],
        sender=sender,
        kind=known,
        text=text if isinstance(text, str) else "",
        sent_at=_time(item.get("send_time")),
        meta=meta,
    )


def _event(item: Mapping[str, Any]) -> Incoming | None:
    """Ids of events stand inside ``event``; those about people on duty are about no conversation."""
    event = item.get("event")
    if not isinstance(event, dict):
        raise Unreadable("/event: 要是对象 · must be an object")
    name = _key(event, "event_type", at="/event")
    if name in _STAFF:
        return None
    where = {**item, **event}
    buyer = _key(where, "external_userid", at="/event")
    sender, kind, meta = Sender.SYSTEM, Kind.SESSION_STATE, {"state": name}
    if name in ("user_recall_msg", "servicer_recall_msg"):
        sender = Sender.BUYER if name == "user_recall_msg" else Sender.AGENT
        kind, meta = Kind.RECALL, {"target": _key(event, "recall_msgid", at="/event")}
    elif name == "msg_send_fail":
        kind = Kind.SEND_FAILED
        meta = {"target": _key(event, "fail_msgid", at="/event"), "type": str(event.get("fail_type", ""))[:20]}
    elif name == "enter_session" and isinstance(event.get("welcome_code"), str):
        meta |= {"greet": event["welcome_code"][:MAX_ID]}
    elif name == "session_status_change":
        meta |= {"change": str(event.get("change_type", ""))[:20]}
        meta |= (
            {"agent": event["new_servicer_userid"][:200]} if isinstance(event.get("new_servicer_userid"), str) else {}
        )
    return Incoming(
        message_id=_key(item, "msgid"),
        conversation=f"{_key(where, 'open_kfid', at='/event')}:{buyer}",
        buyer_id=buyer,
        sender=sender,
        kind=kind,
        sent_at=_time(item.get("send_time")),
        meta=meta,
    )


def _key(told: Mapping[str, Any], name: str, *, at: str = "") -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_ID or not value.isprintable():
        raise Unreadable(f"{at}/{name}: 要是 1–{MAX_ID} 个可见字符 · must be 1–{MAX_ID} printable characters")
    return value


def _time(value: Any) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        raise Unreadable("/send_time: 要是 Unix 秒 · must be Unix seconds")
    at = datetime.fromtimestamp(value, UTC)
    if not 2000 <= at.year < 2100:
        raise Unreadable("/send_time: 年份要在 2000–2099 · the year must be 2000–2099")
    return at


def ring(told: Mapping[str, Any]) -> dict[str, str]:
    """What a callback rings for: the account, and the key lent for one pull.

    Raises:
        Unreadable: it is not the ring of 微信客服.
    """
    if told.get("Event") != "kf_msg_or_event":
        raise Unreadable("/Event: 不是微信客服的回调 · not a callback of 微信客服")
    token = told.get("Token")
    return {"account": _key(told, "OpenKfId"), "token": token if isinstance(token, str) and len(token) <= 512 else ""}


def pull_body(account: str, token: str, cursor: str) -> bytes:
    """A pull of one account from a cursor on."""
    asked: dict[str, Any] = {"open_kfid": account, "limit": PAGE, "cursor": cursor, "token": token}
    return orjson.dumps({name: value for name, value in asked.items() if value != ""})


def send_body(account: str, user: str, name: str, text: str) -> bytes:
    """A text to a buyer, under our own name for it."""
    return orjson.dumps(
        {"touser": user, "open_kfid": account, "msgid": own_id(name), "msgtype": "text", "text": {"content": text}}
    )


def greet_body(code: str, name: str, text: str) -> bytes:
    """A welcome to a buyer who has just come in, by the code that was lent for it."""
    return orjson.dumps({"code": code, "msgid": own_id(name), "msgtype": "text", "text": {"content": text}})


def own_id(name: str) -> str:
    """Our name of a send as the platform takes it: at most 32 bytes; a longer or odd one by its digest."""
    return name if _SAFE.fullmatch(name) else hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:MSGID_BYTES]


def hand_over_body(account: str, user: str, servicer: str) -> bytes:
    """Put a conversation into the queue of people in WeCom, or before one of them."""
    state: dict[str, Any] = {"open_kfid": account, "external_userid": user, "service_state": QUEUE}
    return orjson.dumps(state | ({"service_state": SERVICER, "servicer_userid": servicer} if servicer else {}))
