"""The gate of the FAQ: every change is played against the shop's cases before it is made, and on request against what
buyers asked in the last 30 days. A case that breaks forbids the change unless somebody writes down why."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.service.asked import Asked, asked_lately
from bot.service.cases import Cases, case_of
from bot.service.clocks import Clocks
from bot.service.directory import Directory, decisive
from bot.service.entries import entry_of
from bot.service.gate_words import refused_words, shown_cases, shown_moves
from bot.service.playing import near, play, policy_of
from bot.service.refusal import Because, Refusal
from bot.service.shelf import Shelf, Shelved, lists_of, valid_fields
from bot.store import faq, gate
from bot.store.engine import Store
from bot.store.faq import DELETED, SHARED, Change, Stored
from bot.store.ids import new_id
from knowledge_base.base import KnowledgeBase
from knowledge_base.gate import Compared, Verdict, compare, moved, verdict

SMALL = 500
"""With fewer entries everything is played; with more, what cannot hang on few changed entries is left out."""
WHY_AT_MOST = 500
DECISIVE = frozenset({"threshold", "margin", "partial_answers", "lists", "service_hours"})
"""The options of a shop that decide what is answered: service hours fill a field."""


@dataclass(frozen=True, slots=True)
class Act:
    """A change of a FAQ that somebody wants to make: what it is called, who makes it, on what, and why it may break
    cases (empty: it may not)."""

    name: str
    by: str
    ref: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Settings of a shop that would be others: ``options`` by name (None: taken away), ``fields`` by name (empty: taken
    back)."""

    options: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def decides(self) -> bool:
        """Whether any of it may change what is answered."""
        return bool(self.fields) or not DECISIVE.isdisjoint(self.options)


AS_IT_IS = Otherwise()


@dataclass(frozen=True, slots=True)
class Tried:
    """A shop's FAQ as it is, and as it would be."""

    now: Shelved
    then: Shelved
    changed: frozenset[str] | None = None
    """The ids of the changed entries, where only what may hang on them need be played again."""


class FaqGate:
    """Plays changes before they are made."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf, cases: Cases) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf
        self._cases = cases
        self._latest: KnowledgeBase | None = None
        """What was played last of few changes, held for the shelf, which mostly takes it in next; after many the shelf
        builds its own, and this one would only fill the memory."""

    async def hold(
        self, shop: str, act: Act, changes: Sequence[Change] = (), otherwise: Otherwise = AS_IT_IS
    ) -> Mapping[str, Any] | None:
        """Play a change against the cases it may touch. Return what must be kept with it: None where nothing breaks.

        Raises:
            Refusal: cases break and no reason is given; ``report`` tells which, and what the change does otherwise.
        """
        broken: list[tuple[Tried, Compared, int]] = []
        for one in await self._touched(shop):
            tried, compared, total = await self._compared(one, shop, changes, otherwise)
            if tried is not None and compared.broken:
                broken.append((tried, compared, total))
        if not broken:
            return None
        if not act.reason.strip():
            zh, en = refused_words([kept for _, compared, _ in broken for kept in compared.broken])
            shops = [tried.now.shop for tried, _, _ in broken]
            wholes = [await self._compared(one, shop, changes, otherwise, whole=True) for one in shops]
            report = [self._shown(tried, compared, total) for tried, compared, total in wholes if tried]
            raise Refusal(Because.CONFLICT, "gate_broken", zh, en, pointer="/reason", reports=report)
        cases = [kept.case.id for _, compared, _ in broken for kept in compared.broken]
        real = self._clocks.real()
        return {
            "shop": shop, "id": new_id(real), "act": act.name, "ref": act.ref, "broken": cases,
            "why": act.reason.strip()[:WHY_AT_MOST], "by": act.by,
            "at": self._clocks.real_ms() if shop == SHARED else self._clocks.now_ms(shop),
        }  # fmt: skip

    async def hold_settings(self, shop: str, act: Act, otherwise: Otherwise) -> Callable[[sa.Connection], None] | None:
        """As ``hold`` for other settings of a shop: what must be done in the same commit, None where nothing must.

        Raises:
            Refusal: as ``hold``.
        """
        passed = await self.hold(shop, act, otherwise=otherwise) if otherwise.decides else None
        return None if passed is None else lambda conn: gate.keep_pass(conn, passed)

    async def preview(
        self, shop: str, changes: Sequence[Change] = (), otherwise: Otherwise = AS_IT_IS
    ) -> list[dict[str, Any]]:
        """What a change would do, by shop it touches: to the cases, and in the shop itself to what buyers asked."""
        reports = []
        for one in await self._touched(shop):
            started = time.perf_counter()
            tried, compared, total = await self._compared(one, shop, changes, otherwise, whole=True)
            asked = await asked_lately(self._store, self._clocks, shop) if one == shop else None
            if tried is None:
                # With nothing to play a base as it would be, minutes of work for a large table, is not worth making.
                idle = asked is not None and not asked.questions
                tried = await self._tried(one, shop, () if idle else changes, otherwise)
            report = self._shown(tried, compared, total)
            if asked is not None:
                report |= await self._asked(tried, asked)
            reports.append(report | {"took_ms": round((time.perf_counter() - started) * 1000)})
        return reports

    async def passes(self, shop: str) -> list[dict[str, Any]]:
        """The changes of a shop that were let through though they break cases, latest first, at most 100."""
        return await self._store.read(gate.passes, shop, 100)

    async def _touched(self, shop: str) -> list[str]:
        if shop != SHARED:
            return [shop]
        return [one for one in await self._store.read(gate.shops_with_cases) if one in self._directory.shops]

    async def _tried(self, shop: str, of: str, changes: Sequence[Change], otherwise: Otherwise) -> Tried:
        now = await self._shelf.get(shop)
        then, changed = await self._as_if(now, otherwise), None
        if changes:
            ids = [change.id for change in changes]
            own, shared = await self._store.read(gate.standing, shop, ids)
            live = {change.id: _live(change, of, own.get(change.id), shared.get(change.id)) for change in changes}
            then = replace(now, base=await asyncio.to_thread(_changed, now.base, live))
            few = len(live) <= faq.NAMED_AT_MOST
            self._latest = then.base if few else None
            if few and len(now.base.entries) >= SMALL:
                changed = frozenset(live)
        elif _decide_alike(now, then):
            changed = frozenset()
        return Tried(now, then, changed)

    async def _as_if(self, now: Shelved, otherwise: Otherwise) -> Shelved:
        """A shop's FAQ under other settings."""
        if not otherwise.decides:
            return now
        options = {
            name: value for name, value in {**now.config.options, **otherwise.options}.items() if value is not None
        }
        try:
            config = replace(now.config, **decisive(options))
        except (ValueError, KeyError, TypeError):
            return now  # cannot be, and is refused when it is saved
        fields = {**await self._store.read(valid_fields, config), **otherwise.fields}
        base = now.base
        if now.config.options.get("lists") != options.get("lists"):
            base = await asyncio.to_thread(base.with_lists, lists_of(options.get("lists")))
        return replace(now, base=base, fields=fields, config=config)

    @staticmethod
    async def _touched_by(tried: Tried, questions: Iterable[str], now: datetime) -> list[str]:
        """The questions whose answer may be another."""
        if tried.changed is None:
            return list(questions)
        return await near(tried.now.base, tried.then.base, tried.changed, questions, now)

    async def _compared(
        self, shop: str, of: str, changes: Sequence[Change], otherwise: Otherwise, *, whole: bool = False
    ) -> tuple[Tried | None, Compared, int]:
        """Play the cases that may move, and say how many there are in all. Unless ``whole``, what the change leaves
        right is not played without it: only what breaks is told then."""
        kept = [case_of(row) for row in await self._cases.known(shop)]
        if not kept:
            return None, Compared(0), 0
        tried = await self._tried(shop, of, changes, otherwise)
        now = self._clocks.now(shop)
        total = len(kept)
        may_move = set(await self._touched_by(tried, (case.question for case in kept), now))
        kept = [case for case in kept if case.question in may_move]
        after = await play(tried.then.base, policy_of(tried.then), (case.question for case in kept), now)
        again = [case for case in kept if whole or verdict(case, after[case.question]) is not Verdict.RIGHT]
        before = after | await play(tried.now.base, policy_of(tried.now), (case.question for case in again), now)
        by_case = [{case.id: played[case.question] for case in kept} for played in (before, after)]
        return tried, compare(kept, *by_case), total

    def _shown(self, tried: Tried, compared: Compared, total: int) -> dict[str, Any]:
        shown = shown_cases(compared, total, self._names(tried))
        return {"shop": tried.now.shop, "threshold": tried.then.config.threshold, **shown}

    @staticmethod
    def _names(tried: Tried) -> dict[str, str]:
        return {entry.id: entry.question for shelved in (tried.now, tried.then) for entry in shelved.base.entries}

    async def _asked(self, tried: Tried, asked: Asked) -> dict[str, Any]:
        """What a change does to the questions of the last 30 days."""
        now = self._clocks.now(tried.now.shop)
        questions = await self._touched_by(tried, asked.questions, now)
        before = await play(tried.now.base, policy_of(tried.now), questions, now)
        after = await play(tried.then.base, policy_of(tried.then), questions, now)
        found = moved(before, after)
        new = {row["conversation"] for text in found.newly for row in asked.questions[text]}
        said = await self._store.read(gate.people_said, new, asked.since)
        moves = shown_moves(found, asked.questions, (before, after), self._names(tried), said)
        return {"questions": asked.counts, **moves}


def _live(change: Change, of: str, own: Stored | None, shared: Stored | None) -> Mapping[str, Any] | None:
    """The data of an entry that answers in a shop after a change of its own or of the shared one; None: none does."""
    mine: Change | Stored | None = change if of != SHARED else own
    common: Change | Stored | None = change if of == SHARED else shared
    standing = mine if mine is not None and mine.status != DELETED else common
    return standing.data if standing is not None and standing.status == "on" else None


def _decide_alike(now: Shelved, then: Shelved) -> bool:
    """Whether settings differ in nothing but the words of fields: who answers stays the same."""
    filled = [{name for name, value in shelved.fields.items() if value.strip()} for shelved in (now, then)]
    asked = [
        (shelved.config.threshold, shelved.config.margin, shelved.config.partial_answers) for shelved in (now, then)
    ]
    return now.base is then.base and filled[0] == filled[1] and asked[0] == asked[1]


def _changed(base: KnowledgeBase, live: Mapping[str, Mapping[str, Any] | None]) -> KnowledgeBase:
    entries = {key: entry_of(key, data) if data is not None else None for key, data in live.items()}
    if len(live) > faq.NAMED_AT_MOST:
        kept = [entry for entry in base.entries if entry.id not in entries]
        return KnowledgeBase([*kept, *(entry for entry in entries.values() if entry)], base.lists)
    for key, entry in entries.items():
        base = base.with_entry(entry) if entry else base.without(key)
    return base
