"""Events of a request: JSON objects become the event model, or an error at the field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.accounting.event import ACTORS, KINDS, QUICK_PHRASE, SOURCE, Event
from bot.accounting.request.reading import RequestError, child, choice_at, flag_at, list_at, moment, moment_at, text_at

_NO_META: dict[str, Any] = {}
_ANYWHERE = {"default": ""}  # a report finds its message by id, an advance notice is the whole shop's
_META_NEEDED = ("recall", "report", "transfer")
_REPORT_TYPES = ("spam", "abuse", "prior_notice")
_REPORT_STATUSES = ("filed", "accepted", "rejected")


def events_of(request: Mapping[str, Any]) -> list[Event]:
    """Read ``/events`` in order of arrival.

    Raises:
        RequestError: at the first field that is missing or wrong.
    """
    return [_event(item, index) for index, item in enumerate(list_at(request, "events", ""))]


def _event(item: Any, index: int) -> Event:
    where = f"/events/{index}"
    if not isinstance(item, dict):
        raise RequestError(where, "事件要是对象", "an event must be an object")
    fields: Mapping[str, Any] = item
    id, conversation, actor, kind, text = _named(fields)
    if type(id) is not str or type(conversation) is not str:
        id = text_at(item, "id", where)
        conversation = text_at(item, "conversation", where, **(_ANYWHERE if kind == "report" else {}))
    if type(actor) is not str or actor not in ACTORS:
        choice_at(item, "actor", where, tuple(sorted(ACTORS)))
    if type(kind) is not str or kind not in KINDS:
        choice_at(item, "kind", where, tuple(sorted(KINDS)))
    if type(text) is not str:
        text = text_at(item, "text", where, default="")
    meta = fields.get("meta", _NO_META)
    if meta is not _NO_META or kind in _META_NEEDED:
        meta = _meta(meta, kind, child(where, "meta"))
    return Event(id, moment(fields.get("ts"), f"{where}/ts"), conversation, actor, kind, text, meta)


def _named(fields: Mapping[str, Any]) -> tuple[Any, Any, Any, Any, Any]:
    get = fields.get
    return get("id"), get("conversation"), get("actor"), get("kind"), get("text")


def _meta(meta: Any, kind: str, where: str) -> Mapping[str, Any]:
    if meta is None:
        meta = _NO_META
    if not isinstance(meta, dict):
        raise RequestError(where, "meta 要是对象", "meta must be an object")
    if kind == "recall":
        text_at(meta, "target", where)
    elif kind == "transfer":
        choice_at(meta, "by", where, ("agent", "buyer"))
    elif kind == "report":
        return _report(meta, where)
    flag_at(meta, QUICK_PHRASE, where, default=False)
    text_at(meta, SOURCE, where, default="")
    return meta


def _report(meta: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    choice_at(meta, "status", where, _REPORT_STATUSES)
    if choice_at(meta, "type", where, _REPORT_TYPES) != "prior_notice":
        text_at(meta, "target", where)
        return meta
    start, end = moment_at(meta, "from", where), moment_at(meta, "to", where)
    if end < start:
        raise RequestError(child(where, "to"), "早于 from", "is before from")
    return {**meta, "from": start, "to": end}
