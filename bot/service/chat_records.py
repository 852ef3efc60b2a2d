"""Chat records exported elsewhere, read from the bytes of a file: .csv (UTF-8 or GBK), .xlsx and .xls."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import PurePath
from typing import Any

import yaml

from bot.accounting.export_map import read_map
from bot.accounting.exports import Broken, Record, read_rows
from bot.accounting.request.reading import RequestError
from bot.service.entries import refused
from knowledge_base.files import BadTable
from knowledge_base.files.limits import check_workbook

LINES_AT_MOST = 200
"""So many lines one cell may hold."""
_UNCLOSED = "引号没有成对，这一行没有读 / a quotation mark is not closed; the row was left out"
csv.field_size_limit(1 << 24)


class SheetError(ValueError):
    """A file that holds no table we can read. ``str()`` says why and what to do."""


def read_table(data: bytes, name: str, sheet: str | None = None) -> list[Sequence[Any] | Broken]:
    """Return a table's rows, the header first. Cells of a .csv are texts, of a .xlsx what the sheet holds; in place of
    a row whose quotation marks do not close stands what is wrong with it.

    Raises:
        SheetError: not such a file, an unreadable encoding, no such sheet, an empty table.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix == ".csv":
        rows: list[Sequence[Any] | Broken] = list(_csv_rows(_decoded(data, name)))
    elif suffix in (".xlsx", ".xlsm", ".xls"):
        rows = [*_workbook_rows(data, name, sheet)]
    else:
        raise SheetError(f"{name}: 只认 .csv 和 .xlsx / only .csv and .xlsx are read")
    if not rows:
        raise SheetError(f"{name}: 是空表 / the table is empty")
    return rows


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(f"{name}: 编码不是 UTF-8 也不是 GBK / neither UTF-8 nor GBK")


def _csv_rows(text: str) -> Iterator[Sequence[str] | Broken]:
    """Read records one by one, so that a stray quotation mark costs its own row and not those behind it."""
    lines = text.replace("\r\n", "\n").replace("\r", " " if "\n" in text else "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    place, width = 0, 0
    while place < len(lines):
        cells, used = _record(lines, place, width)
        yield cells if cells is not None else Broken(_UNCLOSED)
        width = width or len(cells or ())
        place += used


def _record(lines: Sequence[str], place: int, width: int) -> tuple[list[str] | None, int]:
    """The record that begins at a line, None where it does not end as one; and how many lines it takes."""
    for used in range(1, min(LINES_AT_MOST, len(lines) - place) + 1):
        held = "\n".join(lines[place : place + used])
        if held.count('"') % 2:
            continue
        cells = _cells(held)
        # A line inside a cell that is a whole record by itself was swallowed, not written there.
        swallowed = used > 1 and width > 1 and any(_is_record(line, width) for line in lines[place + 1 : place + used])
        return (None, 1) if cells is None or swallowed else (cells, used)
    return None, 1


def _is_record(line: str, width: int) -> bool:
    return line.count(",") >= width - 1 and len(_cells(line) or ()) == width


def _cells(record: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(record), strict=True), [])
    except csv.Error:
        return None


def _workbook_rows(data: bytes, name: str, sheet: str | None) -> list[Sequence[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        if data[:2] == b"PK":
            check_workbook(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, BadTable) as error:
        raise SheetError(f"{name}: 打不开 / cannot be opened: {error}") from None
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise SheetError(f"{name}: 没有工作表 {sheet!r}，有 {names} / no sheet {sheet!r}; there are {names}")
    return list(book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False))


def read_record(data: bytes, name: str, mapping: bytes) -> tuple[Record, datetime]:
    """Read an exported chat record by its map (YAML: what its columns mean), and say when its last local day ends.

    Raises:
        Refusal: one of the two cannot be read, the record lacks what the map names, or nothing was said.
    """
    try:
        export = read_map(yaml.safe_load(mapping.decode("utf-8")))
    except RequestError as wrong:
        raise refused("/map", str(wrong), str(wrong)) from wrong
    except (UnicodeDecodeError, yaml.YAMLError) as wrong:
        raise refused("/map", "映射不是 UTF-8 的 YAML。", "The map is no YAML in UTF-8.") from wrong
    try:
        header, *rows = read_table(data, name, export.sheet)
        record = Record([], []) if isinstance(header, Broken) else read_rows(header, rows, export)
    except RequestError as wrong:
        raise refused("/file", wrong.message, wrong.message) from wrong
    except SheetError as wrong:
        raise refused("/file", str(wrong), str(wrong)) from wrong
    until = end_of_last_day(record, export.zone)
    if until is None:
        raise refused("/file", "一行也没读出来，先看映射对不对。", "Not one row could be read; check the map.")
    return record, until


def end_of_last_day(record: Record, zone: tzinfo) -> datetime | None:
    """The end of the last local day on which anything was said; None where nothing was."""
    if not record.events:
        return None
    last = max(event.at for event in record.events).astimezone(zone)
    return last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, microseconds=-1)
