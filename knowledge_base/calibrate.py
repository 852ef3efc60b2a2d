"""From likeness to sureness: how often is an answer right that looks this likely."""

from __future__ import annotations

import math

DEFAULT_THRESHOLD = 95.0
"""Sureness from which one answers, for shops that set no other."""
DEFAULT_MARGIN = 8.0
"""How much surer the best entry must be than the next one."""
CERTAIN = 99.9
"""Sureness where the question is a phrasing, letter for letter. Nothing else is as sure."""
MOST_LEAD = 7.0
"""A lead over the next entry beyond this adds nothing."""
_PER_LEAD = 0.3
_CLOSE, _PER_CLOSE = 2.0, 0.5  # of two entries that are nearly as likely each may be the one


def sureness(likeness: float, lead: float) -> float:
    """Return the share of right answers (0–100) among questions that look this likely.

    ``likeness`` is log-odds; ``lead`` is how far the next entry is behind (negative for an entry that is not first).
    For entries of one phrasing the figure is meant for a mix of one question with an answer in the base to one or two
    without, near misses among them; for entries of eight and more, of two to three with an answer to one without.
    """
    odds = likeness + _PER_LEAD * max(-MOST_LEAD, min(MOST_LEAD, lead)) + _PER_CLOSE * min(0.0, lead - _CLOSE)
    return round((CERTAIN - 0.1) / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 2)


def likely(sure: float) -> float:
    """Return a sureness as a share that grows evenly with the log-odds: 0 below 2 %, 0.5 at 50 %, 1 above 98 %."""
    share = min(0.999, max(0.001, sure / 100))
    return min(1.0, max(0.0, 0.5 + math.log(share / (1 - share)) / 8))
