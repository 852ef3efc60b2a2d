"""Whether an entry may answer at all here and now, and what its keywords say of a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from knowledge_base.characters import fold, strip
from knowledge_base.entry import Context, Entry, Evidence

_KEYWORD_HIT = 1.5  # log-odds that meeting every condition of an entry's keywords adds


@dataclass(frozen=True, slots=True)
class Ground:
    """A text as keywords are looked for in it: folded, letters and digits only."""

    letters: str

    @classmethod
    def of(cls, text: str) -> Ground:
        """Make a text ready for keywords."""
        return cls(strip(fold(text)))

    def says(self, word: str) -> bool:
        """Say whether a keyword occurs, compared folded and stripped."""
        return _letters(word) in self.letters


@lru_cache(maxsize=8192)
def _letters(word: str) -> str:
    return strip(fold(word))


def may_answer(entry: Entry, context: Context) -> bool:
    """Say whether an entry is valid on the day and meant for the product at hand.

    An entry for certain products needs to know the product; without a day every entry is valid.
    """
    if entry.products and context.product not in entry.products:
        return False
    if context.today is None:
        return True
    begun = entry.valid_from is None or entry.valid_from <= context.today
    return begun and (entry.valid_to is None or context.today <= entry.valid_to)


def judge_keywords(entry: Entry, ground: Ground) -> tuple[Evidence, ...] | None:
    """Say what an entry's keywords add: evidence where they are met, None where they forbid the entry.

    None: a ``never`` word occurs, or one of ``all`` does not. A word of ``any`` speaks for the entry; without one its
    phrasings speak alone, because shops fill that column with whatever the entry is about.
    """
    keywords = entry.keywords
    if any(ground.says(word) for word in keywords.never) or not all(ground.says(word) for word in keywords.all):
        return None
    said = [word for word in keywords.any if ground.says(word)]
    if said or (keywords.all and not keywords.any):
        return (Evidence("keywords", _KEYWORD_HIT, " ".join((*keywords.all, *said))),)
    return ()
