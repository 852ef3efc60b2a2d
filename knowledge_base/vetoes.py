"""Vetoes: what makes two texts different questions, however alike the rest of them is."""

from __future__ import annotations

from functools import lru_cache

from knowledge_base.entry import VETOED, Evidence
from knowledge_base.marks import ALONE, Marks

VETO = -12.0
"""What a veto takes away (log-odds): more than all the rest can give."""


@lru_cache(maxsize=16_384)
def between(asked: Marks, said: Marks) -> tuple[Evidence, ...]:
    """Return the vetoes between a question and a phrasing, each with the two things that cannot both be meant.

    What texts name is soon known by heart: the latest answers are kept. One for each group of which both name something and nothing in common, and for each that one names alone.
    """
    if not asked and not said:
        return ()
    mine, theirs = _by_group(asked - said), _by_group(said - asked)
    shared = {(kind, group) for kind, group, _ in asked & said}
    found = []
    for place in sorted(mine.keys() | theirs.keys()):
        both = place in mine and place in theirs
        if place not in shared and (both or place[1].startswith(ALONE)):
            words = f"{_shown(place, mine)} / {_shown(place, theirs)}"
            found.append(Evidence(VETOED + place[0], VETO, words))
    return tuple(found)


def is_veto(reason: Evidence) -> bool:
    """Say whether a piece of evidence forbids a match."""
    return reason.code.startswith(VETOED)


def _by_group(marks: Marks) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for kind, group, named in marks:
        found.setdefault((kind, group), []).append(named)
    return found


def _shown(place: tuple[str, str], named: dict[tuple[str, str], list[str]]) -> str:
    kind, group = place
    words = "·".join(sorted(named.get(place, ["–"])))
    if kind == "negation":
        return f"{words}{group}"
    if kind == "number" and group not in ("hours", "满"):
        return f"{words}{group}"
    return f"{words} h" if group == "hours" else words
