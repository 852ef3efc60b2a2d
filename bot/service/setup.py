"""Making an installation: the simulated shop of the first visit, and everything a setup file names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.base import Channel
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.document import Document, EntryList, PackRef, TableRef, TokenPart, User
from bot.service.entries import data_of, entry_of, sound
from bot.service.people import People
from bot.service.publishing import AS_WRITTEN, Publishing
from bot.service.refusal import Because, Refusal
from bot.service.shops import NewShop, Shops, new_channel_key, new_secret
from bot.service.starting import BLANK
from bot.store import people as stored_people
from bot.store.engine import Store
from bot.store.faq import SHARED
from bot.store.journal import Line, append
from bot.store.wiping import wipe
from knowledge_base import packs
from knowledge_base.entry import Entry
from knowledge_base.files import guess_columns, read_table, to_entries

DEMO = "demo"
DEMO_NAMES = {"zh-CN": "示例店", "en": "Demo shop"}
BY_FILE = "setup-file"


class Setup:
    """Puts shops, channels, people, tokens and FAQs in place."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        directory: Directory,
        shops: Shops,
        people: People,
        publishing: Publishing,
    ) -> None:
        self._store, self._clocks, self._directory = store, clocks, directory
        self._shops, self._people, self._publishing = shops, people, publishing

    async def demo(self, platform: str, lang: str, *, by: str) -> str:
        """Make the simulated shop, with a clock of its own that starts at 14:00; return its id."""
        new = NewShop(DEMO, DEMO_NAMES.get(lang, DEMO_NAMES["en"]), platform, simulated=True)

        def act(conn: sa.Connection) -> None:
            self._shops.save(conn, new, by)
            self._shops.save_channel(conn, Channel(new_channel_key(DEMO), DEMO, "sandbox", (new_secret(),)), by)

        if DEMO not in self._directory.shops:
            await self._store.write(act)
            await self._directory.reload()
        return DEMO

    async def wipe(self, shop: str, *, by: str) -> None:
        """Take away all that a simulated shop said and did.

        Raises:
            Refusal: the shop is real.
        """
        if not self._directory.shops[shop].simulated:
            raise Refusal(
                Because.CONFLICT, "real_shop", "只有模拟店铺可以清空。", "Only a simulated shop can be wiped."
            )

        def act(conn: sa.Connection) -> None:
            wipe(conn, shop)
            append(conn, [Line(shop, self._clocks.now_ms(shop), "wiped", shop, None, {"by": by})])
            self._shops.note(conn, "wiped", shop, by)

        await self._store.write(act)

    async def apply(self, document: Document, folder: Path) -> dict[str, Any]:
        """Put everything a setup file names in place: insert or change by id, delete nothing, repeatable.

        ``folder`` is what the file's own paths start from. Everything is read and checked before anything is written.

        Raises:
            Refusal: something cannot be, with its pointer in the document.
        """
        self._check_shops(document)
        tables = self._read_tables(document, folder)
        _check_faq(document)
        people = [await self._person(index, user) for index, user in enumerate(document.users)]

        def act(conn: sa.Connection) -> None:
            for index, shop in enumerate(document.shops):
                _at(f"/shops/{index}", self._shops.save, conn, shop.new(), BY_FILE)
            for index, channel in enumerate(document.channels):
                _at(f"/channels/{index}", self._shops.save_channel, conn, channel.channel(), BY_FILE)
            for values, pairs in people:
                _put_person(conn, values, pairs)
            for index, token in enumerate(document.tokens):
                _at(f"/tokens/{index}", self._put_token, conn, token)

        await self._store.write(act)
        await self._directory.reload()
        counts = {"added": 0, "changed": 0, "unchanged": 0}
        for index, part in enumerate(document.faq):
            for name, count in (await self._faq(part, tables.get(index, ()))).items():
                counts[name] = counts.get(name, 0) + count
        if document.faq:
            # The bell for a service that runs on this folder: only now is all of it there to be read.
            await self._store.write(self._shops.note, "faq", BY_FILE, BY_FILE)
        return {
            "shops": len(document.shops),
            "channels": len(document.channels),
            "users": len(document.users),
            "tokens": len(document.tokens),
            "faq": counts,
        }

    def _put_token(self, conn: sa.Connection, token: TokenPart) -> None:
        row = self._people.token_row(token.name, token.value, token.role, token.shop_list(), by=BY_FILE)
        try:
            stored_people.keep_token(conn, row)
        except stored_people.NameTaken as taken:
            raise _wrong(
                "/value", "这个值已属于另一个令牌，请换一个。", "Another token has this value; choose another one."
            ) from taken

    def _check_shops(self, document: Document) -> None:
        """Every shop that is named must be there, or be made by this file."""
        known = {*self._directory.shops, *(shop.id for shop in document.shops)}
        named = [(f"/channels/{i}/shop", channel.shop) for i, channel in enumerate(document.channels)]
        holders = [(f"/users/{i}/shops", user.shops) for i, user in enumerate(document.users)]
        holders += [(f"/tokens/{i}/shops", token.shops) for i, token in enumerate(document.tokens)]
        for pointer, shops in holders:
            named += [(f"{pointer}/{n}", shop) for n, shop in enumerate(shops) if shop != "*"]
        for i, part in enumerate(document.faq):
            if part.shop != SHARED or isinstance(part, PackRef):
                named.append((f"/faq/{i}/shop", part.shop))
        for pointer, shop in named:
            if shop not in known:
                there = "、".join(sorted(known)) or "—"
                raise _wrong(pointer, f"没有店铺 {shop}；现有 {there}。", f"No shop {shop}; there are: {there}.")

    async def _person(self, index: int, user: User) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """A person's row and roles. Somebody whose password is as it was keeps it, and stays logged in."""
        try:
            row = await self._people.prepared(user.name, user.password)
        except Refusal as no:
            raise _pointed(no, f"/users/{index}") from no
        known = await self._store.read(stored_people.person_named, row["name"])
        if known and await self._people.passwords.fits(known["password"], user.password):
            row["password"] = known["password"]
        return row, user.pairs()

    def _read_tables(self, document: Document, folder: Path) -> dict[int, Sequence[Entry]]:
        """Read the FAQ files a document names, each once, before anything is written."""
        tables: dict[int, Sequence[Entry]] = {}
        for index, part in enumerate(document.faq):
            if not isinstance(part, TableRef):
                continue
            path = folder / part.file
            try:
                tables[index] = _entries(path)
            except (OSError, ValueError) as error:
                raise Refusal(
                    Because.INVALID,
                    "faq_file",
                    f"知识文件 {part.file} 读不了：{error}",
                    f"Cannot read the FAQ file {part.file}: {error}",
                    pointer=f"/faq/{index}/file",
                ) from error
        return tables

    async def _faq(self, part: TableRef | PackRef | EntryList, table: Sequence[Entry]) -> dict[str, int]:
        if isinstance(part, PackRef):
            done = await self._publishing.packs.apply(part.shop, part.pack, by=BY_FILE, reason=AS_WRITTEN)
            return {name: done[name] for name in ("added", "changed", "unchanged")}
        if isinstance(part, TableRef):
            entries = {entry.id: data_of(entry) for entry in table}
        else:
            entries = {entry.id: entry.data() for entry in part.entries}
        return await self._publishing.put_many(part.shop, entries, by=BY_FILE)


def _check_faq(document: Document) -> None:
    """Packs must exist, and every entry written in the file be one that can be saved."""
    for index, part in enumerate(document.faq):
        if isinstance(part, PackRef) and part.pack not in (*packs.names(), BLANK):
            names = ", ".join((*packs.names(), BLANK))
            raise _wrong(
                f"/faq/{index}/pack",
                f"没有模板 {part.pack}；可选 {names}。",
                f"No pack {part.pack}; there are: {names}.",
            )
        if isinstance(part, EntryList):
            for number, entry in enumerate(part.entries):
                _at(f"/faq/{index}/entries/{number}", lambda one: sound(entry_of(one.id, one.data())), entry)


def _wrong(pointer: str, zh: str, en: str) -> Refusal:
    return Refusal(Because.INVALID, "setup", zh, en, pointer=pointer)


def _entries(path: Path) -> Sequence[Entry]:
    table = read_table(path.read_bytes(), path.name)
    found = to_entries(table, guess_columns(table))
    if found.errors:
        first = found.errors[0]
        raise ValueError(f"第 {first.row} 行「{first.column}」：{first.why}")
    for entry in found.entries:
        try:
            sound(entry)
        except Refusal as no:
            raise ValueError(f"{entry.id}{no.pointer}：{no.zh} / {no.en}") from no
    return found.entries


def _put_person(conn: sa.Connection, row: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> None:
    """Add a person, or bring their password and roles up to what the file says."""
    known = stored_people.person_named(conn, row["name"])
    if known is None:
        stored_people.add_person(conn, row, pairs)
        return
    same = sorted(stored_people.roles_of(conn, known["id"])) == sorted(pairs)
    values = {} if known["password"] == row["password"] else {"password": row["password"]}
    if values or not same:
        stored_people.change_person(conn, known["id"], values, None if same else pairs, end_sessions=True)


def _at(pointer: str, act: Any, *args: Any) -> None:
    """Do something, and say where in the document it was asked for if it is refused."""
    try:
        act(*args)
    except Refusal as no:
        raise _pointed(no, pointer) from no


def _pointed(no: Refusal, pointer: str) -> Refusal:
    return Refusal(no.because, no.code, no.zh, no.en, pointer=pointer + (no.pointer or ""), **no.extra)
