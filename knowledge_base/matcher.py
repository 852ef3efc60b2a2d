"""How alike a question and an entry are, as log-odds: from overlap, ways of asking, and what sets entries apart.

The factors were chosen by looking at the figures of the starter packs' own questions and of tuning tasks; they are
round numbers, none is fitted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Indel

from knowledge_base.entry import Evidence
from knowledge_base.index import Candidate, Index
from knowledge_base.laid import Laid
from knowledge_base.learned import learned
from knowledge_base.normalize import Question, Wording
from knowledge_base.overlap import Asked, Overlap, overlap
from knowledge_base.turns import turned

_SAYS_ALL, _NEXT_TO_NOTHING = 0.8, 0.1
_NEUTRAL_WAYS = frozenset({"is", "say"})


@lru_cache(maxsize=4096)
def ways_alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Say how near two sets of ways of asking are (0–1); asking in no way goes fairly well with any."""
    near = Wording.shipped().near_ways
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
    """A question compared with some rows of an index, by place: their ``likeness`` is log-odds.

    ``mine`` is how much of the question each row says, ``theirs`` how much of each row the question says;
    ``likeness`` lacks what an entry's other phrasings say. ``at`` has the place of each row in ``both.theirs``.
    """

    question: Question
    laid: Laid
    rows: Sequence[int]
    at: Sequence[int]
    both: Overlap
    mine: Sequence[float]
    theirs: Sequence[float]
    ways: Sequence[float]
    orders: Sequence[float]
    turns: Sequence[tuple[Evidence, ...]]
    likeness: Sequence[float]

    def nothing_missing(self) -> float:
        """Return what it adds that the likest row and the question say all of each other; the same for all rows."""
        at = self.likeness.index(max(self.likeness))
        missing = max(self.both.mine.missing[at], self.both.theirs.missing[self.at[at]])
        return _SAYS_ALL if missing < _NEXT_TO_NOTHING else 0.0

    def similarity(self, at: int) -> float:
        """How like the question and the row at a place look (0–100)."""
        return 100 * (self.mine[at] + self.theirs[at] + self.orders[at]) / 3

    def word_of_mine(self, at: int) -> str:
        """Return the word of the question that the row at a place misses most."""
        word = self.both.mine.word(at)
        if word < 0:
            return ""
        return "".join(p for p, place in zip(self.question.pieces, self.question.words, strict=True) if place == word)

    def word_of_theirs(self, at: int) -> str:
        """Return the word of the row at a place that the question misses most."""
        word, laid = self.both.theirs.word(self.at[at]), self.laid
        if word < 0:
            return ""
        start, size = int(laid.starts[self.rows[at]]), int(laid.sizes[self.rows[at]])
        begins = [place for place, first in enumerate(laid.first[start : start + size].tolist(), start) if first]
        pieces = laid.pieces[begins[word] : [*begins, start + size][word + 1]].tolist()
        return "".join(map(laid.vocabulary.spelled.__getitem__, pieces))


class Judged(NamedTuple):
    """A question and an entry: how likely they mean the same (log-odds, before looking at other entries).

    ``nearest`` is the entry's likest phrasing, by its place in ``compared``.
    """

    entry_id: str
    likeness: float
    compared: Compared
    nearest: int
    together: float
    learned: float
    besides: tuple[Evidence, ...] = ()

    def against(self, reason: Evidence) -> Judged:
        """Return it with a reason against it."""
        return self._replace(likeness=self.likeness + reason.value, besides=(*self.besides, reason))

    @property
    def row(self) -> int:
        """The row of the likest phrasing."""
        return self.compared.rows[self.nearest]

    @property
    def most_missed(self) -> float:
        """What the question misses most of the likest phrasing (0–1)."""
        return float(self.compared.both.theirs.missing[self.compared.at[self.nearest]])

    @property
    def similarity(self) -> float:
        """How like the question and the likest phrasing look (0–100)."""
        return self.compared.similarity(self.nearest)

    def evidence(self) -> tuple[Evidence, ...]:
        """Put what speaks for and against into words and numbers for the page that explains.

        Codes: ``asked_covered`` and ``phrasing_covered`` (how much of one the other says, in percent, with the word
        most missing), ``entry_covered`` (how much of the question all phrasings say together), ``ways_alike``,
        ``same_order``, ``learned`` (how far the phrasings of all candidates tell the entry from the others, log-odds), and
        where there is one ``negation``, ``opposite``, ``number``.
        """
        near, at = self.compared, self.nearest
        return (
            Evidence("asked_covered", round(100 * near.mine[at], 1), near.word_of_mine(at)),
            Evidence("phrasing_covered", round(100 * near.theirs[at], 1), near.word_of_theirs(at)),
            Evidence("entry_covered", round(100 * self.together, 1)),
            Evidence("ways_alike", round(100 * near.ways[at], 1), " ".join(sorted(near.question.manner.ways))),
            Evidence("same_order", round(100 * near.orders[at], 1)),
            Evidence("learned", round(self.learned, 2)),
            *near.turns[at],
            *self.besides,
        )


def judge(question: Question, index: Index, candidates: Sequence[Candidate]) -> list[Judged]:
    """Say of each candidate how likely the question and it mean the same.

    What sets it apart from the other candidates counts little for one phrasing and most from eight on: one phrasing
    tells little of what its entry is about.
    """
    if not candidates:
        return []
    asked = Asked.of(question, index.laid.vocabulary)
    sizes = [len(one.rows) for one in candidates]
    begins = [0, *accumulate(sizes)][:-1]
    at = [begin + one.rows.index(row) for begin, one in zip(begins, candidates, strict=True) for row in one.close]
    taken = index.laid.take([row for one in candidates for row in one.rows])
    both = overlap(asked, index.laid, taken, begins, at)
    compared = _compared(question, index.laid, [row for one in candidates for row in one.close], at, both)
    together = both.mine.share[len(at) :].tolist()
    trust = sum(_trust(size) for size in sizes) / len(sizes)
    apart = learned(question, index, candidates, taken) if trust > 0.0 else [0.0] * len(sizes)
    weigh = Weights.of(trust, latin=all(map(str.isascii, question.pieces)))
    told = 1.6 * math.log(asked.total + 0.3) + compared.nothing_missing()
    found, begin = [], 0
    for place, one in enumerate(candidates):
        end = begin + len(one.close)
        likeness = compared.likeness[begin:end]
        nearest = begin + likeness.index(max(likeness))
        turns = sum([turn.value for turn in compared.turns[nearest]])
        alike = compared.likeness[nearest] - turns + 6.0 * together[place] + weigh.learned * apart[place] + told
        total = weigh.slope * alike + weigh.offset + turns
        found.append(
            Judged(one.entry_id, total, compared, nearest, together[place], weigh.slope * weigh.learned * apart[place])
        )
        begin = end
    return found


@dataclass(frozen=True, slots=True)
class Weights:
    """How evidence is weighed where entries have few phrasings or many: ``learned`` against the rest, then all of it
    brought to log-odds by ``slope`` and ``offset``."""

    learned: float
    slope: float
    offset: float

    @classmethod
    def of(cls, trust: float, latin: bool) -> Weights:
        """Return the weights for a trust between 0 (entries of one or two phrasings) and 1 (eight or more).

        The same for all candidates of a question, so that none gains by having more phrasings than the others. Of a
        Chinese question many phrasings tell more than of one in Latin letters, whose words are known by fewer lists.
        """
        many, bias = (0.5, 0.0) if latin else (0.9, -0.6)
        slope = 1.0 / ((1.0 - trust) / 1.15 + trust / many)
        return cls(9.0 * trust, slope, trust * bias - (1.0 - trust) * 0.88 - 10.3 * slope)


def _compared(question: Question, laid: Laid, rows: Sequence[int], at: Sequence[int], both: Overlap) -> Compared:
    manners = [laid.manners[row] for row in rows]
    turning = {manner: turned(question.manner, manner) for manner in dict.fromkeys(manners)}
    turns = list(map(turning.__getitem__, manners))
    mine_ways = question.manner.ways
    ways = [ways_alike(mine_ways, manner.ways) for manner in manners]
    orders = [Indel.normalized_similarity(question.text, laid.texts[row]) for row in rows]
    mine, theirs = both.mine.share[: len(at)], both.theirs.share[at]
    missing = 0.8 * both.mine.missing[: len(at)] + 0.4 * both.theirs.missing[at]
    likeness = 2.0 * theirs + 2.5 * np.array(orders) + 1.5 * np.array(ways) - missing
    if any(turns):
        likeness += [sum([turn.value for turn in told]) for told in turns]
    told = likeness.round(9).tolist()
    return Compared(question, laid, rows, at, both, mine.tolist(), theirs.tolist(), ways, orders, turns, told)


def _trust(phrasings: int) -> float:
    """Say how far what is learned from an entry's phrasings can be trusted (0–1)."""
    return min(1.0, max(0.0, (phrasings - 2) / 6))
