"""A set of questions in a file: what each must reach, by an entry's id or its standard question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from knowledge_base.characters import fold, strip
from knowledge_base.entry import Entry
from knowledge_base.files.limits import ROWS_AT_MOST, BadTable, check_packed
from knowledge_base.files.rows import RowError
from knowledge_base.files.table import Table, read_table
from knowledge_base.gate.cases import Case

_QUESTION = {"question", "text", "问题", "提问", "买家问题", "问法", "q"}
_EXPECTED = {"expected", "expect", "entry", "期望", "应答", "应该回答", "知识", "标准问", "编号", "id"}
_PERSON = {"", "-", "—", "none", "null", "nobody", "person", "人工", "转人工", "没人", "不答"}
QUESTION_HEADING, EXPECTED_HEADING = "问题", "期望"


def read_set(data: bytes, filename: str, entries: Iterable[Entry]) -> tuple[list[Case], list[RowError]]:
    """Read a set (.xlsx .xls .csv .yaml, or .jsonl with one object a line): its cases, and the rows that are none.

    A row has a question and what must reach it: an entry's id or standard question; empty, ``-`` or 人工 for a person.
    A case's id is its row as a person counts it.

    Raises:
        BadTable: the file cannot be read, or has no column of questions.
    """
    known = _by_name(entries)
    cases: list[Case] = []
    errors: list[RowError] = []
    for row, question, expected in _rows(data, filename):
        name = strip(fold(expected)) if expected not in known else expected
        if not strip(fold(question)):
            errors.append(RowError(row, QUESTION_HEADING, "没有写问题", "no question"))
        elif expected.strip().lower() in _PERSON:
            cases.append(Case(str(row), question))
        elif name in known:
            cases.append(Case(str(row), question, known[name]))
        else:
            errors.append(
                RowError(
                    row,
                    EXPECTED_HEADING,
                    f"没有知识「{expected}」，写编号或标准问，由人工回答就留空",
                    f"no entry “{expected}”; write an id or a standard question, nothing for a person",
                )
            )
    return cases, errors


def _by_name(entries: Iterable[Entry]) -> Mapping[str, str]:
    listed = list(entries)
    return {strip(fold(entry.question)): entry.id for entry in listed} | {entry.id: entry.id for entry in listed}


def _rows(data: bytes, filename: str) -> Iterator[tuple[int, str, str]]:
    if filename.lower().endswith((".jsonl", ".ndjson")):
        yield from _lines(data)
        return
    table = read_table(data, filename, lambda header: header.strip().lower() in _QUESTION | _EXPECTED)
    question, expected = _place(table, _QUESTION), _place(table, _EXPECTED)
    if question is None or expected is None:
        raise BadTable(
            f"要有「{QUESTION_HEADING}」和「{EXPECTED_HEADING}」两列；文件的列：{'、'.join(table.headers)}。",
            f"Two columns are needed, question and expected; the file has: {', '.join(table.headers)}.",
        )
    for number, row in zip(table.numbers, table.rows, strict=True):
        yield number, row[question], row[expected].strip()


def _place(table: Table, names: set[str]) -> int | None:
    return next((place for place, header in enumerate(table.headers) if header.strip().lower() in names), None)


def _lines(data: bytes) -> Iterator[tuple[int, str, str]]:
    check_packed(data)
    lines = data.decode("utf-8-sig", "replace").splitlines()
    if len(lines) > ROWS_AT_MOST:
        raise BadTable(f"超过 {ROWS_AT_MOST:,} 行。请拆开。", f"More than {ROWS_AT_MOST:,} lines. Split them.")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = {str(name).lower(): value for name, value in dict(json.loads(line)).items()}
        except (ValueError, TypeError):
            raise BadTable(f"第 {number} 行不是 JSON 对象。", f"Line {number} is no JSON object.") from None
        question = next((found[name] for name in found if name in _QUESTION), "")
        expected = next((found[name] for name in found if name in _EXPECTED), None)
        yield number, str(question), "" if expected is None else str(expected).strip()
