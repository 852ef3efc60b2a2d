"""Fields in an answer: ``{发货时效}`` is filled with what the shop said, or named as missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"\{([^{}\n]{1,40})\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """An answer with its fields filled, and the names of those that no value was given for (still in braces)."""

    text: str
    missing: tuple[str, ...] = ()


def names_in(answer: str) -> tuple[str, ...]:
    """Return the fields an answer uses, each once, in order."""
    return tuple(dict.fromkeys(name.strip() for name in _FIELD.findall(answer)))


def broken(answer: str) -> bool:
    """Say whether an answer holds braces that are no field's: unpaired or full-width ones, which buyers would see."""
    return bool(set(_FIELD.sub("", answer)) & set("{}｛｝"))


def fill(answer: str, fields: Mapping[str, str]) -> Filled:
    """Put the shop's values into an answer; a value that is empty or blank counts as missing.

    A value is text: braces inside it are not filled again.
    """
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        name = found.group(1).strip()
        given = fields.get(name, "")
        if given.strip():
            return given
        missing[name] = None
        return found.group(0)

    return Filled(_FIELD.sub(value, answer), tuple(missing))
