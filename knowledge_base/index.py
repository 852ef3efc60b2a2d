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
_ROWS_AT_MOST = 80
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
    """Phrasings and their inverted lists. Never changed once made: ``with_rows`` and ``without`` give another one."""

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

    def with_rows(self, rows: Sequence[Row]) -> Index:
        """Return an index that has these phrasings too; the lists that do not change are shared."""
        lists = dict(self.lists)
        kept = list(self.rows)
        letters = dict(self.letters)
        sizes = []
        for row in rows:
            letters[_letters(row.phrasing)] = (*letters.get(_letters(row.phrasing), ()), row)
            found = features(compiled(row.phrasing))
            sizes.append(math.sqrt(len(found) + 4))
            for feature in found:
                lists[feature] = np.append(lists.get(feature, _NO_ROWS), np.int32(len(kept)))
            kept.append(row)
        return Index(kept, lists, np.append(self.sizes, np.array(sizes, np.float32)), letters, self.alive + len(rows))

    def without(self, entry_id: str) -> Index:
        """Return an index without the phrasings of an entry; their places stay empty."""
        lists = dict(self.lists)
        kept = list(self.rows)
        letters = dict(self.letters)
        gone = 0
        for place, row in enumerate(self.rows):
            if row is None or row.entry_id != entry_id:
                continue
            kept[place] = None
            gone += 1
            others = tuple(same for same in letters.pop(_letters(row.phrasing), ()) if same.entry_id != entry_id)
            if others:
                letters[_letters(row.phrasing)] = others
            for feature in features(compiled(row.phrasing)):
                left = lists[feature][lists[feature] != place]
                if len(left):
                    lists[feature] = left
                else:
                    del lists[feature]
        return Index(kept, lists, self.sizes, letters, self.alive - gone)

    def said_by(self, question: Question) -> dict[str, float]:
        """Return what share of the phrasings say each feature of a question; unheard ones are left out."""
        total = max(1, self.alive)
        return {f: len(rows) / total for f in sorted(features(question)) if (rows := self.lists.get(f)) is not None}

    def same(self, text: str) -> dict[str, str]:
        """Return the entries that have a text as a phrasing, letter for letter, each with that phrasing."""
        return {row.entry_id: row.phrasing for row in self.letters.get(_letters(text), ()) if _letters(text)}

    def nearest(self, question: Question, entries: int, each: int) -> list[Row]:
        """Return the phrasings that share most with a question, best first: of ``entries`` entries, ``each`` at most.

        Rarest sounds first and up to a fixed number of places, so the cost does not grow with the base.
        """
        found = [(feature, rows) for feature in features(question) if (rows := self.lists.get(feature)) is not None]
        if not found:
            return []
        found.sort(key=lambda pair: (len(pair[1]), pair[0]))
        scores = np.zeros(len(self.rows), np.float32)
        touched, spent = [], 0
        for _, rows in found:
            scores[rows] += math.log(1 + self.alive / len(rows))
            touched.append(rows)
            spent += len(rows)
            if spent > _POSTINGS_AT_MOST:
                break
        places = np.unique(np.concatenate(touched))
        scored = scores[places] / self.sizes[places]
        if len(places) > _ROWS_AT_MOST:
            best = np.argpartition(-scored, _ROWS_AT_MOST)[:_ROWS_AT_MOST]
            places, scored = places[best], scored[best]
        return self._few(places[np.argsort(-scored, kind="stable")], entries, each)

    def _few(self, places: NDArray[np.int32], entries: int, each: int) -> list[Row]:
        """Keep the first rows of each of the first entries."""
        kept: list[Row] = []
        taken: dict[str, int] = {}
        for place in places:
            row = self.rows[place]
            if row is None or (row.entry_id not in taken and len(taken) >= entries):
                continue
            taken[row.entry_id] = taken.get(row.entry_id, 0) + 1
            if taken[row.entry_id] <= each:
                kept.append(row)
        return kept


def _letters(text: str) -> str:
    return strip(fold(text))
