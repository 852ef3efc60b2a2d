"""Which phrasings could a question mean: inverted lists of how characters sound, alone and in pairs, rarest first.

Sounds rather than letters, so that a homophone typo still finds its phrasing; the pair scores in
``knowledge_base.matcher`` tell typo from truth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge_base.characters import fold, strip
from knowledge_base.normalize import Question, normalize

_POSTINGS_AT_MOST = 12_000  # bounds the cost of one look-up however large the base
_COMPILED_AT_MOST = 20_000
_ROWS_AT_MOST = 120
_LEAST_OF_BEST = 0.4  # an entry that shares less than this part of what the best shares is not looked at
_NO_ROWS: NDArray[np.int32] = np.empty(0, np.int32)


@lru_cache(maxsize=_COMPILED_AT_MOST)
def compiled(phrasing: str) -> Question:
    """Return a phrasing normalised; the latest ones are kept."""
    return normalize(phrasing)


def features(question: Question) -> set[str]:
    """Return what a phrasing is found by: each sound or way of asking, and each pair of neighbours."""
    heard = question.sounds
    return set(heard) | {f"{one} {other}" for one, other in pairwise(heard)}


@dataclass(frozen=True, slots=True)
class Row:
    """One phrasing in the index: its text and the id of the entry it belongs to."""

    phrasing: str
    entry_id: str


@dataclass(frozen=True, slots=True)
class Index:
    """Phrasings and their inverted lists. Never changed once made: ``changed`` gives another one."""

    rows: Sequence[Row | None]
    lists: Mapping[str, NDArray[np.int32]]
    sizes: NDArray[np.float32]
    letters: Mapping[str, tuple[Row, ...]]
    alive: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Index:
        """Build the index of some phrasings."""
        kept = list(rows)
        lists: dict[str, list[int]] = {}
        letters: dict[str, tuple[Row, ...]] = {}
        sizes = np.ones(len(kept), np.float32)
        for place, row in enumerate(kept):
            found = features(compiled(row.phrasing))
            letters[_letters(row.phrasing)] = (*letters.get(_letters(row.phrasing), ()), row)
            sizes[place] = math.sqrt(len(found) + 4)
            for feature in found:
                lists.setdefault(feature, []).append(place)
        packed = {feature: np.array(places, np.int32) for feature, places in lists.items()}
        return cls(kept, packed, sizes, letters, len(kept))

    def changed(self, gone: Sequence[Row], come: Sequence[Row]) -> Index:
        """Return an index without some phrasings and with others; the lists that do not change are shared.

        The places of those gone stay empty until the index is built anew.
        """
        lists, rows, letters = dict(self.lists), list(self.rows), dict(self.letters)
        for row in gone:
            found = features(compiled(row.phrasing))
            rarest = min((lists[feature] for feature in found), key=len, default=None)
            places = range(len(rows)) if rarest is None else rarest.tolist()
            place = next(place for place in places if rows[place] == row)
            rows[place] = None
            letters[_letters(row.phrasing)] = tuple(r for r in letters[_letters(row.phrasing)] if r != row)
            for feature in found:
                lists[feature] = lists[feature][lists[feature] != place]
        sizes = []
        for row in come:
            found = features(compiled(row.phrasing))
            sizes.append(math.sqrt(len(found) + 4))
            letters[_letters(row.phrasing)] = (*letters.get(_letters(row.phrasing), ()), row)
            for feature in found:
                lists[feature] = np.append(lists.get(feature, _NO_ROWS), np.int32(len(rows)))
            rows.append(row)
        for feature in {feature for row in gone for feature in features(compiled(row.phrasing))}:
            if not len(lists[feature]):
                del lists[feature]
        alive = self.alive - len(gone) + len(come)
        return Index(rows, lists, np.append(self.sizes, np.array(sizes, np.float32)), letters, alive)

    def said_by(self, question: Question) -> list[tuple[str, float, float]]:
        """Return each sound and pair of sounds of a question that the base knows, with the share of phrasings that
        say it and its weight."""
        total = max(1, self.alive)
        return [
            (feature, len(rows) / total, weight)
            for feature, weight in question.feature_weights().items()
            if (rows := self.lists.get(feature)) is not None
        ]

    def same(self, text: str) -> dict[str, str]:
        """Return the entries that have a text as a phrasing, letter for letter, each with that phrasing."""
        return {row.entry_id: row.phrasing for row in self.letters.get(_letters(text), ()) if _letters(text)}

    def nearest(self, question: Question, entries: int, each: int) -> list[Row]:
        """Return the phrasings that share most with a question, best first: of ``entries`` entries, ``each`` at most.

        Rarest sounds first and up to a fixed number of places, so the cost does not grow with the base.
        """
        found = [
            (len(rows), feature, weight, rows)
            for feature, weight in question.feature_weights().items()
            if (rows := self.lists.get(feature)) is not None
        ]
        if not found:
            return []
        found.sort(key=lambda one: one[:2])
        scores = np.zeros(len(self.rows), np.float32)
        spent = 0
        for size, _, weight, rows in found:
            scores[rows] += weight * math.log(1 + self.alive / size)
            spent += size
            if spent > _POSTINGS_AT_MOST:
                break
        places = np.flatnonzero(scores)
        scored = scores[places] / self.sizes[places]
        if len(places) > _ROWS_AT_MOST:
            best = np.argpartition(-scored, _ROWS_AT_MOST)[:_ROWS_AT_MOST]
            places, scored = places[best], scored[best]
        ranked = sorted(
            (-round(score, 4), row.phrasing, row.entry_id, row)
            for place, score in zip(places.tolist(), scored.tolist(), strict=True)
            if (row := self.rows[place]) is not None
        )
        return _few([(-score, row) for score, _, _, row in ranked], entries, each)


def _few(ranked: Sequence[tuple[float, Row]], entries: int, each: int) -> list[Row]:
    """Keep the first rows of the best entries; each further row of one adds half of what the row before it added."""
    if not ranked:
        return []
    worth: dict[str, float] = {}
    rows: dict[str, list[Row]] = {}
    for score, row in ranked:
        of_entry = rows.setdefault(row.entry_id, [])
        worth[row.entry_id] = worth.get(row.entry_id, 0.0) + score * 0.5 ** len(of_entry)
        of_entry.append(row)
    best = sorted(worth, key=lambda entry_id: (-worth[entry_id], entry_id))[:entries]
    least = _LEAST_OF_BEST * worth[best[0]]
    close = [entry_id for place, entry_id in enumerate(best) if place < 2 or worth[entry_id] >= least]
    return [row for entry_id in close for row in rows[entry_id][:each]]


def _letters(text: str) -> str:
    return strip(fold(text))
