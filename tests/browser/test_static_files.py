"""The console's files: vendored code is what its list says, nothing is inline, and the inbox stays light."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "bot" / "web" / "static"
VENDOR = json.loads((STATIC / "vendor" / "vendor.json").read_text("utf-8"))["files"]
OWN = sorted(p for p in STATIC.rglob("*.js") if "vendor" not in p.parts)
IMPORT = re.compile(r"""(?:[\s}]from|(?:^|[\s;])import)\s*["']([^"']+)["']""")
BUDGET_BYTES = 80 * 1024
LONGEST = 300


def imports(path: Path) -> list[str]:
    """What a module imports at once (what it imports later, by ``import()``, is not among it)."""
    return IMPORT.findall(path.read_text("utf-8"))


def reached(*first: Path) -> set[Path]:
    """Every module that loading these loads."""
    found: set[Path] = set()
    todo = list(first)
    while todo:
        path = todo.pop().resolve()
        if path not in found:
            found.add(path)
            todo += [path.parent / name for name in imports(path)]
    return found


@pytest.mark.parametrize("row", VENDOR, ids=lambda row: row["name"])
def test_vendored_file_is_the_one_listed(row):
    body = (STATIC / "vendor" / row["file"]).read_bytes()
    assert hashlib.sha256(body).hexdigest() == row["sha256"]
    assert row["version"]
    assert row["licence"]


def test_no_vendored_file_is_unlisted():
    assert {p.name for p in (STATIC / "vendor").iterdir() if p.suffix in (".js", ".css")} == {
        row["file"] for row in VENDOR
    }


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda p: str(p.relative_to(STATIC)))
def test_imports_are_relative_and_there(path):
    for name in imports(path):
        assert name.startswith("."), f"{name}: only relative imports work without an import map"
        assert (path.parent / name).is_file(), name


@pytest.mark.parametrize("path", OWN, ids=lambda p: str(p.relative_to(STATIC)))
def test_a_module_is_short_and_puts_no_markup_in_by_itself(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


def test_the_page_holds_no_inline_script_or_style():
    page = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\bstyle=|\bon\w+=", page)


def test_inbox_first_load_keeps_its_budget():
    page = (STATIC / "index.html").read_text("utf-8")
    named = {STATIC / name for name in re.findall(r'/static/__VERSION__/([^"]+\.(?:css|js))"', page)}
    loaded = reached(STATIC / "app.js", STATIC / "pages" / "inbox.js") | {p.resolve() for p in named}
    size = sum(len(gzip.compress(p.read_bytes(), 9)) for p in loaded)
    assert size <= BUDGET_BYTES, f"{size} bytes in {len(loaded)} files"
