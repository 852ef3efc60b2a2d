"""The cases a shop keeps: marked wrong at the desk, reviewed, written at the test bench, and learned from what people do
with suggestions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from bot.service.clocks import Clocks
from bot.service.entries import QUESTION_MAX, same_question
from bot.service.refusal import Because, Refusal
from bot.store import gate
from bot.store.engine import Store
from bot.store.ids import new_id
from knowledge_base.characters import fold, strip
from knowledge_base.gate import Case

LEARN_BACK_MS = 30 * 86_400_000
LEARN_AT_ONCE = 1_000
LEARNED_AT_MOST = 2_000
"""More learned cases than this push out the oldest of them."""
BENCH, REVIEWED = "bench", "reviewed"
"""Where cases come from that people write: at the test bench, and by bringing unanswered questions to an entry."""
ALIKE = 60
"""What went out instead of an edited draft and is this much like it (0–100) says the same."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A question with what must reach it: an entry, or (None) a person. ``message`` is the buyer's line it was."""

    question: str
    expected: str | None = None
    origin: str = BENCH
    message: str | None = None


class Cases:
    """Keeps cases, and learns more of them."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks

    async def known(self, shop: str) -> list[dict[str, Any]]:
        """A shop's cases, latest first, what people did lately taken in."""
        rows = await self._store.read(gate.cases, shop)
        since = self._clocks.now_ms(shop) - LEARN_BACK_MS
        told = await self._store.read(gate.decided_by_people, shop, since, LEARN_AT_ONCE)
        new, gone = _learned(rows, told)
        if not new and not gone:
            return rows
        real = self._clocks.real()
        made = [{"shop": shop, "id": new_id(real), **one, "dropped": False} for one in new]
        await self._store.write(gate.learn, shop, made, gone)
        return await self._store.read(gate.cases, shop)

    async def add(self, shop: str, new: NewCase, *, by: str) -> dict[str, Any]:
        """Keep a case; what the same question had before goes.

        Raises:
            Refusal: no question in it, too long, or its message is none of this shop's.
        """
        if new.message is not None and not await self._store.read(gate.message_in, shop, new.message):
            raise Refusal(Because.INVALID, "no_message", "没有这条消息。", "No such message.", pointer="/message")
        return (await self.add_all(shop, [new], by=by))[-1]

    async def add_all(self, shop: str, new: Sequence[NewCase], *, by: str) -> list[dict[str, Any]]:
        """Keep cases, of two of one question the later; what their questions had before goes.

        Raises:
            Refusal: one has no question in it, or one too long.
        """
        at, real = self._clocks.now_ms(shop), self._clocks.real()
        made: dict[str, dict[str, Any]] = {}
        for one in new:
            question = one.question.strip()
            if not strip(fold(question)) or len(question) > QUESTION_MAX:
                raise Refusal(
                    Because.INVALID,
                    "case_question",
                    f"请写买家会问的一句话，最多 {QUESTION_MAX} 字。",
                    f"Write what a buyer would ask, at most {QUESTION_MAX} characters.",
                    pointer="/question",
                )
            made[same_question(question)] = {
                "shop": shop, "id": new_id(real), "question": question, "expected": one.expected, "wrong": None,
                "origin": one.origin, "message": one.message, "by": by, "at": at, "dropped": False,
            }  # fmt: skip
        rows = await self._store.read(gate.cases, shop)
        same = [row["id"] for row in rows if same_question(row["question"]) in made]
        await self._store.write(gate.learn, shop, list(made.values()), same)
        return list(made.values())

    @asynccontextmanager
    async def without(self, shop: str, origin: str, entry: str, since: int) -> AsyncIterator[None]:
        """Take away what was kept for an entry since a time (ms); where what follows is refused it is kept on."""
        rows = await self._store.read(gate.cases, shop)
        gone = [row for row in rows if (row["origin"], row["expected"]) == (origin, entry) and row["at"] >= since]
        await self._store.write(gate.learn, shop, [], [row["id"] for row in gone])
        try:
            yield
        except Refusal:
            await self._store.write(gate.learn, shop, gone, [])
            raise


def case_of(row: Mapping[str, Any]) -> Case:
    """A stored case as the gate plays it: a rejected suggestion tells only which entry must not answer."""
    nobody = row["origin"] != gate.REJECTED
    return Case(row["id"], row["question"], row["expected"], row["wrong"], nobody)


def _learned(rows: list[dict[str, Any]], told: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """New cases from what people did with suggestions, latest first, and the learned ones they stand for now.

    What people wrote as cases is never overruled; of two alike the later one counts.
    """
    by_hand = {same_question(row["question"]) for row in rows if row["origin"] not in gate.LEARNED}
    learned = {same_question(row["question"]): row for row in rows if row["origin"] in gate.LEARNED}
    new: dict[str, dict[str, Any]] = {}
    gone: list[str] = []
    for one in told:
        key = same_question(one["question"])
        used = one["origin"] != gate.REJECTED
        before = learned.get(key)
        if not key or len(one["question"]) > QUESTION_MAX or key in by_hand or key in new:
            continue
        if one["origin"] == gate.EDITED and fuzz.ratio(one["draft"], one["sent"] or "") < ALIKE:
            continue  # somebody said something else: of which entry it was nobody knows
        if before is not None and before["at"] >= one["at"]:
            continue
        if before is not None:
            gone.append(before["id"])
        new[key] = {
            "question": one["question"], "expected": one["entry"] if used else None,
            "wrong": None if used else one["entry"], "origin": one["origin"], "message": one["message"],
            "by": one["by"] or "", "at": one["at"],
        }  # fmt: skip
    kept = sorted((row for row in learned.values() if row["id"] not in gone), key=lambda row: -row["at"])
    gone += [row["id"] for row in kept[max(0, LEARNED_AT_MOST - len(new)) :]]
    return list(new.values()), gone
