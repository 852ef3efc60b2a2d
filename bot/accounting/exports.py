"""A shop's exported chat record as events, by a map of its columns; what cannot be read is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from bot.accounting.event import Event
from bot.accounting.export_map import Cell, ExportMap, written
from bot.accounting.request.reading import FIRST_YEAR, LAST_YEAR, RequestError


@dataclass(frozen=True, slots=True)
class Broken:
    """A row of a file that is no row: what stands in its place, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not be read: its number as a sheet shows it, the column, and why in words."""

    row: int
    column: str
    why: str


@dataclass(slots=True)
class Record:
    """The events of a chat record, the rows that could not be read or repeat another, and the row of each id."""

    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


def read_rows(
    header: Sequence[Cell], rows: Iterable[Sequence[Cell] | Broken], export: ExportMap, first_row: int = 2
) -> Record:
    """Turn a record's rows into events, in their order; empty rows are passed over, unreadable ones are listed.

    ``first_row`` is the number a sheet shows for the first of ``rows``. An id that another conversation has too is this
    conversation's own; a second one of the same conversation is a repeat and listed.

    Raises:
        RequestError: the record lacks a column that the map names, or has it twice.
    """
    places = _places(header, export)
    record = Record()
    for number, cells in enumerate(rows, start=first_row):
        if isinstance(cells, Broken):
            record.problems.append(Problem(number, "", cells.why))
            continue
        row = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        if any(written(cell) for cell in cells):
            record.events += _events(row, number, export, record)
    return record


def _places(header: Sequence[Cell], export: ExportMap) -> dict[str, int]:
    names = [written(cell) for cell in header]
    many = Counter(names)
    known = "、".join(filter(None, names))
    for column in export.columns():
        if column not in names:
            zh, en = f"文件里没有列 {column!r}，有：{known}", f"no column {column!r}; there are: {known}"
            raise RequestError("/columns", zh, en)
        if many[column] > 1:
            zh, en = f"文件里有 {many[column]} 列叫 {column!r}", f"{many[column]} columns are called {column!r}"
            raise RequestError("/columns", zh, en)
    return {column: names.index(column) for column in export.columns()}


def _events(row: Mapping[str, Cell], number: int, export: ExportMap, record: Record) -> Iterator[Event]:
    conversation = written(row[export.conversation])
    rule = next((rule for rule in export.senders if rule.test.fits(row)), None)
    at = _time([row[column] for column in export.time], export)
    kind = _kind(row, export)
    if not conversation:
        record.problems.append(Problem(number, export.conversation, "空着 / is empty"))
    elif rule is None:
        value = written(row[export.sender])
        record.problems.append(Problem(number, export.sender, f"{value!r} 不知道是谁 / no rule says who {value!r} is"))
    elif at is None:
        value = " ".join(written(row[column]) for column in export.time)
        record.problems.append(Problem(number, export.time[0], f"{value!r} 不是时间 / {value!r} is no time"))
    elif kind is None:
        value, column = written(row[export.kind or export.text]), export.kind or export.text
        record.problems.append(Problem(number, column, f"{value!r} 没有对应的类型 / kinds does not name {value!r}"))
    elif id := _own_id(row, number, conversation, export, record):
        yield Event(id, at, conversation, rule.actor, kind, written(row[export.text]), rule.meta)
        if export.recalled is not None and export.recalled.fits(row):
            yield Event(f"{id} recalled", at, conversation, "system", "recall", "", {"target": id})


def _own_id(row: Mapping[str, Cell], number: int, conversation: str, export: ExportMap, record: Record) -> str | None:
    """The event's id; None for a repeat. Some exports number each conversation's messages from 1."""
    told = written(row[export.id]) if export.id else ""
    # Padded, so that rows of one second stand in the order of the file.
    id = told or f"row {number:06}"
    before = record.rows.get(f"{conversation}/{id}")
    if before is not None:
        why = f"{told!r} 和第 {before} 行重复，没有计入 / {told!r} repeats row {before} and is left out"
        record.problems.append(Problem(number, export.id or "", why))
        return None
    record.rows[f"{conversation}/{id}"] = number
    taken = id in record.rows
    record.rows.setdefault(id, number)
    return f"{conversation}/{id}" if taken else id


def _kind(row: Mapping[str, Cell], export: ExportMap) -> str | None:
    if export.kind is not None and (value := written(row[export.kind])):
        return export.kinds.get(value)
    text = written(row[export.text])
    return next((kind for start, kind in export.kinds_by_text.items() if text.startswith(start)), "text")


def _time(cells: Sequence[Cell], export: ExportMap) -> datetime | None:
    """Read a time from one cell, or from a date cell and a time cell; None where they hold none that can be."""
    found = _local(cells, export)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    # In UTC: where clocks are put back, times of one zone do not tell how far apart they are.
    return (found if found.tzinfo else found.replace(tzinfo=export.zone)).astimezone(UTC)


def _local(cells: Sequence[Cell], export: ExportMap) -> datetime | None:
    first, last = cells[0], cells[-1]
    if isinstance(first, datetime) and len(cells) == 1:
        return first
    if isinstance(first, date) and len(cells) == 1:  # how a sheet gives midnight
        return datetime.combine(first, time())
    if len(cells) == 2 and isinstance(last, time) and isinstance(first, date):
        return datetime.combine(first, last)
    text = " ".join(_time_part(cell) for cell in cells)
    for pattern in export.time_formats:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def _time_part(cell: Cell) -> str:
    return cell.strftime("%Y-%m-%d") if isinstance(cell, date) else written(cell)
