"""From likeness to sureness: how often is an answer right that looks this likely."""

from __future__ import annotations

import math

DEFAULT_THRESHOLD = 85.0
"""Sureness from which one answers, for shops that set no other."""
DEFAULT_MARGIN = 8.0
"""How much surer the best entry must be than the next one."""
CERTAIN = 99.9
"""Sureness where the question is a phrasing, letter for letter. Nothing else is as sure."""
MOST_LEAD = 6.0
"""A lead over the next entry beyond this adds nothing."""
_PER_LEAD = 0.25
_ONE, _MANY = (1.25, -2.5), (0.65, 0.6)  # slope and offset of the log-odds for entries of one and of eight phrasings
_ENOUGH = 8


def sureness(likeness: float, lead: float, phrasings: int) -> float:
    """Return the share of right answers (0–100) among questions that look this likely.

    ``likeness`` is log-odds; ``lead`` is how far the next entry is behind (negative for an entry that is not first).
    An entry of few phrasings tells less: for one phrasing the figure is meant for a mix of two questions without an
    answer in the base to one with, near misses among them; for eight, of one without to three with.
    """
    trust = min(1.0, (phrasings - 1) / (_ENOUGH - 1))
    slope, offset = ((1 - trust) * one + trust * many for one, many in zip(_ONE, _MANY, strict=True))
    odds = slope * (likeness + _PER_LEAD * max(-MOST_LEAD, min(MOST_LEAD, lead))) + offset
    return round((CERTAIN - 0.1) / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 2)


def likely(sure: float) -> float:
    """Return a sureness as a share that grows evenly with the log-odds: 0 below 2 %, 0.5 at 50 %, 1 above 98 %."""
    share = min(0.999, max(0.001, sure / 100))
    return min(1.0, max(0.0, 0.5 + math.log(share / (1 - share)) / 8))
