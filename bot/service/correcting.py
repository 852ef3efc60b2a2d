"""答错了: an automatic answer was wrong. The buyer gets a correction, the question is kept as a case that no later FAQ may
answer so again, the entry is to be narrowed, and whoever else got the answer is listed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.publishing import Publishing
from bot.service.refusal import Because, Refusal
from bot.service.shelf import Shelf
from bot.store import conversations as convs
from bot.store import corrections as stored
from bot.store import drafts, reading
from bot.store.engine import Store
from bot.store.ids import new_id
from bot.store.journal import Line, append

BACK_MS = 30 * 86_400_000
ORIGIN = "wrong_answer"
THRESHOLD, NOT_THIS = "threshold", "not_this"
OPEN, CONFIRMED, DISMISSED = "open", "confirmed", "dismissed"
_CORRECTION = "刚才关于「{topic}」的自动回复不准确，以这条为准："
_BEFORE, _AFTER = _CORRECTION.split("{topic}")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What somebody says about a wrong answer: which line, what should have answered (None: a person; ``expects`` tells
    that this was said at all), and what to propose for the entry, ``threshold`` or ``not_this`` (empty: not said)."""

    line: str
    expected: str | None = None
    propose: str = ""
    expects: bool = False


def only_begun(text: str) -> bool:
    """Whether a text is the opening of a correction with nothing behind it: the right answer is still to be written."""
    plain = text.strip()
    return plain.startswith(_BEFORE) and plain.endswith(_AFTER)


class Correcting:
    """Handles wrong answers."""

    def __init__(self, store: Store, clocks: Clocks, shelf: Shelf, publishing: Publishing) -> None:
        self._store, self._clocks, self._shelf, self._publishing = store, clocks, shelf, publishing

    async def wrong(self, shop: str, conversation: str, who: str, said: Wrong) -> dict[str, Any]:
        """Mark an automatic answer as wrong: ``{case, entry, question, draft, expected, proposal, others}``. Saying it
        again changes only what is said anew, and of the proposal only while nobody has decided it.

        Raises:
            Refusal: the line is no answer of the bot, or the expected entry is not there.
        """
        known = {entry.id: entry for entry in (await self._shelf.get(shop)).base.entries}
        if said.expected is not None and said.expected not in known:
            raise Refusal(Because.INVALID, "no_entry", "没有这条知识。", "No such entry.", pointer="/expected")
        found = await self._store.write(self._wrong, shop, conversation, who, said, known)
        since = self._clocks.now_ms(shop) - BACK_MS
        others = await self._store.read(stored.others, shop, found["entry"], since, conversation)
        return {**found, "others": others}

    def _wrong(
        self, conn: sa.Connection, shop: str, conversation: str, who: str, said: Wrong, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        answer = stored.answer_of(conn, conversation, said.line)
        if answer is None or answer["asked"] is None:
            raise Refusal(
                Because.INVALID,
                "no_answer",
                "只有机器人的自动回复可以标为答错。",
                "Only an automatic answer of the bot can be marked as wrong.",
                pointer="/line",
            )
        entry = known.get(answer["entry"])
        draft = _CORRECTION.format(topic=entry.question if entry else answer["question"][:50])
        case = stored.case_of(conn, shop, answer["asked"], answer["entry"])
        if case is not None:
            self._amend(conn, shop, case, said, answer)
        else:
            case = self._keep(conn, shop, conversation, who, said, answer)
            now = self._clocks.now_ms(shop)
            if convs.load(conn, [conversation])[conversation].owner in (None, who):
                drafts.keep(conn, shop, conversation, who, "reply", draft, now)
        proposal = stored.proposal_from(conn, shop, case["id"])
        return {
            "case": case["id"],
            "entry": answer["entry"],
            "entry_question": entry.question if entry else "",
            "question": answer["question"],
            "draft": draft,
            "expected": case["expected"],
            "proposal": proposal and {name: proposal[name] for name in ("id", "kind", "value", "state")},
        }

    def _amend(
        self, conn: sa.Connection, shop: str, case: dict[str, Any], said: Wrong, answer: Mapping[str, Any]
    ) -> None:
        if said.expects:
            case["expected"] = said.expected
            stored.expect(conn, shop, case["id"], said.expected)
        if said.propose:
            stored.repropose(conn, shop, case["id"], said.propose, _value(said.propose, answer))

    def _keep(
        self, conn: sa.Connection, shop: str, conversation: str, who: str, said: Wrong, answer: Mapping[str, Any]
    ) -> dict[str, Any]:
        now, real = self._clocks.now_ms(shop), self._clocks.real()
        case = {
            "shop": shop,
            "id": new_id(real),
            "question": answer["question"],
            "expected": said.expected,
            "wrong": answer["entry"],
            "origin": ORIGIN,
            "message": answer["asked"],
            "by": who,
            "at": now,
            "dropped": False,
        }
        stored.add_case(conn, case)
        kind = said.propose or NOT_THIS
        proposal = {
            "shop": shop,
            "id": new_id(real),
            "entry": answer["entry"],
            "kind": kind,
            "value": _value(kind, answer),
            "gate_case": case["id"],
            "state": OPEN,
            "by": who,
            "at": now,
            "decided_by": None,
            "decided_at": None,
        }  # fmt: skip
        stored.propose(conn, proposal)
        body = {"by": who, "entry": answer["entry"], "case": case["id"], "proposal": proposal["id"]}
        append(conn, [Line(shop, now, "wrong_answer", said.line, conversation, body)])
        return case

    async def cases(self, shop: str) -> list[dict[str, Any]]:
        """A shop's gate cases, latest first."""
        return await self._named(await self._publishing.cases.known(shop))

    async def drop_case(self, shop: str, case: str, *, by: str) -> None:
        """Take a gate case away.

        Raises:
            Refusal: there is none.
        """
        if not await self._store.write(stored.drop_case, shop, case):
            raise _gone()

    async def proposals(self, shop: str, state: str) -> list[dict[str, Any]]:
        """A shop's proposals in a state, latest first, with the entry's question as it is now."""
        known = {entry.id: entry.question for entry in (await self._shelf.get(shop)).base.entries}
        rows = await self._named(await self._store.read(stored.proposals, shop, state))
        return [{**row, "entry_question": known.get(row["entry"], "")} for row in rows]

    async def decide(self, shop: str, proposal_id: str, *, confirm: bool, by: str, reason: str = "") -> dict[str, Any]:
        """Confirm a proposal, which changes the entry at once, or dismiss it.

        Raises:
            Refusal: there is none, it is decided already, the entry cannot be changed so, or cases break and there is
                no reason to.
        """
        row = await self._store.read(stored.proposal_of, shop, proposal_id)
        if row is None:
            raise _gone()
        if row["state"] != OPEN:
            raise Refusal(Because.CONFLICT, "decided", "这条建议已经处理过。", "This proposal is decided already.")
        if confirm:
            await self._change(shop, row, by, reason)
        state = CONFIRMED if confirm else DISMISSED
        await self._store.write(stored.decide, shop, proposal_id, state, by, self._clocks.now_ms(shop))
        return {**row, "state": state, "decided_by": by}

    async def _change(self, shop: str, row: Mapping[str, Any], by: str, reason: str) -> None:
        now = (await self._publishing.entry(shop, row["entry"])).stored
        data = dict(now.data)
        if row["kind"] == THRESHOLD:
            data["threshold"] = max(row["value"]["threshold"], data.get("threshold") or 0)
        else:
            data["not_this"] = list(dict.fromkeys([*data.get("not_this", ()), row["value"]["question"]]))
        await self._publishing.save(
            shop, row["entry"], data, by=by, status=now.status, version=now.version, reason=reason
        )

    async def _named(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = await self._store.read(reading.names, {row["by"] for row in rows})
        return [{**row, "by": {"id": row["by"], "name": names[row["by"]]}} for row in rows]


def _value(kind: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a proposal of this kind would change the entry to."""
    return {"threshold": _above(answer["sureness"])} if kind == THRESHOLD else {"question": answer["question"]}


def _above(sureness: float | None) -> float:
    """The lowest whole threshold that would have kept an answer of this sureness back."""
    return float(min(100, math.floor(sureness or 0) + 1))


def _gone() -> Refusal:
    return Refusal(Because.UNKNOWN, "not_found", "没有找到，或者你没有权限查看。", "Not found, or not yours to see.")
