"""Parameters as people write them: a working value back in the form its file has, and what a new value may be.

The way back is exact: what ``raw`` gives, ``accept`` turns into the same working value again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from bot.accounting import checks
from bot.accounting.checks import Band, Check, OneOf, SomeOf
from bot.accounting.parameters import check_of

_OPS = {">=": "at_least", ">": "above", "<=": "at_most", "<": "below"}
_KINDS: Mapping[Check, str] = {
    checks.flag: "flag",
    checks.text: "text",
    checks.texts: "texts",
    checks.time_of_day: "time",
    checks.dates: "dates",
    checks.exempt_days: "dates",
    checks.span: "span",
    checks.day_span: "span",
    checks.percent_span: "span",
    checks.bands: "bands",
    checks.topics: "topics",
    checks.null: "fixed",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a parameter takes: ``flag number text texts time dates span bands topics choice some fixed``; ``choices``
    are the words of ``choice`` and ``some``."""

    kind: str
    choices: tuple[str, ...] = ()


def shape_of(name: str) -> Shape:
    """Say what values a parameter takes.

    Raises:
        KeyError: no ruleset has such a parameter.
    """
    check = check_of(name)
    if check is None:
        raise KeyError(name)
    if isinstance(check, OneOf):
        return Shape("choice" if len(check.names) > 1 else "fixed", check.names)
    if isinstance(check, SomeOf):
        return Shape("some", check.names)
    return Shape(_KINDS.get(check, "number"))


def raw(name: str, value: Any) -> Any:
    """Write a working value as JSON holds it: times of day and dates as texts, exact numbers as numbers, lists as lists.

    ``none`` stands for a time of day that is not set.
    """
    if check_of(name) is checks.time_of_day:
        return "none" if value is None else f"{value // 3600:02d}:{value // 60 % 60:02d}:{value % 60:02d}"
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, Band):
        return {"name": value.name, _OPS[value.op]: _plain(value.value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
