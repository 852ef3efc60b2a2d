"""What turns a question round though most words agree: a negation, an opposite, another number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from knowledge_base.entry import Evidence

NEGATED = -1.5
OPPOSITE = -2.0
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


@cache
def opposites() -> Mapping[str, frozenset[str]]:
    """Return the words that turn a question round, each with its opposites."""
    found: dict[str, set[str]] = {}
    for one, other in yaml.safe_load(files("knowledge_base").joinpath("lists/opposites.yaml").read_text("utf-8")):
        found.setdefault(str(one), set()).add(str(other))
        found.setdefault(str(other), set()).add(str(one))
    return {word: frozenset(others) for word, others in found.items()}


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
    """How a text asks, apart from its pieces: ways of asking, negated or not, numbers, words that have opposites."""

    ways: frozenset[str]
    negated: bool
    numbers: frozenset[str]
    opposed: frozenset[str]


def turned(asked: Manner, phrasing: Manner) -> tuple[Evidence, ...]:
    """Return what turns a question against a phrasing, each with what it takes away (log-odds, negative)."""
    found = []
    if asked.negated != phrasing.negated:
        found.append(Evidence("negation", NEGATED))
    if asked.opposed and phrasing.opposed:
        mine, theirs = asked.opposed - phrasing.opposed, phrasing.opposed - asked.opposed
        turning = sorted(f"{word}/{other}" for word in mine for other in opposites()[word] & theirs)
        if turning:
            found.append(Evidence("opposite", OPPOSITE, " ".join(turning)))
    if asked.numbers and phrasing.numbers and not asked.numbers & phrasing.numbers:
        counted = f"{'/'.join(sorted(asked.numbers))} {'/'.join(sorted(phrasing.numbers))}"
        found.append(Evidence("number", OTHER_NUMBER, counted))
    return tuple(found)
