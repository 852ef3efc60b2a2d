"""Change one value of the shipped ruleset files at a time: each default that matters is pinned by a ruling or a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from bot import rulesets
from bot.accounting.checks import Band, OneOf, SomeOf
from bot.accounting.parameters import check_of


def planted() -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield (what was changed, what plants it) for each single change of a value, ours and each platform's own."""
    yield from _of("common", rulesets._defaults())
    for name in rulesets.names():
        for version in rulesets._versions(rulesets.FOLDER, name):
            yield from _of(name, version.values)


def _of(file: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Callable[[], None]]]:
    for name, value in values.items():
        for other in (other for other in _others(name, value) if other != value):
            yield f"{file}.toml {name} = {other!r}", lambda name=name, other=other: _plant(values, name, other)


def _plant(values: Mapping[str, Any], name: str, other: Any) -> None:
    values[name] = other  # type: ignore[index]
    rulesets._known.clear()


def _others(name: str, value: Any) -> Iterator[Any]:
    """Yield neighbours of a value: the other word, the number beside it, a list with an item less."""
    check = check_of(name)
    if isinstance(check, OneOf):
        yield from (word for word in check.names if word != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | Fraction):
        yield value + 1
        yield max(value - 1, 0) if value != 1 else value + 2
    elif isinstance(value, tuple):
        yield from _lists(value, isinstance(check, SomeOf))


def _lists(value: tuple[Any, ...], words: bool) -> Iterator[tuple[Any, ...]]:
    for nth, item in enumerate(value):
        rest = value[:nth] + value[nth + 1 :]
        if isinstance(item, int | Fraction):
            yield (*value[:nth], item + 1, *value[nth + 1 :])
        elif isinstance(item, Band):
            yield (*value[:nth], replace(item, value=item.value + 1), *value[nth + 1 :])
        elif isinstance(item, str) and (words or len(value) < 40):
            yield rest
