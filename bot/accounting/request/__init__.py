"""The account command's requests: one JSON object in, one result or one error with a pointer out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.accounting.parameters import BadParameter
from bot.accounting.request import chat, grading, quality, reviews
from bot.accounting.request.reading import RequestError, child, day, object_at, text_at
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
    name, at, text = text_at(request, "ruleset", "").partition("@")
    on = day(text, "/ruleset") if at else None
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
    """Point to the override that set a dotted name; where none did, to one that belongs with it, for it is what does
    not fit."""
    found = _pointer_to(name, overrides, "/params")
    if found is None and "." in name:
        group = name.rpartition(".")[0]
        found = next(
            (_pointer_to(one, overrides, "/params") for one in _dotted(overrides) if _within(one, group)), None
        )
    return found or "/params"


def _within(name: str, group: str) -> bool:
    return name.rpartition(".")[0] == group


def _dotted(overrides: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in overrides.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _pointer_to(name: str, overrides: Mapping[str, Any], where: str) -> str | None:
    """Where a dotted name stands: it may have been written dotted or as nested objects, or partly so."""
    for key, value in reversed([*overrides.items()]):
        if key == name:
            return child(where, key)
        if name.startswith(f"{key}.") and isinstance(value, Mapping):
            found = _pointer_to(name.removeprefix(f"{key}."), value, child(where, key))
            if found is not None:
                return found
    return None
