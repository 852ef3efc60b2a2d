"""How alike two questions are, and a question and an entry: how much of each the other says, word by word.

Overlap is soft (a homophone counts nearly, a lone character half) and weighed by how much each word says in general.
The factors were chosen by looking at the figures of the starter packs' own questions and of tuning tasks; they are
round numbers, none is fitted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Indel

from knowledge_base.entry import Evidence
from knowledge_base.index import compiled, features
from knowledge_base.normalize import Question, Wording
from knowledge_base.turns import turned

ALONE_IN_WORD = 0.6  # a character of a longer word, met without its neighbours
ALONE = 0.95
SOUNDS_ALIKE = 0.85
SOUNDS_ALIKE_ALONE = 0.25
KINDRED = 0.7  # another word of the same matter
_TYPICAL_PRIOR = 1.0  # a question of one word tells little about what is typical
_NEUTRAL_WAYS = frozenset({"is", "say"})


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says, ready to be met: pieces and sounds as sets, alone and in pairs, and its ways of asking."""

    pieces: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    sounds: frozenset[str]
    sound_pairs: frozenset[tuple[str, str]]
    ways: frozenset[str]
    kin: frozenset[int]

    @classmethod
    def of(cls, *questions: Question) -> Side:
        """Make what these questions say together ready."""
        return cls(
            frozenset(piece for q in questions for piece in q.pieces),
            frozenset(pair for q in questions for pair in pairwise(q.pieces)),
            frozenset(sound for q in questions for sound in q.sounds),
            frozenset(pair for q in questions for pair in pairwise(q.sounds)),
            frozenset(way for q in questions for way in q.ways),
            frozenset(group for q in questions for kin in q.kin for group in kin),
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What all phrasings of an entry say together, and how many of them say each sound and pair of sounds."""

    side: Side
    counts: Mapping[str, int]
    size: int


@lru_cache(maxsize=8192)
def side_of(phrasing: str) -> Side:
    """Return a phrasing made ready to be met; the latest ones are kept."""
    return Side.of(compiled(phrasing))


@lru_cache(maxsize=4096)
def profile_of(phrasings: tuple[str, ...]) -> Profile:
    """Return what the phrasings of an entry say together; the latest ones are kept."""
    questions = [compiled(phrasing) for phrasing in phrasings]
    counts = Counter(feature for question in questions for feature in features(question))
    return Profile(Side.of(*questions), counts, len(questions))


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of one question the other side says: share (0–1), all there is, and the word that is missing most."""

    share: float
    total: float
    missing: float
    word: str


def cover(question: Question, other: Side) -> Covered:
    """Say how much of a question another side says."""
    total = lost = 0.0
    missing: dict[int, float] = {}
    for at, (piece, weight) in enumerate(zip(question.pieces, question.weights, strict=True)):
        total += weight
        if piece in other.pieces and at and (question.pieces[at - 1], piece) in other.pairs:
            continue  # the common case first: met beside the same neighbour
        less = weight * (1.0 - (_way_met(piece, other) if piece[0] == "?" else _met(question, other, at)))
        if less > 0.0:
            lost += less
            word = question.words[at]
            missing[word] = missing.get(word, 0.0) + less
    if not missing:
        return Covered(1.0 if total else 0.0, total, 0.0, "")
    place = max(missing, key=missing.__getitem__)
    word_missing = "".join(p for p, owner in zip(question.pieces, question.words, strict=True) if owner == place)
    return Covered(1.0 - lost / total, total, missing[place], word_missing)


def _way_met(piece: str, other: Side) -> float:
    """Say how near the other side comes to a way of asking (0–1)."""
    if piece in other.pieces:
        return 1.0
    near = Wording.shipped().near_ways
    return max((near.get((piece[1:], way), 0.0) for way in other.ways), default=0.0)


def _met(question: Question, other: Side, at: int) -> float:
    """Say how well the piece at a place is met on the other side (0–1)."""
    pieces, heard, words = question.pieces, question.sounds, question.words
    last = len(pieces) - 1
    piece, sound = pieces[at], heard[at]
    if piece in other.pieces:
        if (at and (pieces[at - 1], piece) in other.pairs) or (at < last and (piece, pieces[at + 1]) in other.pairs):
            return 1.0
        if (not at or words[at - 1] != words[at]) and (at == last or words[at + 1] != words[at]):
            return ALONE
        if _heard_beside(heard, at, other):
            return ALONE
        return ALONE_IN_WORD if question.kin[at].isdisjoint(other.kin) else max(KINDRED, ALONE_IN_WORD)
    if sound in other.sounds and _heard_beside(heard, at, other):
        return SOUNDS_ALIKE
    if not question.kin[at].isdisjoint(other.kin):
        return KINDRED
    return SOUNDS_ALIKE_ALONE if sound in other.sounds else 0.0


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
    """A question compared with a phrasing: what each says of the other (0–1), and their likeness as log-odds."""

    phrasing: str
    likeness: float
    mine: Covered
    theirs: Covered
    ways: float
    order: float
    turns: tuple[Evidence, ...]
    asked: Question

    @property
    def order_key(self) -> tuple[float, str]:
        """The likest phrasing first."""
        return (-self.likeness, self.phrasing)

    @property
    def similarity(self) -> float:
        """How like the two look (0–100)."""
        return 100 * (self.mine.share + self.theirs.share + self.order) / 3


def compare(asked: Question, asked_side: Side, phrasing: str) -> Compared:
    """Compare what was asked with one phrasing; ``likeness`` lacks what the entry's other phrasings say."""
    other, side = compiled(phrasing), side_of(phrasing)
    mine, theirs = cover(asked, side), cover(other, asked_side)
    ways = ways_alike(asked.ways, other.ways, Wording.shipped().near_ways)
    order = Indel.normalized_similarity(asked.text, other.text)
    turns = turned(asked.said, other.said, (asked.negated, other.negated), (asked.numbers, other.numbers))
    likeness = 3.4 * theirs.share + 1.8 * order + 1.9 * ways - 0.45 * mine.missing - 0.4 * theirs.missing
    likeness += sum(turn.value for turn in turns)
    return Compared(phrasing, likeness, mine, theirs, ways, order, turns, asked)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and an entry: how likely they mean the same (log-odds, before looking at other entries)."""

    likeness: float
    nearest: Compared
    together: float
    typical: float

    def evidence(self) -> tuple[Evidence, ...]:
        """Put what speaks for and against into words and numbers for the page that explains.

        Codes: ``asked_covered`` and ``phrasing_covered`` (how much of one the other says, in percent, with the word
        most missing), ``entry_covered`` (how much of the question all phrasings say together), ``ways_alike``,
        ``same_order``, ``typical`` (how typical of the entry and how many phrasings agree, log-odds), and where there is one ``negation``, ``opposite``, ``number``.
        """
        near = self.nearest
        return (
            Evidence("asked_covered", round(100 * near.mine.share, 1), near.mine.word),
            Evidence("phrasing_covered", round(100 * near.theirs.share, 1), near.theirs.word),
            Evidence("entry_covered", round(100 * self.together, 1)),
            Evidence("ways_alike", round(100 * near.ways, 1), " ".join(sorted(near.asked.ways))),
            Evidence("same_order", round(100 * near.order, 1)),
            *((Evidence("typical", round(self.typical, 2)),) if self.typical else ()),
            *near.turns,
        )


def judge(
    asked: Question, compared: Sequence[Compared], profile: Profile, said_by: Sequence[tuple[str, float, float]]
) -> Judged:
    """Say how likely a question and an entry mean the same.

    ``compared`` are the entry's phrasings that were looked at closely, at least one. ``said_by`` has each sound and
    pair of sounds of the question, what share of all phrasings in the base say it, and its weight. What phrasings say together counts from three on, fully from eight.
    """
    nearest = min(compared, key=lambda near: near.order_key)
    together = cover(asked, profile.side).share if profile.size > 1 else nearest.mine.share
    trust = min(1.0, max(0.0, (profile.size - 2) / 6))
    typical = trust * (_typical(profile, said_by) + _agreement(compared))
    told = math.log(nearest.mine.total + 0.3)
    return Judged(nearest.likeness + 5.7 * together + 1.6 * told + typical - 10.3, nearest, together, typical)


def _agreement(compared: Sequence[Compared]) -> float:
    """Say whether several phrasings speak for an entry or one alone (-0.5 for one, +0.9 for four alike)."""
    most = max(near.likeness for near in compared)
    return math.log(sum(math.exp(near.likeness - most) for near in compared)) - 0.5


def _typical(profile: Profile, said_by: Sequence[tuple[str, float, float]]) -> float:
    """Say how much more often an entry's phrasings say what is asked than all phrasings do (mean log ratio)."""
    total = ratio = 0.0
    for feature, share, weight in said_by:
        ratio += weight * math.log((profile.counts.get(feature, 0) + share) / (share * (profile.size + 1)))
        total += weight
    return 1.3 * ratio / (total + _TYPICAL_PRIOR)
