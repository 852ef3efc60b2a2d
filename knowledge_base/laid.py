"""All phrasings of a base laid out flat: one long run of pieces as numbers, so that many are compared at once.

A phrasing as Python objects takes three kilobytes, laid out a few hundred bytes; arrays are also what numpy compares
a question with in one go (``knowledge_base.matcher``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge_base.meanings import NO_MEANING, meaning
from knowledge_base.normalize import Question
from knowledge_base.turns import Manner

Ints = NDArray[np.int32]
Bits = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Number = TypeVar("Number", int, Bits)

NOBODY_SAYS = 0
"""The number of no piece and of no sound. A phrasing without any piece is laid out as this one, weighing nothing."""


class _Numbers(dict[str, int]):
    """Gives each new text the next number, from one on."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self) + 1
        return number


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The pieces and sounds that a base says, numbered; ``sound_of``, ``meaning_of`` (see ``Meanings``), ``is_way`` and
    ``spelled`` go by piece."""

    pieces: Mapping[str, int]
    sounds: Mapping[str, int]
    sound_of: Ints
    meaning_of: Ints
    is_way: Flags
    spelled: Sequence[str]

    def grown(self, pieces: Mapping[str, int], heard: Mapping[str, str]) -> Vocabulary:
        """Return this vocabulary with the pieces numbered after its own; ``heard`` has the sounds of those."""
        new = list(pieces)[len(self.pieces) :]
        if not new:
            return self
        sounds = _Numbers(self.sounds)
        sound_of = np.array([sounds[heard[piece]] for piece in new], np.int32)
        return Vocabulary(
            dict(pieces),
            dict(sounds),
            np.append(self.sound_of, sound_of),
            np.append(self.meaning_of, np.array([meaning(piece) for piece in new], np.int32)),
            np.append(self.is_way, [piece[0] == "?" for piece in new]),
            (*self.spelled, *new),
        )


_NO_WORDS = Vocabulary(
    {}, {}, np.array([NOBODY_SAYS], np.int32), np.array([NO_MEANING], np.int32), np.array([False]), ("",)
)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Phrasings laid out: row ``r`` has the places ``starts[r]`` to ``starts[r] + sizes[r]``.

    By place: ``pieces`` (numbers of the vocabulary), ``weights``, ``kin`` (number of the word's matters), ``first`` (begins a word),
    ``alone`` (is a whole word). By row: ``totals`` (of its weights), ``texts`` (normalised) and ``manners``.
    """

    vocabulary: Vocabulary
    pieces: Ints
    weights: Floats
    kin: NDArray[np.int16]
    first: Flags
    alone: Flags
    starts: Bits
    sizes: Bits
    totals: Floats
    texts: Sequence[str]
    manners: Sequence[Manner]

    def take(self, rows: Sequence[int] | Bits) -> Taken:
        """Return some rows, at least one, one behind the other."""
        numbers = np.array(rows, np.int64)
        sizes = self.sizes[numbers]
        ends = sizes.cumsum()
        begins = ends - sizes
        places = (self.starts[numbers] - begins).repeat(sizes)
        places += np.arange(len(places))
        pieces = self.pieces.take(places)
        sounds = self.vocabulary.sound_of.take(pieces)
        return Taken(numbers, sizes, begins, places, pieces, sounds, self.weights.take(places))

    @classmethod
    def of(cls, questions: Iterable[Question], after: Laid | None = None) -> Laid:
        """Lay out questions; ``after`` says whose vocabulary to go on with."""
        pieces, weights, kin, words, sizes = array("i"), array("d"), array("h"), array("i"), array("q")
        before = after.vocabulary if after else _NO_WORDS
        known = _Numbers(before.pieces)
        heard: dict[str, str] = {}
        manners: dict[Manner, Manner] = {}
        texts: list[str] = []
        asked: list[Manner] = []
        for question in questions:
            heard.update(zip(question.pieces, question.sounds, strict=True))
            pieces.extend(map(known.__getitem__, question.pieces) if question.pieces else (NOBODY_SAYS,))
            weights.extend(question.weights or (0.0,))
            kin.extend(question.kin or (0,))
            words.extend(question.words or (0,))
            sizes.append(len(question.pieces) or 1)
            texts.append(question.text)
            asked.append(manners.setdefault(question.manner, question.manner))
        row_sizes = np.array(sizes, np.int64)
        starts = np.cumsum(row_sizes) - row_sizes
        first, alone = _ends_of_words(np.array(words, np.int32), starts)
        return cls(
            before.grown(known, heard),
            np.array(pieces, np.int32),
            np.array(weights, np.float64),
            np.array(kin, np.int16),
            first,
            alone,
            starts,
            row_sizes,
            _totals(np.array(weights, np.float64), starts),
            texts,
            asked,
        )

    def and_then(self, more: Laid) -> Laid:
        """Return these phrasings with those of ``more`` behind them; ``more`` was laid out after these."""
        return Laid(
            more.vocabulary,
            np.concatenate((self.pieces, more.pieces)),
            np.concatenate((self.weights, more.weights)),
            np.concatenate((self.kin, more.kin)),
            np.concatenate((self.first, more.first)),
            np.concatenate((self.alone, more.alone)),
            np.concatenate((self.starts, more.starts + len(self.pieces))),
            np.concatenate((self.sizes, more.sizes)),
            np.concatenate((self.totals, more.totals)),
            [*self.texts, *more.texts],
            [*self.manners, *more.manners],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Some rows of phrasings laid out, one behind the other: ``rows``, their ``sizes``, and where each ``begins``.

    By place: ``places`` (among those of all phrasings), ``pieces``, ``sounds``, ``weights``.
    """

    rows: Bits
    sizes: Bits
    begins: Bits
    places: Bits
    pieces: Ints
    sounds: Ints
    weights: Floats


def _totals(weights: Floats, starts: Bits) -> Floats:
    return np.maximum(np.add.reduceat(weights, starts), 1e-9) if len(starts) else weights


def _ends_of_words(words: Ints, starts: Bits) -> tuple[Flags, Flags]:
    """Say which places begin a word, and which are a word of their own."""
    first = np.ones(len(words) + 1, np.bool_)
    first[1:-1] = words[1:] != words[:-1]
    first[starts] = True
    return first[:-1], first[:-1] & first[1:]


def pairs_of(one: Number, other: Number) -> Number:
    """Return the number of a pair of sounds (or of many, in arrays), told from that of any single sound."""
    return one << 32 | other
