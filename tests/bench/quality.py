"""How many questions are answered, and how rightly: ours beside plain matchers, how honest the sureness is, and what
each piece is worth.

The bases are the starter packs with the questions of ``tests/questions``. A folder of further tasks may be given
(``python -m tests.bench.quality FOLDER``, or the environment's ``FAQ_TASKS``): JSON files with ``draws`` of ``entries``,
``queries`` (text, id of the entry) and ``outside`` (lists of texts that no entry answers, by kind).
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from rapidfuzz import fuzz, process

from knowledge_base import matcher, packs, ranking, signals, turns
from knowledge_base.characters import fold, strip
from knowledge_base.entry import Mode
from knowledge_base.misheard import PutRight
from tests.bench.matcher_adapter import Adapter

QUESTIONS = Path(__file__).parents[1] / "questions"
BINS = (0, 50, 80, 90, 95, 97, 99, 100.1)


class Draw(NamedTuple):
    """A base and what is asked of it: each text with the id of the entry that answers, or None.

    ``silent`` are entries that recognise what only a person answers: what finds one of them is not answered.
    """

    entries: Sequence[Mapping[str, Any]]
    asked: Sequence[tuple[str, str | None]]
    silent: frozenset[str] = frozenset()


class Told(NamedTuple):
    """What a matcher made of a question: the score of its best entry, whether that is right, whether it should be any."""

    score: float
    right: bool
    answerable: bool


class Plain:
    """A matcher by shared pieces of characters: BM25, or the cosine of TF-IDF."""

    def __init__(self, sizes: Sequence[int], bm25: bool) -> None:
        """Take pieces of these sizes."""
        self._sizes, self._bm25 = sizes, bm25

    def _pieces(self, text: str) -> Counter[str]:
        run = strip(fold(text))
        return Counter(run[at : at + size] for size in self._sizes for at in range(len(run) - size + 1))

    def fit(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Count the pieces of all phrasings."""
        rows = [(entry["id"], text) for entry in entries for text in (entry["question"], *entry.get("similar", ()))]
        self._owners = [owner for owner, _ in rows]
        counted = [self._pieces(text) for _, text in rows]
        said = Counter(piece for one in counted for piece in one)
        plus, of = (0.5, len(rows)) if self._bm25 else (1.0, len(rows) + 1)
        self._rarity = {piece: math.log(1 + (of - n + plus) / (n + plus)) for piece, n in said.items()}
        self._place = {piece: at for at, piece in enumerate(said)}
        self._table = np.zeros((len(rows), len(said)))
        mean = sum(map(len, counted)) / max(1, len(counted))
        for row, one in enumerate(counted):
            for piece, n in one.items():
                weight = 2.2 * n / (n + 1.2 * (0.25 + 0.75 * len(one) / mean)) if self._bm25 else n
                self._table[row, self._place[piece]] = weight * self._rarity[piece]
        if not self._bm25:
            self._table /= np.linalg.norm(self._table, axis=1, keepdims=True) + 1e-9

    def match(self, text: str) -> list[tuple[str, float]]:
        """Return the entry of the best phrasing with its score."""
        asked = np.zeros(len(self._place))
        for piece, n in self._pieces(text).items():
            if piece in self._place:
                asked[self._place[piece]] = 1.0 if self._bm25 else n * self._rarity[piece]
        if not self._bm25:
            asked /= np.linalg.norm(asked) + 1e-9
        scores = self._table @ asked
        best = int(scores.argmax())
        return [(self._owners[best], float(scores[best]))]


class Fuzzy:
    """rapidfuzz's WRatio over all phrasings."""

    def fit(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Keep the phrasings."""
        rows = [(entry["id"], text) for entry in entries for text in (entry["question"], *entry.get("similar", ()))]
        self._owners, self._texts = zip(*rows, strict=True)

    def match(self, text: str) -> list[tuple[str, float]]:
        """Return the entry of the best phrasing with its score."""
        found = process.extractOne(text, self._texts, scorer=fuzz.WRatio)
        return [(self._owners[found[2]], found[1])] if found else []


PEERS: Mapping[str, Callable[[], Any]] = {
    "ours": Adapter,
    "WRatio": Fuzzy,
    "TF-IDF 1-3": lambda: Plain((1, 2, 3), bm25=False),
    "BM25 2": lambda: Plain((2,), bm25=True),
}
OFF: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "all on": nullcontext,
    "no mistyped characters": lambda: patch.object(ranking, "put_right_by", lambda _, text: PutRight(text, ())),
    "nothing learned": lambda: patch.object(matcher, "learned", lambda _q, _i, found: [0.0] * len(found)),
    "no vetoes": lambda: patch.object(turns, "between", lambda _mine, _theirs: ()),
    "no ways of asking": lambda: patch.object(matcher, "ways_alike", lambda _mine, _theirs: 1.0),
}


def own_task() -> Iterator[Draw]:
    """Return the packs with the questions buyers ask of them."""
    for name in packs.names():
        entries = [
            {"id": one.id, "question": one.question, "similar": one.phrasings, "answer": one.answer}
            for one in packs.load(name).entries
        ]
        lines = (json.loads(line) for line in (QUESTIONS / f"{name}.jsonl").read_text("utf-8").splitlines())
        asked = [(line["text"], line["expect"]) for line in lines if not _for_people(line["text"])]
        yield Draw(entries, asked, frozenset(one.id for one in packs.load(name).entries if one.mode is not Mode.AUTO))


def _for_people(text: str) -> bool:
    return any(heard.signal not in signals.SMALL_TALK for heard in signals.hear(text, signals.Lists.shipped()))


def task(path: Path) -> Iterator[Draw]:
    """Return the draws of a task's file."""
    for draw in json.loads(path.read_text("utf-8"))["draws"]:
        outside = [(text, None) for texts in draw["outside"].values() for text in texts]
        entries = [{**entry, "answer": entry.get("answer", "–")} for entry in draw["entries"]]
        yield Draw(entries, [*((text, wanted) for text, wanted in draw["queries"]), *outside])


def told_by(make: Callable[[], Any], draws: Sequence[Draw]) -> list[Told]:
    """Ask a matcher everything."""
    told = []
    for draw in draws:
        one = make()
        one.fit(draw.entries)
        for text, wanted in draw.asked:
            best, score = next(iter(one.match(text)), (None, -math.inf))
            score = -math.inf if best in draw.silent else score
            told.append(Told(score, wanted is not None and best == wanted, wanted is not None))
    return told


def covered(told: Sequence[Told], precision: float) -> float:
    """Return the largest share of answerable questions that one threshold answers rightly at a precision."""
    ranked = sorted(told, key=lambda one: -one.score)
    right, most = 0, 0
    for at, one in enumerate(ranked, start=1):
        right += one.right
        ends = at == len(ranked) or ranked[at].score < one.score
        if ends and right / at >= precision:
            most = right
    return most / max(1, sum(one.answerable for one in told))


def _row(name: str, told: Sequence[Told]) -> None:
    answerable = sum(one.answerable for one in told)
    first = sum(one.right for one in told) / max(1, answerable)
    print(
        f"{name:<24}{100 * first:>7.1f}{100 * covered(told, 0.98):>8.1f}{100 * covered(told, 0.95):>8.1f}", flush=True
    )


class Bin(NamedTuple):
    """Questions whose best entry is about as sure: from ``low`` to below ``high``, how many, what was said and what was
    right on average (%)."""

    low: float
    high: float
    questions: int
    said: float
    right: float


def binned(told: Sequence[Told]) -> list[Bin]:
    """Return how sure the best entries were and how often they were right, by bin; empty bins are left out."""
    bins = []
    for low, high in pairwise(BINS):
        within = [one for one in told if low <= one.score < high]
        if within:
            said = sum(one.score for one in within) / len(within)
            right = 100 * sum(one.right for one in within) / len(within)
            bins.append(Bin(low, min(100, high), len(within), said, right))
    return bins


def _print_bins(told: Sequence[Told]) -> None:
    print("sureness of the best entry, and how often it is right")
    for low, high, questions, said, right in binned(told):
        print(f"{low:>5}–{high:<5}{questions:>6} questions, said {said:>5.1f}, right {right:>5.1f}")


def main(folder: str | None = None) -> None:
    """Print the tables of the packs, and of each task in a folder."""
    tasks = {"packs": list(own_task())}
    if folder:
        tasks |= {path.stem: list(task(path)) for path in sorted(Path(folder).glob("*.json"))}
    for name, draws in tasks.items():
        print(f"\n{name}: right first, and answered at 98 and 95 % precision (% of answerable questions)")
        for peer, make in PEERS.items():
            _row(peer, told_by(make, draws))
        print("one piece off at a time")
        for piece, off in OFF.items():
            with off():
                told = told_by(Adapter, draws)
            _row(piece, told)
            if piece == "all on":
                _print_bins(told)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FAQ_TASKS"))
