"""Several answers made one text: greeted once, in the order asked; and a long text cut where a sentence ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

GREETING = re.compile(r"^(?:亲爱的|亲亲?|您好|你好|哈喽|hi|hello)[呀哦]?[，,~～！!。\s]+", re.IGNORECASE)
"""How an answer addresses the buyer before it says anything."""
_ENDS = re.compile(r"(?<=[\n。！？!?；;])")
_WEAKER_ENDS = re.compile(r"(?<=[，,、\s])")


def join_answers(texts: Sequence[str]) -> str:
    """Join answers to one text, each on its own line; only the first keeps its greeting, a text said twice goes."""
    bare = [GREETING.sub("", text.strip(), count=1) or text.strip() for text in texts]
    return "\n".join([texts[0].strip(), *(line for line in dict.fromkeys(bare) if line != bare[0])])


def in_pieces(text: str, limit: int | None, in_bytes: bool = False) -> list[str]:
    """Cut a text into pieces of at most ``limit`` characters (or bytes of UTF-8), where sentences end if they do.

    Nothing is lost but white space around a cut. No limit: one piece.
    """
    if limit is None or size_of(text, in_bytes) <= limit:
        return [text]
    pieces: list[str] = []
    held = ""
    for sentence in _cut(text, limit, in_bytes):
        if held and size_of((held + sentence).rstrip(), in_bytes) > limit:
            pieces.append(held.strip())
            held = ""
        held = held + sentence if held else sentence.lstrip()
    return [piece for piece in (*pieces, held.strip()) if piece]


def size_of(text: str, in_bytes: bool) -> int:
    """Return the length of a text as a platform counts it."""
    return len(text.encode()) if in_bytes else len(text)


def _cut(text: str, limit: int, in_bytes: bool) -> list[str]:
    """Cut a text at the ends of sentences, a sentence too long at its commas, and what is too long still anywhere."""
    found: list[str] = []
    for sentence in _ENDS.split(text):
        if size_of(sentence.strip(), in_bytes) <= limit:
            found.append(sentence)
            continue
        for clause in _WEAKER_ENDS.split(sentence):
            found += [clause] if size_of(clause.strip(), in_bytes) <= limit else _anywhere(clause, limit, in_bytes)
    return [piece for piece in found if piece]


def _anywhere(text: str, limit: int, in_bytes: bool) -> list[str]:
    found = [""]
    for char in text:
        if found[-1] and size_of(found[-1] + char, in_bytes) > limit:
            found.append("")
        found[-1] += char
    return found
