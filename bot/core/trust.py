"""Whether an entry has earned that the bot answers with it by itself, from what became of its drafts and answers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Terms:
    """What trust takes (``trust.toml`` says what each number is): from when on, on whose word, how sure that is."""

    decided_at_least: int
    used_percent: int
    troubles_at_least: int
    troubled_percent: int
    turned_down_percent: int
    in_force_from: date
    source_zh: str
    source_en: str
    confidence: str

    @classmethod
    @cache
    def shipped(cls) -> Terms:
        """Return the terms as they come with the house."""
        raw = tomllib.loads(files("bot.core").joinpath("trust.toml").read_text("utf-8"))
        source = {f"source_{lang}": words for lang, words in raw["source"].items()}
        return cls(**raw["terms"], **source, in_force_from=raw["in_force_from"], confidence=raw["confidence"])


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


def standing(record: Record, terms: Terms) -> tuple[Standing, Why]:
    """Say where an entry stands, and why. What lost trust weighs more than what earned it."""
    if record.marked_wrong:
        return Standing.LOST, Why.MARKED_WRONG
    troubles = record.asked_again + record.asked_for_person
    given = record.answered + record.decided
    if troubles >= terms.troubles_at_least and 100 * troubles > terms.troubled_percent * given:
        return Standing.LOST, Why.ASKED_ON
    turned_down = record.rejected + record.heavy
    if turned_down >= terms.troubles_at_least and 100 * turned_down > terms.turned_down_percent * record.decided:
        return Standing.LOST, Why.TURNED_DOWN
    if record.decided < terms.decided_at_least:
        return Standing.NOT_YET, Why.TOO_FEW
    if 100 * record.used < terms.used_percent * record.decided:
        return Standing.NOT_YET, Why.EDITED_OFTEN
    return Standing.EARNED, Why.USED_AS_WRITTEN
