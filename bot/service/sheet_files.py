"""One plain table as a file that people open elsewhere: .xlsx, or .csv with a mark so that spreadsheets read Chinese.

No cell is ever taken for a formula.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Iterable, Sequence

from bot.service.refusal import Because, Refusal
from knowledge_base.files import BadTable, Table, read_table
from knowledge_base.files.cells import neutral

CELL_AT_MOST = 32_000
_WIDE = 24

Cell = str | int | float | None


def written(kind: str, title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a table as ``xlsx`` or ``csv``; ``title`` names the sheet."""
    plain = [[_safe(cell) for cell in row] for row in rows]
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([headers, *plain])
        return text.getvalue().encode("utf-8-sig")
    from xlsxwriter import Workbook

    held = io.BytesIO()
    with Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(title)
        page.freeze_panes(1, 0)
        page.set_column(0, len(headers) - 1, _WIDE)
        page.write_row(0, 0, headers, book.add_format({"bold": True}))
        for place, row in enumerate(plain, 1):
            page.write_row(place, 0, row)
    return held.getvalue()


def _safe(cell: Cell) -> Cell:
    return neutral(cell[:CELL_AT_MOST]) if isinstance(cell, str) else cell


async def taken(data: bytes, filename: str, knows: Callable[[str], bool]) -> Table:
    """Read a table that somebody hands in (.xlsx .xls .csv .yaml); ``knows`` says which headers are known.

    Raises:
        Refusal: it cannot be read as one.
    """
    try:
        return await asyncio.to_thread(read_table, data, filename, knows)
    except BadTable as error:
        raise Refusal(Because.INVALID, "table", error.zh, error.en, pointer="/") from None
