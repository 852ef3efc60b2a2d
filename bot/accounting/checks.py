"""What a parameter's value may be: checks that take a raw value and return the form the books work with.

Numbers become ``Fraction`` so that every comparison is exact, times of day become seconds since local midnight, lists
become tuples. A bool is never a number. Every check raises ``ValueError`` with words for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

Check = Callable[[Any], Any]

DAY_S = 86_400
_LONGEST_S = 3_660 * DAY_S  # ten years: more is a typing mistake, and timedelta must not overflow


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of a rate: ``value`` percent compared by ``op`` (``>=``, ``>``, ``<=`` or ``<``)."""

    name: str
    op: str
    value: Fraction

    def holds(self, percent: Fraction) -> bool:
        """Say whether an exact percentage lies in this range (bands are checked in order, the first that holds)."""
        if self.op == ">=":
            return percent >= self.value
        if self.op == ">":
            return percent > self.value
        if self.op == "<=":
            return percent <= self.value
        return percent < self.value


def flag(value: Any) -> bool:
    """Accept true or false."""
    if type(value) is not bool:
        raise ValueError("要 true 或 false / must be true or false")
    return value


def whole(low: int, high: int = 1_000_000) -> Check:
    """Make a check for whole numbers from ``low`` to ``high``, both included."""

    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"要 {low} 到 {high} 的整数 / must be a whole number from {low} to {high}")
        return value

    return check


def exact(value: Any) -> Fraction:
    """Turn a JSON or TOML number into the fraction its digits say (0.7 is 7/10, not the nearest double).

    Raises:
        ValueError: not a finite number; a bool is none.
    """
    if type(value) is int or type(value) is Fraction:
        return Fraction(value)
    if type(value) is float and value - value == 0:
        return Fraction(repr(value))
    raise ValueError("要一个数 / must be a number")


def between(low: int, high: int) -> Check:
    """Make a check for numbers from ``low`` to ``high``, both included; gives a ``Fraction``."""

    def check(value: Any) -> Fraction:
        number = exact(value)
        if not low <= number <= high:
            raise ValueError(f"要 {low} 到 {high} 之间的数 / must be a number from {low} to {high}")
        return number

    return check


@dataclass(frozen=True, slots=True)
class OneOf:
    """A check for one of some words."""

    names: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        """Accept one of the words."""
        if value not in self.names or not isinstance(value, str):
            known = ", ".join(self.names)
            raise ValueError(f"只能是 {known} / must be one of {known}")
        return value


def choice(*names: str) -> OneOf:
    """Make a check for one of some words."""
    return OneOf(names)


def text(value: Any) -> str:
    """Accept a text."""
    if not isinstance(value, str):
        raise ValueError("要一段文字 / must be a text")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """Accept a list of texts, none of them empty."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("要文字的列表 / must be a list of texts, none of them empty")
    return tuple(value)


@dataclass(frozen=True, slots=True)
class SomeOf:
    """A check for a list of some words."""

    names: tuple[str, ...]

    def __call__(self, value: Any) -> tuple[str, ...]:
        """Accept a list of some of the words."""
        items = texts(value)
        for item in items:
            if item not in self.names:
                known = ", ".join(self.names)
                raise ValueError(f"{item!r} 不在 {known} 之中 / {item!r} is none of {known}")
        return items


def subset(*names: str) -> SomeOf:
    """Make a check for a list of some of these words."""
    return SomeOf(names)


_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")


def time_of_day(value: Any) -> int | None:
    """Accept "HH:MM" or "HH:MM:SS" up to 24:00, in seconds since midnight; "none" or null is None."""
    if value is None or value == "none":
        return None
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    seconds = -1 if match is None else int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    if not 0 <= seconds <= DAY_S:
        raise ValueError('要 "HH:MM" 或 "HH:MM:SS"，没有就写 none / must be "HH:MM", "HH:MM:SS" or none')
    return seconds


def dates(value: Any) -> tuple[date, ...]:
    """Accept a list of dates, written YYYY-MM-DD or as TOML dates."""
    if not isinstance(value, list | tuple):
        raise ValueError("要日期的列表 / must be a list of dates (YYYY-MM-DD)")
    return tuple(_date(item) for item in value)


def _date(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} 不是日期 / {value!r} is not a date (YYYY-MM-DD)") from None


def exempt_days(value: Any) -> tuple[date, ...]:
    """Accept a list of dates, or false for no day."""
    if value is False:
        return ()
    return dates(value)


def span(value: Any) -> tuple[Fraction, Fraction]:
    """Accept [low, high], both numbers."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("要 [下限, 上限] / must be [low, high]")
    low, high = exact(value[0]), exact(value[1])
    if low > high:
        raise ValueError("下限大于上限 / low is above high")
    return low, high


_BAND_OPS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}


def _band(value: Any) -> Band:
    words = "{name, at_least | above | at_most | below: percent}"
    if not isinstance(value, Mapping) or len(value) != 2 or not isinstance(value.get("name"), str):
        raise ValueError(f"每一档要写成 {words} / each band must be {words}")
    key = next(name for name in value if name != "name")
    if key not in _BAND_OPS:
        raise ValueError(f"每一档要写成 {words} / each band must be {words}")
    return Band(value["name"], _BAND_OPS[key], PERCENT(value[key]))


def day_span(value: Any) -> tuple[int, int]:
    """Accept [first, last], whole days of at most a year."""
    first, last = span(value)
    if first.denominator != 1 or last.denominator != 1 or not 0 <= first <= last <= 366:
        raise ValueError("要 0 到 366 的整数 / must be whole numbers from 0 to 366")
    return int(first), int(last)


def percent_span(value: Any) -> tuple[Fraction, Fraction]:
    """Accept [low, high], both percentages."""
    low, high = span(value)
    return PERCENT(low), PERCENT(high)


def bands(value: Any) -> tuple[Band, ...]:
    """Accept a list of bands, each {name, at_least | above | at_most | below: percent}."""
    if not isinstance(value, list | tuple):
        raise ValueError("要分档的列表 / must be a list of bands")
    return tuple(_band(item) for item in value)


def topics(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Accept a checklist of topics, each {id, ask, answer}."""
    words = "{id, ask: [...], answer: [...]}"
    if not isinstance(value, list | tuple):
        raise ValueError(f"要 {words} 的列表 / must be a list of {words}")
    for item in value:
        if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
            raise ValueError(f"每项要写成 {words} / each item must be {words}")
        texts(item.get("ask"))
        texts(item.get("answer"))
    return tuple(value)


def null(value: Any) -> None:
    """Accept null only."""
    if value is not None and value != "null":
        raise ValueError("只能是 null / must be null")


PERCENT = between(0, 100)
SECONDS = between(0, _LONGEST_S)
NUMBER = between(-(10**12), 10**12)
KINDS = ("text", "image", "video", "voice", "file", "card", "emoji")
