"""How a value stands in one cell, and how it is read back: lists, words for yes and no, days, answers by platform."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date


class BadValue(ValueError):
    """A cell that does not hold what its column asks for; ``zh`` and ``en`` say what to write."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


_FORMULA = "=+-@\t\r\n\0＝＋－＠"
_LIST_MARKS = re.compile(r"[|｜;；]")
_WORD_MARKS = re.compile(r"[|｜;；,，、\s]+")
_HEADING = re.compile(r"\[([^\]\n]+)\]")
_YES = {"是", "yes", "y", "true", "1", "对", "√", "要"}
_NO = {"", "否", "no", "n", "false", "0", "不", "×", "不要"}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?")


def neutral(text: str) -> str:
    """Put a quote before a text that a spreadsheet would take for a formula; ``restored`` takes it away again."""
    return f"'{text}" if text[:1] and text[0] in _FORMULA + "'" else text


def restored(text: str) -> str:
    """Take the quote away that ``neutral`` put."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in _FORMULA + "'" else text


def listed(items: Sequence[str]) -> str:
    """Write several texts into one cell, one a line."""
    return "".join(f"{item}\n" for item in items)


def items(cell: str, words: bool = False) -> tuple[str, ...]:
    """Read several texts from one cell: one a line, or on one line between ``|`` and ``；`` (words: also ``、`` ``,``)."""
    marks = _WORD_MARKS if words else _LIST_MARKS
    found = cell.split("\n") if "\n" in cell else marks.split(cell)
    return tuple(dict.fromkeys(item.strip() for item in found if item.strip()))


def yes_or_no(cell: str) -> bool:
    """Read yes or no.

    Raises:
        BadValue: neither.
    """
    said = cell.strip().lower()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise BadValue(f"「{cell}」请写 是 或 否", f"“{cell}”: write yes or no")


def day(cell: str) -> date | None:
    """Read a day such as 2026-11-11, 2026/11/11 or 2026年11月11日; an empty cell is no day.

    Raises:
        BadValue: no day of the calendar.
    """
    if not cell.strip():
        return None
    found = _DAY.fullmatch(cell.strip())
    if found is None:
        raise BadValue(f"「{cell}」不是日期，请写成 2026-11-11", f"“{cell}” is no date; write it like 2026-11-11")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise BadValue(f"「{cell}」不是日历上的一天", f"“{cell}” is no day of the calendar") from None


def by_platform(variants: Sequence[tuple[str, str]]) -> str:
    """Write answers by platform into one cell: ``[platform]`` on a line, its text below."""
    if any(_HEADING.fullmatch(line) for _, text in variants for line in text.split("\n")):
        return json.dumps(dict(variants), ensure_ascii=False)
    return "\n".join(f"[{platform}]\n{text}" for platform, text in variants)


def variants(cell: str) -> tuple[tuple[str, str], ...]:
    """Read answers by platform, sorted by platform.

    Raises:
        BadValue: text without a heading.
    """
    if not cell.strip():
        return ()
    if cell.lstrip().startswith("{"):
        return _from_json(cell)
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in cell.split("\n"):
        heading = _HEADING.fullmatch(line.strip())
        if heading:
            lines = found.setdefault(heading.group(1), [])
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            raise BadValue(
                "平台答案要先写一行 [平台]，下面写这个平台的答案",
                "an answer by platform begins with a line [platform], its answer below",
            )
    return tuple(sorted((platform, "\n".join(text)) for platform, text in found.items()))


def _from_json(cell: str) -> tuple[tuple[str, str], ...]:
    try:
        loaded = json.loads(cell)
    except (ValueError, RecursionError):
        raise BadValue("平台答案的 JSON 不完整", "the JSON of answers by platform is not complete") from None
    if not isinstance(loaded, Mapping):
        raise BadValue("平台答案要写成 {平台: 答案}", "answers by platform are written {platform: answer}")
    return tuple(sorted((str(platform), str(text)) for platform, text in loaded.items()))
