"""The pages agree with each other: links lead somewhere, both languages say the same in the same order."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, prose, text

PAGES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "adapters/*/*.md")
    for path in ROOT.glob(pattern)
)
PAIRS = [
    ("README.md", "README.zh-CN.md"),
    ("docs/deploy.md", "docs/deploy.zh-CN.md"),
    ("docs/runbook.md", "docs/runbook.zh-CN.md"),
]
LINK = re.compile(r"\]\((?P<to>[^)\s]+)\)")
HEADING = re.compile(r"^(?P<level>#+) (?P<words>.+)$", re.MULTILINE)


def places(page: str) -> set[str]:
    """What a link can name inside a page: its headings, as code hosts write them."""
    return {
        re.sub(r"[^\w\- ]", "", found["words"].lower()).replace(" ", "-") for found in HEADING.finditer(prose(page))
    }


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_exists(page: str) -> None:
    for to in LINK.findall(prose(page)):
        if to.startswith(("http://", "https://")):
            continue
        path, _, place = to.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {to}"
        if place:
            assert place in places(str(target.resolve().relative_to(ROOT))), f"{page}: {to}"


def levels(page: str) -> list[str]:
    """How deep the sections go, in order."""
    return [found["level"] for found in HEADING.finditer(prose(page))]


def kinds_of_code(page: str) -> list[str]:
    """The kinds of the code blocks, in order."""
    return re.findall(r"^```(\w+)$", text(page), re.MULTILINE)


def shapes_of_tables(page: str) -> list[int]:
    """The number of bars in each row of each table."""
    return [line.count("|") for line in prose(page).splitlines() if line.startswith("|")]


def links(page: str) -> list[str]:
    """What a page links to, without places and languages."""
    return [re.sub(r"\.(zh-CN|en)(?=\.)", "", to.partition("#")[0]) for to in LINK.findall(prose(page))]


@pytest.mark.parametrize("of", [levels, kinds_of_code, shapes_of_tables, links])
@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_go_side_by_side(english: str, chinese: str, of) -> None:
    assert of(english) == of(chinese)
