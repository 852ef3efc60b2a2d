"""Which of a few entries a question is, learned from their phrasings on the spot: a kernel ridge over the candidates.

The overlap of a question with the nearest phrasing takes each phrasing by itself. Here all phrasings of all candidates
are looked at together: what several entries say alike tells none of them apart, what only the phrasings of one entry
say speaks for it. Nothing is fitted beforehand, so that a base can change at any time and an entry that is no candidate
has no say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_base.index import Candidate, Index
from knowledge_base.laid import Bits, Floats, Laid, pairs_of
from knowledge_base.meanings import Meanings, meaning
from knowledge_base.normalize import Question

RIDGE = 0.3
MEANING = 0.8  # what the meaning of English words counts beside the letters
_PAIR = 0.7
_LEAST_WEIGHT = 0.3
_ROWS_AT_MOST = 64
_PRODUCT_AT_MOST = 200_000  # what is larger the library spreads over threads, which costs more than it saves
_UNKNOWN = -1


def learned(question: Question, index: Index, candidates: Sequence[Candidate]) -> list[float]:
    """Say of each candidate how far the question is one of its phrasings (about 0 to 1), given the others' phrasings.

    The rows most like the question are looked at, 64 at most.
    """
    laid = index.laid
    rows = np.array([row for one in candidates for row in one.rows])
    owners = np.arange(len(candidates)).repeat([len(one.rows) for one in candidates])
    number = laid.vocabulary.sounds.get
    asked = _Said.of(
        np.array([number(sound, _UNKNOWN) for sound in question.sounds], np.int64),
        np.array(question.weights),
        np.zeros(len(question.sounds), np.int64),
    )
    said = _Said.of(*_places(laid, rows))
    own = _alike(asked, said, len(rows))
    if len(rows) > _ROWS_AT_MOST:
        told = own.round(6).tolist()
        texts = [index.phrasings[row] for row in rows.tolist()]
        kept = sorted(range(len(rows)), key=lambda at: (-told[at], texts[at]))[:_ROWS_AT_MOST]
        rows, owners, own = rows[kept], owners[kept], own[kept]
        said = _Said.of(*_places(laid, rows))
    alike = _among(said, len(rows))
    meant = _meant(question, laid, rows)
    if meant is not None:
        alike += MEANING * _products(meant[:-1])
        own += MEANING * (meant[:-1] @ meant[-1])
    parts = np.linalg.solve(alike + RIDGE * np.eye(len(rows)), own)
    told_each: list[float] = np.bincount(owners, parts, len(candidates)).round(6).tolist()
    return told_each


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What some texts say, flat: the numbers of sounds and of pairs of neighbours, what each weighs, whose it is."""

    numbers: Bits
    weights: Floats
    texts: Bits

    @classmethod
    def of(cls, sounds: Bits, weights: Floats, texts: Bits) -> _Said:
        """Weigh what texts say; each text is of length one."""
        both = texts[:-1] == texts[1:]
        pairs = pairs_of(sounds[:-1], sounds[1:])
        pairs[(sounds[:-1] < 0) | (sounds[1:] < 0)] = _UNKNOWN
        sure = np.maximum(weights, _LEAST_WEIGHT)
        heavier = np.maximum(sure[:-1], sure[1:])
        squares = np.concatenate((sure, _PAIR**2 * heavier[both]))
        owners = np.concatenate((texts, texts[:-1][both]))
        lengths = np.bincount(owners, squares)
        return cls(np.concatenate((sounds, pairs[both])), np.sqrt(squares / lengths[owners]), owners)


def _places(laid: Laid, rows: Bits) -> tuple[Bits, Floats, Bits]:
    """Return the sounds of some rows, what each weighs, and the place of its row among them."""
    sizes = laid.sizes[rows]
    begins = sizes.cumsum() - sizes
    places = np.arange(int(sizes.sum())) + (laid.starts[rows] - begins).repeat(sizes)
    sounds = laid.vocabulary.sound_of[laid.pieces[places]].astype(np.int64)
    return sounds, laid.weights[places], np.arange(len(rows)).repeat(sizes)


def _alike(asked: _Said, said: _Said, rows: int) -> Floats:
    """Return how alike a question is to each row."""
    numbers, first = np.unique(asked.numbers, return_index=True)
    at = np.minimum(numbers.searchsorted(said.numbers), len(numbers) - 1)
    met = (numbers[at] == said.numbers) & (said.numbers != _UNKNOWN)
    once = np.zeros((rows, len(numbers)))
    once[said.texts[met], at[met]] = said.weights[met]
    own: Floats = once @ asked.weights[first]
    return own


def _among(said: _Said, rows: int) -> Floats:
    """Return how alike rows are to each other."""
    known, columns = np.unique(said.numbers, return_inverse=True)
    table = np.zeros((rows, len(known)))
    table[said.texts, columns] = said.weights
    return _products(table)


def _products(table: Floats) -> Floats:
    """Return the products of all rows of a table with each other, in steps small enough for one thread."""
    step = max(1, _PRODUCT_AT_MOST // len(table) ** 2)
    wide = table.T.copy()
    total = np.zeros((len(table), len(table)))
    for start in range(0, len(wide), step):
        total += table[:, start : start + step] @ wide[start : start + step]
    return total


def _meant(question: Question, laid: Laid, rows: Bits) -> Floats | None:
    """Return what each row means in English, and behind them the question; None where one side has no known word."""
    mine = [meaning(piece) for piece in question.pieces]
    if not any(mine):
        return None
    sizes = laid.sizes[rows]
    begins = sizes.cumsum() - sizes
    places = np.arange(int(sizes.sum())) + (laid.starts[rows] - begins).repeat(sizes)
    theirs = laid.vocabulary.meaning_of[laid.pieces[places]]
    if not theirs.any():
        return None
    weights = np.concatenate((laid.weights[places], question.weights))
    heavy = np.sqrt(np.maximum(weights, _LEAST_WEIGHT))[:, None]
    vectors = Meanings.shipped().vectors[np.concatenate((theirs, mine))]
    meant: Floats = np.add.reduceat(vectors * heavy, [*begins, len(places)])
    lengths = np.sqrt((meant**2).sum(axis=1, keepdims=True)) + 1e-6
    told: Floats = meant / lengths
    return told
