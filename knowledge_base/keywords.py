"""Keywords as operators think of them: all of, any of, none of, in order, exactly, by pattern; each hit is evidence.

Expressions are those of google-re2, which answers in time proportional to the text whatever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from knowledge_base.characters import fold, strip
from knowledge_base.entry import Entry, Evidence, Keywords

WORD_HIT = 1.5
"""What a word that speaks for an entry adds (log-odds)."""
RULE_SURENESS = 97.0
"""How sure an entry is at least whose ordered words or pattern fit."""
PATTERN_MAX = 200
EXACT = "keywords_exact"
"""The code of evidence that a text is an exact keyword."""
_GAP = "…"
_APART = 20  # characters between two words in order, at most
_OUTRANKED = -8.0
_MEMORY = 8 << 20


@dataclass(frozen=True, slots=True)
class Ground:
    """A text as keywords are looked for in it: folded, and its letters and digits only."""

    folded: str
    letters: str

    @classmethod
    def of(cls, text: str) -> Ground:
        """Make a text ready for keywords."""
        folded = fold(text)
        return cls(folded, strip(folded))

    def says(self, word: str) -> bool:
        """Say whether a keyword occurs, compared folded and stripped."""
        return _letters(word) in self.letters


@lru_cache(maxsize=8192)
def _letters(word: str) -> str:
    return strip(fold(word))


def judge_keywords(entry: Entry, ground: Ground) -> tuple[Evidence, ...] | None:
    """Say what an entry's words add: evidence where they are met, None where they forbid the entry.

    None: a ``never`` word occurs, or one of ``all`` does not. A word of ``any`` speaks for the entry; without one its
    phrasings speak alone, because shops fill that column with whatever the entry is about.
    """
    keywords = entry.keywords
    if any(ground.says(word) for word in keywords.never) or not all(ground.says(word) for word in keywords.all):
        return None
    said = [word for word in keywords.any if ground.says(word)]
    if said or (keywords.all and not keywords.any):
        return (Evidence("keywords", WORD_HIT, " ".join((*keywords.all, *said))),)
    return ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What fits a whole text: exact questions, words in order and patterns of all entries, looked for in one pass.

    ``exact`` has entry ids by letters; ``told`` the owner and the evidence of each expression of ``together``.
    """

    exact: Mapping[str, tuple[str, ...]]
    told: tuple[tuple[str, Evidence], ...]
    together: Any = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Rules:
        """Compile the rules of some entries; an expression that google-re2 cannot read is left out."""
        exact: dict[str, tuple[str, ...]] = {}
        told: list[tuple[str, Evidence]] = []
        expressions: list[str] = []
        for entry in entries:
            for text in entry.keywords.exact:
                letters = _letters(text)
                exact[letters] = (*exact.get(letters, ()), entry.id)
            for expression, code, shown in _expressions(entry.keywords):
                if wrong_pattern(expression) is None:
                    expressions.append(expression)
                    told.append((entry.id, Evidence(code, 0.0, shown)))
        return cls(exact, tuple(told), _compiled(expressions) if expressions else None)

    def hits(self, ground: Ground) -> dict[str, tuple[Evidence, ...]]:
        """Return the entries whose rules fit a text, each with the reasons."""
        found: dict[str, tuple[Evidence, ...]] = {}
        for entry_id in self.exact.get(ground.letters, ()) if ground.letters else ():
            found[entry_id] = (Evidence(EXACT, 0.0, ground.letters),)
        if self.together is not None:
            for place in sorted(self.together.Match(ground.folded) or ()):
                entry_id, reason = self.told[place]
                found[entry_id] = (*found.get(entry_id, ()), reason)
        return found


def has_rules(entry: Entry) -> bool:
    """Say whether an entry has anything that ``Rules`` looks for."""
    return bool(entry.keywords.exact or entry.keywords.ordered or entry.keywords.pattern)


def wrong_pattern(expression: str) -> str | None:
    """Say why an expression cannot be used (google-re2's own words), None where it can.

    It must fit something: an expression that fits the empty text would fit every question.
    """
    import re2

    if len(expression) > PATTERN_MAX:
        return f"more than {PATTERN_MAX} characters"
    try:
        compiled = re2.compile(expression, _options())
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return "fits the empty text" if compiled.search("") else None


def ordered_words(rule: str) -> list[str]:
    """Return the words of a rule of words in order, such as ``退…运费``; nothing where it has fewer than two."""
    words = [_letters(word) for word in rule.replace("...", _GAP).split(_GAP)]
    return words if len(words) > 1 and all(words) else []


def outranked(priority: int, by: int) -> Evidence:
    """Return the reason why an entry gives way to one of higher priority that keywords speak for alike."""
    return Evidence("priority", _OUTRANKED, f"{priority} < {by}")


def _expressions(keywords: Keywords) -> Iterable[tuple[str, str, str]]:
    import re2

    for rule in keywords.ordered:
        if words := ordered_words(rule):
            between = f"(?s:.{{0,{_APART}}}?)"
            yield between.join(re2.escape(word) for word in words), "keywords_ordered", rule
    for pattern in keywords.pattern:
        yield pattern, "keywords_pattern", pattern


def _options() -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = _MEMORY
    return options


def _compiled(expressions: Iterable[str]) -> Any:
    import re2

    together = re2.Set.SearchSet(_options())
    for expression in expressions:
        together.Add(expression)
    together.Compile()
    return together
