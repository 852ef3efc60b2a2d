"""What people do with a conversation, inside the writer's transaction: take, hold, hand on, let go, end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import Event, State
from bot.core.message import Kind, Sender
from bot.core.reasons import HandoffReason
from bot.service.books import Books
from bot.service.clocks import Clocks
from bot.service.intake import LEASE_MS
from bot.service.promises import Promises
from bot.service.refusal import Because, Refusal
from bot.service.saying import own_row
from bot.store import conversations as convs
from bot.store import decisions, inquiries, marks, messages, outbox, reading, timers
from bot.store.conversations import OUTSIDE, Conversation
from bot.store.ids import new_id
from bot.store.journal import Line, append
from bot.store.timers import Timer

LEASE_NOTICE_MS = 5 * 60_000
"""So long before a silent conversation is released its owner is told."""
SILENCE = "silence"
"""Who released a conversation that its owner left silent."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The acts. Each changes one conversation and journals what was done; the caller has loaded it."""

    clocks: Clocks
    books: Books
    promises: Promises

    @staticmethod
    def load(conn: sa.Connection, conversation: str) -> Conversation:
        """One conversation.

        Raises:
            Refusal: there is none.
        """
        one = convs.load(conn, [conversation]).get(conversation)
        if one is None:
            raise Refusal(Because.UNKNOWN, "not_found", "没有这个会话。", "No such conversation.")
        return one

    def tell_books(
        self, conn: sa.Connection, one: Conversation, kind: Kind, by: str, since: int | None = None, **said: Any
    ) -> None:
        """Tell the books what a person did that the buyer never sees: a transfer, a report.

        ``said`` are the columns it fills; ``since`` the time (ms) of the earliest message it changes, if before now.
        """
        now, mid = self.clocks.now_ms(one.shop), new_id(self.clocks.real())
        body = {"sender": Sender.SYSTEM, "kind": kind}
        [seq] = append(conn, [Line(one.shop, now, "message", mid, one.id, body)])
        messages.add(conn, [own_row(one, mid, kind, by, now, seq) | said])
        self.books.refold(conn, {one.id: one}, {one.id: now if since is None else min(now, since)})

    def take(self, conn: sa.Connection, one: Conversation, who: str) -> list[str]:
        """Give the conversation to a person; return the ids of automatic sends already on the wire.

        Of several at once exactly one succeeds.

        Raises:
            Refusal: somebody else holds it (``owner`` names them).
        """
        if one.state == State.AGENT.value and one.owner == who:
            return []
        if one.state == State.AGENT.value and one.owner not in (OUTSIDE, None):
            raise taken(conn, one.owner)
        now = self.clocks.now_ms(one.shop)
        one.step(Event.TRANSFERRED if one.state == State.AGENT.value else Event.TAKEN_OVER)
        one.hold(who, now)
        one.unread = 0
        on_the_wire = outbox.cancel_automatic(conn, one.id, "taken_over", now)
        self.keep_lease(conn, one)
        self._journal(conn, one, "takeover", {"by": who, "epoch": one.epoch, "in_flight": on_the_wire})
        return on_the_wire

    def keep_lease(self, conn: sa.Connection, one: Conversation) -> None:
        """A person was active just now: silence is counted from here."""
        ends = self.clocks.now_ms(one.shop) + LEASE_MS
        notice = Timer(one.shop, "lease_notice", one.id, ends - LEASE_NOTICE_MS)
        timers.put(conn, [Timer(one.shop, "lease", one.id, ends), notice])

    def tell_lease_ends(self, conn: sa.Connection, one: Conversation) -> None:
        """Tell the owner of a silent conversation that it will be released soon; later if somebody spoke since."""
        ends = lease_ends(one)
        if ends - LEASE_NOTICE_MS > self.clocks.now_ms(one.shop):
            timers.put(conn, [Timer(one.shop, "lease_notice", one.id, ends - LEASE_NOTICE_MS)])
        else:
            self._journal(conn, one, "lease_ends", {"by": one.owner, "at": ends})

    def _end_lease(self, conn: sa.Connection, one: Conversation) -> None:
        timers.drop(conn, [(one.shop, kind, one.id) for kind in ("lease", "lease_notice")])

    def release(self, conn: sa.Connection, one: Conversation, who: str, *, gone: bool = False) -> None:
        """Let go: back to the bot; to the queue instead where a buyer still waits for an answer.

        Where the person just fell silent (``SILENCE``) or is ``gone`` off duty, to the queue also for all that only a
        person can settle.
        """
        waits = one.open and (not one.bot_answered or one.last_sender == Sender.BUYER.value)
        waits = waits or ((gone or who == SILENCE) and one.owed)
        one.step(Event.REQUEUED if waits else Event.RELEASED)
        one.let_go(self.clocks.now_ms(one.shop))
        one.reason = HandoffReason.RELEASED_OWED.value if waits else None
        one.reason_detail = ""
        self._end_lease(conn, one)
        decisions.close_suggestions(conn, one.id, "overtaken", who)
        off_duty = {"off_duty": True} if gone else {}
        self._journal(conn, one, "release", {"by": who, "queued": waits, "epoch": one.epoch, **off_duty})

    def queue(self, conn: sa.Connection, one: Conversation, who: str) -> None:
        """Put a conversation into the queue because a person wants somebody else to have it.

        Raises:
            Refusal: somebody else holds it.
            NotAllowed: it is closed.
        """
        if one.state == State.AGENT.value:
            self.mine(conn, one, who)
            one.step(Event.REQUEUED)
            one.let_go(self.clocks.now_ms(one.shop))
            self._end_lease(conn, one)
            self._journal(conn, one, "release", {"by": who, "queued": True, "epoch": one.epoch})
        elif one.state != State.WAITING.value:
            one.step(Event.REQUEUED if one.state == State.CLOSED.value else Event.HANDED_OFF)
        if one.reason is None:
            one.reason, one.reason_detail = HandoffReason.BY_HAND.value, ""

    def transfer(self, conn: sa.Connection, one: Conversation, who: str, to: str) -> None:
        """Hand the conversation to a colleague. Why is kept where it can be erased, not in the journal.

        Raises:
            Refusal: it is somebody else's, or nobody holds it.
        """
        self.mine(conn, one, who)
        one.step(Event.TRANSFERRED)
        one.hold(to, self.clocks.now_ms(one.shop))
        self.keep_lease(conn, one)
        self._journal(conn, one, "transfer", {"by": who, "to": to})

    def close(self, conn: sa.Connection, one: Conversation, who: str, reason: str) -> None:
        """End a conversation. What is still owed is closed with it, which needs a reason.

        Raises:
            Refusal: something is owed and no reason was given.
        """
        if one.state == State.AGENT.value:
            self.mine(conn, one, who)
        if one.owed and not reason.strip():
            raise Refusal(
                Because.INVALID,
                "reason_needed",
                "这个会话仍需人工回复；要结束请写明原因。",
                "A person's reply is still owed here; say why it is closed.",
                pointer="/reason",
            )
        one.step(Event.CLOSED)
        one.let_go(self.clocks.now_ms(one.shop))
        marks.close(conn, one.shop, one.id, self.clocks.now_ms(one.shop))
        self.books.look_again(conn, one)
        one.reason, one.unread = None, 0
        waived = inquiries.waive(conn, one.id, reason.strip()[:200]) if one.owed else []
        outbox.cancel_automatic(conn, one.id, "closed", self.clocks.now_ms(one.shop))
        decisions.close_suggestions(conn, one.id, "overtaken", who)
        self._end_lease(conn, one)
        self.promises.drop(conn, one, who)
        one.owed = one.open = False
        self._journal(conn, one, "close", {"by": who, "waived": waived})

    def reopen(self, conn: sa.Connection, one: Conversation, who: str) -> None:
        """Undo a close: the person who undoes it holds the conversation."""
        one.step(Event.REOPENED)
        one.hold(who, self.clocks.now_ms(one.shop))
        inquiries.unwaive(conn, one.id)
        marks.reopen(conn, one.id)
        self.books.refold(conn, {one.id: one}, {one.id: 0})
        self.keep_lease(conn, one)
        self._journal(conn, one, "reopen", {"by": who})

    def after_sent(self, conn: sa.Connection, one: Conversation, row: Mapping[str, Any]) -> None:
        """A person's reply (a row of the outbox) is out: it begins or keeps a promise; then what the person wanted is
        done, let the conversation go, or end it."""
        self.promises.said(conn, one, row)
        then = row["then"]
        if one.state == State.WAITING.value and one.reason == HandoffReason.RELEASED_OWED and not one.owed:
            # It was on its way still when its author fell silent or went off duty: nobody is waited for any more.
            one.step(Event.RELEASED)
            one.reason = None
            self._journal(conn, one, "release", {"by": row["by"], "queued": False, "epoch": one.epoch})
        if one.state != State.AGENT.value or one.owner is None:
            return
        if then == "release":
            self.release(conn, one, one.owner)
        elif then == "close":
            self.close(conn, one, one.owner, "replied" if one.owed else "")

    def mine(self, conn: sa.Connection, one: Conversation, who: str) -> None:
        """Make sure that a person holds the conversation.

        Raises:
            Refusal: somebody else, or nobody, does.
        """
        if one.state == State.AGENT.value and one.owner == who:
            return
        if one.state == State.AGENT.value and one.owner:
            raise taken(conn, one.owner)
        raise Refusal(Because.CONFLICT, "not_held", "请先接管这个会话。", "Take the conversation over first.")

    def _journal(self, conn: sa.Connection, one: Conversation, kind: str, body: dict[str, Any]) -> None:
        append(conn, [Line(one.shop, self.clocks.now_ms(one.shop), kind, one.id, one.id, body)])


def lease_ends(one: Conversation) -> int:
    """When a silent conversation that a person holds is released (ms of the shop's clock)."""
    return max(one.last_at, one.owner_at or 0) + LEASE_MS


def taken(conn: sa.Connection, owner: str | None) -> Refusal:
    """The no that names who was first."""
    name = reading.names(conn, [owner or OUTSIDE])[owner or OUTSIDE]
    return Refusal(
        Because.CONFLICT,
        "taken",
        f"{name} 已先接管。",
        f"{name} took it over first.",
        owner={"id": owner, "name": name},
    )
