"""What the columns of a shop's exported chat record mean: a map, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.accounting.event import ACTORS, KINDS, QUICK_PHRASE, SOURCE, SUGGESTED
from bot.accounting.request.reading import (
    RequestError,
    child,
    choice_at,
    flag_at,
    object_at,
    objects_at,
    text_at,
    texts_at,
)

_TOP = ("ruleset", "params", "zone", "time_format", "sheet", "columns", "senders", "kinds", "kinds_by_text", "recalled")
_COLUMNS = ("time", "conversation", "sender", "text", "id", "kind")
_SENDER = ("actor", "quick_phrase", "suggested")
_SAYS_MORE = frozenset({"recall", "report", "transfer"})
"""Kinds that say of what, or by whom: one cell does not."""

Cell = Any
"""What a sheet's cell holds: text, a number, a date or time, nothing."""

_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "starts_with": lambda value, wanted: value.startswith(wanted),
    "contains": lambda value, wanted: wanted in value,
}


@dataclass(frozen=True, slots=True)
class CellTest:
    """A question to one cell of a row; ``same_as`` compares it with the cell of another column."""

    column: str
    how: str
    wanted: str

    def fits(self, row: Mapping[str, Cell]) -> bool:
        """Say whether a row passes."""
        value = written(row[self.column])
        if self.how == "same_as":
            return value == written(row[self.wanted])
        return _TESTS[self.how](value, self.wanted)

    def columns(self) -> tuple[str, ...]:
        """List the columns it looks at."""
        return (self.column, self.wanted) if self.how == "same_as" else (self.column,)


@dataclass(frozen=True, slots=True)
class SenderRule:
    """Who sent the rows that pass a test, and the meta their events carry."""

    test: CellTest
    actor: str
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportMap:
    """What a chat record's columns mean. ``kinds`` is by the kind column's value, ``kinds_by_text`` by a text's start."""

    ruleset: str
    params: Mapping[str, Any]
    zone: ZoneInfo
    time_formats: tuple[str, ...]
    sheet: str | None
    time: tuple[str, ...]
    conversation: str
    sender: str
    text: str
    id: str | None
    kind: str | None
    senders: tuple[SenderRule, ...]
    kinds: Mapping[str, str]
    kinds_by_text: Mapping[str, str]
    recalled: CellTest | None

    def columns(self) -> tuple[str, ...]:
        """List all columns that the record must have."""
        found = [*self.time, self.conversation, self.sender, self.text]
        found += [name for name in (self.id, self.kind) if name is not None]
        for test in [rule.test for rule in self.senders] + ([self.recalled] if self.recalled else []):
            found += test.columns()
        return tuple(dict.fromkeys(found))


def read_map(raw: Any) -> ExportMap:
    """Check a decoded map.

    Raises:
        RequestError: at the first place that is missing or wrong, as a pointer.
    """
    if not isinstance(raw, Mapping):
        raise RequestError("", "映射文件要是键值", "a map must be keys and values")
    _only(raw, "", _TOP)
    columns = object_at(raw, "columns", "")
    _only(columns, "/columns", _COLUMNS)
    sender = text_at(columns, "sender", "/columns")
    recalled = object_at(raw, "recalled", "", default=None)
    return ExportMap(
        ruleset=text_at(raw, "ruleset", ""),
        params=object_at(raw, "params", "", default={}),
        zone=_zone(text_at(raw, "zone", "", default="Asia/Shanghai")),
        time_formats=_one_or_more(raw, "time_format", "", default=["%Y-%m-%d %H:%M:%S"]),
        sheet=text_at(raw, "sheet", "", default=None),
        time=_one_or_more(columns, "time", "/columns"),
        conversation=text_at(columns, "conversation", "/columns"),
        sender=sender,
        text=text_at(columns, "text", "/columns"),
        id=text_at(columns, "id", "/columns", default=None),
        kind=text_at(columns, "kind", "/columns", default=None),
        senders=tuple(_sender_rule(item, where, sender) for item, where in objects_at(raw, "senders", "")),
        kinds=_kinds(raw, "kinds"),
        kinds_by_text=_kinds(raw, "kinds_by_text"),
        recalled=None if recalled is None else _test(recalled, "/recalled", sender),
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # not found, not a zone's name, a folder of zones
        raise RequestError("/zone", f"没有时区 {name!r}", f"no time zone {name!r}") from None


def _one_or_more(body: Mapping[str, Any], key: str, where: str, **default: Any) -> tuple[str, ...]:
    if isinstance(body.get(key), str):
        return (body[key],)
    return texts_at(body, key, where, **default)


def _only(body: Mapping[str, Any], where: str, known: tuple[str, ...]) -> None:
    """A misspelt name must not pass for one that is not there."""
    for name in body:
        if name not in known:
            raise RequestError(
                child(where, name),
                f"没有 {name} 这一项，可用 {'、'.join(known)}",
                f"there is no {name}; use {', '.join(known)}",
            )


def _sender_rule(item: Mapping[str, Any], where: str, sender: str) -> SenderRule:
    actor = choice_at(item, "actor", where, tuple(sorted(ACTORS)))
    meta: dict[str, Any] = {}
    if flag_at(item, "quick_phrase", where, default=False):
        meta[QUICK_PHRASE] = True
    if flag_at(item, "suggested", where, default=False):
        meta[SOURCE] = SUGGESTED
    return SenderRule(_test(item, where, sender, _SENDER), actor, meta)


def _test(item: Mapping[str, Any], where: str, sender: str, more: tuple[str, ...] = ()) -> CellTest:
    _only(item, where, ("column", *_TESTS, "same_as", *more))
    found = [how for how in (*_TESTS, "same_as") if item.get(how) is not None]
    if len(found) != 1:
        raise RequestError(
            where,
            "要写且只写一个：is、starts_with、contains、same_as",
            "needs exactly one of is, starts_with, contains, same_as",
        )
    return CellTest(text_at(item, "column", where, default=sender), found[0], text_at(item, found[0], where))


def _kinds(raw: Mapping[str, Any], key: str) -> dict[str, str]:
    given = object_at(raw, key, "", default={})
    return {str(name): choice_at(given, name, child("", key), tuple(sorted(KINDS - _SAYS_MORE))) for name in given}


def written(cell: Cell) -> str:
    """Write a cell as a person sees it: whole numbers without a point, nothing as an empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
