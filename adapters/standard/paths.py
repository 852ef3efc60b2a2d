"""Where something stands in a delivery: paths of a mapping, and what is found there. Pure.

``/a/b/0`` begins at the item, ``^/a`` at the whole body, ``@name`` is a request header, ``?name`` a parameter of the
address. Text that holds JSON is opened where a path goes on into it; ``*`` takes every member of a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

MISSING = object()
MAX_STEPS = 12
MAX_JSON_TEXT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """What paths look into: one item of a delivery, the whole body around it, headers (lower case) and parameters."""

    item: Any
    body: Any
    headers: Mapping[str, str]
    query: Mapping[str, str]


def check_path(path: str) -> str:
    """Return a path as it came.

    Raises:
        ValueError: it does not begin as a path does, or has over 12 steps.
    """
    if path[:1] in ("@", "?"):
        if len(path) > 1:
            return path
    elif path in ("", "^") or path.startswith(("/", "^/")):
        if path.count("/") <= MAX_STEPS:
            return path
        raise ValueError(f"最多 {MAX_STEPS} 层 · at most {MAX_STEPS} steps")
    raise ValueError(
        "路径写成 /a/b（这一条）、^/a（整个请求体）、@请求头 或 ?参数 · "
        "write /a/b (this item), ^/a (the whole body), @header or ?parameter"
    )


def find(path: str, source: Source) -> Any:
    """Return what stands at a path, ``MISSING`` where nothing does."""
    if path.startswith("@"):
        return source.headers.get(path[1:].lower(), MISSING)
    if path.startswith("?"):
        return source.query.get(path[1:], MISSING)
    value = source.body if path.startswith("^") else source.item
    for step in _steps(path.removeprefix("^")):
        value = _into(value, step)
        if value is MISSING:
            break
    return value


def find_all(path: str, body: Any) -> Iterator[tuple[str, Any]]:
    """Yield pointer and value of each item at a path that may hold ``*``; a list at its end is taken apart."""
    found = list(_walk("", body, _steps(path)))
    for pointer, value in found:
        if isinstance(value, list):
            yield from ((f"{pointer}/{index}", one) for index, one in enumerate(value))
        else:
            yield pointer, value


def scalar(value: Any) -> str | None:
    """Return a text, number or flag as text (``true``, ``12``), None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value) if not isinstance(value, int) or abs(value) < 10**40 else None
    return format(value, "g") if isinstance(value, float) else None


def _walk(pointer: str, value: Any, steps: list[str]) -> Iterator[tuple[str, Any]]:
    for place, step in enumerate(steps):
        if step == "*":
            for index, one in enumerate(_opened(value) if isinstance(_opened(value), list) else []):
                yield from _walk(f"{pointer}/{index}", one, steps[place + 1 :])
            return
        value = _into(value, step)
        pointer = f"{pointer}/{step}"
        if value is MISSING:
            return
    yield pointer, _opened(value)


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _into(value: Any, step: str) -> Any:
    value = _opened(value)
    if isinstance(value, dict):
        return value.get(step, MISSING)
    if isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 6:
        return value[int(step)] if int(step) < len(value) else MISSING
    return MISSING


def _opened(value: Any) -> Any:
    """A text that holds JSON is opened: some platforms send an object on one page and its text on another."""
    if isinstance(value, str) and value[:1] in ("{", "[") and len(value) <= MAX_JSON_TEXT:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value
