"""Conversations as stored: loaded for one transaction, changed in memory, saved whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import Event, State, step
from bot.store import kept
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
    """The values of its row; None where there is no row yet. Not a column."""

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
_SORTED = [(name, _NAMES.index(name)) for name in ("state", "due_at", "owed", "last_at")]
"""The columns of its indexes, and their places."""
_values = attrgetter(*_NAMES)


_COLUMNS = [conversation.c[name] for name in _NAMES]
_ID, _SHOP = _NAMES.index("id"), _NAMES.index("shop")
_PENDING_AT, _PRODUCT_AT = _NAMES.index("pending"), _NAMES.index("product")
_LOAD = Ready(lambda dialect: sa.select(*_COLUMNS).where(one_of(dialect, conversation.c.id, "ids")))


def load(conn: sa.Connection, ids: Collection[str]) -> dict[str, Conversation]:
    """The conversations with these ids, by id; unknown ids are left out. Who writes holds their shops from here."""
    if not ids:
        return {}
    rows = kept.known(conn, ids)
    if missing := [one for one in ids if one not in rows]:
        wanted = {"ids": missing}
        found = _LOAD.rows(conn, wanted)
        if free := not_held(conn, {row[_SHOP] for row in found}):
            hold(conn, free)
            found = _LOAD.rows(conn, wanted)
        rows |= {row[_ID]: row for row in found}
    made = {}
    for cid, row in rows.items():
        one = made[cid] = Conversation(*row)
        one.stored = row
    return made


_PENDING = Ready(
    lambda dialect: sa.select(conversation.c.id, conversation.c.pending, conversation.c.product).where(
        one_of(dialect, conversation.c.id, "ids")
    )
)


def pending(
    conn: sa.Connection, ids: Collection[str], in_mind: Mapping[str, kept.Values]
) -> dict[str, tuple[list[str], str | None]]:
    """Of these conversations the lines that wait for their rest, and the product last shown; only to be read.
    ``in_mind``: those that are kept."""
    found = {cid: (row[_PENDING_AT], row[_PRODUCT_AT]) for cid, row in in_mind.items()}
    if missing := [one for one in ids if one not in found]:
        found |= {cid: (lines, product) for cid, lines, product in _PENDING.rows(conn, {"ids": missing})}
    return found


def save(conn: sa.Connection, conversations: Iterable[Conversation]) -> None:
    """Write back the conversations that changed, whole; but an index is written again only where it changes."""
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in conversations:
        now, before = _values(one), one.stored
        if now == before:
            continue
        same = tuple([name for name, at in _SORTED if now[at] == before[at]]) if before else ()
        alike.setdefault(same, []).append(dict(zip(_NAMES, now, strict=True)))
        one.stored = now
        kept.wrote(conn, one.id, now)
    for unchanged, rows in alike.items():
        upsert(conn, conversation, rows, fixed=_FIXED + unchanged)
