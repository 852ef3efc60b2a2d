"""未命中: what buyers asked and the FAQ did not know, group by group; an operator makes an entry of it, adds it to one,
merges or ignores it, and takes each of that back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.accounting.holding_lines import is_substantive
from bot.service.cases import REVIEWED, NewCase
from bot.service.charts import matched_share
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.playing import play, policy_of
from bot.service.publishing import Publishing
from bot.service.refusal import Because, Refusal
from bot.service.shelf import Shelf
from bot.store import gaps as stored
from bot.store import tallies
from bot.store.engine import Store
from bot.store.faq import DELETED
from bot.store.gaps import ADOPTED, IGNORED, MERGED, OPEN
from bot.store.ids import day_of
from bot.store.journal import Line, append
from bot.store.reading import gaps as reading
from knowledge_base.gaps import Groups, mask, page_facts, unmarked
from knowledge_base.normalize import normalize

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
EXAMPLES, ANSWERS, LOOKED_AT = 20, 3, 60
"""Shown of a group: so many questions, so many answers that people gave; so many questions are looked at for those."""
PHRASINGS = 10
COMPARED, ALIKE = 300, 3
"""So many of the most asked groups are compared with one, and so many of those most like it are named."""
TRIED = 300
"""So many of a week's questions are asked again to say what an act brings."""
CASES = 10
"""So many wordings that an act brings an answer to must keep it: they become cases of the gate."""


class Gaps:
    """Shows groups and acts on them."""

    def __init__(
        self, store: Store, directory: Directory, clocks: Clocks, shelf: Shelf, publishing: Publishing
    ) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._shelf, self._publishing = shelf, publishing

    async def table(self, shop: str, *, state: str, sort: str, offset: int, limit: int) -> dict[str, Any]:
        """One page of a shop's groups: ``{items, total, counts, matched}``, the last one the share of the questions of
        the last 7 days that had a sure answer."""
        since = self._clocks.now_ms(shop) - WEEK_MS

        def read(conn: sa.Connection) -> dict[str, Any]:
            rows, total = reading.page(conn, shop, state, sort, since, offset=offset, limit=limit)
            known = reading.counts(conn, shop)
            week = tallies.of_period(conn, shop, day_of(since), day_of(since + WEEK_MS))
            counts = {name: known.get(name, 0) for name in stored.STATES}
            return {
                "items": [_shown(row) for row in rows],
                "total": total,
                "counts": counts,
                "matched": matched_share(week),
            }

        return await self._store.read(read)

    async def waiting(self, shops: Sequence[str]) -> int:
        """How many groups are open in some shops."""
        return await self._store.read(reading.waiting, shops)

    async def one(self, shop: str, group: str) -> dict[str, Any]:
        """One group with its latest questions, the nearest entries, the groups it may be one with (``alike``: ``{id, text,
        count, likeness}``, most alike first), and what people answered then.

        Raises:
            Refusal: there is none.
        """
        since = self._clocks.now_ms(shop) - WEEK_MS

        def read(conn: sa.Connection) -> tuple[Any, list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
            row = reading.one(conn, shop, group, since)
            asked = reading.questions(conn, shop, group, limit=LOOKED_AT)
            others, _ = reading.page(conn, shop, OPEN, "week", since, offset=0, limit=COMPARED)
            return row, asked, reading.said_then(conn, asked), others

        row, asked, said, others = await self._store.read(read)
        if row is None:
            raise _gone()
        alike = await asyncio.to_thread(_alike, row, _phrasings(row, asked), others)
        near = await self._publishing.neighbours(shop, unmarked(row["text"]))
        nearest = [
            {"id": m.entry.id, "question": m.entry.question, "similarity": m.similarity, "phrasing": m.phrasing}
            for m in near
        ]
        return {
            **_shown(row),
            "page": list(page_facts(one["text"] for one in asked)),
            "examples": asked[:EXAMPLES],
            "nearest": nearest,
            "alike": alike,
            "phrasings": _phrasings(row, asked),
            "answers": self._answers(shop, said),
        }

    def _answers(self, shop: str, said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What people answered, masked, the most given first: ``{text, times, at}``. Asking for time is no answer."""
        config = self._directory.shops[shop]
        rules = self._directory.ruleset(config, self._clocks.now(shop).astimezone(ZONE).date())
        own = config.options.get("holding_words") or ()
        first: dict[int, tuple[str, int]] = {}
        for one in said:
            if one["question"] not in first and is_substantive(one["text"], "text", rules, own):
                first[one["question"]] = (mask(one["text"]), one["at"])
        times = Counter(text for text, _ in first.values())
        latest = {text: max(at for other, at in first.values() if other == text) for text in times}
        ranked = sorted(times, key=lambda text: (-times[text], -latest[text]))[:ANSWERS]
        return [{"text": text, "times": times[text], "at": latest[text]} for text in ranked]

    async def make(
        self, shop: str, group: str, data: Mapping[str, Any], *, status: str, by: str, reason: str = ""
    ) -> dict[str, Any]:
        """Make an entry of a group: ``{id, entry, brings}``. ``data`` is the entry; without a question it has the
        group's own, without phrasings all that is asked in it. ``reason``: why it may break cases of the gate.

        Raises:
            Refusal: there is no such open group, or the entry cannot be saved.
        """
        row, asked = await self._open(shop, group)
        texts = _phrasings(row, asked)
        question = data.get("question") or texts[0]
        phrasings = data.get("phrasings") or [text for text in texts if text != question]
        filled = {**data, "question": question, "phrasings": phrasings}
        made = (await self._publishing.create(shop, filled, by=by, status=status, reason=reason)).stored
        return await self._adopted(shop, group, made.id, made.version, by)

    async def add(
        self, shop: str, group: str, entry: str, texts: Sequence[str], *, by: str, reason: str = ""
    ) -> dict[str, Any]:
        """Add what is asked in a group (or these texts) to an entry as phrasings: ``{id, entry, brings}``.

        Raises:
            Refusal: there is no such open group or entry, or the entry cannot be saved so.
        """
        row, asked = await self._open(shop, group)
        now = (await self._publishing.entry(shop, entry)).stored
        wanted = list(texts) or _phrasings(row, asked)
        data = {**now.data, "phrasings": list(dict.fromkeys([*now.data["phrasings"], *wanted]))}
        saved = await self._publishing.save(
            shop, entry, data, by=by, status=now.status, version=now.version, reason=reason
        )
        return await self._adopted(shop, group, entry, saved.stored.version, by)

    async def _adopted(self, shop: str, group: str, entry: str, version: int, by: str) -> dict[str, Any]:
        await self._put(shop, group, (OPEN, IGNORED), by, state=ADOPTED, entry=entry, version=version)
        answered = await self._answered(shop, group, entry)
        kept = [NewCase(text, entry, REVIEWED) for text, _ in answered.most_common(CASES) if unmarked(text) == text]
        await self._publishing.cases.add_all(shop, kept, by=by)
        return {"id": group, "entry": entry, "brings": answered.total()}

    async def ignore(self, shop: str, group: str, *, by: str) -> dict[str, Any]:
        """Take a group off the list until it is asked three times more: ``{id, state}``.

        Raises:
            Refusal: there is no such open group.
        """
        await self._put(shop, group, (OPEN,), by, state=IGNORED)
        return {"id": group, "state": IGNORED}

    async def merge(self, shop: str, group: str, target: str, *, by: str) -> dict[str, Any]:
        """List a group's questions, and those to come, under another one: ``{id, state, into}``.

        Raises:
            Refusal: one of the two is not open, or they are the same.
        """
        if group == target:
            raise _refused("same_group", "不能并入自己。", "A group cannot be merged into itself.", "/into")
        await self._open(shop, target)
        await self._put(shop, group, (OPEN,), by, ([], group, target), state=MERGED, target=target)
        return {"id": group, "state": MERGED, "into": target}

    async def undo(self, shop: str, group: str, *, by: str, reason: str = "") -> dict[str, Any]:
        """Take back what was done with a group last: ``{id, state}``. A made entry is deleted, added phrasings go.

        Raises:
            Refusal: nothing was done, or the entry was changed since.
        """
        row = await self._store.read(reading.one, shop, group, 0)
        if row is None:
            raise _gone()
        if row["state"] == OPEN:
            raise _refused("nothing_done", "这组没有可撤销的操作。", "Nothing was done with this group.", "/")
        moved = None
        if row["state"] == ADOPTED:
            async with self._publishing.cases.without(shop, REVIEWED, row["entry"], row["acted_at"]):
                await self._take_back(shop, row, by, reason)
        elif row["state"] == MERGED:
            origins = await self._store.read(stored.merged_into, shop, group)
            moved = (origins, row["target"], group)
        await self._put(shop, group, (row["state"],), by, moved, state=OPEN, target="", entry="", version=0)
        return {"id": group, "state": OPEN}

    async def _take_back(self, shop: str, row: Mapping[str, Any], by: str, reason: str) -> None:
        """Delete the entry that was made of a group as long as it is as it was made; of one that was added to, take only
        the added phrasings out: what else was changed since stays."""
        kept = {one.stored.version: one.stored for one in await self._publishing.versions(shop, row["entry"])}
        now, made = kept[max(kept)], kept[row["version"]]
        if now.status == DELETED:
            return
        if row["version"] > 1:
            added = set(made.data["phrasings"]) - set(kept[row["version"] - 1].data["phrasings"])
            data = {**now.data, "phrasings": [text for text in now.data["phrasings"] if text not in added]}
            await self._publishing.save(
                shop, row["entry"], data, by=by, status=now.status, version=now.version, reason=reason
            )
        elif now.data == made.data:
            await self._publishing.delete(shop, row["entry"], by=by, reason=reason)
        else:
            raise Refusal(
                Because.CONFLICT,
                "entry_changed",
                "这条知识之后又改过，撤销会丢掉后来的改动；请打开它手动修改。",
                "The entry was changed since, and taking this back would lose that; open it and change it by hand.",
            )

    async def _open(self, shop: str, group: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        def read(conn: sa.Connection) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
            return reading.one(conn, shop, group, 0), reading.questions(conn, shop, group, limit=LOOKED_AT)

        row, asked = await self._store.read(read)
        if row is None:
            raise _gone()
        if row["state"] not in (OPEN, IGNORED):
            raise _handled()
        return row, asked

    async def _put(
        self,
        shop: str,
        group: str,
        was: Sequence[str],
        by: str,
        moved: tuple[Sequence[str], str, str] | None = None,
        **values: Any,
    ) -> None:
        """Change a group's state, move questions between groups, and write a line in the journal, in one commit."""
        now = self._clocks.now_ms(shop)

        def act(conn: sa.Connection) -> None:
            done = {**values, "by": by, "acted_at": now, "since": 0, "former": ""}
            if not stored.put(conn, shop, group, was, **done):
                raise _handled() if reading.one(conn, shop, group, 0) else _gone()
            if moved:
                stored.move(conn, shop, *moved)
            body = {"act": values["state"], "by": by, "entry": values.get("entry", "")}
            append(conn, [Line(shop, now, "gap", group, body=body)])

        await self._store.write_in({shop}, act)

    async def _answered(self, shop: str, group: str, entry: str) -> Counter[str]:
        """Which of the last 7 days' questions of a group an entry answers now, and how often each was asked."""
        since = self._clocks.now_ms(shop) - WEEK_MS
        asked = await self._store.read(lambda conn: reading.questions(conn, shop, group, since=since, limit=TRIED))
        times = Counter(unmarked(one["text"]) for one in asked)
        shelved = await self._shelf.get(shop)
        answered = await play(shelved.base, policy_of(shelved), times, self._clocks.now(shop))
        return Counter({text: n for text, n in times.items() if entry in answered[text]})


def _phrasings(row: Mapping[str, Any], asked: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a group asks as it may stand in an entry: each wording once, the question it began with first, at most ten.

    Wordings with personal data in them are left out as long as there are others.
    """
    texts = [row["text"], *(one["text"] for one in asked)]
    plain = [text for text in texts if unmarked(text) == text] or [unmarked(text) for text in texts]
    wordings: dict[str, str] = {}
    for text in filter(None, plain):
        wordings.setdefault(normalize(text).text, text)
    return list(wordings.values())[:PHRASINGS]


def _alike(
    row: Mapping[str, Any], wordings: Iterable[str], others: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The groups that one of a group's wordings is most like."""
    known = {one["id"]: one for one in others if one["id"] != row["id"]}
    groups = Groups((key, one["text"]) for key, one in known.items())
    found: dict[str, float] = {}
    for text in wordings:
        for key, value in groups.alike(text, ALIKE):
            found[key] = max(value, found.get(key, 0.0))
    return [
        {"id": key, "text": known[key]["text"], "count": known[key]["count"], "likeness": round(100 * found[key])}
        for key in sorted(found, key=lambda key: (-found[key], key))[:ALIKE]
    ]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "text", "state", "count", "week", "first_at", "last_at", "entry", "by", "acted_at")
    returned = {"from": row["former"], "times": row["since"]} if row["former"] else None
    page = list(page_facts([row["text"]]))
    return {**{name: row[name] for name in names}, "into": row["target"], "returned": returned, "page": page}


def _refused(code: str, zh: str, en: str, pointer: str) -> Refusal:
    return Refusal(Because.INVALID, code, zh, en, pointer=pointer)


def _handled() -> Refusal:
    return Refusal(
        Because.CONFLICT,
        "handled",
        "这组已经处理过；先撤销再改。",
        "This group is dealt with already; undo that first.",
    )


def _gone() -> Refusal:
    return Refusal(Because.UNKNOWN, "not_found", "没有找到，或者你没有权限查看。", "Not found, or not yours to see.")
