"""Reading a ruleset file: every value checked, every complaint with file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.accounting.contradictions import Contradiction, Reading
from bot.accounting.parameters import BadParameter, accept, flatten
from bot.accounting.ruleset import Identity


class RulesetError(ValueError):
    """A ruleset that does not exist, or a file that cannot be used. ``str()`` says where and what to do."""


@dataclass(frozen=True, slots=True)
class Version:
    """One dated version as its file gives it: identity, what kind of rules it has, and its own checked values."""

    identity: Identity
    zone: str
    chat: bool
    grading: str
    extras: frozenset[str]
    values: Mapping[str, Any]


_HEAD = {"name": str, "title_zh": str, "title_en": str, "zone": str, "version": list}
_VERSION = {
    "in_force_from": date,
    "source_zh": str,
    "source_en": str,
    "read_on": date,
    "confidence": str,
    "chat": bool,
    "grading": str,
    "set": dict,
}
_OPTIONAL = {"extras": list, "basis": dict, "contradiction": list}
_CONTRADICTION = {"id": str, "zh": str, "en": str, "default": str, "reading": list}
_READING = {"id": str, "zh": str, "en": str, "set": dict}
_GRADINGS = ("bands", "tiers", "none")
_CONFIDENCES = ("official", "article", "web", "ours")
_TABLE = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+")
_KEY = re.compile(r"""\s*("[^"]+"|[\w.-]+)\s*=""")


def read_defaults(path: Path) -> dict[str, Any]:
    """Read the file of values that hold in every ruleset, in working form.

    Raises:
        RulesetError: not readable, or a value that its parameter does not accept.
    """
    text = path.read_text(encoding="utf-8")
    return _accept_all(path, text, _parse(path, text), table="", nth=0)


def read_versions(path: Path) -> tuple[Version, ...]:
    """Read one ruleset file; its versions come back oldest first.

    Raises:
        RulesetError: a syntax error, a key that is missing, unknown or of the wrong kind, two versions of one day.
    """
    text = path.read_text(encoding="utf-8")
    raw = _parse(path, text)
    _check_keys(path, text, raw, _HEAD, {}, nth=0)
    if raw["name"] != path.stem:
        raise _complaint(path, text, "name", "和文件名不同 / differs from the file's name")
    versions = [_version(path, text, raw, item, nth) for nth, item in enumerate(raw["version"], start=1)]
    versions.sort(key=lambda version: version.identity.in_force_from)
    days = [version.identity.in_force_from for version in versions]
    if not days or len(set(days)) < len(days):
        raise _complaint(
            path, text, "in_force_from", "每个版本要有自己的起始日 / each version needs a first day of its own"
        )
    return tuple(versions)


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesetError(f"{path.name}: TOML 写法有误 / not valid TOML: {error}") from None


def _version(path: Path, text: str, raw: Mapping[str, Any], item: Mapping[str, Any], nth: int) -> Version:
    _check_keys(path, text, item, _VERSION, _OPTIONAL, nth)
    for key, allowed in (("grading", _GRADINGS), ("confidence", _CONFIDENCES)):
        if item[key] not in allowed:
            raise _complaint(path, text, key, f"只能是 {', '.join(allowed)} / must be one of them", nth)
    identity = Identity(
        name=raw["name"],
        in_force_from=item["in_force_from"],
        source_zh=item["source_zh"],
        source_en=item["source_en"],
        read_on=item["read_on"],
        confidence=item["confidence"],
        title_zh=raw["title_zh"],
        title_en=raw["title_en"],
        basis=item.get("basis", {}),
        contradictions=tuple(_contradiction(path, text, one, nth) for one in item.get("contradiction", ())),
    )
    values = _accept_all(path, text, item["set"], table="version.set", nth=nth)
    return Version(identity, raw["zone"], item["chat"], item["grading"], frozenset(item.get("extras", ())), values)


def _contradiction(path: Path, text: str, raw: Mapping[str, Any], nth: int) -> Contradiction:
    _check_keys(path, text, raw, _CONTRADICTION, {}, nth)
    for item in raw["reading"]:
        _check_keys(path, text, item, _READING, {}, nth)
        _accept_all(path, text, item["set"], table="version.contradiction.reading.set", nth=nth)
    readings = tuple(Reading(one["id"], one["zh"], one["en"], dict(flatten(one["set"]))) for one in raw["reading"])
    if len(readings) < 2 or raw["default"] not in {one.id for one in readings}:
        raise _complaint(
            path,
            text,
            "contradiction.default",
            "要有两种以上读法，默认是其中一种 / needs two readings or more, one of them the default",
            nth,
        )
    return Contradiction(raw["id"], raw["zh"], raw["en"], raw["default"], readings)


def _check_keys(
    path: Path, text: str, raw: Mapping[str, Any], needed: Mapping[str, type], optional: Mapping[str, type], nth: int
) -> None:
    for key in raw:
        if key not in needed and key not in optional:
            raise _complaint(path, text, key, "没有这个键 / no such key", nth)
    for key, kind in needed.items():
        if key not in raw:
            raise RulesetError(f"{path.name}: {key}: 缺这个键 / this key is missing")
        if type(raw[key]) is not kind:
            raise _complaint(path, text, key, f"类型应为 {kind.__name__} / must be a {kind.__name__}", nth)


def _accept_all(path: Path, text: str, raw: Mapping[str, Any], *, table: str, nth: int) -> dict[str, Any]:
    try:
        return {name: accept(name, value) for name, value in flatten(raw)}
    except BadParameter as error:
        raise _complaint(path, text, error.name, error.why, nth, table) from None


def _complaint(path: Path, text: str, key: str, why: str, nth: int = 0, table: str = "") -> RulesetError:
    line = _line_of(text, key, nth, table)
    where = f"{path.name}:{line}" if line else path.name
    return RulesetError(f"{where}: {key}: {why}")


def _line_of(text: str, key: str, nth: int, table: str) -> int | None:
    """Find the line that sets a dotted key: the longest written form of it in the nth version, or its table's head."""
    inside, best, found = "", 0, None
    version = 0
    for number, line in enumerate(text.splitlines(), start=1):
        head = _TABLE.match(line)
        if head:
            version += head[1] == "version"
            inside = head[1]
            written = inside
        else:
            match = _KEY.match(line)
            if not match:
                continue
            written = f"{inside}.{match[1]}" if inside else match[1]
        if nth and version != nth:
            continue
        short = written.removeprefix(f"{table}.") if table else written.removeprefix("version.")
        if (key == short or key.startswith(f"{short}.")) and len(short) > best:
            best, found = len(short), number
    return found
