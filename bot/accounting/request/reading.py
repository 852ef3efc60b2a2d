"""Reading fields of a request: each reader returns a checked value or says where and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from bot.accounting.checks import exact
from bot.accounting.scorecard import Rate

_MUST: Any = object()
MOST = 10**12
FIRST_YEAR, LAST_YEAR = 1971, 9000  # room for every period and zone around it


class RequestError(ValueError):
    """What is wrong with a request. ``where`` is a JSON pointer; ``message`` is for people, in both languages."""

    def __init__(self, where: str, zh: str, en: str = "") -> None:
        self.where = where
        self.message = f"{zh} / {en}" if en else zh
        super().__init__(f"{where}: {self.message}")


def child(where: str, key: str | int) -> str:
    """Extend a JSON pointer by one step (``~`` and ``/`` escaped)."""
    return f"{where}/{str(key).replace('~', '~0').replace('/', '~1')}"


def value_at(body: Mapping[str, Any], key: str, where: str, default: Any = _MUST) -> Any:
    """Return a field; null or absent gives the default, or an error where there is none."""
    value = body.get(key)
    if value is not None:
        return value
    if default is _MUST:
        raise RequestError(child(where, key), f"缺 {key}", f"{key} is missing")
    return default


def _typed(kinds: type | tuple[type, ...], zh: str, en: str) -> Any:
    def read(body: Mapping[str, Any], key: str, where: str, default: Any = _MUST) -> Any:
        value = value_at(body, key, where, default)
        if value is default or (isinstance(value, kinds) and (not isinstance(value, bool) or kinds is bool)):
            return value
        raise RequestError(child(where, key), f"{key} 要是{zh}", f"{key} must be {en}")

    return read


text_at = _typed(str, "文字", "a text")
flag_at = _typed(bool, " true 或 false", "true or false")
object_at = _typed(Mapping, "对象", "an object")
list_at = _typed(list, "列表", "a list")


def choice_at(body: Mapping[str, Any], key: str, where: str, names: tuple[str, ...], default: Any = _MUST) -> str:
    """Return a field that must be one of some words."""
    value = value_at(body, key, where, default)
    if not isinstance(value, str) or value not in names:
        known = ", ".join(names)
        raise RequestError(child(where, key), f"{key} 只能是 {known}", f"{key} must be one of {known}")
    return value


def count_at(body: Mapping[str, Any], key: str, where: str) -> int:
    """Return a field that must be a whole number of at least 0."""
    value = value_at(body, key, where)
    if type(value) is not int or not 0 <= value <= MOST:
        raise RequestError(
            child(where, key), f"{key} 要是 0 到 {MOST} 的整数", f"{key} must be a whole number from 0 to {MOST}"
        )
    return value


def number(value: Any, where: str) -> Fraction:
    """Return an exact number."""
    try:
        return exact(value)
    except ValueError:
        raise RequestError(where, "要一个数", "must be a number") from None


def texts_at(
    body: Mapping[str, Any], key: str, where: str, default: Any = _MUST, *, filled: bool = False
) -> tuple[str, ...]:
    """Return a field that must be a list of texts, none of them empty where ``filled`` asks for that."""
    items = list_at(body, key, where, default)
    for index, item in enumerate(items):
        if not isinstance(item, str) or (filled and not item):
            more_zh, more_en = ("，不能空", ", not an empty one") if filled else ("", "")
            raise RequestError(child(child(where, key), index), f"要是文字{more_zh}", f"must be a text{more_en}")
    return tuple(items)


def objects_at(
    body: Mapping[str, Any], key: str, where: str, default: Any = _MUST
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each object of a list with its pointer."""
    for index, item in enumerate(list_at(body, key, where, default)):
        pointer = f"{where}/{key}/{index}"
        if not isinstance(item, dict):
            raise RequestError(pointer, "要是对象", "must be an object")
        yield item, pointer


def moment(value: Any, where: str) -> datetime:
    """Return the time of ISO 8601 text with an offset, in UTC: times of one zone compare several times faster."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise RequestError(
            where, "要写成 2026-05-01T14:00:00+08:00", "must be ISO 8601, like 2026-05-01T14:00:00+08:00"
        ) from None
    if at.tzinfo is None:
        raise RequestError(where, "缺时区，末尾写 +08:00", "has no offset; write +08:00 at its end")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise RequestError(where, "年份不对", f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return at.astimezone(UTC)


def moment_at(body: Mapping[str, Any], key: str, where: str) -> datetime:
    """Return a field that must be an aware time."""
    return moment(value_at(body, key, where), child(where, key))


def as_of_of(request: Mapping[str, Any]) -> datetime | None:
    """Return the request's evaluation time, None where it names none."""
    return None if request.get("as_of") is None else moment_at(request, "as_of", "")


def day(value: Any, where: str) -> date:
    """Return a date from YYYY-MM-DD."""
    try:
        found = date.fromisoformat(value)
        if found.isoformat() != value:  # other forms of ISO 8601
            raise ValueError(value)
    except (TypeError, ValueError):
        raise RequestError(where, "日期要写成 2026-05-01", "must be a date like 2026-05-01") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise RequestError(where, "年份不对", f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def day_at(body: Mapping[str, Any], key: str, where: str) -> date:
    """Return a field that must be a date."""
    return day(value_at(body, key, where), child(where, key))


def rate_at(body: Mapping[str, Any], key: str, where: str) -> Rate:
    """Return a field that must be counts ``{numerator, denominator}``, the first not above the second."""
    counts = object_at(body, key, where)
    pointer = child(where, key)
    found = Rate(count_at(counts, "numerator", pointer), count_at(counts, "denominator", pointer))
    if found.numerator > found.denominator:
        raise RequestError(child(pointer, "numerator"), "分子大于分母", "is above the denominator")
    return found


def shown(value: Fraction | None) -> int | float | None:
    """Write an exact number for JSON: a whole one as an int."""
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)


def rate_shown(rate: Rate) -> dict[str, int] | None:
    """Write an exact rate for JSON; null without data."""
    if not rate.denominator:
        return None
    return {"numerator": rate.numerator, "denominator": rate.denominator}


def refuse(ruleset_name: str, zh: str, en: str) -> RequestError:
    """Say that a ruleset has no rules of the kind asked for."""
    return RequestError("/ruleset", f"{ruleset_name} {zh}", f"{ruleset_name} {en}")
