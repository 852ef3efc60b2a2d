"""How the service says no: a code for programs, a sentence for people in two languages, the place that is wrong."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Because(StrEnum):
    """What kind of no it is."""

    INVALID = "invalid"
    """What was asked for cannot be."""
    UNKNOWN = "unknown"
    """Not found."""
    CONFLICT = "conflict"
    """It clashes with what is there."""
    NOT_RECOGNISED = "not_recognised"
    """Name or password, link or token are not right."""
    TOO_OFTEN = "too_often"
    """Later again."""


class Refusal(Exception):
    """An act that was not done; nothing of it was kept. ``extra`` goes to the caller as it is."""

    def __init__(
        self, because: Because, code: str, zh: str, en: str, *, pointer: str | None = None, **extra: Any
    ) -> None:
        super().__init__(en)
        self.because, self.code, self.zh, self.en, self.pointer, self.extra = because, code, zh, en, pointer, extra
