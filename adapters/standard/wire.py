"""The signed JSON of the standard channel, read into facts. Pure: bytes in, facts out.

One bad item in a batch never takes the good ones with it: it becomes an ``Odd`` with its JSON pointer. Only a body that
is not our envelope at all is ``Unreadable``. Text no store can hold (NUL, half an emoji) becomes U+FFFD.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from adapters.base import Facts, Odd, Unreadable
from adapters.json_body import parse, storable
from bot.core.message import CARDS, Incoming, Kind, Sender

MAX_KEY = 200
MAX_NAME = 200
MAX_DEPTH = 8
MAX_ITEMS = 1000
MAX_POINTER = 200
_SENDERS = {sender.value: sender for sender in Sender}
_KINDS = {kind.value: kind for kind in Kind}
_ITEM_KEYS = frozenset({"id", "conversation", "buyer", "sender", "kind", "text", "sent_at", "meta"})
_LARGEST = 2**63 - 1


class Bad(Exception):
    """An item cannot be read: pointer below the item, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(why)
        self.where = where
        self.why = why


def read_body(body: bytes, webhook_id: str) -> Facts:
    """Turn a verified body into messages, in its order; items that cannot be read are listed in ``odd``.

    ``webhook_id`` names messages that carry no id of their own, with their index where there are several.

    Raises:
        Unreadable: not JSON, not an object, not ``type: message``, without ``data``, or over 1,000 items; the text
            begins with a pointer.
    """
    envelope = parse(body)
    if not isinstance(envelope, dict):
        raise Unreadable("/: 要是 JSON 对象 · must be a JSON object")
    if envelope.get("type") != "message":
        raise Unreadable('/type: 只认识 "message" · only "message" is read')
    data = envelope.get("data")
    if isinstance(data, dict):
        return _read_items([("/data", data)], webhook_id)
    if isinstance(data, list):
        if len(data) > MAX_ITEMS:  # reading happens on the event loop and must stay short
            raise Unreadable(f"/data: 一次最多 {MAX_ITEMS} 条 · at most {MAX_ITEMS} messages at a time")
        return _read_items([(f"/data/{index}", item) for index, item in enumerate(data)], webhook_id)
    raise Unreadable("/data: 要是一条消息或消息列表 · must be a message or a list of messages")


def _read_items(items: list[tuple[str, Any]], webhook_id: str) -> Facts:
    messages: list[Incoming] = []
    odd: list[Odd] = []
    for index, (pointer, item) in enumerate(items):
        own_id = webhook_id if len(items) == 1 and pointer == "/data" else f"{webhook_id}/{index}"
        try:
            messages.append(read_item(item, own_id))
        except Bad as bad:
            odd.append(Odd(where=(pointer + bad.where)[:MAX_POINTER], why=bad.why))
    return Facts(tuple(messages), tuple(odd))


def read_item(item: Any, own_id: str) -> Incoming:
    """Read one message of the channel's own form; ``own_id`` names it where it has no id.

    Raises:
        Bad: something in it cannot be; its pointer begins at the item.
    """
    if not isinstance(item, dict):
        raise Bad("", "要是对象 · must be an object")
    sender = _SENDERS.get(_text(item, "sender"))
    if sender is None:
        raise Bad("/sender", "不认识的发送方，可填 · not a sender we know, use: " + " ".join(_SENDERS))
    raw_kind = _text(item, "kind")
    kind = _KINDS.get(raw_kind, Kind.OTHER)
    buyer_id, buyer_name = _buyer(item, needed=sender is Sender.BUYER)
    meta = _meta(item)
    if raw_kind not in _KINDS:
        meta["raw_kind"] = raw_kind[:MAX_NAME]
    _check_meta(kind, meta)
    return Incoming(
        message_id=own_id if item.get("id") is None else _key(item, "id"),
        conversation=_key(item, "conversation"),
        buyer_id=buyer_id,
        sender=sender,
        kind=kind,
        text=_text(item, "text", needed=kind is Kind.TEXT),
        buyer_name=buyer_name,
        sent_at=_time(item.get("sent_at"), "/sent_at"),
        meta=meta,
    )


def _text(item: dict[str, Any], name: str, *, needed: bool = True, at: str = "") -> str:
    value = item.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise Bad(f"{at}/{name}", "要是文字 · must be text")
    return storable(value)


def _key(item: dict[str, Any], name: str, *, at: str = "") -> str:
    """A key is compared and stored as it is, so nothing in it is repaired: it fits or the item is odd."""
    value = item.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_KEY or not value.isprintable():
        raise Bad(
            f"{at}/{name}",
            f"要是 1–{MAX_KEY} 个可见字符的文字（数字请加引号） · must be text of 1–{MAX_KEY} printable characters, in quotes",
        )
    return value


def _buyer(item: dict[str, Any], *, needed: bool) -> tuple[str, str]:
    buyer = item.get("buyer")
    if buyer is None and not needed:
        return "", ""
    if not isinstance(buyer, dict):
        raise Bad("/buyer", '要是 {"id": …, "name": …} · must be {"id": …, "name": …}')
    return _key(buyer, "id", at="/buyer"), _text(buyer, "name", needed=False, at="/buyer")[:MAX_NAME]


def _time(value: Any, pointer: str) -> datetime | None:
    """Aware UTC; None where the platform gives no time. A time without an offset could be hours wrong: refused."""
    if value is None:
        return None
    why = "要是带时区的 ISO 8601 时间 · must be ISO 8601 with an offset, such as 2026-05-01T14:00:00+08:00"
    if not isinstance(value, str):
        raise Bad(pointer, why)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Bad(pointer, why) from None
    if moment.tzinfo is None:
        raise Bad(pointer, why)
    if not 2000 <= moment.year < 2100:  # sums with deadlines stay far from the calendar's ends
        raise Bad(pointer, "年份要在 2000–2099 · the year must be 2000–2099")
    return moment.astimezone(UTC)


def _meta(item: dict[str, Any]) -> dict[str, Any]:
    """What a kind needs may stand under ``meta`` or beside ``text``; the first wins where both speak."""
    if item.keys() <= _ITEM_KEYS and "meta" not in item:
        return {}
    given = item.get("meta")
    if given is not None and not isinstance(given, dict):
        raise Bad("/meta", "要是对象 · must be an object")
    beside = {name: value for name, value in item.items() if name not in _ITEM_KEYS}
    meta = _clean(beside, "", 1)
    meta.update(_clean(given or {}, "/meta", 1))
    return dict(meta)


def _check_meta(kind: Kind, meta: dict[str, Any]) -> None:
    """Refuse a happening that does not say what it is about; put a report's span into UTC."""
    if kind is Kind.RECALL:
        _key(meta, "target")
    elif kind is Kind.REPORT:
        _text(meta, "type")
        _text(meta, "status")
        if "target" in meta:
            _key(meta, "target")
        else:
            for name in ("from", "to"):
                moment = _time(meta.get(name), f"/{name}")
                if moment is None:
                    raise Bad("/target", "举报要有 target，或 from 和 to · a report needs target, or from and to")
                meta[name] = moment.isoformat()
    elif kind in CARDS:
        for name in ("product", "order", "title", "status", "amount", "tracking"):
            if meta.get(name) is not None:
                _text(meta, name)


def _clean(value: Any, pointer: str, depth: int) -> Any:
    """Return a value every store can hold, with text repaired."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise Bad(pointer, f"嵌套超过 {MAX_DEPTH} 层 · nested over {MAX_DEPTH} levels")
        if isinstance(value, list):
            return [_clean(one, f"{pointer}/{index}", depth + 1) for index, one in enumerate(value)]
        named = ((storable(name), one) for name, one in value.items())
        return {name: _clean(one, f"{pointer}/{_step(name)}", depth + 1) for name, one in named}
    if isinstance(value, int | float) and (abs(value) > _LARGEST or not math.isfinite(value)):
        raise Bad(pointer, "数字太大，请写成文字 · the number is too large, write it as text")
    return value


def _step(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
