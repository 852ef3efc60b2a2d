"""Publishing the FAQ: what is saved answers within a second, every version is kept, nothing is lost unseen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.conversation import State
from bot.core.decide import Policy, Talk, decide
from bot.core.explain import explain
from bot.core.message import Kind
from bot.service.bench import Bench
from bot.service.cases import Cases
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.entries import data_of, entry_of, no_such, refused, sound
from bot.service.faq_check import FaqCheck
from bot.service.faq_gate import Act, FaqGate
from bot.service.faq_pages import Pages, Shown
from bot.service.faq_plans import Plans
from bot.service.fields import Fields
from bot.service.importing import Importing
from bot.service.phrases import Phrases
from bot.service.refusal import Because, Refusal
from bot.service.remarks import Remarks
from bot.service.shadow import Shadow
from bot.service.shelf import Shelf
from bot.service.starting import Packs
from bot.service.trust import Trust
from bot.store import faq, gate
from bot.store.engine import Store
from bot.store.faq import DELETED, Change, Stale
from bot.store.ids import iso, new_id
from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Context, Match

AS_WRITTEN = "店铺文件里这样写 / as the setup file says"
"""Why a setup file may break cases: it is the shop's own word, tested where it is kept (``miaohui kb test``)."""

NEIGHBOURS = 5
TAKEN_BACK = "撤销批量操作，退回操作前 / a bulk act was taken back"
"""Why undoing may break cases: it is the one way back to what was."""


class Publishing(Pages):
    """Writes the entries of shops and the shared ones (shop ``*``), and holds what else works on them."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf) -> None:
        super().__init__(store, clocks, directory, shelf)
        self.fields = Fields(store, clocks, directory, shelf)
        self.phrases = Phrases(store, clocks, directory, shelf)
        self.cases = Cases(store, clocks)
        self.gate = FaqGate(store, clocks, directory, shelf, self.cases)
        self.bench = Bench(store, clocks, shelf, self.cases)
        self.trust = Trust(store, clocks, shelf)
        self.shadow = Shadow(store, directory, clocks, shelf)
        self.remarks = Remarks(store, clocks, directory)
        self.plans = Plans(store)
        self.check = FaqCheck(store, clocks, shelf)
        self.imports = Importing(store, clocks, shelf, self.gate, self.remarks)
        self.packs = Packs(store, clocks, directory, shelf, self.fields, self.gate)

    async def create(
        self,
        shop: str,
        data: Mapping[str, Any],
        *,
        by: str,
        status: str = "on",
        entry_id: str | None = None,
        reason: str = "",
    ) -> Shown:
        """Save a new entry.

        Raises:
            Refusal: something in it cannot be saved, an entry of this id exists, or it breaks cases and has no reason to.
        """
        entry_id = entry_id or new_id(self._clocks.real())
        changes = self.plans.saved(entry_id, data, status, 0)
        await self._write(shop, changes, Act("save", by, entry_id, reason))
        return await self.entry(shop, entry_id)

    async def save(
        self,
        shop: str,
        entry_id: str,
        data: Mapping[str, Any],
        *,
        by: str,
        status: str,
        version: int,
        reason: str = "",
    ) -> Shown:
        """Save an entry over the version the writer saw.

        Raises:
            Refusal: no such entry, something in it cannot be saved, somebody else saved since, or it breaks cases and
                has no reason to.
        """
        before = (await self.entry(shop, entry_id)).stored
        if before.status == DELETED:
            raise no_such()
        changes = self.plans.saved(entry_id, data, status, version)
        await self._write(shop, changes, Act("save", by, entry_id, reason))
        return await self.entry(shop, entry_id)

    async def delete(self, shop: str, entry_id: str, *, by: str, reason: str = "") -> None:
        """Take an entry out of use; ``restore`` brings it back.

        Raises:
            Refusal: no such entry, or cases break and there is no reason to.
        """
        changes = await self.plans.deleted(shop, entry_id)
        await self._write(shop, changes, Act("delete", by, entry_id, reason))

    async def restore(
        self, shop: str, entry_id: str, *, by: str, version: int | None = None, reason: str = ""
    ) -> Shown:
        """Bring back a version as the newest one; without a number, the last one before the deletion.

        Raises:
            Refusal: no such entry, no such version, or cases break and there is no reason to.
        """
        changes = await self.plans.restored(shop, entry_id, version)
        await self._write(shop, changes, Act("restore", by, entry_id, reason))
        return await self.entry(shop, entry_id)

    async def bulk(
        self,
        shop: str,
        ids: Sequence[str],
        *,
        by: str,
        status: str | None = None,
        category: str | None = None,
        reason: str = "",
    ) -> dict[str, int]:
        """Switch, delete (status ``deleted``) or move many entries in one commit; return the version each changed one
        has now, by which ``undo`` takes them back.

        Raises:
            Refusal: too many, a status that does not exist, or cases break and there is no reason to.
        """
        changes = await self.plans.bulk(shop, ids, status, category)
        await self._write(shop, changes, Act("bulk", by, "", reason))
        return {change.id: (change.based_on or 0) + 1 for change in changes}

    async def undo(self, shop: str, versions: Mapping[str, int], *, by: str) -> dict[str, Any]:
        """Take back in one commit what an act made of many entries: ``{restored, kept}``; ``kept`` were saved since.

        Raises:
            Refusal: too many, or an entry that is not there.
        """
        changes, kept = await self.plans.taken_back(shop, versions)
        await self._write(shop, changes, Act("undo", by, "", TAKEN_BACK))
        return {"restored": len(changes), "kept": kept}

    async def put_many(self, shop: str, entries: Mapping[str, Mapping[str, Any]], *, by: str) -> dict[str, int]:
        """Insert or replace entries by id, in one commit; those that are already so are left alone.

        A file that is the shop's truth may break cases; that it did is kept. Returns ``{added, changed, unchanged}``.

        Raises:
            Refusal: an entry cannot be saved; the pointer begins with its id.
        """
        ready = {key: data_of(_sound_at(key, data)) for key, data in entries.items()}
        before = await self._store.read(faq.entries_by_id, shop, list(ready))
        same = {key for key, one in before.items() if one.status != DELETED and one.data == ready[key]}
        changes = [Change(key, "on", data) for key, data in ready.items() if key not in same]
        await self._write(shop, changes, Act("save", by, reason=AS_WRITTEN))
        added = sum(change.id not in before for change in changes)
        return {"added": added, "changed": len(changes) - added, "unchanged": len(same)}

    async def explain(self, shop: str, text: str) -> dict[str, Any]:
        """Decide a text as if a buyer wrote it first in a conversation, and say why; nothing is kept or sent."""
        config, shelved = self._directory.shops[shop], await self._shelf.get(shop)
        now = self._clocks.now(shop)
        context = Context(today=now.astimezone(ZONE).date())
        started = time.perf_counter()
        reading = await asyncio.to_thread(shelved.base.read, text, context)
        policy = Policy(
            config.mode,
            config.threshold,
            config.margin,
            shelved.compose(config.platform),
            config.stopped,
            config.partial_answers,
        )
        decision = decide(Kind.TEXT, reading, Talk(State.BOT), policy, now)
        took = round((time.perf_counter() - started) * 1000, 1)
        return explain(reading, decision, policy) | {"took_ms": took, "at": iso(self._clocks.now(shop))}

    async def neighbours(
        self, shop: str, text: str, exclude: str | None = None, also: Sequence[str] = ()
    ) -> tuple[Match, ...]:
        """The entries of a shop most like a text, or like another wording of it (``also``), ``exclude`` left out:
        possible conflicts from similarity 85."""
        shelved = await self._shelf.get(shop)
        return await asyncio.to_thread(_nearest, shelved.base, (text, *also), exclude)

    async def _write(self, shop: str, changes: Sequence[Change], act: Act) -> None:
        if not changes:
            return
        passed = await self.gate.hold(shop, act, changes)
        at = self._clocks.now_ms(shop)
        try:
            await self._store.write(gate.write_passed, shop, changes, passed, by=act.by, at=at, act=act.name)
        except Stale as stale:
            current = next(iter(stale.current.values()))
            raise Refusal(
                Because.CONFLICT,
                "entry_changed",
                "这条知识刚被别人改过，你的内容还在；对照后再保存。",
                "Somebody else has just saved this entry; your text is still here. Compare, then save again.",
                current=(await self.entry(shop, current.id)).as_json(),
            ) from stale
        await self._shelf.refresh(shop, [change.id for change in changes])


def _nearest(base: KnowledgeBase, texts: Sequence[str], exclude: str | None) -> tuple[Match, ...]:
    best: dict[str, Match] = {}
    for match in (match for text in texts for match in base.neighbours(text, exclude)):
        if match.entry.id not in best or match.similarity > best[match.entry.id].similarity:
            best[match.entry.id] = match
    return tuple(sorted(best.values(), key=lambda match: -match.similarity)[:NEIGHBOURS])


def _sound_at(entry_id: str, data: Mapping[str, Any]) -> Any:
    try:
        return sound(entry_of(entry_id, data))
    except Refusal as no:
        raise refused(f"/{entry_id}{no.pointer}", no.zh, no.en) from None
