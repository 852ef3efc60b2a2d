"""Conversations as stored: loaded for one transaction, changed in memory, saved whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import Event, State, step
from bot.store.holding import hold, not_held
from bot.store.statements import Ready, one_of, upsert
from bot.store.tables import conversation


@dataclass(slots=True)
class Conversation:
    """One conversation in the hands of one transaction; the columns of its row (times in ms of the shop's clock)."""

    id: str
    shop: str
    channel: str
    external: str
    buyer_id: str
    created_at: int
    last_at: int
    buyer_name: str = ""
    state: str = State.BOT.value
    reason: str | None = None
    reason_detail: str = ""
    owner: str | None = None
    owner_at: int | None = None
    epoch: int = 0
    last_sender: str = ""
    last_kind: str = ""
    last_text: str = ""
    last_message: str | None = None
    unread: int = 0
    product: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    waiting_since: int | None = None
    inquiry: str | None = None
    inquiry_at: int | None = None
    due_at: int | None = None
    night_due_at: int | None = None
    in_hours: bool | None = None
    open: bool = False
    owed: bool = False
    bot_answered: bool = False
    by_person: bool = False
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stored: tuple[Any, ...] | None = None
    """What it is sorted by (``_SORTED``), as the row has it; None where there is no row yet. Not a column."""

    def step(self, event: Event) -> None:
        """Move along the transition table.

        Raises:
            NotAllowed: the table has no such step; nothing is changed.
        """
        self.state = step(State(self.state), event).value

    def hold(self, owner: str, at: int) -> None:
        """Give the conversation to a person: nothing automatic may be sent from this epoch on."""
        self.owner, self.owner_at, self.epoch = owner, at, self.epoch + 1

    def let_go(self, at: int) -> None:
        """Nobody holds it from this time on (``owner_at``): the bot answers only what comes after."""
        self.owner, self.owner_at, self.epoch = None, at, self.epoch + 1

    def came_before_release(self, accepted_at: int) -> bool:
        """Say whether something was accepted while a person still held the conversation."""
        return self.owner is None and self.owner_at is not None and accepted_at < self.owner_at

    def settle_lines(self) -> None:
        """No line of an unfinished burst is awaited any more."""
        self.pending, self.waiting_since = [], None


OUTSIDE = "outside"
"""The owner of a conversation that a person answers in the platform's own app."""

_NAMES = [f.name for f in fields(Conversation) if f.name != "stored"]
_FIXED = ("shop", "channel", "external", "created_at")
_SORTED = ("state", "due_at", "owed", "last_at")
"""The columns of its indexes."""
_sorted_by = attrgetter(*_SORTED)


_LOAD = Ready(lambda dialect: sa.select(conversation).where(one_of(dialect, conversation.c.id, "ids")))


def load(conn: sa.Connection, ids: Collection[str]) -> dict[str, Conversation]:
    """The conversations with these ids, by id; unknown ids are left out. Who writes holds their shops from here."""
    if not ids:
        return {}
    wanted = {"ids": list(ids)}
    found = _LOAD.dicts(conn, wanted)
    if free := not_held(conn, {row["shop"] for row in found}):
        hold(conn, free)
        found = _LOAD.dicts(conn, wanted)
    made = {row["id"]: Conversation(**row) for row in found}
    for one in made.values():
        one.stored = _sorted_by(one)
    return made


_PENDING = Ready(
    lambda dialect: sa.select(conversation.c.id, conversation.c.pending, conversation.c.product).where(
        one_of(dialect, conversation.c.id, "ids")
    )
)


def pending(conn: sa.Connection, ids: Collection[str]) -> dict[str, tuple[list[str], str | None]]:
    """Of these conversations the lines that wait for their rest, and the product last shown; only to be read."""
    return {cid: (lines, product) for cid, lines, product in _PENDING.rows(conn, {"ids": list(ids)})}


def save(conn: sa.Connection, conversations: Iterable[Conversation]) -> None:
    """Write conversations back, whole; but an index is written again only where it changes."""
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in conversations:
        now = _sorted_by(one)
        same = zip(_SORTED, now, one.stored or (), strict=False)
        alike.setdefault(tuple([name for name, new, old in same if new == old]), []).append(_row(one))
        one.stored = now
    for unchanged, rows in alike.items():
        upsert(conn, conversation, rows, fixed=_FIXED + unchanged)


_VALUES = attrgetter(*_NAMES)


def _row(one: Conversation) -> Mapping[str, Any]:
    return dict(zip(_NAMES, _VALUES(one), strict=True))
