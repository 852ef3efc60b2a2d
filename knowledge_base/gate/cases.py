"""A question with what must become of it, and whether what became of it is right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

Answered = tuple[str, ...]
"""The ids of the entries that answer a question, in the order asked; empty: a person does."""
NOBODY: Answered = ()


class Verdict(StrEnum):
    """How a case went: answered as it must be, answered wrongly, or left to a person though an entry should answer."""

    RIGHT = "right"
    WRONG = "wrong"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Case:
    """A question that must reach an entry (``expected``), or a person. With ``nobody`` False and no ``expected`` only
    one thing is known: the entry ``wrong`` must not answer it."""

    id: str
    question: str
    expected: str | None = None
    wrong: str | None = None
    nobody: bool = True


def verdict(case: Case, answered: Collection[str]) -> Verdict:
    """Say how a case went, given the entries that answered its question."""
    if case.expected is not None:
        if case.expected in answered:
            return Verdict.RIGHT
        return Verdict.WRONG if answered else Verdict.SILENT
    bad = bool(answered) if case.nobody else case.wrong in answered
    return Verdict.WRONG if bad else Verdict.RIGHT
