"""Fewer questions than there are, always the same ones."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256


def sample(questions: Collection[str], at_most: int) -> list[str]:
    """Return at most so many of the questions, in their order; the same ones whoever asks, chosen by their digests.

    A question's place in the choice depends on its text alone: one more question moves out at most one other.
    """
    listed = list(questions)
    if len(listed) <= at_most:
        return listed
    chosen = set(sorted(listed, key=lambda text: (sha256(text.encode()).digest(), text))[:at_most])
    return [text for text in listed if text in chosen]
