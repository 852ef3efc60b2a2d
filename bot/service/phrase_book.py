"""Keeping quick phrases: the shop's shared ones and everybody's own, one by one or as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.refusal import Because, Refusal
from bot.service.sheet_files import taken, written
from bot.store import phrases as stored
from bot.store.engine import Store
from bot.store.ids import new_id
from bot.store.journal import Line, append
from knowledge_base.files import Table, knows

TITLE_AT_MOST, CATEGORY_AT_MOST, TEXT_AT_MOST = 60, 30, 2_000
PHRASES_AT_MOST = 5_000
HEADERS = ("标题", "分类", "内容")
_NAMES = {
    "title": ("标题", "名称", "title", "name"),
    "category": ("分类", "类别", "category", "group"),
    "text": ("内容", "短语", "话术", "text", "content", "phrase"),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quick phrase as somebody writes it; ``own``: only theirs."""

    title: str
    text: str
    category: str = ""
    own: bool = False


class PhraseBook:
    """Changes quick phrases."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks

    async def owner(self, shop: str, phrase_id: str) -> str | None:
        """Whose a phrase is (None: the shop's).

        Raises:
            Refusal: there is none.
        """
        row = await self._store.read(stored.one, shop, phrase_id)
        if row is None:
            raise Refusal(Because.UNKNOWN, "not_found", "没有这条短语。", "No such phrase.")
        return None if row["owner"] is None else str(row["owner"])

    async def save(self, shop: str, phrase: Phrase, *, by: str, phrase_id: str | None = None) -> str:
        """Save a phrase, a new one without ``phrase_id``; its id.

        Raises:
            Refusal: no title or text, or one is too long.
        """
        if wrong := _wrong(phrase):
            pointer, zh, en = wrong
            raise Refusal(Because.INVALID, "phrase", zh, en, pointer=pointer)
        row = self._row(shop, phrase, by, phrase_id)
        await self._store.write(self._write, shop, [row], by)
        return str(row["id"])

    async def delete(self, shop: str, phrase_id: str, *, by: str) -> None:
        """Take a phrase away."""

        def act(conn: sa.Connection) -> None:
            stored.drop(conn, shop, phrase_id)
            self._line(conn, shop, by, 1)

        await self._store.write(act)

    async def export(self, shop: str, person: str, kind: str) -> bytes:
        """The shop's phrases and the person's own as a table (``xlsx`` or ``csv``)."""
        rows = await self._store.read(stored.own_of, shop)
        mine = [row for row in rows if row["owner"] in (None, person)]
        cells = [[row["title"], row["category"], row["text"]] for row in mine]
        return await asyncio.to_thread(written, kind, "快捷短语", HEADERS, cells)

    async def take_in(self, shop: str, data: bytes, filename: str, *, own: bool, by: str) -> dict[str, Any]:
        """Read a table of phrases (标题 分类 内容) and save all of it, or, with an error in a row, nothing: ``{new,
        changed, unchanged, errors [{row, zh, en}]}``. A phrase of the same title is replaced.

        Raises:
            Refusal: the file is no table, or has no column of titles or of texts.
        """
        table = await taken(data, filename, knows)
        rows, errors = _read(table, own)
        if errors or not rows:
            return {"new": 0, "changed": 0, "unchanged": 0, "errors": errors}
        return await self._store.write(self._merge, shop, rows, by, own)

    def _merge(self, conn: sa.Connection, shop: str, phrases: Sequence[Phrase], by: str, own: bool) -> dict[str, Any]:
        owner = by if own else None
        known = {row["title"]: row for row in stored.own_of(conn, shop) if row["owner"] == owner}
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        saves = []
        for phrase in {one.title: one for one in phrases}.values():
            before = known.get(phrase.title)
            same = before and (before["category"], before["text"]) == (phrase.category, phrase.text)
            counts["unchanged" if same else "changed" if before else "new"] += 1
            if not same:
                saves.append(self._row(shop, phrase, by, before["id"] if before else None))
        self._write(conn, shop, saves, by)
        return {**counts, "errors": []}

    def _row(self, shop: str, phrase: Phrase, by: str, phrase_id: str | None) -> dict[str, Any]:
        return {
            "shop": shop,
            "id": phrase_id or new_id(self._clocks.real()),
            "title": phrase.title.strip(),
            "category": phrase.category.strip(),
            "text": phrase.text.strip(),
            "owner": by if phrase.own else None,
        }

    def _write(self, conn: sa.Connection, shop: str, rows: list[dict[str, Any]], by: str) -> None:
        if len(stored.own_of(conn, shop)) + len(rows) > PHRASES_AT_MOST:
            raise Refusal(
                Because.INVALID,
                "too_many",
                f"一家店最多 {PHRASES_AT_MOST} 条短语。",
                f"A shop has at most {PHRASES_AT_MOST} phrases.",
                pointer="/",
            )
        stored.save_all(conn, rows)
        self._line(conn, shop, by, len(rows))

    def _line(self, conn: sa.Connection, shop: str, by: str, count: int) -> None:
        append(conn, [Line(shop, self._clocks.now_ms(shop), "setting", "phrases", None, {"by": by, "phrases": count})])


def _wrong(phrase: Phrase) -> tuple[str, str, str] | None:
    """What of a phrase cannot be saved: pointer, Chinese, English."""
    limits = (("title", phrase.title, TITLE_AT_MOST), ("text", phrase.text, TEXT_AT_MOST))
    for name, value, most in limits:
        if not value.strip() or len(value) > most:
            word = "标题" if name == "title" else "内容"
            return f"/{name}", f"{word}需要 1 到 {most} 个字。", f"The {name} has 1 to {most} characters."
    if len(phrase.category) > CATEGORY_AT_MOST:
        return (
            "/category",
            f"分类最多 {CATEGORY_AT_MOST} 个字。",
            f"A category has at most {CATEGORY_AT_MOST} characters.",
        )
    return None


def _read(table: Table, own: bool) -> tuple[list[Phrase], list[dict[str, Any]]]:
    places = _columns(table.headers)
    phrases, errors = [], []
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        phrase = Phrase(cells["title"], cells["text"], cells.get("category", ""), own)
        if wrong := _wrong(phrase):
            errors.append({"row": number, "zh": wrong[1], "en": wrong[2]})
        phrases.append(phrase)
    return phrases, errors


def _columns(headers: Sequence[str]) -> Mapping[str, int]:
    plain = [header.strip().lower() for header in headers]
    found = {
        name: next((place for place, header in enumerate(plain) if header in words), -1)
        for name, words in _NAMES.items()
    }
    if min(found["title"], found["text"]) < 0:
        raise Refusal(
            Because.INVALID,
            "columns",
            "表头要有「标题」和「内容」。",
            "The table needs the columns 标题 (title) and 内容 (text).",
            pointer="/",
        )
    return {name: place for name, place in found.items() if place >= 0}
