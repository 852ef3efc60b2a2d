"""A file of rows, whatever its kind: headers and cells as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from knowledge_base.files.cells import restored
from knowledge_base.files.columns import knows
from knowledge_base.files.limits import ROWS_AT_MOST, UNPACKED_AT_MOST, BadTable, check_packed, check_workbook

_HEADER_WITHIN = 10
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
KINDS = (".xlsx", ".xls", ".csv", ".yaml", ".yml", ".json")
_LISTS = ("entries", "payload")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headers. ``numbers`` are the rows' places in the file as a person counts them (from 1)."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def read_table(data: bytes, filename: str, knows: Callable[[str], bool] = knows) -> Table:
    """Read a table; the kind is told from its name, the encoding of a .csv from its bytes. ``knows`` says which headers
    are known (those of entries if it is not given).

    Of a workbook the first sheet with known headers is read, else the first with anything in it. Give it at most
    10 MiB; call it in a thread (a large file takes seconds).

    Raises:
        BadTable: too large, damaged, of another kind, or without rows. ``str()`` is for people.
    """
    check_packed(data)
    kind = PurePath(filename.lower()).suffix
    if kind not in KINDS:
        raise BadTable(
            f"不认识「{kind or filename}」文件。可以导入 .xlsx、.xls、.csv、.yaml、.json。",
            f"“{kind or filename}” files are not read; .xlsx, .xls, .csv, .yaml and .json are.",
        )
    if kind in (".yaml", ".yml", ".json"):
        return _from_records(_records(_json(data) if kind == ".json" else _yaml(data)))
    if kind in (".xlsx", ".xls") and data[:4] not in (_ZIP, _OLE):
        kind = ".csv"  # many systems export text under a workbook's name
    sheets = [_csv_rows(_decoded(data))] if kind == ".csv" and data[:4] not in (_ZIP, _OLE) else _sheets(data)
    tables = [table for sheet in sheets if (table := _headed(sheet, knows)) is not None]
    if not tables:
        raise BadTable(
            "文件里没有数据行。第一行写列名，下面每行一条。",
            "The file has no rows of data. Put headings in the first row and one item in each row below.",
        )
    return max(tables, key=lambda table: min(2, sum(map(knows, table.headers))))


def _sheets(data: bytes) -> Iterator[list[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if data[:4] == _ZIP:
        check_workbook(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            _count(len(rows))
            yield [[_text(cell) for cell in row] for row in rows]
    except PasswordError as error:
        raise BadTable("这个文件有密码。请去掉密码再导入。", "This file has a password. Take it away first.") from error
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, BadTable):
            raise
        raise BadTable(
            "打不开这个表格，可能已损坏。请用 Excel 打开后另存为 .xlsx 再导入。",
            "This table cannot be opened; it may be damaged. Open it in Excel and save it as .xlsx.",
        ) from error


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not (cell.hour or cell.minute or cell.second) else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable(
        "看不懂这个文件的文字编码。请另存为「CSV UTF-8」再导入。",
        "The encoding of this file is not known. Save it as “CSV UTF-8”.",
    )


def _csv_rows(text: str) -> list[list[str]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter):
            rows.append(row)
            _count(len(rows))
    except csv.Error as error:
        raise BadTable(
            f"第 {len(rows) + 1} 行读不出来，可能引号没有成对。请检查这一行再导入。",
            f"Row {len(rows) + 1} cannot be read; perhaps a quotation mark is missing. Look at it and try again.",
        ) from error
    return rows


def _count(rows: int) -> None:
    if rows > ROWS_AT_MOST + _HEADER_WITHIN:
        raise BadTable(
            f"超过 {ROWS_AT_MOST:,} 行。请拆成几个文件分别导入。",
            f"More than {ROWS_AT_MOST:,} rows. Split them into several files.",
        )


def _headed(sheet: Sequence[Sequence[str]], knows: Callable[[str], bool]) -> Table | None:
    """Find the header among the first rows: the one with most known names, the first where none is known."""
    filled = [number for number, row in enumerate(sheet) if any(cell.strip() for cell in row)]
    if len(filled) < 2:
        return None
    head = max(filled[:_HEADER_WITHIN], key=lambda number: sum(map(knows, sheet[number])))
    headers = tuple(restored(cell).strip() for cell in sheet[head])
    body = [number for number in filled if number > head]
    if not body:
        return None
    if len(body) > ROWS_AT_MOST:
        raise BadTable(
            f"有 {len(body):,} 行数据，超过上限 {ROWS_AT_MOST:,} 行。请拆成几个文件分别导入。",
            f"{len(body):,} rows of data, the limit is {ROWS_AT_MOST:,}. Split them into several files.",
        )
    width = len(headers)
    rows = tuple(tuple(map(restored, [*sheet[number], *[""] * width][:width])) for number in body)
    return Table(headers, rows, tuple(number + 1 for number in body))


def _json(data: bytes) -> Any:
    try:
        return json.loads(_decoded(data))
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadTable):
            raise
        line = getattr(error, "lineno", 1)
        raise BadTable(
            f"第 {line} 行：不是正确的 JSON。请检查引号、逗号和括号。",
            f"Line {line}: not valid JSON. Look at quotation marks, commas and brackets.",
        ) from error


def _yaml(data: bytes) -> Any:
    import yaml

    try:
        return yaml.load(_decoded(data), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (a safe loader, the C one where built)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, BadTable):
            raise
        mark = getattr(error, "problem_mark", None)
        zh, en = (f"第 {mark.line + 1} 行：", f"Line {mark.line + 1}: ") if mark else ("", "")
        raise BadTable(
            f"{zh}不是正确的 YAML。请检查缩进、冒号和引号。",
            f"{en}not valid YAML. Look at indents, colons and quotation marks.",
        ) from error


def _records(loaded: Any) -> list[Mapping[str, Any]]:
    """The items of a list, or of the list under ``entries`` (``payload``: as other systems answer)."""
    found = next((loaded[name] for name in _LISTS if name in loaded), None) if isinstance(loaded, dict) else loaded
    if not isinstance(found, list) or not found:
        raise BadTable(
            "文件里没有条目。请写成 entries 下面一条条的列表，每条有 question 和 answer。",
            "The file has no entries. Write a list under entries, each item with question and answer.",
        )
    if len(found) > ROWS_AT_MOST:
        raise BadTable(
            f"有 {len(found):,} 条，超过上限 {ROWS_AT_MOST:,} 条。请拆成几个文件分别导入。",
            f"{len(found):,} entries, the limit is {ROWS_AT_MOST:,}. Split them into several files.",
        )
    for number, record in enumerate(found, 1):
        if not isinstance(record, dict):
            raise BadTable(
                f"第 {number} 条不是「名称: 值」的形式。每条要有 question 和 answer。",
                f"Item {number} is not “name: value”. Each needs question and answer.",
            )
    return found


def _from_records(records: Sequence[Mapping[str, Any]]) -> Table:
    """Lay records out as cells, in the forms ``knowledge_base.files.cells`` reads."""
    flat = [dict(_flat(record)) for record in records]
    headers = tuple(dict.fromkeys(name for record in flat for name in record))
    left = UNPACKED_AT_MOST
    for record in flat:
        left -= sum(map(len, record.values()))
        if left < 0:
            raise BadTable(
                "这个文件展开后超过 100 MiB。请拆成几个文件分别导入。",
                "This file grows beyond 100 MiB when read. Split it into several files.",
            )
    rows = tuple(tuple(record.get(name, "") for name in headers) for record in flat)
    return Table(headers, rows, tuple(range(1, len(rows) + 1)))


def _flat(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, dict) and str(name) in ("keywords", "关键词"):
            for kind, words in value.items():
                yield f"keywords.{kind}", _listed(words)
        elif isinstance(value, dict):
            yield str(name), json.dumps(value, ensure_ascii=False, default=str)
        else:
            yield str(name), _listed(value)


def _listed(value: object) -> str:
    if isinstance(value, list | tuple):
        return "".join(f"{_text(item)}\n" for item in _bounded(value))
    return _text(value)


def _bounded(items: Iterable[object]) -> Iterator[object]:
    """Give the items of a list; a shared list referred to again and again still ends at the limit of rows."""
    for place, item in enumerate(items):
        if place >= ROWS_AT_MOST:
            raise BadTable(
                f"一个列表里超过 {ROWS_AT_MOST:,} 项。请检查文件。",
                f"A list has more than {ROWS_AT_MOST:,} items. Look at the file.",
            )
        yield item
