"""The platform's daily figures from a table, as its back office exports them: rows become statements, or say why not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.service.refusal import Because, Refusal
from bot.service.sheet_files import taken
from bot.service.statements import Statement, Statements
from knowledge_base.characters import fold
from knowledge_base.files import Table
from knowledge_base.files.cells import BadValue, day

ROWS_AT_MOST = 1_000
_NAMES = {
    "date": ("日期", "统计日期", "数据日期", "时间", "date", "day"),
    "covers": ("范围", "统计范围", "周期", "covers", "period"),
    "numerator": ("分子", "有效回复", "有效回复数", "有效回复量", "达标数", "numerator"),
    "denominator": ("分母", "咨询数", "咨询量", "应回复数", "应回复量", "总数", "denominator"),
    "percent": ("百分比", "回复率", "人工回复率", "人工有效回复率", "有效回复率", "达标率", "percent", "rate"),
}
_COVERS = {
    "": None, "日": "day", "当日": "day", "单日": "day", "day": "day",
    "周期": "period", "考核周期": "period", "近30天": "period", "近7天": "period", "period": "period",
}  # fmt: skip
_COUNT = re.compile(r"\d{1,9}")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(%?)")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file (counted from 1 as people do) and the statement it makes."""

    number: int
    statement: Statement


class StatementFiles:
    """Takes in tables of statements."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def take_in(
        self, shop: str, data: bytes, filename: str, *, covers: str, apply: bool, by: str
    ) -> dict[str, Any]:
        """Read a table and say what it would change; with ``apply`` keep it, all of it or, with an error in a row,
        nothing: ``{rows [{row, state, date, covers, numerator, denominator, percent}], errors [{row, column, zh, en}],
        kept}``; ``state`` is new, changed or unchanged.

        Raises:
            Refusal: the file is no table, is too long, or lacks columns.
        """
        table = await taken(data, filename, _knows)
        if len(table.rows) > ROWS_AT_MOST:
            zh, en = f"最多 {ROWS_AT_MOST} 行。", f"At most {ROWS_AT_MOST} rows."
            raise Refusal(Because.INVALID, "too_many", zh, en, pointer="/")
        rows, errors = await asyncio.to_thread(read, table, covers)
        rows, wrong = self._right(shop, rows)
        errors = sorted(errors + wrong, key=lambda one: one["row"])
        right = [row.statement for row in rows]
        states = await self._statements.states(shop, right)
        keeping = right if apply and not errors else []
        await self._statements.keep(shop, keeping, by=by)
        shown = [_shown(row, state) for row, state in zip(rows, states, strict=True)]
        return {"rows": shown, "errors": errors, "kept": len(keeping)}

    def _right(self, shop: str, rows: Sequence[Row]) -> tuple[list[Row], list[dict[str, Any]]]:
        """The rows whose figures can be, and errors for the others."""
        right, wrong = [], []
        for row in rows:
            try:
                self._statements.percent_of(shop, row.statement)
                right.append(row)
            except Refusal as no:
                column = (no.pointer or "").strip("/")
                wrong.append({"row": row.number, "column": column, "zh": no.zh, "en": no.en})
        return right, wrong


def _shown(row: Row, state: str) -> dict[str, Any]:
    said = row.statement
    return {
        "row": row.number,
        "state": state,
        "date": said.day.isoformat(),
        "covers": said.covers,
        "numerator": said.numerator,
        "denominator": said.denominator,
        "percent": said.percent,
    }


def read(table: Table, covers: str) -> tuple[list[Row], list[dict[str, Any]]]:
    """Read statements; ``covers`` (day or period) is meant where a row does not say. Return rows, and errors ``{row,
    column, zh, en}``. Where no percentage has a % sign and none is above 1, they are shares (0.965), as spreadsheets
    keep them.

    Raises:
        Refusal: no column of days, or none of figures.
    """
    places = _columns(table.headers)
    as_shares = _shares([row[places["percent"]] for row in table.rows] if "percent" in places else [])
    rows, errors = [], []
    seen: dict[tuple[date, str], int] = {}
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = {name: fold(row[place]).strip() for name, place in places.items()}
        try:
            said = _statement(cells, covers, as_shares)
        except _BadCell as bad:
            errors.append({"row": number, "column": bad.column, "zh": bad.zh, "en": bad.en})
            continue
        first = seen.setdefault((said.day, said.covers), number)
        if first != number:
            zh, en = f"和第 {first} 行是同一天", f"the same day as row {first}"
            errors.append({"row": number, "column": "date", "zh": zh, "en": en})
        rows.append(Row(number, said))
    return rows, errors


class _BadCell(ValueError):
    def __init__(self, column: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.column, self.zh, self.en = column, zh, en


def _columns(headers: Sequence[str]) -> dict[str, int]:
    said = [_heading(cell) for cell in headers]
    found = {name: said.index(word) for name, words in _NAMES.items() for word in reversed(words) if word in said}
    if "date" in found and ("percent" in found or {"numerator", "denominator"} <= found.keys()):
        return found
    raise Refusal(
        Because.INVALID,
        "columns",
        "表头要有「日期」，和「百分比」或「分子」「分母」。",
        "The table needs the columns 日期 (date), and 百分比 (percent) or 分子 and 分母 (numerator, denominator).",
        pointer="/",
    )


def _heading(cell: str) -> str:
    return re.sub(r"[(（].*?[)）]|\s|%", "", fold(cell)).lower()


def _knows(cell: str) -> bool:
    return any(_heading(cell) in words for words in _NAMES.values())


def _shares(cells: Sequence[str]) -> bool:
    found = [match for cell in cells if (match := _PERCENT.fullmatch(fold(cell).strip()))]
    return bool(found) and not any(match[2] or float(match[1]) > 1 for match in found)


def _statement(cells: Mapping[str, str], covers: str, as_shares: bool) -> Statement:
    try:
        when = day(cells["date"])
    except BadValue as bad:
        raise _BadCell("date", bad.zh, bad.en) from None
    if when is None:
        raise _BadCell("date", "没有日期", "no date")
    word = cells.get("covers", "")
    if word not in _COVERS:
        raise _BadCell("covers", f"「{word}」请写 日 或 周期", f"“{word}”: write day or period")
    numerator, denominator = _count(cells, "numerator"), _count(cells, "denominator")
    percent = _percent(cells.get("percent", ""), as_shares)
    return Statement(when, _COVERS[word] or covers, numerator, denominator, percent)


def _count(cells: Mapping[str, str], column: str) -> int | None:
    cell = cells.get(column, "").replace(",", "")
    if cell and not _COUNT.fullmatch(cell):
        raise _BadCell(column, f"「{cell}」请写整数", f"“{cell}”: write a whole number")
    return int(cell) if cell else None


def _percent(cell: str, as_shares: bool) -> float | None:
    if not cell or cell in ("-", "--"):
        return None
    found = _PERCENT.fullmatch(cell)
    value = None if found is None else float(found[1])
    if value is None or value > 100:
        raise _BadCell("percent", f"「{cell}」不是 0 到 100 的百分比", f"“{cell}” is no percentage from 0 to 100")
    return round(value * 100, 6) if as_shares else value
