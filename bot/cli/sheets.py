"""Tables in files: reading a chat record, writing an audit as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.accounting.exports import Broken
from bot.service import chat_records
from bot.service.chat_records import SheetError

__all__ = ["SheetError", "read_table", "write_workbook"]


def read_table(path: Path, sheet: str | None = None) -> list[Sequence[Any] | Broken]:
    """Return the rows of a file's table, the header first, as ``chat_records.read_table`` does.

    Raises:
        SheetError: it cannot be read. OSError: it is not there.
    """
    return chat_records.read_table(path.read_bytes(), path.name, sheet)


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
