"""Both READMEs list every setting there is, with its variable and its default."""

from __future__ import annotations

from typing import Any

import pytest

from bot.settings import Settings, listing
from tests.docs.pages import READMES, between

ROWS = listing(Settings(), {})


def shown(value: Any) -> str:
    """A default as the table shows it: a dash for nothing, words of YAML for yes and no."""
    if value in (None, "", []):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def table(page: str) -> list[list[str]]:
    """The rows of the settings' table, each as its cells."""
    lines = between(page, "settings").strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("page", READMES)
def test_every_setting_is_in_the_table_with_its_default(page: str) -> None:
    expected = [[f"`{row['name']}`", f"`{row['environment']}`", shown(row["default"])] for row in ROWS]
    assert [cells[:3] for cells in table(page)] == expected
    assert all(cells[3] for cells in table(page)), "each setting says what it means"


def test_the_english_table_says_what_the_command_says() -> None:
    assert [cells[3] for cells in table("README.md")] == [row["meaning"] for row in ROWS]
