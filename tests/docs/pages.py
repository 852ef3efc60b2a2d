"""What the tests of the documents share: where the pages are, and their parts."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")

_FENCE = re.compile(r"^```(?P<kind>[\w-]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: str) -> str:
    """A page, by its place in the project."""
    return (ROOT / page).read_text("utf-8")


def blocks(page: str, kind: str) -> list[str]:
    """The code blocks of one kind, in order."""
    return [found["body"] for found in _FENCE.finditer(text(page)) if found["kind"] == kind]


def prose(page: str) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", text(page))


def between(page: str, mark: str) -> str:
    """What stands between ``<!-- mark -->`` and ``<!-- /mark -->``."""
    _, _, rest = text(page).partition(f"<!-- {mark} -->\n")
    held, closed, _ = rest.partition(f"<!-- /{mark} -->")
    assert closed, f"{page}: the marks <!-- {mark} --> … <!-- /{mark} --> are missing"
    return held
