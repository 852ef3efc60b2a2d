"""The table of promises names tests that there are, at least one for each of the 22, and every promise's name fits."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, prose

PROMISES = 22
ROW = re.compile(r"^\| P(?P<number>\d+)[^|]*\| `(?P<file>[^`]+)::(?P<name>[^`]+)` \|", re.MULTILINE)


def test_every_promise_has_a_test_that_exists() -> None:
    rows = list(ROW.finditer(prose("docs/promises.md")))
    assert {int(row["number"]) for row in rows} == set(range(1, PROMISES + 1))
    missing = [
        row["name"] for row in rows if not re.search(rf"\bdef {row['name']}\(", (ROOT / row["file"]).read_text("utf-8"))
    ]
    assert missing == []


def test_a_test_that_names_its_promises_stands_under_one_of_them() -> None:
    for row in ROW.finditer(prose("docs/promises.md")):
        named = {int(number) for number in re.findall(r"_p(\d\d)(?=_)", row["name"])}
        assert not named or int(row["number"]) in named, row["name"]
