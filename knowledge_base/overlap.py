"""How much of one text another one says, word by word: of a question each phrasing, of each phrasing the question.

Overlap is soft (a homophone counts nearly, a lone character half) and weighed by how much each word says in general.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from knowledge_base.columns import Columns, Places, Rows, runs
from knowledge_base.laid import Flags, Floats, Laid

ALONE_IN_WORD = 0.6  # a character of a longer word, met without its neighbours
ALONE = 0.95
SOUNDS_ALIKE = 0.85
SOUNDS_ALIKE_ALONE = 0.25
KINDRED = 0.7  # another word of the same matter


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


_EIGHT = product((False, True), repeat=8)
_MET = np.array([_met(p, p1 or p2, s, s1 or s2, kin, alone) for p, s, p1, s1, p2, s2, kin, alone in _EIGHT])
"""By eight bits: piece, sound; the pair of each with the place before; with the place behind; kin; alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """How much of each of some texts is said: its share (0–1), and by word what is missing.

    ``missing`` is what the word misses that misses most. Text ``r`` has the words from ``begins[r]`` on in ``lost``.
    """

    share: Floats
    missing: Floats
    lost: Floats
    begins: Places

    def word(self, text: int) -> int:
        """Return the word of a text that is missing most: the first word is 0; -1 where nothing is missing."""
        if self.missing[text] <= 0.0:
            return -1
        begin = self.begins[text]
        end = self.begins[text + 1] if text + 1 < len(self.begins) else len(self.lost)
        return int(self.lost[begin:end].argmax())


def cover_asked(asked: Columns, says: Flags) -> Covered:
    """Say how much of a question each of some rows says; ``says`` as in ``Rows``."""
    bits = np.empty((len(says), 8, len(asked.weights)), np.bool_)
    bits[:, :7] = says[:, asked.planes]
    bits[:, 7] = asked.alone
    met = _MET[np.packbits(bits, axis=1)[:, 0]]
    for place, columns, near in asked.near:
        met[:, place] = (says[:, columns] * near).max(axis=1)
    lost = (1.0 - met) * asked.weights
    by_word = np.add.reduceat(lost, asked.words, axis=1)
    share = 1.0 - lost.sum(axis=1) / asked.weights.sum()
    return Covered(share, by_word.max(axis=1), by_word.ravel(), np.arange(0, by_word.size, by_word.shape[1]))


def cover_rows(asked: Columns, laid: Laid, rows: Rows, close: Places) -> Covered:
    """Say how much of each close row (by its place among ``rows``) the question says."""
    sizes = rows.sizes[close]
    places, begins = runs(rows.begins[close], sizes)
    own = rows.places[places]
    bits = np.empty((8, len(places)), np.bool_)
    columns = rows.columns[:, places]
    bits[:4] = columns
    bits[4:6] = rows.columns[2:, places + 1]
    bits[6] = rows.kin[places]
    bits[7] = laid.alone[own]
    met = _MET[np.packbits(bits, axis=0)[0]]
    ways = laid.vocabulary.is_way[laid.pieces[own]]
    met[ways] = asked.nearest[columns[0, ways]]
    weights = laid.weights[own]
    lost = (1.0 - met) * weights
    words = np.flatnonzero(laid.first[own])
    by_word = np.add.reduceat(lost, words)
    word_begins = np.searchsorted(words, begins)
    total = np.add.reduceat(weights, begins)
    share = 1.0 - np.add.reduceat(lost, begins) / np.maximum(total, 1e-9)
    return Covered(np.where(total > 0.0, share, 0.0), np.maximum.reduceat(by_word, word_begins), by_word, word_begins)
