"""ARCHITECTURE.md shows the state table as it is, and names rooms and tests that exist."""

from __future__ import annotations

import re

from bot.core.conversation import picture
from tests.docs.pages import ROOT, between, text

PAGE = "ARCHITECTURE.md"


def test_the_picture_of_the_states_is_printed_from_the_table() -> None:
    fresh = f"```mermaid\n{picture()}\n```\n"
    assert between(PAGE, "states") == fresh, f"{PAGE}: put this between the marks:\n{fresh}"


def test_every_path_and_module_it_names_exists() -> None:
    named = set(re.findall(r"`((?:bot|adapters|knowledge_base|tests)[\w./]*)`", text(PAGE)))
    assert len(named) > 20
    missing = [name for name in sorted(named) if not _exists(name)]
    assert not missing, f"{PAGE} names what is not there: {missing}"


def _exists(name: str) -> bool:
    """A path, or a module with what it holds: bot.core.decide.decide, bot.service.sending.Sending.rescue."""
    if (ROOT / name).exists():
        return True
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        folder = ROOT.joinpath(*parts[:cut])
        module = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
        if module.is_file() or (folder.is_dir() and cut == len(parts)):
            return all(re.search(rf"\b{held}\b", module.read_text("utf-8")) for held in parts[cut:])
    return False
