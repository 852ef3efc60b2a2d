"""Characters typed wrong by sound: of the words every question is made of (怎阳 is 怎样), and as a phrasing has them that
the text sounds like (你好永韩语怎么说 is 你好用韩语怎么说).

What is put right here may be wrong, so it is only a second reading of a question, and costs a little. A character that
is part of a word is not touched, for what is typed wrong is seldom a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from knowledge_base.characters import fold
from knowledge_base.normalize import lone_characters
from knowledge_base.spellings import misheard_words, never_misheard
from knowledge_base.words import rarities, sounds

MISTYPED = -0.4
"""What each character put right takes away (log-odds)."""
_MOST_MISTYPED = 3


class PutRight(NamedTuple):
    """A folded text with characters put right, and which were (``永→用``)."""

    text: str
    exchanged: tuple[str, ...]


def put_right_by(phrasing: str, text: str) -> PutRight:
    """Return a text with what is typed wrong by sound put right, given the phrasing that it looks like most.

    At most three characters; where more would have to be, the text stays as it is.
    """
    asked = fold(text)
    heard = _by_phrasing(_by_words(asked), fold(phrasing))
    if heard == asked:
        return PutRight(asked, ())
    alone = lone_characters(asked)
    pairs = list(zip(asked, heard, alone, strict=True))
    right = [other if lone and not never_misheard(one, other) else one for one, other, lone in pairs]
    exchanged = tuple(f"{one}→{other}" for one, other in zip(asked, right, strict=True) if one != other)
    return PutRight("".join(right), exchanged) if len(exchanged) <= _MOST_MISTYPED else PutRight(asked, ())


def _by_phrasing(asked: str, said: str) -> str:
    """Exchange what a phrasing does not say for what sounds the same in it, beside a neighbour that sounds the same."""
    wrong, new = set(asked) - set(said), set(said) - set(asked)
    sound_of = sounds().get
    if not {sound_of(char, "") for char in wrong} & {sound_of(char) for char in new}:
        return asked
    spoken, heard = _spoken(said), _spoken(asked)
    beside: dict[tuple[str, str, int], str] = {}
    for place, char in enumerate(said, start=1):
        if char in new:
            for near in (-1, 1):
                beside.setdefault((spoken[place], spoken[place + near], near), char)
    chars = list(asked)
    for place, char in enumerate(asked, start=1):
        if char in wrong:
            for near in (-1, 1):
                chars[place - 1] = beside.get((heard[place], heard[place + near], near), chars[place - 1])
    return "".join(chars)


def _spoken(text: str) -> Sequence[str]:
    """Return the sound of each character, and of nothing at both ends."""
    table = sounds()
    return ["", *[table.get(char, char) for char in text], ""]


@dataclass(frozen=True, slots=True)
class _Words:
    """A pattern that finds what could be one of the listed words by its sound, and the words by sound."""

    like: re.Pattern[str]
    by_sound: dict[tuple[str, ...], str]

    @classmethod
    @cache
    def shipped(cls) -> _Words:
        alike: dict[str, str] = {}
        for char, sound in sounds().items():
            alike[sound] = alike.get(sound, "") + char
        words, heard, known = misheard_words(), sounds(), rarities()
        like = []
        for word in sorted(words, key=len, reverse=True):
            for place, char in enumerate(word):
                before, behind = word[:place], word[place + 1 :]
                others = "".join(o for o in alike[heard[char]] if o != char and before + o + behind not in known)
                if others:
                    like.append(f"{before}[{others}]{behind}")
        return cls(re.compile("|".join(like)), {tuple(heard[char] for char in word): word for word in words})


def _by_words(asked: str) -> str:
    words, heard = _Words.shipped(), sounds()
    return words.like.sub(lambda found: words.by_sound[tuple(heard[char] for char in found.group())], asked)
