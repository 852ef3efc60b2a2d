"""Questions that mean the same brought together, one at a time and in their order.

A group is known by the question that began it, and a question joins the group whose first question it is most like;
like none of them enough it begins one. So a new question changes no group but its own, and the same questions in the
same order give the same groups however they are handed over. What is alike is what the matcher finds alike
(``knowledge_base.overlap``), asked in both directions, and never what it would veto.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import Indel

from knowledge_base.gaps.masking import unmarked
from knowledge_base.laid import Laid
from knowledge_base.matcher import ways_alike
from knowledge_base.normalize import Question, normalize
from knowledge_base.overlap import Asked, overlap
from knowledge_base.turns import turned
from knowledge_base.vetoes import is_veto

SAME = 0.6
"""How alike two questions must be (0–1) to be one. Chosen on the starter packs' own phrasings and buyers' questions:
most groups there hold one entry's questions only."""
SOMEWHAT = 0.4
"""From here on people are asked whether two are one."""
_LOOKED_AT = 24  # first questions compared closely, those that share most
_POSTINGS_AT_MOST = 8_000  # bounds the cost however many groups there are
_LATEST = 32  # so many are laid out apart before they join the others


class Groups:
    """The groups there are. Grows by ``place``; one thread at a time."""

    def __init__(self, firsts: Iterable[tuple[str, str]] = (), members: Mapping[str, str] | None = None) -> None:
        """``firsts``: each group's id with the masked question that began it, in the order they began; ``members``:
        masked questions that have been placed, each with its group."""
        self._ids: list[str] = []
        self._questions: list[Question] = []
        self._known = dict(members or {})
        self._equal: dict[str, int] = {}
        self._says: dict[str, array[int]] = defaultdict(lambda: array("i"))
        self._settled, self._latest = Laid.of(()), Laid.of(())
        for group_id, text in firsts:
            self._begin(group_id, text, normalize(unmarked(text)))

    def place(self, question_id: str, text: str) -> str:
        """Return the group a masked question belongs to; where it begins one, that has the question's own id."""
        group_id = self._known.get(text)
        if group_id is None:
            question = normalize(unmarked(text))
            row = self._like(question)
            if row is None:
                self._begin(question_id, text, question)
                return question_id
            group_id = self._known[text] = self._ids[row]
        return group_id

    def alike(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return the groups most like a masked question, its own left out, most alike first: their ids and how alike
        (0–1) their first questions are. They could be one with it; somebody has to say so."""
        question = normalize(unmarked(text))
        found = sorted(self._compared(question, self._near(question)), key=lambda one: (-one[1], one[0]))
        near = [(self._ids[row], value) for row, value in found if value >= SOMEWHAT]
        return [one for one in near if one[0] != self._known.get(text)][:limit]

    def _begin(self, group_id: str, text: str, question: Question) -> None:
        row = len(self._ids)
        self._ids.append(group_id)
        self._questions.append(question)
        self._known.setdefault(text, group_id)
        self._equal.setdefault(question.text, row)
        for said in _said(question):
            self._says[said].append(row)
        if row - len(self._settled.sizes) >= _LATEST:
            self._settled = _behind(self._settled, self._questions[len(self._settled.sizes) : row])
            self._latest = Laid.of(())
        self._latest = _behind(self._latest, [question])

    def _like(self, question: Question) -> int | None:
        """The row of the first question most like this one; None where none is like it enough."""
        equal = self._equal.get(question.text)
        if equal is not None:
            return equal
        best, found = SAME, None
        for row, value in self._compared(question, self._near(question)):
            if value > best or (value == best and found is None):
                best, found = value, row
        return found

    def _near(self, question: Question) -> list[int]:
        """The rows that share most of what a question says, rare sounds first, in ascending order."""
        lists = sorted((self._says[said] for said in _said(question) if said in self._says), key=len)
        taken: list[array[int]] = []
        spent = 0
        for rows in lists:
            taken.append(rows)
            spent += len(rows)
            if spent > _POSTINGS_AT_MOST:
                break
        if not taken:
            return []
        sizes = np.array([len(rows) for rows in taken])
        worth = np.log1p(len(self._ids) / sizes).repeat(sizes)
        scores = np.bincount(np.concatenate([np.array(rows) for rows in taken]), worth)
        sharing = scores.nonzero()[0]
        if len(sharing) > _LOOKED_AT:
            scored = scores[sharing].round(6)
            sharing = sharing[(-scored).argsort(kind="stable")[:_LOOKED_AT]]
        return sorted(sharing.tolist())

    def _compared(self, question: Question, rows: Sequence[int]) -> list[tuple[int, float]]:
        """How alike (0–1) a question and some rows are, those it must not be taken for left out."""
        settled = len(self._settled.sizes)
        fit = [row for row in rows if not _turns(question, self._questions[row])]
        parts = (
            (self._settled, [row for row in fit if row < settled], 0),
            (self._latest, [row for row in fit if row >= settled], settled),
        )
        found: list[tuple[int, float]] = []
        for laid, mine, begin in parts:
            if mine and question.pieces:
                asked = Asked.of(question, laid.vocabulary)
                both = overlap(asked, laid, laid.take([row - begin for row in mine]), [0], range(len(mine)))
                shares = zip(mine, both.mine.share[: len(mine)].tolist(), both.theirs.share.tolist(), strict=True)
                found += [(row, self._alike(question, row, one, other)) for row, one, other in shares]
        return found

    def _alike(self, question: Question, row: int, mine: float, theirs: float) -> float:
        other = self._questions[row]
        order = Indel.normalized_similarity(question.text, other.text)
        ways = ways_alike(question.manner.ways, other.manner.ways)
        return round(0.5 * min(mine, theirs) + 0.2 * max(mine, theirs) + 0.15 * order + 0.15 * ways, 6)


def _said(question: Question) -> list[str]:
    """The sounds of a question and its pairs of neighbouring sounds, each once."""
    sounds = question.sounds
    return list(dict.fromkeys((*sounds, *(f"{one} {other}" for one, other in pairwise(sounds)))))


def _turns(question: Question, other: Question) -> bool:
    reasons = turned(question.manner, other.manner)
    return any(is_veto(reason) or reason.code == "negation" for reason in reasons)


def _behind(laid: Laid, questions: Sequence[Question]) -> Laid:
    return laid.and_then(Laid.of(questions, after=laid))
