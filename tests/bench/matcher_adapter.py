"""The product's own matcher as measurements call it: shipped defaults, nothing tuned for a base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.entry import Entry, Keywords, Match


class Adapter:
    """Fit a base, then match, decide, or match a question that asks several things."""

    def fit(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Build the base from dicts of id, question, similar, keywords, answer."""
        self._base = KnowledgeBase(
            Entry(
                id=entry["id"],
                question=entry["question"],
                answer=entry["answer"],
                phrasings=tuple(entry.get("similar", ())),
                keywords=Keywords(any=tuple(entry.get("keywords", ()))),
            )
            for entry in entries
        )

    def match(self, text: str) -> list[tuple[str, float]]:
        """Return entry ids with their sureness, best first."""
        return [(match.entry.id, match.sureness) for match in self._base.best(text)]

    def decide(self, text: str) -> str | None:
        """Return the entry that would answer, or None where a person should."""
        return _sure(self._base.best(text))

    def match_multi(self, text: str) -> list[str]:
        """Return the entry that each part of a text most likely asks for, in the order asked (what, not whether to answer)."""
        reading = self._base.read(text)
        found = [part.matches for part in reading.parts] or [reading.matches]
        likely = [matches[0].entry.id for matches in found if matches and matches[0].sureness >= DEFAULT_THRESHOLD / 16]
        return list(dict.fromkeys(likely))


def _sure(matches: tuple[Match, ...]) -> str | None:
    if not matches or matches[0].sureness < DEFAULT_THRESHOLD:
        return None
    if len(matches) > 1 and matches[0].sureness - matches[1].sureness < DEFAULT_MARGIN:
        return None
    return matches[0].entry.id
