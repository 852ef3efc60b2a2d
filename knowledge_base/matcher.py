"""How alike two questions are: how much of each the other says, word by word, and what speaks against it.

Overlap is soft (a homophone counts nearly, a lone character half) and weighed by how much each word says in general.
Numbers here were chosen by looking at the figures of the tuning tasks; none is fitted on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Indel

from knowledge_base.entry import Evidence
from knowledge_base.index import compiled
from knowledge_base.normalize import Question, Wording

ALONE_IN_WORD = 0.6  # a character of a longer word, met without its neighbours
ALONE = 0.95
SOUNDS_ALIKE = 0.85
SOUNDS_ALIKE_ALONE = 0.25
_NEUTRAL_WAYS = frozenset({"is", "say"})


@dataclass(frozen=True, slots=True)
class Side:
    """A question made ready to be compared: its pieces and sounds as sets, alone and in pairs."""

    question: Question
    pieces: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    sounds: frozenset[str]
    sound_pairs: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, question: Question) -> Side:
        """Make a question ready."""
        pieces, heard = question.pieces, question.sounds
        return cls(
            question,
            frozenset(pieces),
            frozenset(pairwise(pieces)),
            frozenset(heard),
            frozenset(pairwise(heard)),
        )


@lru_cache(maxsize=4096)
def side_of(phrasing: str) -> Side:
    """Return a phrasing made ready to be compared; the latest ones are kept."""
    return Side.of(compiled(phrasing))


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of one side the other says: share (0–1), all there is, and the word that is missing most."""

    share: float
    total: float
    missing: float
    word: str


def cover(one: Side, other: Side) -> Covered:
    """Say how much of one question another one says."""
    question = one.question
    pieces, weights, words = question.pieces, question.weights, question.words
    total = got = 0.0
    missing: dict[int, float] = {}
    for at, piece in enumerate(pieces):
        weight = weights[at]
        met = weight * (_way_met(piece, other) if piece[0] == "?" else _met(one, other, at))
        total += weight
        got += met
        if met < weight:
            missing[words[at]] = missing.get(words[at], 0.0) + weight - met
    if not missing:
        return Covered(1.0 if total else 0.0, total, 0.0, "")
    place = max(missing, key=lambda word: (missing[word], -word))
    word = "".join(piece for piece, owner in zip(pieces, words, strict=True) if owner == place)
    return Covered(got / total, total, missing[place], word)


def _way_met(piece: str, other: Side) -> float:
    """Say how near the other side comes to a way of asking (0–1)."""
    if piece in other.pieces:
        return 1.0
    near = Wording.shipped().near_ways
    return max((near.get((piece[1:], way), 0.0) for way in other.question.ways), default=0.0)


def _met(one: Side, other: Side, at: int) -> float:
    """Say how well the piece at a place is met on the other side (0–1)."""
    pieces, heard, words = one.question.pieces, one.question.sounds, one.question.words
    last = len(pieces) - 1
    piece, sound = pieces[at], heard[at]
    if piece in other.pieces:
        if (at and (pieces[at - 1], piece) in other.pairs) or (at < last and (piece, pieces[at + 1]) in other.pairs):
            return 1.0
        if (not at or words[at - 1] != words[at]) and (at == last or words[at + 1] != words[at]):
            return ALONE
        return ALONE if _heard_beside(heard, at, other) else ALONE_IN_WORD
    if sound not in other.sounds:
        return 0.0
    return SOUNDS_ALIKE if _heard_beside(heard, at, other) else SOUNDS_ALIKE_ALONE


def _heard_beside(heard: tuple[str, ...], at: int, other: Side) -> bool:
    return bool(
        (at and (heard[at - 1], heard[at]) in other.sound_pairs)
        or (at < len(heard) - 1 and (heard[at], heard[at + 1]) in other.sound_pairs)
    )


def ways_alike(one: frozenset[str], other: frozenset[str], near: Mapping[tuple[str, str], float]) -> float:
    """Say how near two sets of ways of asking are (0–1); asking in no way goes fairly well with any."""
    mine, yours = one - _NEUTRAL_WAYS, other - _NEUTRAL_WAYS
    if not mine and not yours:
        return 1.0
    if not mine or not yours:
        return 0.75

    def best(way: str, among: frozenset[str]) -> float:
        return 1.0 if way in among else max(near.get((way, them), 0.2) for them in among)

    return (sum(best(w, yours) for w in mine) / len(mine) + sum(best(w, mine) for w in yours) / len(yours)) / 2


@dataclass(frozen=True, slots=True)
class Compared:
    """Two questions compared: ``likeness`` is log-odds that they ask the same, ``evidence`` says from what."""

    likeness: float
    similarity: float
    evidence: tuple[Evidence, ...]


def compare(asked: Side, phrasing: Side) -> Compared:
    """Compare what was asked with one phrasing."""
    mine, theirs = cover(asked, phrasing), cover(phrasing, asked)
    ways = ways_alike(asked.question.ways, phrasing.question.ways, Wording.shipped().near_ways)
    order = Indel.normalized_similarity(asked.question.text, phrasing.question.text)
    low = min(mine.share, theirs.share)
    likeness = (
        -11.5
        + 2.6 * mine.share
        + 3.0 * theirs.share
        + 2.5 * low
        + 2.0 * ways
        + 5.5 * order
        + 0.8 * min(1.6, mine.total + 0.3)
        + 0.5 * min(1.6, theirs.total + 0.3)
        - 0.9 * mine.missing
        - 0.8 * theirs.missing
    )
    evidence = (
        Evidence("asked_covered", round(100 * mine.share, 1), mine.word),
        Evidence("phrasing_covered", round(100 * theirs.share, 1), theirs.word),
        Evidence("ways_alike", round(100 * ways, 1), " ".join(sorted(asked.question.ways))),
        Evidence("same_order", round(100 * order, 1)),
    )
    return Compared(likeness, 100 * order, evidence)
