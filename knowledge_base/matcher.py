"""How alike a question and an entry are, as log-odds: from overlap, ways of asking, and all phrasings together.

The factors were chosen by looking at the figures of the starter packs' own questions and of tuning tasks; they are
round numbers, none is fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from rapidfuzz.distance import Indel

from knowledge_base.columns import Columns, Rows
from knowledge_base.entry import Evidence
from knowledge_base.index import Candidate, Index, Said
from knowledge_base.laid import Ints, Laid
from knowledge_base.normalize import Question, Wording
from knowledge_base.overlap import Covered, cover_asked, cover_rows
from knowledge_base.turns import turned

_TYPICAL_PRIOR = 1.0  # a question of one word tells little about what is typical
_NEUTRAL_WAYS = frozenset({"is", "say"})


def ways_alike(one: frozenset[str], other: frozenset[str], near: Mapping[str, Mapping[str, float]]) -> float:
    """Say how near two sets of ways of asking are (0–1); asking in no way goes fairly well with any."""
    mine, yours = one - _NEUTRAL_WAYS, other - _NEUTRAL_WAYS
    if not mine and not yours:
        return 1.0
    if not mine or not yours:
        return 0.75

    def best(way: str, among: frozenset[str]) -> float:
        return 1.0 if way in among else max(near.get(way, {}).get(them, 0.2) for them in among)

    return (sum(best(w, yours) for w in mine) / len(mine) + sum(best(w, mine) for w in yours) / len(yours)) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A question compared with some rows of an index: their ``likeness`` is log-odds.

    ``mine`` is what of the question each row says, ``theirs`` what of each row the question says; ``likeness`` lacks
    what an entry's other phrasings say.
    """

    question: Question
    laid: Laid
    rows: Sequence[int]
    mine: Covered
    theirs: Covered
    ways: Sequence[float]
    orders: Sequence[float]
    turns: Sequence[tuple[Evidence, ...]]
    likeness: Sequence[float]

    def similarity(self, at: int) -> float:
        """How like the question and the row at a place look (0–100)."""
        return 100 * (float(self.mine.share[at]) + float(self.theirs.share[at]) + self.orders[at]) / 3

    def word_of_mine(self, at: int) -> str:
        """Return the word of the question that the row at a place misses most."""
        word = self.mine.word(at)
        return "".join(p for p, place in zip(self.question.pieces, self.question.words, strict=True) if place == word)

    def word_of_theirs(self, at: int) -> str:
        """Return the word of the row at a place that the question misses most."""
        word = self.theirs.word(at)
        start = int(self.laid.starts[self.rows[at]])
        places = slice(start, start + int(self.laid.sizes[self.rows[at]]))
        mine = np.cumsum(self.laid.first[places]) == word + 1
        return "".join(self.laid.vocabulary.spelled[piece] for piece in self.laid.pieces[places][mine].tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A question and an entry: how likely they mean the same (log-odds, before looking at other entries).

    ``nearest`` is the entry's likest phrasing, by its place in ``compared``.
    """

    entry_id: str
    likeness: float
    compared: Compared
    nearest: int
    together: float
    typical: float

    @property
    def row(self) -> int:
        """The row of the likest phrasing."""
        return self.compared.rows[self.nearest]

    @property
    def similarity(self) -> float:
        """How like the question and the likest phrasing look (0–100)."""
        return self.compared.similarity(self.nearest)

    def evidence(self) -> tuple[Evidence, ...]:
        """Put what speaks for and against into words and numbers for the page that explains.

        Codes: ``asked_covered`` and ``phrasing_covered`` (how much of one the other says, in percent, with the word
        most missing), ``entry_covered`` (how much of the question all phrasings say together), ``ways_alike``,
        ``same_order``, ``typical`` (how typical of the entry and how many phrasings agree, log-odds), and where there
        is one ``negation``, ``opposite``, ``number``.
        """
        near, at = self.compared, self.nearest
        return (
            Evidence("asked_covered", round(100 * float(near.mine.share[at]), 1), near.word_of_mine(at)),
            Evidence("phrasing_covered", round(100 * float(near.theirs.share[at]), 1), near.word_of_theirs(at)),
            Evidence("entry_covered", round(100 * self.together, 1)),
            Evidence("ways_alike", round(100 * near.ways[at], 1), " ".join(sorted(near.question.manner.ways))),
            Evidence("same_order", round(100 * near.orders[at], 1)),
            *((Evidence("typical", round(self.typical, 2)),) if self.typical else ()),
            *near.turns[at],
        )


def judge(question: Question, index: Index, said: Sequence[Said], candidates: Sequence[Candidate]) -> list[Judged]:
    """Say of each candidate how likely the question and it mean the same; ``said`` is what the index knows of it.

    What an entry's phrasings say together counts from three on, fully from eight.
    """
    if not candidates:
        return []
    asked = Columns.of(question, index.laid.vocabulary)
    rows = Rows.of(asked, index.laid, [row for candidate in candidates for row in candidate.rows])
    sizes = [len(candidate.rows) for candidate in candidates]
    begins = [0, *accumulate(sizes)][:-1]
    close = [begin + one.rows.index(row) for begin, one in zip(begins, candidates, strict=True) for row in one.close]
    counts = np.add.reduceat(rows.says, begins, axis=0, dtype=np.int32)
    says = np.concatenate((rows.says[close], counts > 0))
    mine = cover_asked(asked, says)
    theirs = cover_rows(asked, index.laid, rows, np.array(close))
    compared = _compared(question, index.laid, [row for one in candidates for row in one.close], mine, theirs)
    together = mine.share[len(close) :].tolist()
    typical = _typical(index, asked, said, counts, sizes)
    told = 1.6 * math.log(float(asked.weights.sum()) + 0.3) - 10.3
    found, begin = [], 0
    for at, one in enumerate(candidates):
        places = range(begin, begin := begin + len(one.close))
        nearest = min(
            places, key=lambda place: (-round(compared.likeness[place], 9), index.phrasings[compared.rows[place]])
        )
        likeness = [compared.likeness[place] for place in places]
        typically = _trust(sizes[at]) * (typical[at] + _agreement(likeness))
        total = compared.likeness[nearest] + 5.7 * together[at] + typically + told
        found.append(Judged(one.entry_id, total, compared, nearest, together[at], typically))
    return found


def _compared(question: Question, laid: Laid, rows: Sequence[int], mine: Covered, theirs: Covered) -> Compared:
    own, near = question.manner, Wording.shipped().near_ways
    manners = [laid.manners[row] for row in rows]
    against = {other: (ways_alike(own.ways, other.ways, near), turned(own, other)) for other in set(manners)}
    ways = [against[manner][0] for manner in manners]
    turns = [against[manner][1] for manner in manners]
    orders = [Indel.normalized_similarity(question.text, laid.texts[row]) for row in rows]
    missing = 0.45 * mine.missing[: len(rows)] + 0.4 * theirs.missing
    likeness = 3.4 * theirs.share + 1.8 * np.array(orders) + 1.9 * np.array(ways) - missing
    likeness += [sum(turn.value for turn in turning) for turning in turns]
    return Compared(question, laid, rows, mine, theirs, ways, orders, turns, likeness.tolist())


def _trust(phrasings: int) -> float:
    """Say how far what an entry's phrasings say together can be trusted (0–1)."""
    return min(1.0, max(0.0, (phrasings - 2) / 6))


def _agreement(likeness: Sequence[float]) -> float:
    """Say whether several phrasings speak for an entry or one alone (-0.5 for one, +0.9 for four alike)."""
    most = max(likeness)
    return math.log(sum(math.exp(near - most) for near in likeness)) - 0.5


def _typical(index: Index, asked: Columns, said: Sequence[Said], counts: Ints, sizes: Sequence[int]) -> list[float]:
    """Say how much more often an entry's phrasings say what is asked than all phrasings do (mean log ratio)."""
    if max(sizes) < 3 or not said:
        return [0.0] * len(sizes)
    share = np.array([len(one.rows) for one in said]) / max(1, index.alive)
    weights = np.array([one.weight for one in said])
    own = counts[:, [asked.said[one.number] for one in said]]
    ratio = np.log((own + share) / (share * (np.array(sizes)[:, None] + 1)))
    total: list[float] = (1.3 * (weights * ratio).sum(axis=1) / (weights.sum() + _TYPICAL_PRIOR)).tolist()
    return total
