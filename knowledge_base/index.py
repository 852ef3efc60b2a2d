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

from knowledge_base.normalize import Question, normalize

_POSTINGS_AT_MOST = 12_000  # bounds the cost of one look-up however large the base
_COMPILED_AT_MOST = 20_000
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
    alive: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Index:
        """Build the index of some phrasings."""
        kept = list(rows)
        lists: dict[str, list[int]] = {}
        sizes = np.ones(len(kept), np.float32)
        for place, row in enumerate(kept):
            found = features(compiled(row.phrasing))
            sizes[place] = math.sqrt(len(found) + 4)
            for feature in found:
                lists.setdefault(feature, []).append(place)
        return cls(kept, {feature: np.array(places, np.int32) for feature, places in lists.items()}, sizes, len(kept))

    def with_rows(self, rows: Sequence[Row]) -> Index:
        """Return an index that has these phrasings too; the lists that do not change are shared."""
        lists = dict(self.lists)
        kept = list(self.rows)
        sizes = []
        for row in rows:
            found = features(compiled(row.phrasing))
            sizes.append(math.sqrt(len(found) + 4))
            for feature in found:
                lists[feature] = np.append(lists.get(feature, _NO_ROWS), np.int32(len(kept)))
            kept.append(row)
        return Index(kept, lists, np.append(self.sizes, np.array(sizes, np.float32)), self.alive + len(rows))

    def without(self, entry_id: str) -> Index:
        """Return an index without the phrasings of an entry; their places stay empty."""
        lists = dict(self.lists)
        kept = list(self.rows)
        gone = 0
        for place, row in enumerate(self.rows):
            if row is None or row.entry_id != entry_id:
                continue
            kept[place] = None
            gone += 1
            for feature in features(compiled(row.phrasing)):
                left = lists[feature][lists[feature] != place]
                if len(left):
                    lists[feature] = left
                else:
                    del lists[feature]
        return Index(kept, lists, self.sizes, self.alive - gone)

    def said_by(self, question: Question) -> dict[str, float]:
        """Return what share of the phrasings say each feature of a question; unheard ones are left out."""
        total = max(1, self.alive)
        return {f: len(rows) / total for f in sorted(features(question)) if (rows := self.lists.get(f)) is not None}

    def nearest(self, question: Question, limit: int) -> list[Row]:
        """Return up to ``limit`` phrasings that share most with a question, rarest sounds first, best first."""
        found = [(feature, rows) for feature in features(question) if (rows := self.lists.get(feature)) is not None]
        if not found:
            return []
        found.sort(key=lambda pair: (len(pair[1]), pair[0]))
        total = len(self.rows)
        scores = np.zeros(total, np.float32)
        touched, spent = [], 0
        for _, rows in found:
            scores[rows] += math.log(1 + self.alive / len(rows))
            touched.append(rows)
            spent += len(rows)
            if spent > _POSTINGS_AT_MOST:
                break
        places = np.unique(np.concatenate(touched))
        scored = scores[places] / self.sizes[places]
        if len(places) > limit:
            best = np.argpartition(-scored, limit)[:limit]
            places, scored = places[best], scored[best]
        order = np.argsort(-scored, kind="stable")
        return [row for place in places[order] if (row := self.rows[place]) is not None]
