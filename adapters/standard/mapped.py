"""A delivery in the sender's own JSON, read by a mapping into facts. Pure: bytes in, facts out.

Each item is put into the standard channel's own form first and then read as such, so both are checked alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from adapters.base import Ack, Delivery, Facts, Handshake, Odd, Unreadable
from adapters.json_body import parse
from adapters.schemes import Verified
from adapters.standard.mapping import PLACE, Choice, Mapped, Reply, Take, Time
from adapters.standard.paths import MISSING, Source, find, find_all, scalar
from adapters.standard.wire import MAX_ITEMS, MAX_NAME, MAX_POINTER, Bad, read_item
from bot.core.message import Incoming, Sender

_MS_FROM = 100_000_000_000  # seconds of the year 5138, milliseconds of 1973


def read_mapped(mapping: Mapped, verified: Verified, delivery: Delivery) -> Facts | Handshake:
    """Read a verified delivery; what cannot be read is listed in ``odd``, and the yes has the sender's form."""
    try:
        body = parse(verified.body)
    except Unreadable as why:
        empty = Source({}, {}, delivery.headers, delivery.query)
        return Facts(odd=(Odd("/", str(why)),), ack=_answer(mapping.ack, empty))
    whole = Source(body, body, delivery.headers, delivery.query)
    for probe in mapping.probes:
        if any(holds(probe.when, _at(whole, item)) for item in _few(body)):
            return Handshake(_answer(probe, whole))
    ack = _answer(mapping.ack, whole)
    items = list(find_all(mapping.items, body))
    if len(items) > MAX_ITEMS:  # reading happens on the event loop and must stay short
        words = f"一次最多 {MAX_ITEMS} 条 · at most {MAX_ITEMS} messages at a time"
        return Facts(odd=(Odd(mapping.items or "/", words),), ack=ack)
    if not items and mapping.items:
        words = f"在 {mapping.items} 没有找到消息 · there is no message at {mapping.items}"
        return Facts(odd=(Odd(mapping.items, words),), ack=ack)
    return _read_items(mapping, items, whole, verified.id, ack)


def holds(when: Mapping[str, list[str]], source: Source) -> bool:
    """Say whether at each path stands one of its values; ``null`` stands for nothing at all."""
    for path, allowed in when.items():
        value = find(path, source)
        word = "null" if value is MISSING or value is None else scalar(value)
        if word not in allowed:
            return False
    return True


def fill(template: Any, value_of: Callable[[str], Any]) -> Any:
    """Fill ``{name}`` in every text of a template; a text that is nothing but one place takes the value as it is.

    ``value_of`` returns ``MISSING`` for what there is not: then a whole place becomes null, one inside a text nothing.
    """
    if isinstance(template, dict):
        return {name: fill(one, value_of) for name, one in template.items()}
    if isinstance(template, list):
        return [fill(one, value_of) for one in template]
    if not isinstance(template, str):
        return template
    whole = PLACE.fullmatch(template)
    if whole:
        value = value_of(whole[1])
        return None if value is MISSING else value
    return PLACE.sub(lambda place: scalar(value_of(place[1])) or "", template)


def _answer(reply: Reply, source: Source) -> Ack:
    body = fill(reply.body, lambda path: find(path, source) if path[:1] in ("/", "^", "@", "?") else f"{{{path}}}")
    if body is None or isinstance(body, str):
        return Ack(reply.status, (body or "").encode("utf-8", "replace"), reply.content_type or "text/plain")
    try:
        told = orjson.dumps(body)
    except TypeError:  # half a surrogate pair or a number beyond 64 bits taken from the body
        told = b"{}"
    return Ack(reply.status, told, reply.content_type or "application/json")


def _few(body: Any) -> list[Any]:
    return body[:20] if isinstance(body, list) else [body]


def _at(source: Source, item: Any) -> Source:
    return Source(item, source.body, source.headers, source.query)


def _read_items(mapping: Mapped, items: list[tuple[str, Any]], whole: Source, own: str, ack: Ack) -> Facts:
    messages: list[Incoming] = []
    odd: list[Odd] = []
    for index, (pointer, item) in enumerate(items):
        source = _at(whole, item)
        if any(holds(skip.when, source) for skip in mapping.skip):
            continue
        try:
            messages.append(_read_one(mapping, source, own if len(items) == 1 else f"{own[:180]}/{index}"))
        except Bad as bad:
            odd.append(Odd(where=(pointer or "/")[:MAX_POINTER], why=f"{bad.where.strip('/') or '?'}：{bad.why}"))
    return Facts(tuple(messages), tuple(odd), ack)


def _read_one(mapping: Mapped, source: Source, own_id: str) -> Incoming:
    if not isinstance(source.item, dict | list):
        raise Bad("", "要是对象 · must be an object")
    echoed = mapping.echo is not None and bool(mapping.echo.when) and holds(mapping.echo.when, source)
    meta = {name: word for name, take in mapping.meta.items() if (word := _word(take, source)) is not None}
    if mapping.echo and mapping.echo.reply_id and (ours := _word(mapping.echo.reply_id, source)):
        meta["reply_id"] = ours
    item: dict[str, Any] = {
        "id": _id(mapping, source) or own_id,
        "conversation": _needed("conversation", mapping.conversation, source),
        "sender": Sender.BOT.value if echoed else _chosen(mapping.sender, source) or Sender.UNKNOWN.value,
        "kind": _kind(mapping.kind, source),
        "text": _word(mapping.text, source),
        "sent_at": _time(mapping.sent_at, source),
        "meta": meta,
    }
    if buyer := _word(mapping.buyer, source):
        item["buyer"] = {"id": buyer, "name": (_word(mapping.buyer_name, source) or "")[:MAX_NAME]}
    return read_item(item, own_id)


def _id(mapping: Mapped, source: Source) -> str | None:
    return _word(mapping.id, source) or _word(mapping.dedupe, source)


def _word(take: Take | None, source: Source) -> str | None:
    """The text a field is taken from; None where there is none. Of joined paths every one must be there."""
    if take is None:
        return None
    if take.value is not None:
        return take.value
    words = [_text_at(path, source) for path in take.paths]
    if take.join is None:
        return next((word for word in words if word), None)
    return take.join.join(word for word in words if word) if all(words) else None


def _text_at(path: str, source: Source) -> str | None:
    value = find(path, source)
    return None if value is MISSING else scalar(value)


def _needed(name: str, take: Take, source: Source) -> str:
    word = _word(take, source)
    if not word:
        paths = "、".join(take.paths)
        raise Bad(f"/{name}", f"在 {paths} 没有值 · there is nothing at {paths}")
    return word


def _chosen(choice: Choice, source: Source) -> str:
    for rule in choice.rules:
        if holds(rule.when, source):
            return rule.be
    word = _word(choice.path, source)
    return choice.table.get(word or "", choice.otherwise)


def _kind(choice: Choice, source: Source) -> str:
    """A word of the sender's that the table does not have is handed on, so that it is kept beside ``other``."""
    return _chosen(choice, source) or _word(choice.path, source) or "other"


def _time(time: Time | None, source: Source) -> str | None:
    word = _word(time.path, source) if time else None
    if time is None or word is None:
        return None
    if time.unit != "iso" and word.isascii() and word.lstrip("-").isdigit() and len(word) <= 15:
        number = int(word)
        in_ms = time.unit == "ms" or (time.unit == "auto" and abs(number) >= _MS_FROM)
        try:
            return datetime.fromtimestamp(number / 1000 if in_ms else number, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            raise Bad("/sent_at", "时间太远 · the time is out of range") from None
    try:
        moment = datetime.fromisoformat(word.removesuffix(" UTC") + "+00:00" if word.endswith(" UTC") else word)
    except ValueError:
        raise Bad("/sent_at", "看不懂的时间 · not a time we can read") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time.zone))).isoformat()
