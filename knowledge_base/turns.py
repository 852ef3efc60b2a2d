"""What turns a question round though most words agree: a negation, an opposite, another number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

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
    digits = re.findall(r"\d+(?:\.\d+)?", joined)
    return frozenset((*digits, *(_DIGITS[sign] for sign in _COUNTED.findall(joined))))


def turned(
    asked: frozenset[str],
    phrasing: frozenset[str],
    negated: tuple[bool, bool],
    counted: tuple[frozenset[str], frozenset[str]],
) -> tuple[Evidence, ...]:
    """Return what turns a question against a phrasing, each with what it takes away (log-odds, negative).

    ``asked`` and ``phrasing`` are their words; ``negated`` and ``counted`` whether and what each of the two negates
    and counts.
    """
    found = []
    if negated[0] != negated[1]:
        found.append(Evidence("negation", NEGATED))
    mine, theirs = asked - phrasing, phrasing - asked
    pairs = opposites()
    turning = sorted(f"{word}/{other}" for word in mine for other in pairs.get(word, frozenset()) & theirs)
    if turning:
        found.append(Evidence("opposite", OPPOSITE, " ".join(turning)))
    if counted[0] and counted[1] and not counted[0] & counted[1]:
        found.append(Evidence("number", OTHER_NUMBER, f"{'/'.join(sorted(counted[0]))} {'/'.join(sorted(counted[1]))}"))
    return tuple(found)
