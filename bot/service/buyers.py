"""What everybody in a shop may know about a buyer: a note, labels, earlier conversations, orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.moves import Moves
from bot.service.refusal import Because, Refusal
from bot.store import buyers as kept
from bot.store import reading
from bot.store.engine import Store
from bot.store.journal import Line, append
from bot.store.reading import buyers as stored

NOTE_AT_MOST = 500
LABELS_AT_MOST, LABEL_AT_MOST = 20, 20


@dataclass(frozen=True, slots=True)
class Buyers:
    """Reads and changes what is kept."""

    store: Store
    clocks: Clocks

    async def of(self, conversation: str) -> dict[str, Any]:
        """The buyer of a conversation: ``{id, name, note, labels, changed_by, changed_at, conversations, orders,
        products, known_labels}``, times in ms."""
        return await self.store.read(_told, conversation)

    async def keep(self, conversation: str, note: str, labels: Sequence[str], *, by: str) -> dict[str, Any]:
        """Keep a note and labels about the buyer of a conversation, for the whole shop.

        Raises:
            Refusal: the note has over 500 characters, or there are too many labels or one is too long.
        """
        note, plain = note.strip(), list(dict.fromkeys(label.strip() for label in labels if label.strip()))
        if len(note) > NOTE_AT_MOST:
            raise Refusal(
                Because.INVALID,
                "note_length",
                f"买家备注最多 {NOTE_AT_MOST} 个字。",
                f"A note about a buyer has at most {NOTE_AT_MOST} characters.",
                pointer="/note",
            )
        if len(plain) > LABELS_AT_MOST or any(len(label) > LABEL_AT_MOST for label in plain):
            raise Refusal(
                Because.INVALID,
                "labels",
                f"最多 {LABELS_AT_MOST} 个标签，每个最多 {LABEL_AT_MOST} 个字。",
                f"At most {LABELS_AT_MOST} labels of at most {LABEL_AT_MOST} characters.",
                pointer="/labels",
            )
        await self.store.write(self._keep, conversation, note, plain, by)
        return await self.of(conversation)

    def _keep(self, conn: sa.Connection, conversation: str, note: str, labels: list[str], by: str) -> None:
        one = Moves.load(conn, conversation)
        now = self.clocks.now_ms(one.shop)
        kept.keep(conn, one.shop, one.buyer_id, note, labels, by, now)
        append(conn, [Line(one.shop, now, "buyer", one.id, one.id, {"by": by, "labels": len(labels)})])


def _told(conn: sa.Connection, conversation: str) -> dict[str, Any]:
    one = Moves.load(conn, conversation)
    row = stored.kept(conn, one.shop, one.buyer_id) or {
        "note": "",
        "labels": [],
        "changed_by": None,
        "changed_at": None,
    }
    by = row["changed_by"]
    return {
        "id": one.buyer_id,
        "name": one.buyer_name,
        **{name: row[name] for name in ("note", "labels", "changed_at")},
        "changed_by": {"id": by, "name": reading.names(conn, [by])[by]} if by else None,
        "conversations": [row for row in stored.conversations(conn, one.shop, one.buyer_id) if row["id"] != one.id],
        "orders": stored.orders_of(conn, one.shop, one.buyer_id),
        "products": stored.products_of(conn, one.shop, one.buyer_id),
        "known_labels": stored.labels(conn, [one.shop]),
    }
