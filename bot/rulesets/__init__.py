"""The rulesets as data: one dated TOML file a platform, and the way to get one ready to judge by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.accounting.parameters import PARAMETERS, BadParameter, accept, flatten
from bot.accounting.ruleset import Ruleset, build
from bot.rulesets.reading import RulesetError, Version, read_defaults, read_versions

__all__ = ["RulesetError", "load", "load_from", "names", "versions"]

FOLDER = Path(__file__).parent
_DEFAULTS = "common.toml"


def names() -> tuple[str, ...]:
    """List the ids of all rulesets, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml") if path.name != _DEFAULTS))


def versions(name: str) -> tuple[date, ...]:
    """List the first local days of a ruleset's versions, oldest first.

    Raises:
        RulesetError: no such ruleset.
    """
    return tuple(version.identity.in_force_from for version in _versions(FOLDER, name))


def load(
    name: str,
    on: date | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    timezone: str | None = None,
) -> Ruleset:
    """Return the ruleset in force on a local day (default: the newest), with a shop's overrides applied.

    ``overrides`` maps dotted parameter names to raw values (a table under a prefix such as ``thresholds`` sets all it
    names; a list replaces the default list). ``timezone`` replaces the platform's zone. Equal calls share one object.

    Raises:
        RulesetError: no such ruleset, or none in force on that day.
        BadParameter: an override names no parameter, or its value is of the wrong kind.
    """
    return load_from(FOLDER, name, on, overrides, timezone=timezone)


def load_from(
    folder: Path,
    name: str,
    on: date | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    timezone: str | None = None,
) -> Ruleset:
    """Do what ``load`` does with the ruleset files of another folder; the common defaults stay ours."""
    version = _in_force(_versions(folder, name), name, on)
    checked = _checked(overrides or {}, version)
    key = (folder, name, version.identity.in_force_from, timezone, repr(sorted(checked.items())))
    ruleset = _known.get(key)
    if ruleset is None:
        if len(_known) >= _KNOWN_LIMIT:
            _known.clear()
        ruleset = _known[key] = _built(version, checked, timezone)
    return ruleset


def _checked(overrides: Mapping[str, Any], version: Version) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for key, value in flatten(overrides):
        if key in checked:
            raise BadParameter(key, "给了两次 / is given twice")
        checked[key] = accept(key, value)
    for key in checked:
        if key.startswith("kpi.") and key not in PARAMETERS and not _has_metric(key, version):
            raise BadParameter(
                key, f"{version.identity.name} 没有这个指标 / {version.identity.name} has no such metric"
            )
    return checked


def _has_metric(key: str, version: Version) -> bool:
    """Say whether a version sets this metric, or another case of it: a new category is fine, a new metric is not."""
    parent = key.rpartition(".")[0]
    return key in version.values or (parent != "kpi" and any(name.startswith(f"{parent}.") for name in version.values))


_known: dict[tuple[object, ...], Ruleset] = {}
_KNOWN_LIMIT = 1_000


def _built(version: Version, checked: Mapping[str, Any], timezone: str | None) -> Ruleset:
    return build(
        version.identity,
        {**_defaults(), **version.values, **checked},
        zone=ZoneInfo(timezone or version.zone),
        chat=version.chat,
        grading=version.grading,
        extras=version.extras,
        overridden=tuple(sorted(checked)),
    )


def _in_force(found: tuple[Version, ...], name: str, on: date | None) -> Version:
    if on is None:
        return found[-1]
    fitting = [version for version in found if version.identity.in_force_from <= on]
    if not fitting:
        first = found[0].identity.in_force_from
        raise RulesetError(
            f"{name} 在 {on} 还没有规则，最早从 {first} 起 / no {name} rules on {on}; the first start on {first}"
        )
    return fitting[-1]


@lru_cache(maxsize=64)
def _versions(folder: Path, name: str) -> tuple[Version, ...]:
    path = folder / f"{name}.toml"
    if not name.isidentifier() or path.name == _DEFAULTS or not path.is_file():
        known = ", ".join(names())
        raise RulesetError(f"没有规则 {name!r}，现有：{known} / no ruleset {name!r}; there are: {known}")
    return read_versions(path)


@cache
def _defaults() -> Mapping[str, Any]:
    return read_defaults(FOLDER / _DEFAULTS)
