"""Whether an entry has earned that the bot answers with it by itself, from what became of its drafts and answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DECIDED_AT_LEAST = 10
"""Fewer drafts that somebody used, edited or rejected tell nothing."""
USED_PERCENT = 90
"""So many of them at least must have gone out as they were."""
TROUBLES_AT_LEAST = 3
TROUBLED_PERCENT = 10
"""From so many answers after which buyers asked again or wanted a person, and this share, trust is lost."""
TURNED_DOWN_PERCENT = 20
"""More drafts than this share, three at least, rejected or edited heavily lose it too."""


class Standing(StrEnum):
    """Where an entry stands."""

    EARNED = "earned"
    LOST = "lost"
    NOT_YET = "not_yet"


class Why(StrEnum):
    """What decided it."""

    USED_AS_WRITTEN = "used_as_written"
    TOO_FEW = "too_few"
    EDITED_OFTEN = "edited_often"
    TURNED_DOWN = "turned_down"
    ASKED_ON = "asked_on"
    MARKED_WRONG = "marked_wrong"


@dataclass(frozen=True, slots=True)
class Record:
    """What became of an entry's drafts (``heavy``: those edited heavily, among the edited ones) and answers."""

    used: int = 0
    edited: int = 0
    heavy: int = 0
    rejected: int = 0
    answered: int = 0
    asked_again: int = 0
    asked_for_person: int = 0
    marked_wrong: int = 0

    @property
    def decided(self) -> int:
        """Drafts that somebody decided."""
        return self.used + self.edited + self.rejected


def standing(record: Record) -> tuple[Standing, Why]:
    """Say where an entry stands, and why. What lost trust weighs more than what earned it."""
    if record.marked_wrong:
        return Standing.LOST, Why.MARKED_WRONG
    troubles = record.asked_again + record.asked_for_person
    if troubles >= TROUBLES_AT_LEAST and 100 * troubles > TROUBLED_PERCENT * (record.answered + record.decided):
        return Standing.LOST, Why.ASKED_ON
    turned_down = record.rejected + record.heavy
    if turned_down >= TROUBLES_AT_LEAST and 100 * turned_down > TURNED_DOWN_PERCENT * record.decided:
        return Standing.LOST, Why.TURNED_DOWN
    if record.decided < DECIDED_AT_LEAST:
        return Standing.NOT_YET, Why.TOO_FEW
    if 100 * record.used < USED_PERCENT * record.decided:
        return Standing.NOT_YET, Why.EDITED_OFTEN
    return Standing.EARNED, Why.USED_AS_WRITTEN
