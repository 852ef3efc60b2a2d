"""Where one message asks several things: the clauses that could each be a question."""

from __future__ import annotations

import re

from knowledge_base.characters import strip
from knowledge_base.normalize import normalize

MOST_PARTS = 6
_LEAST_TOLD = 0.45  # a clause that says less (也谢谢, 可以吗) goes with the one before it
_ENDS = re.compile(
    r"[,，。;；!！?？\n\r、]+|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|\s{2,}"
    r"|\s*(?:另外|还有就是|还有|以及|顺便问下|顺便问一下|顺便问|顺便|对了|再问下|再问一下|然后)(?=[\u3400-\u9fff]{2})"
)


def clauses(text: str) -> list[str]:
    """Cut a text where one question could end and the next begin; at most six clauses, in order.

    A clause that says nearly nothing belongs to the one before it, or to the next at the start.
    """
    found: list[str] = []
    carried = ""
    for piece in _ENDS.split(text):
        if not piece or not strip(piece):
            continue
        if told(piece) >= _LEAST_TOLD:
            found.append(f"{carried} {piece}".strip() if carried else piece.strip())
            carried = ""
        elif found:
            found[-1] = f"{found[-1]} {piece.strip()}"
        else:
            carried = f"{carried} {piece}".strip()
        if len(found) > MOST_PARTS:
            return found[:MOST_PARTS]
    return found or ([text] if strip(text) else [])


def told(text: str) -> float:
    """Return how much a text says, ways of asking apart (about 1 for one telling word)."""
    question = normalize(text)
    return sum(
        weight
        for piece, weight in zip(question.pieces, question.weights, strict=True)
        if piece[0] != "?" and weight > 0.15
    )


def asks(text: str) -> bool:
    """Say whether a clause asks something by its form: a question mark, or a way of asking that is not neutral."""
    return "?" in text or "？" in text or bool(normalize(text).ways - {"say"})
