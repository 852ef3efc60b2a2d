"""Which of a few entries a question is, learned from their phrasings on the spot: a kernel ridge over the candidates.

The overlap of a question with the nearest phrasing takes each phrasing by itself. Here all phrasings of all candidates
are looked at together: what several entries say alike tells none of them apart, what only the phrasings of one entry
say speaks for it. Nothing is fitted beforehand, so that a base can change at any time and an entry that is no candidate
has no say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from knowledge_base.index import Candidate, Index
from knowledge_base.laid import Bits, Flags, Floats, Laid, Taken, Vocabulary, pairs_of
from knowledge_base.meanings import Meanings, meaning
from knowledge_base.normalize import Question

RIDGE = 0.3
MEANING = 0.8  # what the meaning of English words counts beside the letters
_PAIR = 0.7
_LEAST_WEIGHT = 0.3
_ROWS_AT_MOST = 64
_PRODUCT_AT_MOST = 200_000  # what is larger the library spreads over threads, which costs more than it saves
_UNKNOWN = -1
_BEYOND = np.iinfo(np.int64).max


def learned(question: Question, index: Index, candidates: Sequence[Candidate], taken: Taken) -> list[float]:
    """Say of each candidate how far the question is one of its phrasings (about 0 to 1), given the others' phrasings.

    ``taken`` has all rows of the candidates. The rows most like the question are looked at, 64 at most.
    """
    owners = np.arange(len(candidates)).repeat([len(one.rows) for one in candidates])
    said, rows = _Said.of(taken), taken.rows
    own = _alike(*_asked(question, index.laid.vocabulary), said, len(rows))
    if len(rows) > _ROWS_AT_MOST:
        kept = _likest(own.round(6), index.phrasings, rows)
        said, rows, owners, own = said.only(kept), rows[kept], owners[kept], own[kept]
    alike = _among(said, len(rows))
    meant = _meant(question, index.laid, rows)
    if meant is not None:
        alike += MEANING * _products(meant[:-1])
        own += MEANING * (meant[:-1] @ meant[-1])
    alike.flat[:: len(rows) + 1] += RIDGE
    parts = np.linalg.solve(alike, own)
    told_each: list[float] = np.bincount(owners, parts, len(candidates)).round(6).tolist()
    return told_each


def _likest(own: Floats, phrasings: Sequence[str], rows: Bits) -> Flags:
    """Say which rows to look at: the likest, of equally like ones those first by their words."""
    least = np.partition(own, -_ROWS_AT_MOST)[-_ROWS_AT_MOST]
    kept: Flags = own > least
    equal = (own == least).nonzero()[0].tolist()
    wanted = _ROWS_AT_MOST - int(kept.sum())
    kept[sorted(equal, key=lambda at: phrasings[int(rows[at])])[:wanted]] = True
    return kept


def _asked(question: Question, vocabulary: Vocabulary) -> tuple[Bits, Floats]:
    """Return the sounds and pairs of sounds of a question that a base knows, ascending, a last one beyond all, and what
    each weighs."""
    number = vocabulary.sounds.get
    sounds = [number(sound, _UNKNOWN) for sound in question.sounds]
    sure = [max(weight, _LEAST_WEIGHT) for weight in question.weights]
    squares = [*sure, *[_PAIR**2 * max(one, other) for one, other in pairwise(sure)]]
    pairs = [_UNKNOWN if _UNKNOWN in (one, other) else pairs_of(one, other) for one, other in pairwise(sounds)]
    told = dict(zip([*sounds, *pairs][::-1], squares[::-1], strict=True))
    told.pop(_UNKNOWN, None)
    numbers = sorted(told)
    weights = np.sqrt([*map(told.__getitem__, numbers), 0.0]) / math.sqrt(sum(squares))
    return np.array([*numbers, _BEYOND]), weights


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What some texts say, flat: the numbers of sounds and of pairs of neighbours, what each weighs, whose it is.

    The pair that ends where a text begins is none, and weighs nothing.
    """

    numbers: Bits
    weights: Floats
    texts: Bits

    @classmethod
    def of(cls, taken: Taken) -> _Said:
        """Weigh what texts say; each text is of length one."""
        sounds = taken.sounds.astype(np.int64)
        numbers = np.empty((2, len(sounds)), np.int64)
        numbers[0], numbers[1, 1:] = sounds, pairs_of(sounds[:-1], sounds[1:])
        numbers[1, taken.begins] = _UNKNOWN
        squares = np.empty(numbers.shape)
        sure = np.maximum(taken.weights, _LEAST_WEIGHT, out=squares[0])
        np.maximum(sure[:-1], sure[1:], out=squares[1, 1:])
        squares[1] *= _PAIR**2
        squares[1, taken.begins] = 0.0
        squares /= np.add.reduceat(squares.sum(axis=0), taken.begins).repeat(taken.sizes)
        texts = np.arange(len(taken.rows)).repeat(taken.sizes)
        return cls(numbers.ravel(), np.sqrt(squares).ravel(), np.concatenate((texts, texts)))

    def only(self, kept: Flags) -> _Said:
        """Return what some of the texts say, and those numbered anew."""
        of_kept = kept[self.texts].nonzero()[0]
        texts = (kept.cumsum() - 1)[self.texts[of_kept]]
        return _Said(self.numbers[of_kept], self.weights[of_kept], texts)


def _alike(numbers: Bits, weights: Floats, said: _Said, rows: int) -> Floats:
    """Return how alike a question is to each row."""
    at = numbers.searchsorted(said.numbers)
    met = (numbers[at] == said.numbers).nonzero()[0]
    once = np.zeros((rows, len(numbers)))
    once[said.texts[met], at[met]] = said.weights[met]
    own: Floats = (once * weights).sum(axis=1)
    return own


def _among(said: _Said, rows: int) -> Floats:
    """Return how alike rows are to each other. What is said but once makes its row only more like itself."""
    order = said.numbers.argsort(kind="stable")
    numbers = said.numbers[order]
    edges = np.ones(len(numbers) + 1, np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=edges[1:-1])
    first, once = edges[:-1] & ~edges[1:], edges[:-1] & edges[1:]
    columns = first.cumsum() - 1
    again = (~once).nonzero()[0]
    places = order[again]
    table = np.zeros((rows, int(columns[-1]) + 1))
    table[said.texts[places], columns[again]] = said.weights[places]
    alike = _products(table)
    places = order[once]
    alike.flat[:: rows + 1] += np.bincount(said.texts[places], said.weights[places] ** 2, rows)
    return alike


def _products(table: Floats) -> Floats:
    """Return the products of all rows of a table with each other, in steps small enough for one thread."""
    step = max(1, _PRODUCT_AT_MOST // len(table) ** 2)
    wide = table.T.copy()
    if step >= len(wide):
        return table @ wide
    total = np.zeros((len(table), len(table)))
    for start in range(0, len(wide), step):
        total += table[:, start : start + step] @ wide[start : start + step]
    return total


def _meant(question: Question, laid: Laid, rows: Bits) -> Floats | None:
    """Return what each row means in English, and behind them the question; None where one side has no known word."""
    mine = [meaning(piece) for piece in question.pieces]
    if not any(mine):
        return None
    taken = laid.take(rows)
    theirs = laid.vocabulary.meaning_of[taken.pieces]
    if not theirs.any():
        return None
    weights = np.concatenate((taken.weights, question.weights))
    heavy = np.sqrt(np.maximum(weights, _LEAST_WEIGHT))[:, None]
    vectors = Meanings.shipped().vectors[np.concatenate((theirs, mine))]
    meant: Floats = np.add.reduceat(vectors * heavy, [*taken.begins, len(taken.places)])
    lengths = np.sqrt((meant**2).sum(axis=1, keepdims=True)) + 1e-6
    told: Floats = meant / lengths
    return told
