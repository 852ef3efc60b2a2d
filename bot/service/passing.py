"""Passing a conversation on: to a colleague, to a group, or up to the supervisors. Each needs a reason.

A transfer is an event of the books too (a platform's transfer rate counts it, its clock may start anew); an escalation
is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.scorecard import Rate
from bot.core.assigning import Mark
from bot.core.conversation import NotAllowed
from bot.core.message import Kind
from bot.service.clocks import Clocks
from bot.service.directory import ZONE
from bot.service.figures import rate_facts
from bot.service.moves import Moves
from bot.service.presences import pinned
from bot.service.refusal import Because, Refusal
from bot.store import conversations as convs
from bot.store import reading
from bot.store import team as stored
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.ids import new_id, to_ms
from bot.store.journal import Line, append

TRANSFER, ESCALATE = "transfer", "escalate"
REASON_AT_MOST = 200
LISTED = 100


@dataclass(frozen=True, slots=True)
class To:
    """Where a conversation goes: a colleague, or a group."""

    person: str = ""
    group: str = ""


class Passing:
    """Passes conversations on. ``who`` is the person who does it."""

    def __init__(self, store: Store, clocks: Clocks, moves: Moves) -> None:
        self._store, self._clocks, self._moves = store, clocks, moves

    async def transfer(self, conversation: str, who: str, to: To, reason: str) -> None:
        """Hand a conversation to a colleague, or put it into the queue of a group.

        Raises:
            Refusal: no reason, no such group, somebody else holds it, or nobody does (for a colleague).
        """
        await self._store.write(self._transfer, conversation, who, to, _checked(reason))

    async def escalate(self, conversation: str, who: str, reason: str) -> None:
        """Give a conversation to the supervisors: into their group's queue, marked. Without such a group it waits,
        marked, for whoever may.

        Raises:
            Refusal: no reason, or somebody else holds it.
        """
        await self._store.write(self._escalate, conversation, who, _checked(reason))

    async def figures(self, shop: str, days: int) -> dict[str, Any]:
        """What was passed on in the last local days, today included: the transfer rate, escalations beside it, and the
        latest of both with their reasons."""
        today = self._clocks.now(shop).astimezone(ZONE).date()
        first = today - timedelta(days=days - 1)
        since = to_ms(datetime.combine(first, time(), ZONE))
        return {"shop": shop, "days": days, **await self._store.read(_figures, shop, since, first.isoformat())}

    async def of_conversation(self, shop: str, conversation: str) -> list[dict[str, Any]]:
        """Who passed a conversation on, to whom and why, oldest first."""
        return await self._store.read(_of_conversation, shop, conversation)

    def _transfer(self, conn: sa.Connection, conversation: str, who: str, to: To, reason: str) -> None:
        one = self._moves.load(conn, conversation)
        if to.group:
            if to.group not in {row["id"] for row in stored.groups(conn, one.shop)}:
                raise Refusal(Because.INVALID, "unknown_group", "没有这个分组。", "No such group.", pointer="/group")
            self._queue(conn, one, who)
            self._pin(conn, one, to.group, "")
        else:
            self._moves.transfer(conn, one, who, to.person)
        meta = {"by": "agent", "reason": reason, "to": to.person or to.group}
        self._moves.tell_books(conn, one, Kind.TRANSFER, who, meta=meta, text=reason)
        self._keep(conn, one, who, TRANSFER, to, reason)
        convs.save(conn, [one])

    def _escalate(self, conn: sa.Connection, conversation: str, who: str, reason: str) -> None:
        one = self._moves.load(conn, conversation)
        self._queue(conn, one, who)
        groups = stored.groups(conn, one.shop)
        group = next((row["id"] for row in groups if row["supervisors"]), None)
        self._pin(conn, one, group, Mark.ESCALATED)
        self._keep(conn, one, who, ESCALATE, To(group=group or ""), reason)
        convs.save(conn, [one])

    def _queue(self, conn: sa.Connection, one: Conversation, who: str) -> None:
        try:
            self._moves.queue(conn, one, who)
        except NotAllowed as no:
            raise Refusal(
                Because.CONFLICT, "not_allowed_now", "会话已结束，请先重新打开。", "The conversation is closed; open it again first."
            ) from no  # fmt: skip

    def _pin(self, conn: sa.Connection, one: Conversation, group: str | None, mark: str) -> None:
        now = self._clocks.now_ms(one.shop)
        stored.assign(conn, [pinned(one.id, one.shop, group, one.epoch, one.reason, now, mark)])

    def _keep(self, conn: sa.Connection, one: Conversation, who: str, kind: str, to: To, reason: str) -> None:
        """Keep it, with its reason; the journal gets who and where only."""
        now, ref = self._clocks.now_ms(one.shop), new_id(self._clocks.real())
        row = {
            "shop": one.shop,
            "id": ref,
            "conversation": one.id,
            "inquiry": one.inquiry,
            "kind": kind,
            "by": who,
            "to_person": to.person or None,
            "to_group": to.group or None,
            "reason": reason,
            "at": now,
        }
        stored.passed(conn, row)
        body = {"by": who, "act": kind, "to": to.person or None, "group": to.group or None}
        append(conn, [Line(one.shop, now, "passed", ref, one.id, body)])


def _checked(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > REASON_AT_MOST:
        raise Refusal(
            Because.INVALID,
            "reason_needed",
            f"需要写明原因，最多 {REASON_AT_MOST} 个字。",
            f"A reason is needed, of at most {REASON_AT_MOST} characters.",
            pointer="/reason",
        )
    return said


def _of_conversation(conn: sa.Connection, shop: str, conversation: str) -> list[dict[str, Any]]:
    return _named(conn, shop, stored.passings_of(conn, conversation, LISTED))


def _figures(conn: sa.Connection, shop: str, since: int, first_day: str) -> dict[str, Any]:
    counts = stored.passing_counts(conn, shop, since, first_day)
    return {
        "transfers": rate_facts(Rate(counts[TRANSFER], counts["inquiries"])),
        "escalations": rate_facts(Rate(counts[ESCALATE], counts["inquiries"])),
        "items": _named(conn, shop, stored.passings(conn, shop, since, LISTED)),
    }


def _named(conn: sa.Connection, shop: str, rows: Sequence[stored.Row]) -> list[dict[str, Any]]:
    names = reading.names(conn, {row[name] for row in rows for name in ("by", "to_person") if row[name]})
    groups = {row["id"]: row["name"] for row in stored.groups(conn, shop)}
    return [
        {
            **{name: row[name] for name in ("id", "conversation", "kind", "reason", "at")},
            "by": {"id": row["by"], "name": names[row["by"]]},
            "to": {"id": row["to_person"], "name": names[row["to_person"]]} if row["to_person"] else None,
            "group": {"id": row["to_group"], "name": groups.get(row["to_group"], "")} if row["to_group"] else None,
        }
        for row in rows
    ]
