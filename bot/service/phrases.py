"""Quick phrases for people at the desk, and the shop's answers among them, found by text or pinyin initials."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import normalize

import orjson

from bot.accounting.quality import folded
from bot.accounting.ruleset import Ruleset, meaningless
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.shelf import Shelf, Shelved
from bot.store import faq
from bot.store.engine import Store
from knowledge_base.fields import fill

_CHINESE = range(0x3400, 0xA000)


@dataclass(frozen=True, slots=True)
class Quick:
    """Something to send by one key: ``kind`` phrase or entry; ``missing`` names the fields still in braces."""

    id: str
    title: str
    category: str
    text: str
    kind: str
    initials: str
    missing: tuple[str, ...]


class Phrases:
    """Lists what a person may send with one key."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf

    async def all(self, shop: str, person: str) -> list[Quick]:
        """The phrases of a shop, the shared ones, the person's own, then the answers of the FAQ; fields filled."""
        shelved = await self._shelf.get(shop)
        rows = await self._store.read(faq.phrases_of, shop)
        return await asyncio.to_thread(_listed, rows, shelved, self._directory.shops[shop].platform, person)

    async def check(self, shop: str, text: str) -> dict[str, Any]:
        """Say before a text is sent what the shop's rules of today make of it.

        ``{meaningless, forbidden, ruleset}``: whether it would count as no reply, the forbidden words in it.
        """
        today = self._clocks.now(shop).astimezone(ZONE).date()
        ruleset = self._directory.ruleset(self._directory.shops[shop], today)
        return {
            "meaningless": meaningless(text, "text", ruleset),
            "forbidden": list(forbidden(text, ruleset)),
            "ruleset": ruleset.version,
        }


def forbidden(text: str, ruleset: Ruleset) -> tuple[str, ...]:
    """The ruleset's forbidden phrases in a text; with ``wording.match whole`` the text must be the phrase."""
    said = folded(text).strip()
    whole = ruleset["wording.match"] == "whole"
    return tuple(
        phrase for phrase in ruleset["wording.list"] if (folded(phrase) == said if whole else folded(phrase) in said)
    )


def _listed(rows: list[Mapping[str, Any]], shelved: Shelved, platform: str, person: str) -> list[Quick]:
    found = []
    for row in rows:
        if row["owner"] in (None, person):
            filled = fill(row["text"], shelved.fields)
            found.append(
                Quick(
                    row["id"],
                    row["title"],
                    row["category"],
                    filled.text,
                    "phrase",
                    initials(row["title"]),
                    filled.missing,
                )
            )
    compose = shelved.compose(platform)
    for entry in shelved.base.entries:
        text, missing = compose(entry)
        if text:
            found.append(
                Quick(entry.id, entry.question, entry.category, text, "entry", initials(entry.question), missing)
            )
    return found


def initials(text: str) -> str:
    """The first letters by which a text is found while typing: 发货时间 → fhsj; Latin letters and digits stay."""
    letters = _letters()
    return "".join(letters.get(char) or (char if char.isascii() and char.isalnum() else "") for char in text.lower())


@cache
def _letters() -> Mapping[str, str]:
    """Return for every Chinese character the letter its commonest reading begins with, from the dictionary, once.

    Only the dictionary's file is read: importing the library would load its phrases too, 50 MiB that nobody needs.
    """
    library = find_spec("pypinyin")
    if library is None or library.origin is None:
        raise RuntimeError("pypinyin is not installed")
    readings = orjson.loads(Path(library.origin).with_name("pinyin_dict.json").read_bytes())
    return {chr(int(code)): normalize("NFD", said)[0] for code, said in readings.items() if int(code) in _CHINESE}
