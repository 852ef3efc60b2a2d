"""Whether a reply says anything: the meaningless test, and the bare form of a text it works on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_EMOJI = re.compile("[0-9#*]\ufe0f?\u20e3|[^0-9#*]\ufe0f|[\U0001f201-\U0001f265]")
"""Emoji that NFKC would turn into letters or digits: keycaps, signs drawn as emoji (㊗️ ™️), squared words (🈚 🉐)."""


def bare(text: str) -> str:
    """Return what is left of a text once only letters and digits stand: NFKC, lower case, no white space,
    punctuation, symbols or emoji (a digit drawn as a keycap is an emoji)."""
    folded = unicodedata.normalize("NFKC", _EMOJI.sub("", text)).lower()
    if folded.isalnum():
        return folded
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LN")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words that say nothing by themselves, ready for the cover test."""

    words: frozenset[str]
    letters: frozenset[str]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Tokens:
        """Prepare words as a ruleset lists them; they are made bare like the texts they are held against."""
        ready = frozenset(filter(None, map(bare, words)))
        return cls(ready, frozenset("".join(ready)), tuple(sorted({len(word) for word in ready})))

    def cover(self, rest: str) -> bool:
        """Say whether a bare text is nothing but these words, one after the other; nothing left is covered."""
        if not self.letters.issuperset(rest):
            return False
        reached = {0}
        for start in range(len(rest)):
            if start in reached:
                reached.update(start + n for n in self.lengths if rest[start : start + n] in self.words)
        return len(rest) in reached
