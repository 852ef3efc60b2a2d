"""Quick phrases for people at the desk, and the shop's answers among them, found by text or pinyin initials."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import normalize

import orjson
import sqlalchemy as sa

from bot.accounting.quality import folded
from bot.accounting.ruleset import Ruleset, meaningless
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.fields import OF_THE_TALK, facts_of
from bot.service.moves import Moves
from bot.service.refusal import Because, Refusal
from bot.service.shelf import Shelf, Shelved
from bot.store import faq, phrases
from bot.store.engine import Store
from knowledge_base.characters import fold
from knowledge_base.fields import Filled, fill

_CHINESE = range(0x3400, 0xA000)


@dataclass(frozen=True, slots=True)
class Quick:
    """Something to send by one key: ``kind`` phrase or entry; ``missing`` names the fields still in braces; ``own``: only
    this person's; ``used``: how often it was sent from the menu."""

    id: str
    title: str
    category: str
    text: str
    kind: str
    initials: str
    pinyin: str
    missing: tuple[str, ...]
    own: bool = False
    used: int = 0
    raw: str = ""


class Phrases:
    """Lists what a person may send with one key."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf

    async def all(self, shop: str, person: str, facts: Mapping[str, str] | None = None) -> list[Quick]:
        """The phrases of a shop, the shared ones, the person's own, then the answers of the FAQ; fields filled.

        ``facts`` are the fields that a conversation fills; they come before the shop's. Without a conversation those
        fields stay in braces and are not called missing.
        """
        shelved = await self._shelf.get(shop)
        rows = await self._store.read(faq.phrases_of, shop)
        used = await self._store.read(phrases.uses, shop)
        platform = self._directory.shops[shop].platform
        return await asyncio.to_thread(_listed, rows, shelved, platform, person, used, facts)

    async def search(
        self, shop: str, person: str, typed: str, limit: int, conversation: str = ""
    ) -> list[dict[str, Any]]:
        """Those whose title fits what was typed, as text, pinyin or initials, or whose words hold it: the better fit
        first, then the most used, phrases before answers. What ``conversation`` knows fills fields too.

        Raises:
            Refusal: the shop has no such conversation.
        """
        wanted = fold(typed).replace(" ", "")
        facts = await self._store.read(known_in, shop, conversation) if conversation else None
        fits = [(_fit(quick, wanted), quick) for quick in await self.all(shop, person, facts)]
        found = sorted((one for one in fits if one[0] is not None), key=lambda one: (one[0], -one[1].used))
        return [asdict(quick) for _, quick in found[:limit]]

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


def known_in(conn: sa.Connection, shop: str, conversation: str) -> dict[str, str]:
    """What a conversation of this shop knows for the fields of a text: the buyer's name, what the last card told.

    Raises:
        Refusal: the shop has no such conversation.
    """
    one = Moves.load(conn, conversation)
    if one.shop != shop:
        raise Refusal(Because.UNKNOWN, "not_found", "没有这个会话。", "No such conversation.")
    return facts_of(one)


def _fit(quick: Quick, wanted: str) -> int | None:
    """How well something fits what was typed: 0 is best, None not at all. With nothing typed all fit alike."""
    title, said = fold(quick.title), fold(quick.text)
    for place, fits in enumerate(
        (
            title.startswith(wanted),
            quick.initials.startswith(wanted) or quick.pinyin.startswith(wanted),
            wanted in title,
            wanted in quick.initials or wanted in quick.pinyin,
            wanted in said,
        )
    ):
        if fits:
            return place
    return None


def _listed(
    rows: list[Mapping[str, Any]],
    shelved: Shelved,
    platform: str,
    person: str,
    used: Mapping[str, int],
    facts: Mapping[str, str] | None,
) -> list[Quick]:
    fields, later = {**shelved.fields, **(facts or {})}, OF_THE_TALK if facts is None else frozenset()
    compose = shelved.compose(platform, facts)

    def quick(ref: str, title: str, category: str, said: Filled, kind: str, own: bool = False, raw: str = "") -> Quick:
        missing = tuple(name for name in said.missing if name not in later)
        count = used.get(ref, 0)
        return Quick(ref, title, category, said.text, kind, initials(title), pinyin(title), missing, own, count, raw)

    mine = [row for row in rows if row["owner"] in (None, person)]
    own = [
        quick(
            row["id"],
            row["title"],
            row["category"],
            fill(row["text"], fields),
            "phrase",
            row["owner"] is not None,
            row["text"],
        )
        for row in mine
    ]
    answers = [(entry, Filled(*compose(entry))) for entry in shelved.base.entries]
    return own + [quick(one.id, one.question, one.category, said, "entry") for one, said in answers if said.text]


def initials(text: str) -> str:
    """The first letters by which a text is found while typing: 发货时间 → fhsj; Latin letters and digits stay."""
    return "".join(said[:1] for said in _spelled(text))


def pinyin(text: str) -> str:
    """A text as it is typed with an input method, without tones: 发货 → fahuo; Latin letters and digits stay."""
    return "".join(_spelled(text))


def _spelled(text: str) -> list[str]:
    known = _syllables()
    return [known.get(char) or (char if char.isascii() and char.isalnum() else "") for char in text.lower()]


@cache
def _syllables() -> Mapping[str, str]:
    """Return for every Chinese character its commonest reading without tone, from the dictionary, once.

    Only the dictionary's file is read: importing the library would load its phrases too, 50 MiB that nobody needs.
    """
    library = find_spec("pypinyin")
    if library is None or library.origin is None:
        raise RuntimeError("pypinyin is not installed")
    readings = orjson.loads(Path(library.origin).with_name("pinyin_dict.json").read_bytes())
    return {chr(int(code)): _plain(said) for code, said in readings.items() if int(code) in _CHINESE}


def _plain(readings: str) -> str:
    """The first of a character's readings in plain letters: zhòng,chóng → zhong, lǜ → lv."""
    said = (
        readings.partition(",")[0]
        .replace("ü", "v")
        .replace("ǖ", "v")
        .replace("ǘ", "v")
        .replace("ǚ", "v")
        .replace("ǜ", "v")
    )
    return "".join(char for char in normalize("NFD", said) if char.isascii() and char.isalpha())
