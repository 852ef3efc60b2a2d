"""From likeness to sureness: how often is an answer right that looks this likely."""

from __future__ import annotations

import math

DEFAULT_THRESHOLD = 80.0
"""Sureness from which one answers, for shops that set no other."""
DEFAULT_MARGIN = 8.0
"""How much surer the best entry must be than the next one."""
CERTAIN = 99.5
"""Sureness where the question is a phrasing, word for word."""


MOST_LEAD = 6.0
"""A lead over the next entry beyond this adds nothing."""


def sureness(likeness: float, lead: float) -> float:
    """Return the share of right answers (0–100) among questions that look this likely.

    ``likeness`` is log-odds; ``lead`` is how far the next entry is behind (negative for an entry that is not first).
    Meant for a mix of about two questions with an answer in the base to one or two without.
    """
    odds = likeness + 0.25 * max(-MOST_LEAD, min(MOST_LEAD, lead))
    return round(100 / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 1)
