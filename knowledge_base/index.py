"""Which phrasings could a question mean: inverted lists of how characters sound, alone and in pairs, rarest first.

Sounds rather than letters, so that a homophone typo still finds its phrasing; the pair scores in
``knowledge_base.matcher`` tell typo from truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from knowledge_base.characters import fold, strip
from knowledge_base.laid import NOBODY_SAYS, Bits, Floats, Ints, Laid, pairs_of
from knowledge_base.normalize import Question, normalize

_POSTINGS_AT_MOST = 12_000  # bounds the cost of one look-up however large the base
_ROWS_AT_MOST = 120
_ROWS_OF_ENTRY = 256  # more phrasings of one entry add nothing to what they say together
_EQUAL = 1e-4  # scores this near could be equal once rounded
_LEAST_OF_BEST = 0.4  # an entry that shares less than this part of what the best shares is not looked at
_HALVES = [0.5**place for place in range(_ROWS_AT_MOST)]
_NO_ROWS: Ints = np.empty(0, np.int32)


class Said(NamedTuple):
    """A sound or a pair of sounds that a question says and the base knows: its weight and the rows that say it."""

    weight: float
    rows: Ints


class Candidate(NamedTuple):
    """An entry that a question could mean: its rows, and those of them to look at closely."""

    entry_id: str
    rows: Sequence[int]
    close: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Phrasings (one a row) and their inverted lists. Never changed once made: ``changed`` gives another one.

    ``spans`` has the rows of each entry; rows in none are of entries that are gone. ``letters`` finds rows by what
    they say letter for letter; ``scales`` by row evens out long phrasings.
    """

    laid: Laid
    phrasings: Sequence[str]
    owners: Sequence[str]
    spans: Mapping[str, range]
    lists: Mapping[int, Ints]
    scales: Floats
    letters: Mapping[str, tuple[int, ...]]
    alive: int

    @classmethod
    def of(cls, entries: Iterable[tuple[str, Sequence[str]]]) -> Index:
        """Build the index of some entries: the id and the phrasings of each."""
        phrasings: list[str] = []
        owners: list[str] = []
        spans: dict[str, range] = {}
        letters: dict[str, tuple[int, ...]] = {}
        for entry_id, texts in entries:
            spans[entry_id] = range(len(phrasings), len(phrasings) + len(texts))
            phrasings += texts
            owners += [entry_id] * len(texts)
        for row, phrasing in enumerate(phrasings):
            text = _letters(phrasing)
            letters[phrasing if text == phrasing else text] = (*letters.get(text, ()), row)
        laid = Laid.of(normalize(phrasing) for phrasing in phrasings)
        lists, scales = _inverted(*_said_by_rows(laid, 0, len(phrasings)), len(phrasings))
        return cls(laid, phrasings, owners, spans, lists, scales, letters, len(phrasings))

    def changed(self, entry_id: str, texts: Sequence[str]) -> Index:
        """Return an index where an entry has these phrasings (none: it is gone); what does not change is shared."""
        gone = self.spans.get(entry_id, range(0))
        come = range(len(self.phrasings), len(self.phrasings) + len(texts))
        laid = self.laid.and_then(Laid.of((normalize(text) for text in texts), after=self.laid)) if texts else self.laid
        lists, letters, spans = dict(self.lists), dict(self.letters), dict(self.spans)
        for number in set(_said_by_rows(laid, gone.start, gone.stop)[0].tolist()):
            left = lists.pop(number)
            left = left[(left < gone.start) | (left >= gone.stop)]
            if len(left):
                lists[number] = left
        added, scales = _inverted(*_said_by_rows(laid, come.start, come.stop), len(texts))
        for number, rows in added.items():
            lists[number] = np.append(lists.get(number, _NO_ROWS), rows + np.int32(come.start))
        for row in gone:
            text = _letters(self.phrasings[row])
            others = tuple(other for other in letters.pop(text) if other != row)
            if others:
                letters[text] = others
        for row, phrasing in zip(come, texts, strict=True):
            letters[_letters(phrasing)] = (*letters.get(_letters(phrasing), ()), row)
        spans.pop(entry_id, None)
        if texts:
            spans[entry_id] = come
        return Index(
            laid,
            [*self.phrasings, *texts],
            [*self.owners, *[entry_id] * len(texts)],
            spans,
            lists,
            np.append(self.scales, scales),
            letters,
            self.alive - len(gone) + len(texts),
        )

    def said_by(self, question: Question) -> list[Said]:
        """Return each sound and pair of sounds of a question that the base knows."""
        known = self.laid.vocabulary.sounds
        numbers = [known.get(sound, NOBODY_SAYS) for sound in question.sounds]
        weights: dict[int, float] = {}
        for number, weight in zip(numbers, question.weights, strict=True):
            weights[number] = max(weights.get(number, 0.0), weight**0.5)
        for (one, first), (other, second) in pairwise(zip(numbers, question.weights, strict=True)):
            if one != NOBODY_SAYS:
                weights[pairs_of(one, other)] = min(1.0, first + second) ** 0.5
        lists = self.lists
        return [Said(weight, lists[number]) for number, weight in weights.items() if number in lists]

    def same(self, letters: str) -> dict[str, int]:
        """Return the entries that have a text as a phrasing, letter for letter, each with that row."""
        return {self.owners[row]: row for row in self.letters.get(letters, ())} if letters else {}

    def nearest(self, said: Sequence[Said], entries: int, each: int) -> dict[str, tuple[int, ...]]:
        """Return the entries whose phrasings share most with what is said, best first, each with its best rows.

        Rarest sounds first and up to a fixed number of rows, so the cost does not grow with the base.
        """
        taken: list[Said] = []
        spent = 0
        for one in sorted(said, key=lambda one: len(one.rows)):
            taken.append(one)
            spent += len(one.rows)
            if spent > _POSTINGS_AT_MOST:
                break
        if not taken:
            return {}
        sizes = np.array([len(one.rows) for one in taken])
        worth = np.array([one.weight for one in taken]) * np.log(1 + self.alive / sizes)
        scores = np.bincount(np.concatenate([one.rows for one in taken]), worth.repeat(sizes))
        rows = (scores > 0.0).nonzero()[0]
        scored = scores[rows] / self.scales[rows]
        if len(rows) > _ROWS_AT_MOST:
            enough = (scored > np.partition(scored, -_ROWS_AT_MOST)[-_ROWS_AT_MOST] - _EQUAL).nonzero()[0]
            rows, scored = rows[enough], scored[enough]
        scored = scored.round(4)
        best = (-scored).argsort(kind="stable")[:_ROWS_AT_MOST]
        return self._few(rows[best].tolist(), scored[best].tolist(), entries, each)

    def _few(self, rows: list[int], scores: list[float], entries: int, each: int) -> dict[str, tuple[int, ...]]:
        """Keep the first rows of the best entries; each further row of one adds half of what the row before it added."""
        worth: dict[str, float] = {}
        found: dict[str, list[int]] = {}
        for place, owner in enumerate(map(self.owners.__getitem__, rows)):
            of_entry = found.get(owner)
            if of_entry is None:
                worth[owner], found[owner] = scores[place], [place]
            else:
                worth[owner] += scores[place] * _HALVES[len(of_entry)]
                of_entry.append(place)
        least = _LEAST_OF_BEST * max(worth.values())
        best = sorted([(-value, entry_id) for entry_id, value in worth.items() if value >= least])
        if len(best) < 2:
            best = sorted([(-value, entry_id) for entry_id, value in worth.items()])[:2]
        return {entry_id: self._first(found[entry_id], rows, scores, each) for _, entry_id in best[:entries]}

    def _first(self, places: list[int], rows: list[int], scores: list[float], each: int) -> tuple[int, ...]:
        """Return the best rows of an entry, in the order of its phrasings; equals by text, whatever came first."""
        if len(places) > each and scores[places[each - 1]] == scores[places[each]]:
            places.sort(key=lambda place: (-scores[place], self.phrasings[rows[place]]))
        return tuple(sorted([rows[place] for place in places[:each]]))

    def candidates(self, said: Sequence[Said], same: Mapping[str, int], entries: int, each: int) -> list[Candidate]:
        """Return the entries to look at closely: the nearest ones, and those that have the text as a phrasing."""
        found = self.nearest(said, entries, each)
        for entry_id, row in same.items():
            close = found.get(entry_id, ())
            found[entry_id] = close if row in close else (*close, row)
        return [Candidate(entry_id, self._rows_of(entry_id, close), close) for entry_id, close in found.items()]

    def _rows_of(self, entry_id: str, close: tuple[int, ...]) -> Sequence[int]:
        span = self.spans[entry_id]
        return span if len(span) <= _ROWS_OF_ENTRY else sorted({*span[:_ROWS_OF_ENTRY], *close})


def _said_by_rows(laid: Laid, start: int, stop: int) -> tuple[Bits, Bits]:
    """Return what some rows say, sounds and pairs of neighbours as numbers, and beside each its row, from 0 on."""
    sizes = laid.sizes[start:stop]
    begin = int(laid.starts[start]) if start < stop else 0
    sounds = laid.vocabulary.sound_of[laid.pieces[begin : begin + int(sizes.sum())]].astype(np.int64)
    rows = np.repeat(np.arange(stop - start), sizes)
    pairs = pairs_of(sounds[:-1], sounds[1:])
    within = rows[:-1] == rows[1:]
    numbers = np.concatenate((sounds, pairs[within]))
    said = numbers != NOBODY_SAYS
    return numbers[said], np.concatenate((rows, rows[:-1][within]))[said]


def _inverted(numbers: Bits, rows: Bits, size: int) -> tuple[dict[int, Ints], Floats]:
    """Return the rows that say each number, ascending, and the scale of each of ``size`` rows."""
    if not len(numbers):
        return {}, np.full(size, 2.0)
    order = numbers.argsort(kind="stable")  # rows of one number stay ascending
    numbers, rows = numbers[order], rows[order].astype(np.int32)
    begins = np.append(True, numbers[1:] != numbers[:-1])
    once = begins | np.append(True, rows[1:] != rows[:-1])
    numbers, rows, begins = numbers[once], rows[once], begins[once].nonzero()[0]
    lists = dict(zip(numbers[begins].tolist(), np.split(rows, begins[1:]), strict=True))
    return lists, np.sqrt(np.bincount(rows, minlength=size) + 4.0)


def _letters(text: str) -> str:
    return strip(fold(text))
