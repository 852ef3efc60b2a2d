"""Words of the language: how common each is in general, where one ends, how each character sounds.

The tables are general (``lists/words.txt``, ``lists/english.txt``, ``lists/sounds.txt``; their origin stands in ``lists/README.md``): what a
word weighs must not depend on a shop's few entries.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_LONGEST = 7
_UNHEARD = 17.0  # rarity of a character that the table does not hold
_MERGED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def rarities() -> dict[str, float]:
    """Return the rarity of each known word: minus the natural logarithm of its share of running text (4 to 17)."""
    return _by_level("words.txt")


@cache
def english_rarities() -> dict[str, float]:
    """Return the rarity of each common English word, stemmed: as ``rarities``, 3 to 8.5."""
    return _by_level("english.txt")


def _by_level(name: str) -> dict[str, float]:
    table: dict[str, float] = {}
    for line in files("knowledge_base").joinpath(f"lists/{name}").read_text("utf-8").splitlines():
        level, _, words = line.partition("\t")
        table.update(dict.fromkeys(words.split(" "), float(level)))
    return table


@cache
def sounds() -> dict[str, str]:
    """Return how each common character sounds: pinyin without tone, with the pairs that typists mix up made one."""
    table: dict[str, str] = {}
    for line in files("knowledge_base").joinpath("lists/sounds.txt").read_text("utf-8").splitlines():
        sound, _, characters = line.partition("\t")
        for written, merged in _MERGED:
            sound = sound.replace(written, merged)
        table.update(dict.fromkeys(characters, sound))
    return table


def with_beginnings(known: Mapping[str, float]) -> dict[str, float]:
    """Return the rarity of each word, and infinity for every two characters that only begin longer words."""
    return dict.fromkeys((word[:2] for word in known if len(word) > 2), math.inf) | dict(known)


def cut(run: str, known: Mapping[str, float]) -> list[str]:
    """Cut a run of Chinese characters into its likeliest words: those of least total rarity.

    ``known`` comes from ``with_beginnings``: where no word begins with two characters, longer ones are not tried.
    """
    size, rarity_of = len(run), known.get
    best = [0.0] * (size + 1)
    ends = [0] * size
    for start in range(size - 1, -1, -1):
        cost, end = best[start + 1] + rarity_of(run[start], _UNHEARD), start + 1
        two = rarity_of(run[start : start + 2]) if end < size else None
        if two is not None:
            if two + best[start + 2] < cost:
                cost, end = two + best[start + 2], start + 2
            for stop in range(start + 3, min(size, start + _LONGEST) + 1):
                rarity = rarity_of(run[start:stop])
                if rarity is not None and rarity + best[stop] < cost:
                    cost, end = rarity + best[stop], stop
        best[start], ends[start] = cost, end
    words, at = [], 0
    while at < size:
        words.append(run[at : ends[at]])
        at = ends[at]
    return words


def rarity(word: str) -> float:
    """Return the rarity of a word; unknown words are as rare as their rarest character, or rarer."""
    known = rarities()
    found = known.get(word)
    return found if found is not None else max((known.get(char, _UNHEARD) for char in word), default=_UNHEARD)
