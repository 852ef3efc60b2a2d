"""Two bases held against each other: the cases that break or are mended, the questions whose answer moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge_base.gate.cases import Answered, Case, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """A case and what answered it before and after a change."""

    case: Case
    before: Answered
    after: Answered
    verdict: Verdict
    """How it goes after the change."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A set before and after a change. ``broken`` were right and are no more: they forbid the change; ``mended`` the
    other way round; ``failing`` go wrong before and after."""

    total: int
    broken: tuple[Kept, ...] = ()
    mended: tuple[Kept, ...] = ()
    failing: tuple[Kept, ...] = ()

    @property
    def right_before(self) -> int:
        """How many cases were right before the change."""
        return self.total - len(self.mended) - len(self.failing)

    @property
    def right_after(self) -> int:
        """How many cases are right after it."""
        return self.total - len(self.broken) - len(self.failing)


def compare(cases: Iterable[Case], before: Mapping[str, Answered], after: Mapping[str, Answered]) -> Compared:
    """Hold a set against what answered each case (by its id) before and after a change."""
    lists: dict[tuple[bool, bool], list[Kept]] = {}
    total = 0
    for case in cases:
        total += 1
        was, now = before[case.id], after[case.id]
        then, is_now = verdict(case, was), verdict(case, now)
        lists.setdefault((then is Verdict.RIGHT, is_now is Verdict.RIGHT), []).append(Kept(case, was, now, is_now))
    return Compared(
        total,
        broken=tuple(lists.get((True, False), ())),
        mended=tuple(lists.get((False, True), ())),
        failing=tuple(lists.get((False, False), ())),
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """Questions by what a change does to them: ``newly`` answered, answered by another entry (``changed``), ``lost``."""

    newly: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def moved(before: Mapping[str, Answered], after: Mapping[str, Answered]) -> Moved:
    """Sort questions by what a change does to them; both mappings have the same keys. What stays is left out."""
    newly: list[str] = []
    changed: list[str] = []
    lost: list[str] = []
    for question, now in after.items():
        was = before[question]
        if was == now:
            continue
        (newly if not was else changed if now else lost).append(question)
    return Moved(tuple(newly), tuple(changed), tuple(lost))
