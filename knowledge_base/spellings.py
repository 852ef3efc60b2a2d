"""Words written without their characters (pinyin, first letters, English in between) or with wrong ones, put right.

The spellings are data (``lists/spellings.yaml``). Only whole words are put right; a text in English stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import permutations

import yaml

_LATIN = re.compile(r"[a-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BLANKS_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class _Spellings:
    pinyin: Mapping[str, str]
    beside: Mapping[str, str]
    initials: Mapping[str, str]
    characters: Mapping[str, str]
    wrong: re.Pattern[str]
    heard: tuple[str, ...]
    never_heard: frozenset[tuple[str, str]]

    @classmethod
    @cache
    def shipped(cls) -> _Spellings:
        raw = yaml.safe_load(files("knowledge_base").joinpath("lists/spellings.yaml").read_text("utf-8"))
        by_spelling = {
            part: {spelling: str(word) for word, spellings in raw[part].items() for spelling in spellings.split()}
            for part in ("pinyin", "initials", "english", "characters")
        }
        characters = by_spelling["characters"]
        wrong = re.compile("|".join(sorted(map(re.escape, characters), key=len, reverse=True)))
        pinyin, initials = by_spelling["pinyin"], by_spelling["initials"]
        beside = by_spelling["english"] | initials | pinyin
        never = {pair for group in raw["never_misheard"].split() for pair in permutations(group, 2)}
        heard = tuple(raw["heard"].split())
        return cls(pinyin, beside, initials, characters, wrong, heard, frozenset(never))


def misheard_words() -> tuple[str, ...]:
    """Return the words that every question is made of, which a text may have by sound only."""
    return _Spellings.shipped().heard


def never_misheard(one: str, other: str) -> bool:
    """Say whether two characters that sound alike both make sense where the other does (买 and 卖)."""
    return (one, other) in _Spellings.shipped().never_heard


def put_right(folded: str) -> str:
    """Return a folded text with known spellings replaced by the words they stand for; doing it again changes nothing."""
    lists = _Spellings.shipped()
    text = lists.wrong.sub(lambda found: lists.characters[found.group()], folded)
    words = _LATIN.findall(text)
    if not words:
        return text
    chinese = _HAN.search(text) or all(word in lists.pinyin for word in words) or text.strip() in lists.initials
    known = lists.beside
    if not chinese or known.keys().isdisjoint(words):
        return text
    return _BLANKS_BETWEEN.sub("", _LATIN.sub(lambda found: known.get(found.group(), found.group()), text))
