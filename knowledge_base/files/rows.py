"""From rows to entries: each row becomes an entry or an error in words, with its row and column."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge_base.characters import fold, one_line, strip
from knowledge_base.entry import WORD_LISTS, Entry, Keywords, Mode
from knowledge_base.files.cells import BadValue, day, items, variants, yes_or_no
from knowledge_base.files.columns import COLUMNS, meaning
from knowledge_base.files.table import Table

_MODES = {
    "": Mode.AUTO, "auto": Mode.AUTO, "自动": Mode.AUTO, "自动回复": Mode.AUTO,
    "suggest": Mode.SUGGEST, "推荐": Mode.SUGGEST, "推荐回复": Mode.SUGGEST, "建议": Mode.SUGGEST,
    "off": Mode.OFF, "关闭": Mode.OFF, "转人工": Mode.OFF, "不回复": Mode.OFF,
}  # fmt: skip
MODE_WORDS = {Mode.AUTO: "自动", Mode.SUGGEST: "推荐", Mode.OFF: "关闭"}
_WORDS = ("all", "any", "never", "ordered")
STATUS_WORDS = {"on": "启用", "off": "停用", "draft": "草稿"}
_STATUSES = {
    "": "on", "on": "on", "启用": "on", "是": "on", "开": "on", "true": "on", "yes": "on", "1": "on", "已启用": "on", "上线": "on",
    "off": "off", "停用": "off", "否": "off", "关": "off", "false": "off", "no": "off", "0": "off", "禁用": "off", "下线": "off",
    "draft": "draft", "草稿": "draft",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An entry read from a row: its place in the file, its status, and which of our columns the file gave."""

    row: int
    entry: Entry
    status: str = "on"
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell: the row as a person counts, our column's heading, and why, in both languages."""

    row: int
    column: str
    why: str
    why_en: str


@dataclass(frozen=True, slots=True)
class ImportRows:
    """What a table gave: a row is either in ``rows`` or has an error."""

    rows: tuple[ImportRow, ...] = ()
    errors: tuple[RowError, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries that could be read."""
        return tuple(row.entry for row in self.rows)


class _BadCell(ValueError):
    def __init__(self, column: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.column, self.zh, self.en = column, zh, en


def to_entries(table: Table, columns: Mapping[str, str]) -> ImportRows:
    """Read entries from a table; ``columns`` is what ``guess_columns`` gives, perhaps corrected.

    A row without an id gets one from its question, the same each time. Two rows of the same question or id are an
    error of the second.

    Raises:
        ValueError: ``columns`` names a header that the table has not, or a column that we have not.
    """
    places = _places(table, columns)
    rows: list[ImportRow] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for number, cells in zip(table.numbers, table.rows, strict=True):
        try:
            row = _row(number, cells, places)
            for mark in (f"id {row.entry.id}", f"question {strip(fold(row.entry.question))}"):
                if mark in seen:
                    raise _BadCell(
                        mark.split(" ")[0],
                        f"和第 {seen[mark]} 行重复。请合并成一条，把问法写进「相似问法」",
                        f"the same as row {seen[mark]}. Make one of them, the wordings under “phrasings”",
                    )
                seen[mark] = number
            rows.append(row)
        except _BadCell as bad:
            errors.append(RowError(number, COLUMNS[bad.column], bad.zh, bad.en))
    return ImportRows(tuple(rows), tuple(errors))


def _places(table: Table, columns: Mapping[str, str]) -> Mapping[str, tuple[int, ...]]:
    places = {}
    for ours, header in columns.items():
        if ours not in COLUMNS:
            raise ValueError(f"没有「{ours}」这一列；可用：{'、'.join(COLUMNS)}")
        if header not in table.headers:
            raise ValueError(f"文件里没有「{header}」列；文件的列：{'、'.join(table.headers)}")
        places[ours] = [table.headers.index(header)]
    if "phrasings" in places and meaning(columns["phrasings"]) == "phrasings":
        taken = {place for found in places.values() for place in found}
        more = [p for p, header in enumerate(table.headers) if meaning(header) == "phrasings" and p not in taken]
        places["phrasings"] += more
    return {ours: tuple(found) for ours, found in places.items()}


def _row(number: int, cells: Sequence[str], places: Mapping[str, tuple[int, ...]]) -> ImportRow:
    said = {ours: "\n".join(cells[place] for place in found) for ours, found in places.items()}
    if "phrasings" in said:
        lists = [items(cells[place]) for place in places["phrasings"]]
        phrasings = tuple(dict.fromkeys(one_line(text) for texts in lists for text in texts))
    else:
        phrasings = ()
    question = one_line(said.get("question", ""))
    if not strip(fold(question)):
        raise _BadCell("question", "没有标准问。请写一句买家会问的话", "no question. Write what a buyer would ask")
    mode = _read(said, "mode", lambda cell: _among(cell, _MODES, "自动、推荐 或 关闭", "auto, suggest or off"))
    answer = said.get("answer", "").strip()
    if not answer and mode is not Mode.OFF:
        raise _BadCell(
            "answer",
            "没有答案。请写答案；只想转人工就把「方式」写成 关闭",
            "no answer. Write one; to hand over to a person, set the mode to off",
        )
    begins, ends = _read(said, "valid_from", day), _read(said, "valid_to", day)
    if begins and ends and ends < begins:
        raise _BadCell("valid_to", "早于生效日", "before the first day")
    entry = Entry(
        id=said.get("id", "").strip() or made_id(question),
        question=question,
        answer=answer,
        phrasings=tuple(text for text in phrasings if text != question),
        keywords=_keywords(said),
        category=said.get("category", "").strip(),
        products=items(said.get("products", ""), words=True),
        variants=_read(said, "variants", variants),
        threshold=_read(said, "threshold", _percent),
        mode=mode,
        then_person=_read(said, "then_person", yes_or_no),
        valid_from=begins,
        valid_to=ends,
        not_this=items(said.get("not_this", "")),
    )
    status = _read(said, "status", lambda cell: _among(cell, _STATUSES, "启用、停用 或 草稿", "on, off or draft"))
    return ImportRow(number, entry, status, frozenset(places))


def _keywords(said: Mapping[str, str]) -> Keywords:
    """Read the columns of keywords; exact questions and patterns stand one a line, for they hold any mark."""
    lists = {kind: items(said.get(f"keywords_{kind}", ""), words=kind in _WORDS) for kind in WORD_LISTS}
    lists["pattern"] = tuple(line.strip() for line in said.get("keywords_pattern", "").split("\n") if line.strip())
    return Keywords(**lists, priority=_read(said, "priority", _whole))


def _whole(cell: str) -> int:
    try:
        return int(float(cell.strip() or 0))
    except (ValueError, OverflowError):
        raise ValueError(f"「{cell}」不是整数") from None


def _read(said: Mapping[str, str], column: str, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(said.get(column, ""))
    except BadValue as error:
        raise _BadCell(column, error.zh, error.en) from None


def _among(cell: str, words: Mapping[str, Any], zh: str, en: str) -> Any:
    try:
        return words[cell.strip().lower()]
    except KeyError:
        raise BadValue(f"「{cell.strip()}」请写 {zh}", f"“{cell.strip()}”: write {en}") from None


def _percent(cell: str) -> float | None:
    if not cell.strip():
        return None
    try:
        number = float(cell.strip().removesuffix("%").removesuffix("％"))
    except ValueError:
        raise BadValue(f"「{cell}」不是 0 到 100 的数", f"“{cell}” is no number from 0 to 100") from None
    if not 0 <= number <= 100:
        raise BadValue(f"「{cell}」不在 0 到 100 之间", f"“{cell}” does not lie between 0 and 100")
    return number


def made_id(question: str) -> str:
    """Return an id for a question that has none: the same for the same question."""
    return f"q-{hashlib.sha256(strip(fold(question)).encode()).hexdigest()[:12]}"
