"""YAML (and JSON, which is read as the YAML it also is) with the line of everything in it, and without surprises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml


class DocumentError(Exception):
    """Something is wrong in a setup file: ``where`` is a JSON pointer, ``line`` counts from 1 (0 = unknown)."""

    def __init__(self, where: str, line: int, message: str) -> None:
        super().__init__(f"{where} (line {line}): {message}" if line else f"{where}: {message}")
        self.where, self.line, self.message = where, line, message


class _Plain(yaml.SafeLoader):
    """YAML without its surprises: ``off`` is a word, 23:00 a time as written, 2024-05-01 a day as written."""


_TAG = "tag:yaml.org,2002:"
_Plain.yaml_implicit_resolvers = {}
for _name, _form, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Plain.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_form})$"), _first)


def load(text: str) -> tuple[Any, Mapping[str, int]]:
    """Read a document; return its value and, for each JSON pointer, its line.

    Raises:
        DocumentError: not YAML, a name that stands twice, or an alias without end.
    """
    lines: dict[str, int] = {}
    try:
        _mark(yaml.compose(text, Loader=_Plain), "", lines, set())
        return yaml.load(text, Loader=_Plain), lines  # noqa: S506  (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or error
        raise DocumentError(
            "/", mark.line + 1 if mark else 0, f"不是 YAML 或 JSON：{why} / not YAML or JSON: {why}"
        ) from error
    except RecursionError as error:
        raise DocumentError("/", 0, "嵌套太深 / nested too deep") from error


def line_of(pointer: str, lines: Mapping[str, int]) -> int:
    """The line of a pointer, or of the nearest thing around it."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 0)


def _mark(node: Any, pointer: str, lines: dict[str, int], inside: set[int]) -> None:
    """Note the line of everything. ``inside`` are the nodes around it: an alias to one of them would never end."""
    if node is None:
        return
    if id(node) in inside:
        raise DocumentError(pointer or "/", node.start_mark.line + 1, "别名指向了自己 / an alias leads back to itself")
    lines[pointer] = node.start_mark.line + 1
    inside = {*inside, id(node)}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where = f"{pointer}/{key.value}"
            if where in lines:
                raise DocumentError(where, key.start_mark.line + 1, "写了两次 / this stands here twice")
            _mark(value, where, lines, inside)
            lines[where] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _mark(value, f"{pointer}/{index}", lines, inside)
