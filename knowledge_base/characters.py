"""Characters brought to one form, so that what looks alike compares alike.

A leaf without imports of the project: full width, traditional, upper case and invisible characters are all the same
word to a buyer. Every function takes any string, half surrogates included, and costs the same few nanoseconds a
character whatever is in it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_NOT_WORDS = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"[\n\t -~\u4e00-\u9fff，。？！、；：（）“”‘’…]*")
_NARROW = str.maketrans({"，": ",", "？": "?", "！": "!", "；": ";", "：": ":", "（": "(", "）": ")", "…": "..."})
_OWN_SIMPLIFIED = {"著": "着", "麽": "么", "嚒": "么", "妳": "你"}
_REPLACEMENT = "\ufffd"


@cache
def _simplified() -> dict[int, str]:
    """Return the table traditional → simplified, asked of OpenCC once for every character and closed under itself."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    every = [chr(code) for code in range(0x3400, 0xA000)]
    table = {a: b for a, b in zip(every, convert("\n".join(every)).split("\n"), strict=True) if a != b}
    table |= _OWN_SIMPLIFIED
    closed = {a: table.get(b, b) for a, b in table.items()}
    return {ord(a): b for a, b in closed.items()}


def _storable(text: str) -> str:
    """Drop invisible format characters, and put U+FFFD for what a store cannot hold (controls, half surrogates)."""
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cf":
            continue
        kept.append(_REPLACEMENT if kind == "Cs" or (kind == "Cc" and not char.isspace()) else char)
    return "".join(kept)


def fold(text: str) -> str:
    """Bring a text to one form: NFKC (full width), traditional to simplified, lower case, no invisible characters.

    Control characters and half surrogates become U+FFFD; white space stays. Folding twice changes nothing. Length may
    change (``㎏`` becomes ``kg``).
    """
    if _PLAIN.fullmatch(text):
        text = text.translate(_NARROW).lower()
    else:
        text = _storable(text)
        for _ in range(4):
            folded = unicodedata.normalize("NFKC", text).casefold()
            if folded == text:
                break
            text = folded
        text = _storable(text)
    return text.translate(_simplified())


def strip(text: str) -> str:
    """Return only the letters and digits of a text: no white space, punctuation, symbols or emoji.

    Folds nothing: strip the folded text to compare two texts.
    """
    return _NOT_WORDS.sub("", text)


def one_line(text: str) -> str:
    """Return the text with every run of white space as one blank, and none at its ends."""
    return _SPACES.sub(" ", text).strip()
