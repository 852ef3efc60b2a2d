"""Words written without their characters (pinyin, first letters, English in between) or with wrong ones, put right.

The spellings are data (``lists/spellings.yaml``). Only whole words are put right; a text in English stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

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
        return cls(pinyin, by_spelling["english"] | initials | pinyin, initials, characters, wrong)


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
