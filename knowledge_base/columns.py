"""What rows say of what a question says: a table with a row a phrasing and a column a piece, sound or pair asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge_base.laid import NOBODY_SAYS, Bits, Flags, Floats, Laid, Vocabulary, ends_of_words, pairs_of
from knowledge_base.normalize import NO_KIN, Question, Wording

Places = NDArray[np.intp]

NEVER = 0
"""The column of what the question does not say; nobody is ever found to say it."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of a question, and what of it is compared, as arrays.

    By place of the question: ``planes`` (the columns of its piece, its sound, of the pairs of each with the place
    before, of these with the place behind, of its word's matters), ``weights``, ``alone`` (is a whole word); ``words`` has the place where each
    word begins. ``near`` has for each place that is a way of asking the columns of ways near it, and how near;
    ``nearest`` by column how near a way is to any that the question asks in. ``kin`` has the question's matters, each
    with its column. ``said`` finds columns of sounds and
    pairs of sounds by their numbers. ``by_piece`` and ``by_sound`` go by the vocabulary's numbers, ``by_pair`` by the
    columns of two neighbours.
    """

    planes: Places
    weights: Floats
    alone: Flags
    words: Places
    near: Sequence[tuple[int, list[int], Floats]]
    nearest: Floats
    kin: Mapping[int, int]
    said: Mapping[int, int]
    by_piece: Places
    by_sound: Places
    by_pair: Places
    size: int

    @classmethod
    def of(cls, question: Question, vocabulary: Vocabulary) -> Self:
        """Number what a question of at least one piece says."""
        columns: dict[str, int] = {}
        pieces = [columns.setdefault(piece, len(columns) + 1) for piece in question.pieces]
        near = _near(question, columns)
        heard: dict[str, int] = {}
        sounds = [heard.setdefault(sound, len(columns) + len(heard) + 1) for sound in question.sounds]
        singles = 1 + len(columns) + len(heard)
        met: dict[tuple[int, int], int] = {}
        pairs = [NEVER, *(met.setdefault(pair, singles + len(met)) for pair in pairwise(pieces)), NEVER]
        sound_pairs = [NEVER, *(met.setdefault(pair, singles + len(met)) for pair in pairwise(sounds)), NEVER]
        kin = {matters: singles + len(met) + at for at, matters in enumerate({*question.kin} - {NO_KIN})}
        by_pair = np.zeros((singles, singles), np.intp)
        for (one, other), column in met.items():
            by_pair[one, other] = column
        nearest = np.zeros(singles)
        for _, ways, values in near:
            nearest[ways] = np.maximum(nearest[ways], values)
        numbers = [vocabulary.sounds.get(sound, NOBODY_SAYS) for sound in question.sounds]
        said = dict(zip(map(pairs_of, numbers, numbers[1:]), sound_pairs[1:], strict=False))
        said |= zip(numbers, sounds, strict=True)
        kin_columns = [kin.get(matters, NEVER) for matters in question.kin]
        first, alone = ends_of_words(np.array(question.words, np.int32), np.zeros(1, np.int64))
        return cls(
            np.array((pieces, sounds, pairs[:-1], sound_pairs[:-1], pairs[1:], sound_pairs[1:], kin_columns)),
            np.array(question.weights),
            alone,
            np.flatnonzero(first),
            near,
            nearest,
            kin,
            said,
            _table(columns, vocabulary.pieces, len(vocabulary.spelled)),
            _table(heard, vocabulary.sounds, len(vocabulary.sounds) + 1),
            by_pair,
            singles + len(met) + len(kin),
        )


def _near(question: Question, columns: dict[str, int]) -> list[tuple[int, list[int], Floats]]:
    """Find the ways of asking near each one of a question, and give them columns."""
    found = []
    for place, piece in enumerate(question.pieces):
        if piece[0] == "?":
            values = {piece[1:]: 1.0, **Wording.shipped().near_ways.get(piece[1:], {})}
            ways = [columns.setdefault(f"?{way}", len(columns) + 1) for way in values]
            found.append((place, ways, np.array(list(values.values()))))
    return found


def _table(columns: Mapping[str, int], numbers: Mapping[str, int], size: int) -> Places:
    table = np.zeros(size, np.intp)
    for text, column in columns.items():
        table[numbers.get(text, NOBODY_SAYS)] = column
    table[NOBODY_SAYS] = NEVER
    return table


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What some phrasings say of a question: ``says`` by row and column; ``kin`` by row.

    By place of the phrasings, one row after the other: ``columns`` (those of its piece, its sound, and of the pairs
    with the place before, with a place of nothing at the end), ``kin`` (its word is kindred to one asked). Row ``r`` begins at ``begins[r]``; its places are
    ``places[begins[r] :]`` of what is laid out.
    """

    says: Flags
    kin: Flags
    columns: Places
    places: Places
    begins: Places
    sizes: Bits

    @classmethod
    def of(cls, asked: Columns, laid: Laid, rows: Sequence[int]) -> Self:
        """Find out what some rows say."""
        numbers = np.array(rows, np.intp)
        sizes = laid.sizes[numbers]
        places, begins = runs(laid.starts[numbers], sizes)
        pieces = laid.pieces[places]
        columns = np.zeros((4, len(places) + 1), np.intp)
        columns[0, :-1] = asked.by_piece[pieces]
        columns[1, :-1] = asked.by_sound[laid.vocabulary.sound_of[pieces]]
        columns[2:, 1:-1] = asked.by_pair[columns[:2, :-2], columns[:2, 1:-1]]
        columns[2:, begins] = NEVER
        says = np.zeros((len(rows), asked.size), np.bool_)
        says[np.repeat(np.arange(len(rows)), sizes), columns[:, :-1]] = True
        says[:, NEVER] = False
        kindred = Wording.shipped().kindred[list(asked.kin)][:, laid.kin[places]]
        if asked.kin:
            says[:, list(asked.kin.values())] = np.logical_or.reduceat(kindred, begins, axis=1).T
        kin = np.asarray(kindred.any(axis=0))
        return cls(says, kin, columns, places, begins, sizes)


def runs(starts: Bits, sizes: Bits) -> tuple[Places, Places]:
    """Return the places of runs one after the other, and where among these each run begins; no run is empty."""
    ends = np.cumsum(sizes)
    begins = ends - sizes
    return np.arange(ends[-1]) + np.repeat(starts - begins, sizes), begins
