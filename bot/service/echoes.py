"""Our own sends coming back from the platform: known again, so that no words of ours pass for a person's."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from adapters.base import Channel
from bot.core.message import HAPPENINGS, Incoming, Sender
from bot.store import outbox
from bot.store.ids import digest_id
from bot.store.outbox import Known

PIECE_CHARS = 20
"""From this length a text that stands in one of ours is taken for a piece of it."""
WITHIN_MS = 120_000
"""How far an echo's time may lie from the call it is recognised by only by its words."""


class Echoes:
    """The sends that the items of one commit may speak of, by the names the platform or we gave them."""

    def __init__(self, conn: sa.Connection, items: Iterable[tuple[Channel, Incoming]]) -> None:
        names: dict[str, set[str]] = {}
        for channel, item in items:
            told = {str(item.meta[name]) for name in ("target", "reply_id") if item.meta.get(name)}
            if _may_be_ours(item):
                told.add(item.message_id)
            if told:
                names.setdefault(channel.key, set()).update(told)
        self._conn = conn
        self._known: dict[tuple[str, str], Known] = {
            (key, name): send for key, told in names.items() for name, send in outbox.echoes(conn, key, told).items()
        }

    def named(self, channel: Channel, name: str) -> Known | None:
        """The send that goes by this name."""
        return self._known.get((channel.key, name))

    def target(self, channel: Channel, item: Incoming) -> str | None:
        """The message that a recall or report speaks of: one of our sends, else by its dedupe key, come or not."""
        if "target" not in item.meta:
            return None
        name = str(item.meta["target"])
        ours = self.named(channel, name)
        return ours.id if ours else digest_id(channel.key, name)

    def match(self, channel: Channel, conversation: str, item: Incoming, at: int) -> Known | None:
        """The send that an item (of this time, ms) is the echo of; None if somebody else wrote it.

        By a name where there is one; else by the words of a send of that time whose name nobody has told us yet:
        its call has not returned, ended unclear, or was answered without an id.
        """
        if not _may_be_ours(item):
            return None
        named = self.named(channel, item.message_id) or self.named(channel, str(item.meta.get("reply_id", "")))
        return named or self._by_words(channel, conversation, item, at)

    def _by_words(self, channel: Channel, conversation: str, item: Incoming, at: int) -> Known | None:
        for send in outbox.unnamed(self._conn, conversation):
            until = (send["done_at"] or at) + WITHIN_MS
            if _is_said_in(item.text.strip(), send["text"].strip()) and send["created_at"] - WITHIN_MS <= at <= until:
                return Known(send["id"], send["status"], None)
        return None

    def learn(self, channel: Channel, send: Known, item: Incoming) -> bool:
        """Keep the platform's own name of a send where only its echo told us; say whether it did."""
        self._known[channel.key, item.message_id] = Known(send.id, send.status, item.message_id)
        if send.platform_id is None:
            outbox.change(self._conn, send.id, {"platform_id": item.message_id})
        return send.platform_id is None


def _is_said_in(text: str, sent: str) -> bool:
    """Say whether a text is what was sent, or a piece of it that nobody would write by chance."""
    return text == sent or (len(text) >= PIECE_CHARS and text in sent)


def _may_be_ours(item: Incoming) -> bool:
    return item.sender not in (Sender.BUYER, Sender.SYSTEM) and item.kind not in HAPPENINGS
