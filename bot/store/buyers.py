"""What a shop keeps about a buyer, written."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.store.statements import upsert
from bot.store.tables import buyer


def keep(conn: sa.Connection, shop: str, buyer_id: str, note: str, labels: Sequence[str], by: str, at: int) -> None:
    """Keep a note and labels; with neither, nothing is kept any more."""
    if not note and not labels:
        conn.execute(sa.delete(buyer).where(buyer.c.shop == shop, buyer.c.id == buyer_id))
        return
    row = {"shop": shop, "id": buyer_id, "note": note, "labels": list(labels), "changed_by": by, "changed_at": at}
    upsert(conn, buyer, [row])
