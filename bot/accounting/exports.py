"""A shop's exported chat record as events: a map says what the columns mean, and what cannot be read is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.accounting.event import ACTORS, KINDS, QUICK_PHRASE, SOURCE, SUGGESTED, Event
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


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not be read: its number as a sheet shows it, the column, and why in words."""

    row: int
    column: str
    why: str


@dataclass(slots=True)
class Record:
    """The events of a chat record and the rows that could not be read."""

    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_map(raw: Any) -> ExportMap:
    """Check a decoded map.

    Raises:
        RequestError: at the first place that is missing or wrong, as a pointer.
    """
    if not isinstance(raw, Mapping):
        raise RequestError("", "映射文件要是键值", "a map must be keys and values")
    columns = object_at(raw, "columns", "")
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


def _sender_rule(item: Mapping[str, Any], where: str, sender: str) -> SenderRule:
    actor = choice_at(item, "actor", where, tuple(sorted(ACTORS)))
    meta: dict[str, Any] = {}
    if flag_at(item, "quick_phrase", where, default=False):
        meta[QUICK_PHRASE] = True
    if flag_at(item, "suggested", where, default=False):
        meta[SOURCE] = SUGGESTED
    return SenderRule(_test(item, where, sender), actor, meta)


def _test(item: Mapping[str, Any], where: str, sender: str) -> CellTest:
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
    return {str(name): choice_at(given, name, child("", key), tuple(sorted(KINDS))) for name in given}


def written(cell: Cell) -> str:
    """Write a cell as a person sees it: whole numbers without a point, nothing as an empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read_rows(header: Sequence[Cell], rows: Iterable[Sequence[Cell]], export: ExportMap, first_row: int = 2) -> Record:
    """Turn a record's rows into events, in their order; empty rows are passed over, unreadable ones are listed.

    ``first_row`` is the number a sheet shows for the first of ``rows``.

    Raises:
        RequestError: the record lacks a column that the map names.
    """
    names = [written(cell) for cell in header]
    for column in export.columns():
        if column not in names:
            known = "、".join(filter(None, names))
            raise RequestError(
                "/columns", f"文件里没有列 {column!r}，有：{known}", f"no column {column!r}; there are: {known}"
            )
    record = Record()
    for number, cells in enumerate(rows, start=first_row):
        row = {name: cells[place] if place < len(cells) else None for place, name in enumerate(names)}
        if any(written(cell) for cell in row.values()):
            record.events += _events(row, number, export, record.problems)
    return record


def _events(row: Mapping[str, Cell], number: int, export: ExportMap, problems: list[Problem]) -> Iterator[Event]:
    conversation = written(row[export.conversation])
    rule = next((rule for rule in export.senders if rule.test.fits(row)), None)
    at = _time([row[column] for column in export.time], export)
    kind = _kind(row, export)
    if not conversation:
        problems.append(Problem(number, export.conversation, "空着 / is empty"))
    elif rule is None:
        value = written(row[export.sender])
        problems.append(Problem(number, export.sender, f"{value!r} 不知道是谁 / no rule says who {value!r} is"))
    elif at is None:
        value = " ".join(written(row[column]) for column in export.time)
        problems.append(Problem(number, export.time[0], f"{value!r} 不是时间 / {value!r} is no time"))
    elif kind is None:
        value = written(row[export.kind or export.text])
        problems.append(
            Problem(number, export.kind or export.text, f"{value!r} 没有对应的类型 / kinds does not name {value!r}")
        )
    else:
        id = written(row[export.id]) if export.id else ""
        event = Event(id or f"row {number}", at, conversation, rule.actor, kind, written(row[export.text]), rule.meta)
        yield event
        if export.recalled is not None and export.recalled.fits(row):
            yield Event(f"{event.id} recalled", at, conversation, "system", "recall", "", {"target": event.id})


def _kind(row: Mapping[str, Cell], export: ExportMap) -> str | None:
    if export.kind is not None and (value := written(row[export.kind])):
        return export.kinds.get(value)
    text = written(row[export.text])
    return next((kind for start, kind in export.kinds_by_text.items() if text.startswith(start)), "text")


def _time(cells: Sequence[Cell], export: ExportMap) -> datetime | None:
    """Read a time from one cell, or from a date cell and a time cell; None where they hold none."""
    first, last = cells[0], cells[-1]
    if isinstance(first, datetime) and len(cells) == 1:
        return first.replace(tzinfo=export.zone)
    if isinstance(first, date) and len(cells) == 1:  # how a sheet gives midnight
        return datetime.combine(first, time(), export.zone)
    if len(cells) == 2 and isinstance(last, time) and isinstance(first, date):
        return datetime.combine(first, last, export.zone)
    text = " ".join(_time_part(cell) for cell in cells)
    for pattern in export.time_formats:
        try:
            found = datetime.strptime(text, pattern)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=export.zone)
    return None


def _time_part(cell: Cell) -> str:
    return cell.strftime("%Y-%m-%d") if isinstance(cell, date) else written(cell)
