"""The shapes of the FAQ: an entry, what surrounds a question, and what a reading of a question found.

A leaf: plain frozen values that every room may hold. The matcher fills them, ``bot.core.decide`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Mode(StrEnum):
    """How far the bot may go. Ordered from strict to free; the stricter of two wins (see ``stricter``)."""

    OFF = "off"
    SUGGEST = "suggest"
    AUTO = "auto"


_STRICTNESS = {Mode.OFF: 0, Mode.SUGGEST: 1, Mode.AUTO: 2}


def stricter(one: Mode, other: Mode) -> Mode:
    """Return the stricter of two modes."""
    return one if _STRICTNESS[one] <= _STRICTNESS[other] else other


@dataclass(frozen=True, slots=True)
class Keywords:
    """Words an operator ties to an entry, looked for in the folded letters and digits of a text.

    ``all`` must every one occur and none of ``never`` may, else the entry is no match whatever else speaks for it.
    A word of ``any`` that occurs speaks for the entry, and so does meeting ``all`` where ``any`` is empty; where no
    word of ``any`` occurs, the phrasings speak alone. ``ordered`` has words that occur in this order (``退…运费``),
    ``exact`` whole questions, ``pattern`` expressions of google-re2 looked for in the folded text: one that fits makes
    the entry a match by itself. Of two entries that keywords speak for alike the higher ``priority`` answers. Empty
    lists ask for nothing.
    """

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    priority: int = 0


WORD_LISTS = ("all", "any", "never", "ordered", "exact", "pattern")
"""The lists of ``Keywords``, in the order of its fields."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the shop knows: a standard question, its phrasings and its answer.

    ``not_this`` has questions that look like it and are not: what is more like one of them is not answered. ``answer``
    may hold fields such as ``{发货时效}``; ``variants`` gives another answer for a platform by its id. ``products``
    limits the entry to product ids (empty = all). ``valid_from``/``valid_to`` are local days, both included.
    ``threshold`` replaces the shop's own sureness threshold (0–100).
    """

    id: str
    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    keywords: Keywords = Keywords()
    category: str = ""
    products: tuple[str, ...] = ()
    variants: tuple[tuple[str, str], ...] = ()
    threshold: float | None = None
    mode: Mode = Mode.AUTO
    then_person: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    not_this: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around a question.

    ``today`` is the shop's local day, ``product`` the id of the product a card named, ``previous`` the buyer's own
    line before this one ("" where there is none; never a line of the shop): a short text is read together with it
    where it is not known alone.
    """

    today: date | None = None
    product: str | None = None
    previous: str = ""


class Evidence(NamedTuple):
    """One reason for or against a match, for the page that explains it: a code, a number, the words it saw."""

    code: str
    value: float = 0.0
    words: str = ""


VETOED = "veto_"
"""Begins the code of evidence that forbids a match: ``veto_number``, ``veto_time``, ``veto_not_this`` …"""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry with how sure we are that its answer is right (``sureness`` 0–100, calibrated) and how like the
    nearest phrasing the question is (``similarity`` 0–100, for neighbours only)."""

    entry: Entry
    sureness: float
    similarity: float
    phrasing: str
    evidence: tuple[Evidence, ...] = ()


class Signal(StrEnum):
    """What a text says about the buyer rather than about the goods; lists are shipped and editable."""

    ASKED_FOR_PERSON = "asked_for_person"
    UPSET = "upset"
    SENSITIVE = "sensitive"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal and the words that gave it."""

    signal: Signal
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message that asks several things, with its own matches (best first).

    ``asks`` is False for what is only told (我买了两件): it explains the questions around it. ``normalized`` is what was
    compared.
    """

    text: str
    matches: tuple[Match, ...]
    asks: bool = True
    normalized: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the FAQ makes of one text.

    ``normalized`` is what was compared. ``matches`` are best first (at most five). ``parts`` has two or more
    entries only where the text asks several things. ``small_talk`` means nothing is left to answer once greetings,
    thanks and good-byes are taken away; a match is then the shop's own line for it. ``complete`` is False for a fragment (那个红色的) that the next line may finish.
    """

    text: str
    normalized: str
    heard: tuple[Heard, ...] = ()
    matches: tuple[Match, ...] = ()
    parts: tuple[Part, ...] = field(default=())
    small_talk: bool = False
    complete: bool = True

    def hears(self, signal: Signal) -> Heard | None:
        """Return the first hearing of a signal, or None."""
        return next((h for h in self.heard if h.signal is signal), None)
