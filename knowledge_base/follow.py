"""Elliptical follow-ups: a line that names another thing of the same kind asks the same of it (红色的有货吗 / 黑色的呢)."""

from __future__ import annotations

import re

from knowledge_base.characters import fold, strip
from knowledge_base.marks import Place, places
from knowledge_base.normalize import normalize

_ELLIPTIC = re.compile(r"^(?:那么|那|如果是|换成|要是)?(.{1,8}?)(?:呢|的话)?$")
_ASKS_IT_OF_ANOTHER = re.compile(r"呢$|的话$|^那|^要是|^如果是")
_MOVING = frozenset({"direction", "negation"})
"""Another direction or a denial is another question, not the same of another thing."""


def follow_ups(before: str, text: str) -> list[str]:
    """Return what a line may ask, given the buyer's line before it: that line with the thing exchanged, or added.

    Nothing where the line does not ask the same of another thing (that takes a 呢, 那, 的话), or names no thing.
    """
    thing, asked = _thing(text), strip(fold(before))
    new = [place for place in places(thing) if place.kind not in _MOVING]
    if not new or not asked:
        return []
    exchanged = [_exchanged(asked, place, thing[place.start : place.end]) for place in new]
    return [*(one for one in exchanged if one), f"{thing}{asked}"]


def same_of_another(before: str, text: str) -> str | None:
    """Return the line before with its thing exchanged, where a line names that other thing and says no more: 退货运费谁出 /
    那换货呢; None elsewhere."""
    thing, asked = _thing(text).removesuffix("的"), strip(fold(before))
    for place in places(thing):
        if place.kind not in _MOVING and (place.start, place.end) == (0, len(thing)):
            return _exchanged(asked, place, thing)
    return None


def _thing(text: str) -> str:
    """Return what a line asks the same of, "" where it does not ask so."""
    run = strip(fold(text))
    named = _ELLIPTIC.match(run)
    return named.group(1) if named and _ASKS_IT_OF_ANOTHER.search(run) else ""


def is_elliptical(text: str) -> bool:
    """Say whether a line only names what it asks about, so that what it asks may stand before it: 那运费呢, 运费呢."""
    return strip(fold(text)).endswith("呢") and not normalize(text).manner.ways - {"say"}


def _exchanged(asked: str, new: Place, word: str) -> str | None:
    """Put another thing in the place of the one of its kind in a question; None where it has none or several."""
    old = [place for place in places(asked) if (place.kind, place.group) == (new.kind, new.group)]
    if len(old) != 1:
        return None
    return asked[: old[0].start] + word + asked[old[0].end :]
