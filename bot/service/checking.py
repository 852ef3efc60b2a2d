"""What a draft is worth before it is sent: would it count and until when, is it complete, may it be said at all.

The same functions as in the books judge the conversation with the draft in it, as if it had been sent now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from adapters.base import Capabilities
from bot.accounting.books import Books as Judged
from bot.accounting.event import Event
from bot.accounting.holding_lines import is_holding
from bot.accounting.inquiry import ApiSent
from bot.accounting.quality import completeness, wording
from bot.accounting.ruleset import Ruleset, meaningless
from bot.core.message import Kind, Origin, Sender
from bot.service.books import Books, event_of, events_of
from bot.service.clocks import Clocks
from bot.service.correcting import only_begun
from bot.service.directory import Directory, ShopConfig
from bot.service.fields import facts_of
from bot.service.moves import Moves
from bot.service.shelf import Shelf
from bot.store import messages
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.ids import iso
from knowledge_base.fields import fill

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class _Read:
    """A conversation as it stands: the open inquiry's messages, and verdicts without and with the draft."""

    one: Conversation
    said: Sequence[Mapping[str, Any]]
    draft: Event
    before: Judged
    after: Judged
    ruleset: Ruleset


class Checking:
    """Checks drafts."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, books: Books, shelf: Shelf) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._books, self._shelf = books, shelf

    async def check(self, conversation: str, who: str, text: str, origin: Origin) -> dict[str, Any]:
        """Say what a text would be worth in a conversation if ``who`` sent it now.

        ``{text, meaningless, holding, forbidden[], asked[], missing_topics[], missing_fields[], length, limit,
        over_limit, counts, reason, known, only_begun, due_at, ruleset}``: ``text`` has its fields filled; ``reason`` is
        a verdict's word for why it counts or not; ``known`` is False while nobody knows whether the platform counts
        what is sent through this channel; ``only_begun``: the opening of a correction without the right answer;
        ``due_at`` until when a reply is in time (None: no clock runs).

        Raises:
            Refusal: there is no such conversation.
        """
        read = await self._store.read(self._read, conversation, who, text, origin)
        shop = self._directory.shops[read.one.shop]
        shelved = await self._shelf.get(shop.id)
        filled = fill(text, {**shelved.fields, **facts_of(read.one)})
        events = [*events_of(read.said), read.draft]
        topics = (*read.ruleset["completeness.topics"], *shop.options.get("must_answer", ()))
        found = completeness(events, topics, read.ruleset)
        verdict = next((one for one in read.after.replies if one.message == DRAFT), None)
        return {
            "text": filled.text,
            "meaningless": meaningless(text, Kind.TEXT.value, read.ruleset),
            "holding": is_holding(text, read.ruleset, shop.options.get("holding_words", ())),
            "forbidden": [one.phrase for one in wording(events, read.ruleset) if one.message == DRAFT],
            "asked": list(found.asked),
            "missing_topics": list(found.missing),
            "missing_fields": list(filled.missing),
            **self._size(shop, read.one, filled.text),
            "counts": verdict is not None and verdict.counts,
            "reason": verdict.reason.value if verdict else None,
            "known": self._able(read.one).api_sent_counts != ApiSent.UNKNOWN,
            "only_begun": only_begun(text),
            "due_at": _due(read.before),
            "ruleset": read.ruleset.version,
        }

    def _read(self, conn: sa.Connection, conversation: str, who: str, text: str, origin: Origin) -> _Read:
        one = Moves.load(conn, conversation)
        now = self._clocks.now_ms(one.shop)
        since = one.inquiry_at if one.inquiry_at is not None else now
        said = messages.of_conversations(conn, {one.id: since})[one.id]
        draft = event_of(_row(one, who, text, origin, max([now, *(row["at"] for row in said)])))
        assert draft is not None  # noqa: S101  (a text of a person is always an event)
        events = events_of(said)
        before, after = self._books.of_events(one, events), self._books.of_events(one, [*events, draft])
        return _Read(one, said, draft, before, after, self._books.rules_of(one, said))

    def _able(self, one: Conversation) -> Capabilities:
        channel = self._directory.channels[one.channel]
        return self._directory.adapter(channel).capabilities(channel)

    def _size(self, shop: ShopConfig, one: Conversation, text: str) -> dict[str, Any]:
        able = self._able(one)
        length = len(text.encode()) if able.text_limit_bytes else len(text)
        over = able.text_limit is not None and length > able.text_limit
        return {"length": length, "limit": able.text_limit, "over_limit": over}


def _row(one: Conversation, who: str, text: str, origin: Origin, at: int) -> dict[str, Any]:
    return {
        "id": DRAFT,
        "conversation": one.id,
        "sender": Sender.AGENT.value,
        "origin": origin.value,
        "kind": Kind.TEXT.value,
        "text": text,
        "meta": {},
        "at": at,
        "by": who,
        "doubtful": False,
        "parts": [],
        "target": None,
    }


def _due(judged: Judged) -> str | None:
    """Until when a reply is in time: the nearest deadline of what still waits."""
    waits = [one for one in judged.inquiries if one.owed]
    moments = [moment for one in waits for moment in (one.due_at or one.night_due_at,) if moment is not None]
    return iso(min(moments)) if moments else None
