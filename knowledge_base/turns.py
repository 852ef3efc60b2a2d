"""How a text asks, apart from its pieces, and what of that turns one question against another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from knowledge_base.entry import Evidence
from knowledge_base.marks import Marks
from knowledge_base.vetoes import between

NEGATED = -1.5
OTHER_NUMBER = -1.0
_NOT = ("不", "没", "未", "无", "别", "勿", "非")
_NO_NEGATION = frozenset(
    [
        "不错",
        "不同",
        "不好意思",
        "不过",
        "不仅",
        "不但",
        "不管",
        "不论",
        "不如",
        "不断",
        "不久",
        "不是",
        "别人",
        "别的",
        "特别",
        "区别",
        "无线",
        "无线网",
        "非常",
        "无理由",
        "未来",
        "没事",
        "不少",
        "不止",
        "不妨",
    ]
)
_DIGITS = {
    "二": "2",
    "两": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "十": "10",
}
_WRITTEN = re.compile(r"\d+(?:\.\d+)?")
_MAY_COUNT = re.compile(r"[\d二两三四五六七八九十]")
_NONE: frozenset[str] = frozenset()
_COUNTED = re.compile(r"([二两三四五六七八九十])(?=[个天年月日号岁斤件寸米折次小只双盒瓶包人周])")


def negations(words: Iterable[str]) -> int:
    """Count the words that say no."""
    return sum(1 for word in words if word.startswith(_NOT) and word not in _NO_NEGATION)


def numbers(words: Iterable[str]) -> frozenset[str]:
    """Return the numbers in a text, written in digits or counted in characters (三天)."""
    joined = " ".join(words)
    if not _MAY_COUNT.search(joined):
        return _NONE
    return frozenset((*_WRITTEN.findall(joined), *(_DIGITS[sign] for sign in _COUNTED.findall(joined))))


class Manner(NamedTuple):
    """How a text asks, apart from its pieces: ways of asking, negated or not, all numbers, and what it names (marks)."""

    ways: frozenset[str]
    negated: bool
    numbers: frozenset[str]
    marks: Marks


def turned(asked: Manner, phrasing: Manner) -> tuple[Evidence, ...]:
    """Return what turns a question against a phrasing, each with what it takes away (log-odds, negative).

    Vetoes first; without one, a negation or a number that only one of them has makes them less alike.
    """
    if found := between(asked.marks, phrasing.marks):
        return found
    softly = []
    if asked.negated != phrasing.negated:
        softly.append(Evidence("negation", NEGATED))
    if asked.numbers and phrasing.numbers and not asked.numbers & phrasing.numbers:
        counted = f"{'/'.join(sorted(asked.numbers))} {'/'.join(sorted(phrasing.numbers))}"
        softly.append(Evidence("number", OTHER_NUMBER, counted))
    return tuple(softly)
