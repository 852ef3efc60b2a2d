"""The account command's requests: one JSON object in, one result or one error with a pointer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.accounting.parameters import BadParameter
from bot.accounting.request import chat, grading, quality, reviews
from bot.accounting.request.reading import RequestError, child, object_at, text_at
from bot.accounting.ruleset import Ruleset

__all__ = ["KINDS", "Load", "RequestError", "answer"]


class Load(Protocol):
    """How a ruleset is found; ``bot.rulesets.load`` is one."""

    def __call__(
        self, name: str, on: date | None, overrides: Mapping[str, Any] | None, *, timezone: str | None
    ) -> Ruleset: ...


Handler = Callable[[Mapping[str, Any], Ruleset], dict[str, Any]]

KINDS: Mapping[str, Handler] = {
    "inquiry": chat.inquiry,
    "rate": grading.rate,
    "tier": grading.tier,
    "ladder": grading.ladder,
    "satisfaction": grading.satisfaction,
    "completeness": quality.completeness,
    "wording": quality.wording,
    "transfer": quality.transfer,
    "kpi": quality.kpi,
    "review": reviews.review,
}
"""What can be asked, and who answers it."""


def answer(request: Any, load: Load) -> dict[str, Any]:
    """Answer one decoded request: ``{"id", "result"}``, or ``{"id", "error": {"where", "message"}}``.

    Never raises for what the request says; ``where`` is a JSON pointer into it.
    """
    identity = request.get("id") if isinstance(request, Mapping) else None
    try:
        if not isinstance(request, Mapping):
            raise RequestError("", "请求要是一个 JSON 对象", "a request must be a JSON object")
        handler = _handler(request)
        return {"id": identity, "result": handler(request, _ruleset(request, load))}
    except RequestError as error:
        return {"id": identity, "error": {"where": error.where, "message": error.message}}


def _handler(request: Mapping[str, Any]) -> Handler:
    kind = text_at(request, "kind", "")
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise RequestError("/kind", f"没有 {kind!r}，可用：{known}", f"no kind {kind!r}; there are: {known}")
    return KINDS[kind]


def _ruleset(request: Mapping[str, Any], load: Load) -> Ruleset:
    name, _, day = text_at(request, "ruleset", "").partition("@")
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        raise RequestError("/ruleset", "@ 后面要写日期 YYYY-MM-DD", "write a date YYYY-MM-DD after @") from None
    overrides = object_at(request, "params", "", default={})
    timezone = _timezone(request)
    try:
        return load(name, on, overrides, timezone=timezone)
    except BadParameter as error:
        raise RequestError(_parameter_pointer(error.name, overrides), error.why) from None
    except ValueError as error:
        raise RequestError("/ruleset", str(error)) from None


def _timezone(request: Mapping[str, Any]) -> str | None:
    if request.get("timezone") is None:
        return None
    name = str(text_at(request, "timezone", ""))
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # not found, not a zone's name, a folder of zones
        raise RequestError("/timezone", f"没有时区 {name!r}", f"no time zone {name!r}") from None
    return name


def _parameter_pointer(name: str, overrides: Mapping[str, Any]) -> str:
    """Point to the override that set a dotted name: it may have been written dotted or as nested objects."""
    for key, value in overrides.items():
        if key == name:
            return child("/params", key)
        if name.startswith(f"{key}.") and isinstance(value, Mapping):
            rest = name.removeprefix(f"{key}.").split(".")
            return "".join([child("/params", key), *(child("", part) for part in rest)])
    return "/params"
