"""Promises: whoever asks a buyer to wait owes the real answer within some minutes, and everybody sees it.

A promise begins when a holding line was sent and ends with the next substantive reply by a person, whoever gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.accounting.holding_lines import is_holding, is_substantive
from bot.accounting.ruleset import Ruleset
from bot.core.message import Kind, Sender
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.store import messages, promises, timers
from bot.store.conversations import Conversation
from bot.store.journal import Line, append
from bot.store.timers import Timer

PROMISE_S = 600
"""Within which the real answer follows, where the shop says nothing else (option ``promise_s``)."""


class Promises:
    """Keeps promises inside the writer's transaction."""

    def __init__(self, directory: Directory, clocks: Clocks) -> None:
        self._directory, self._clocks = directory, clocks

    def said(self, conn: sa.Connection, one: Conversation, row: Mapping[str, Any]) -> None:
        """A person's reply (a row of the outbox) has become visible: it begins a promise, or keeps one."""
        options = self._directory.shops[one.shop].options
        own, ruleset = options.get("holding_words", ()), self._ruleset(one)
        if is_holding(row["text"], ruleset, own):
            now = self._clocks.now_ms(one.shop)
            due = now + 1000 * int(options.get("promise_s", PROMISE_S))
            if due > now and promises.begin(conn, one.shop, one.id, row["id"], row["by"] or "", now, due):
                timers.put(conn, [Timer(one.shop, "promise", one.id, due)])
                self._journal(conn, one, "promise", {"by": row["by"], "due_at": due})
        elif is_substantive(row["text"], Kind.TEXT.value, ruleset, own):
            self._end(conn, one, "kept", row["by"])

    def due(self, conn: sa.Connection, one: Conversation) -> None:
        """The time of a promise is over: it is broken, unless the answer came from the platform's own app."""
        promise = promises.of(conn, [one.id]).get(one.id)
        if promise is None:
            return
        own, ruleset = self._directory.shops[one.shop].options.get("holding_words", ()), self._ruleset(one)
        for row in messages.of_conversations(conn, {one.id: promise["at"]})[one.id]:
            by_person = row["sender"] == Sender.AGENT.value and row["id"] != promise["message"] and not row["doubtful"]
            if by_person and is_substantive(row["text"], row["kind"], ruleset, own):
                self._end(conn, one, "kept", row["by"])
                return
        promises.break_it(conn, one.id)
        self._journal(conn, one, "promise_overdue", {"by": promise["by"], "due_at": promise["due_at"]})

    def drop(self, conn: sa.Connection, one: Conversation, by: str) -> None:
        """The conversation was closed: nothing is promised any more."""
        self._end(conn, one, "dropped", by)

    def _end(self, conn: sa.Connection, one: Conversation, how: str, by: str | None) -> None:
        if promises.end(conn, one.id):
            timers.drop(conn, [(one.shop, "promise", one.id)])
            self._journal(conn, one, "promise_ended", {"by": by, "how": how})

    def _ruleset(self, one: Conversation) -> Ruleset:
        today = self._clocks.now(one.shop).astimezone(ZONE).date()
        return self._directory.ruleset(self._directory.shops[one.shop], today)

    def _journal(self, conn: sa.Connection, one: Conversation, kind: str, body: dict[str, Any]) -> None:
        append(conn, [Line(one.shop, self._clocks.now_ms(one.shop), kind, one.id, one.id, body)])
