"""One buyer in a shop: what was said to them, what they ordered, their other conversations, what the shop keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.message import Kind
from bot.store.tables import buyer, conversation, message

SAID_AT_MOST = 500
LISTED = 50
_ORDERS = (Kind.ORDER_CARD.value, Kind.ORDER_EVENT.value)


def _theirs(shop: str, buyer_id: str) -> Any:
    return sa.select(conversation.c.id).where(conversation.c.shop == shop, conversation.c.buyer_id == buyer_id)


def said_to(conn: sa.Connection, shop: str, buyer_id: str) -> list[str]:
    """The latest texts that the shop has said to a buyer, in whatever conversation."""
    query = (
        sa.select(message.c.text)
        .where(
            message.c.conversation.in_(_theirs(shop, buyer_id)),
            message.c.sender.in_(("agent", "bot")),
            message.c.kind == Kind.TEXT.value,
        )
        .order_by(message.c.at.desc())
        .limit(SAID_AT_MOST)
    )
    return list(conn.scalars(query))


def orders_of(conn: sa.Connection, shop: str, buyer_id: str, limit: int = 5) -> list[dict[str, Any]]:
    """What the platform told of a buyer's orders, latest first: the ``meta`` of order cards and events, and their
    ``text`` and ``at`` (ms)."""
    return _cards(conn, shop, buyer_id, _ORDERS, limit)


def products_of(conn: sa.Connection, shop: str, buyer_id: str, limit: int = 5) -> list[dict[str, Any]]:
    """The product cards a buyer has sent or been sent, latest first, in the form of ``orders_of``."""
    return _cards(conn, shop, buyer_id, (Kind.PRODUCT_CARD.value,), limit)


def _cards(conn: sa.Connection, shop: str, buyer_id: str, kinds: tuple[str, ...], limit: int) -> list[dict[str, Any]]:
    query = (
        sa.select(message.c.meta, message.c.text, message.c.at)
        .where(message.c.conversation.in_(_theirs(shop, buyer_id)), message.c.kind.in_(kinds))
        .order_by(message.c.at.desc())
        .limit(limit)
    )
    return [{**row.meta, "text": row.text, "at": row.at} for row in conn.execute(query)]


def conversations(conn: sa.Connection, shop: str, buyer_id: str) -> list[dict[str, Any]]:
    """A buyer's conversations with a shop, latest first; ``line`` is where the latest inquiry of each begins."""
    c = conversation.c
    query = (
        sa.select(
            c.id, c.channel, c.state, c.buyer_name, c.created_at, c.last_at, c.last_sender, c.last_text, c.inquiry
        )
        .where(c.shop == shop, c.buyer_id == buyer_id)
        .order_by(c.last_at.desc(), c.id)
        .limit(LISTED)
    )
    found = ({**row} for row in conn.execute(query).mappings())
    return [{**row, "line": row.pop("inquiry")} for row in found]


def kept(conn: sa.Connection, shop: str, buyer_id: str) -> dict[str, Any] | None:
    """The note and labels that a shop keeps about a buyer."""
    row = conn.execute(sa.select(buyer).where(buyer.c.shop == shop, buyer.c.id == buyer_id)).mappings().one_or_none()
    return dict(row) if row else None


def labels(conn: sa.Connection, shops: Sequence[str]) -> list[str]:
    """The labels in use in these shops, by name."""
    kept = conn.scalars(sa.select(buyer.c.labels).where(buyer.c.shop.in_(list(shops))))
    return sorted({label for labels in kept for label in labels})
