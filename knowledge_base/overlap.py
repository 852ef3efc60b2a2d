"""How much of one text another one says, word by word: of a question each phrasing, of each phrasing the question.

Overlap is soft (a homophone counts nearly, a lone character half) and weighed by how much each word says in general.
Each place of a phrasing has the places of the question that say the same as the bits of a number: a pair of
neighbours that both texts have is then a shift and an "and", for all phrasings at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge_base.laid import Bits, Floats, Laid, Taken, Vocabulary
from knowledge_base.normalize import NO_KIN, Question, Wording

ALONE_IN_WORD = 0.6  # a character of a longer word, met without its neighbours
ALONE = 0.95
SOUNDS_ALIKE = 0.85
SOUNDS_ALIKE_ALONE = 0.25
KINDRED = 0.7  # another word of the same matter

Masks = NDArray[np.uint64]
_BITS = 64  # of one number; a long question needs several
_ONE = np.uint64(1)
_UNKNOWN = -1  # the number of a piece that no phrasing has


def _met(piece: bool, pair: bool, sound: bool, sound_pair: bool, kin: bool, alone: bool) -> float:
    """Say how well a piece is met on the other side (0–1).

    The other side has the piece, the piece beside the same neighbour, its sound, its sound beside the same sound, a
    kindred word; ``alone``: the piece is a word of its own.
    """
    if piece:
        if pair:
            return 1.0
        if alone or sound_pair:
            return ALONE
        return max(KINDRED, ALONE_IN_WORD) if kin else ALONE_IN_WORD
    if sound and sound_pair:
        return SOUNDS_ALIKE
    if kin:
        return KINDRED
    return SOUNDS_ALIKE_ALONE if sound else 0.0


_PIECE, _SOUND, _PAIRS, _KIN = 0, 1, slice(2, 4), 4
_EIGHT = product((False, True), repeat=8)
_UNMET = np.array([1.0 - _met(p, p1 or p2, s, s1 or s2, kin, alone) for p, s, p1, s1, kin, p2, s2, alone in _EIGHT])
"""What is missing of a piece, by eight bits: piece, sound; the pair of each with the place before; kin; the pair of
each with the place behind; alone."""
_WORTH = np.array([128, 64, 32, 16, 8, 4, 2, 1], np.uint8)  # of each of the eight bits
_LOWEST = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question ready to be met by phrasings.

    By place: ``weights`` (``total``: of all), ``alone`` (is a whole word); ``words`` has the places that begin a word.
    ``by_piece``, ``by_sound`` and ``by_kin`` have for each number the places that say it (the last one kindred words),
    as bits. Behind the places are bits for ways of asking near its own: ``near_bits`` has for each place that is a way
    the bits of ways near it and how near; ``near_pieces`` how near a piece that is a way is to any of its own.
    """

    size: int
    weights: Floats
    total: float
    alone: Sequence[bool]
    words: Sequence[int]
    by_piece: Masks
    by_sound: Masks
    by_kin: Masks | None
    near_bits: Sequence[tuple[int, range, Floats]]
    near_pieces: Mapping[int, float]
    bits: int

    @classmethod
    def of(cls, question: Question, vocabulary: Vocabulary) -> Self:
        """Make a question of at least one piece ready."""
        size, number = len(question.pieces), vocabulary.pieces.get
        pieces = [number(piece, _UNKNOWN) for piece in question.pieces]
        near_bits: list[tuple[int, range, Floats]] = []
        near_pieces: dict[int, float] = {}
        pieces.append(_UNKNOWN)  # so that the last place and the first way are no neighbours
        for place, piece in enumerate(question.pieces):
            if piece[0] == "?":
                near, values = _near(piece)
                near_bits.append((place, range(len(pieces), len(pieces) + len(near)), values))
                for name, value in near.items():
                    pieces.append(way := number(name, _UNKNOWN))
                    near_pieces[way] = max(value, near_pieces.get(way, 0.0))
        sounds = [vocabulary.sounds.get(sound, _UNKNOWN) for sound in question.sounds]
        words = [at for at, word in enumerate(question.words) if not at or word != question.words[at - 1]]
        ends = {*words, size}
        width = (len(pieces) - 1) // _BITS + 1
        return cls(
            size,
            np.array(question.weights),
            sum(question.weights),
            [at in ends and at + 1 in ends for at in range(size)],
            words,
            _masks(pieces, len(vocabulary.spelled), width),
            _masks(sounds, len(vocabulary.sounds) + 1, width),
            _kindred(question.kin, width) if any(question.kin) else None,
            near_bits,
            near_pieces,
            len(pieces),
        )


@cache
def _near(way: str) -> tuple[Mapping[str, float], Floats]:
    """Return the pieces of the ways of asking near one, itself the first, with how near each is."""
    near = {way: 1.0, **{f"?{name}": value for name, value in Wording.shipped().near_ways.get(way[1:], {}).items()}}
    return near, np.array([*near.values()])


def _masks(numbers: Sequence[int], size: int, width: int) -> Masks:
    """Return for each of ``size`` numbers the places that have it, as bits, lowest first."""
    places: dict[int, int] = {}
    for place, number in enumerate(numbers):
        if number != _UNKNOWN:
            places[number] = places.get(number, 0) | 1 << place
    table = np.zeros((size, width), np.uint64)
    for number, bits in places.items():
        for at in range(width):
            table[number, at] = bits >> at * _BITS & _LOWEST
    return table


def _kindred(kin: Sequence[int], width: int) -> Masks:
    """Return for each number of matters the places of a question that are kindred, as bits."""
    kindred = Wording.shipped().kindred
    places = np.zeros((len(kindred), width * _BITS), np.bool_)
    for place, matters in enumerate(kin):
        if matters != NO_KIN:
            places[:, place] = kindred[matters]
    return np.packbits(places, axis=1, bitorder="little").view("<u8")


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """How much of each of some texts is said: its share (0–1), and by word what is missing.

    ``missing`` is what the word misses that misses most. Text ``r`` has the words ``begins[r]`` to ``begins[r + 1]``
    of ``lost``.
    """

    share: Floats
    missing: Floats
    lost: Floats
    begins: Sequence[int] | Bits

    def word(self, text: int) -> int:
        """Return the word of a text that is missing most: the first word is 0; -1 where nothing is missing."""
        lost = self.lost[self.begins[text] : self.begins[text + 1]].tolist()
        return lost.index(most) if (most := max(lost)) > 0.0 else -1


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """What some rows and a question say of each other.

    ``mine`` is how much of the question each row that is looked at by itself says, and behind those, how much each entry
    says by all its rows together; ``theirs`` how much of each row the question says.
    """

    mine: Covered
    theirs: Covered


def overlap(asked: Asked, laid: Laid, taken: Taken, entries: Sequence[int], close: Sequence[int]) -> Overlap:
    """Compare a question with some rows; each entry's rows begin at one of ``entries``, places among the rows.

    ``close`` has the places of the rows to look at by themselves.
    """
    places, begins, pieces = taken.places, taken.begins, taken.pieces
    same = np.zeros((5, len(places) + 1, asked.by_piece.shape[1]), np.uint64)
    asked.by_piece.take(pieces, axis=0, out=same[_PIECE, :-1], mode="clip")
    asked.by_sound.take(taken.sounds, axis=0, out=same[_SOUND, :-1], mode="clip")
    moved = same[:2, :-2] << _ONE
    if moved.shape[2] > 1:
        moved[:, :, 1:] |= same[:2, :-2, :-1] >> np.uint64(_BITS - 1)
    np.bitwise_and(same[:2, 1:-1], moved, out=same[_PAIRS, 1:-1])
    same[_PAIRS, begins] = 0
    if asked.by_kin is not None:
        asked.by_kin.take(laid.kin.take(places), axis=0, out=same[_KIN, :-1], mode="clip")
    by_row = np.bitwise_or.reduceat(same[:, :-1], begins, axis=1)
    by_entry = np.bitwise_or.reduceat(by_row, entries, axis=1)
    masks = np.concatenate((by_row[:, close], by_entry), axis=1)
    says = np.unpackbits(masks.view(np.uint8), axis=2, count=asked.bits, bitorder="little")
    return Overlap(_cover_asked(asked, says), _cover_rows(asked, laid, same, taken))


def _cover_asked(asked: Asked, says: NDArray[np.uint8]) -> Covered:
    bits = np.zeros((8, says.shape[1], asked.size), np.uint8)
    bits[:5] = says[:, :, : asked.size]
    bits[5:7, :, :-1] = says[_PAIRS, :, 1 : asked.size]
    bits[7] = asked.alone
    unmet = _UNMET.take(np.einsum("i,ijk->jk", _WORTH, bits))
    for place, near, values in asked.near_bits:
        unmet[:, place] = 1.0 - (says[_PIECE, :, near.start : near.stop] * values).max(axis=1)
    lost = unmet * asked.weights
    by_word = np.add.reduceat(lost, asked.words, axis=1)
    begins = range(0, by_word.size + 1, by_word.shape[1])
    return Covered(1.0 - lost.sum(axis=1) / asked.total, by_word.max(axis=1), by_word.ravel(), begins)


def _cover_rows(asked: Asked, laid: Laid, same: Masks, taken: Taken) -> Covered:
    places, begins, pieces = taken.places, taken.begins, taken.pieces
    by_place = (same[:, :, 0] if same.shape[2] == 1 else same.any(axis=2)) != 0
    bits = np.empty((8, len(places)), np.uint8)
    bits[:5] = by_place[:, :-1]
    bits[5:7] = by_place[_PAIRS, 1:]
    laid.alone.take(places, out=bits[7].view(np.bool_), mode="clip")
    unmet = _UNMET.take(np.einsum("i,ij->j", _WORTH, bits))
    ways = laid.vocabulary.is_way.take(pieces).nonzero()[0]
    unmet[ways] = [1.0 - asked.near_pieces.get(piece, 0.0) for piece in pieces[ways].tolist()]
    lost = unmet * taken.weights
    words = laid.first.take(places).nonzero()[0]
    by_word = np.add.reduceat(lost, words)
    word_begins = words.searchsorted(begins)
    share = 1.0 - np.add.reduceat(lost, begins) / laid.totals.take(taken.rows)
    missing = np.maximum.reduceat(by_word, word_begins)
    return Covered(share, missing, by_word, np.append(word_begins, len(words)))
