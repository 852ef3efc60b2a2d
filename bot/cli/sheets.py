"""Tables in files: reading .csv (UTF-8 or GBK) and .xlsx, writing an audit as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.accounting.exports import Broken

LINES_AT_MOST = 200
"""So many lines one cell may hold."""
_UNCLOSED = "引号没有成对，这一行没有读 / a quotation mark is not closed; the row was left out"
csv.field_size_limit(1 << 24)


class SheetError(ValueError):
    """A file that holds no table we can read. ``str()`` says why and what to do."""


def read_table(path: Path, sheet: str | None = None) -> list[Sequence[Any] | Broken]:
    """Return a table's rows, the header first. Cells of a .csv are texts, of a .xlsx what the sheet holds; in place of
    a row whose quotation marks do not close stands what is wrong with it.

    Raises:
        SheetError: not such a file, an unreadable encoding, no such sheet, an empty table.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        rows: list[Sequence[Any] | Broken] = list(_csv_rows(_decoded(path)))
    elif suffix in (".xlsx", ".xlsm", ".xls"):
        rows = [*_workbook_rows(path, sheet)]
    else:
        raise SheetError(f"{path.name}: 只认 .csv 和 .xlsx / only .csv and .xlsx are read")
    if not rows:
        raise SheetError(f"{path.name}: 是空表 / the table is empty")
    return rows


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(f"{path.name}: 编码不是 UTF-8 也不是 GBK / neither UTF-8 nor GBK")


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


def _workbook_rows(path: Path, sheet: str | None) -> list[Sequence[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise SheetError(f"{path.name}: 打不开 / cannot be opened: {error}") from None
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise SheetError(f"{path.name}: 没有工作表 {sheet!r}，有 {names} / no sheet {sheet!r}; there are {names}")
    return list(book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False))


def write_workbook(path: Path, sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> None:
    """Write a workbook of sheets (name, header, rows). A text is always written as text, never as a formula or link.

    Raises:
        SheetError: the file cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(str(path), options)
    bold = book.add_format({"bold": True})
    for name, header, rows in sheets:
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        page.write_row(0, 0, header, bold)
        for number, row in enumerate(rows, start=1):
            page.write_row(number, 0, row)
    try:
        book.close()
    except FileCreateError as error:
        raise SheetError(f"{path}: 写不了 / cannot be written: {error}") from None
