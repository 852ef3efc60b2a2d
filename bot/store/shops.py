"""Shops and channels as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.statements import upsert
from bot.store.tables import channel, delivery, shop


def all_shops(conn: sa.Connection) -> list[Mapping[str, Any]]:
    """Every shop, by id."""
    return [dict(row) for row in conn.execute(sa.select(shop).order_by(shop.c.created_at, shop.c.id)).mappings()]


def all_channels(conn: sa.Connection) -> list[Mapping[str, Any]]:
    """Every channel with the time of its last delivery (ms). Secrets are still sealed."""
    last = sa.select(sa.func.max(delivery.c.at)).where(delivery.c.channel == channel.c.key).scalar_subquery()
    found = conn.execute(sa.select(channel, last.label("last_delivery_at")).order_by(channel.c.created_at))
    return [dict(row) for row in found.mappings()]


def save_shops(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace shops by id (whole rows, or the given columns of existing ones)."""
    upsert(conn, shop, rows)


def save_channels(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace channels by key."""
    upsert(conn, channel, rows)


def change_shop(conn: sa.Connection, shop_id: str, values: Mapping[str, Any]) -> None:
    """Change the given columns of one shop."""
    conn.execute(sa.update(shop).where(shop.c.id == shop_id).values(dict(values)))


def count_bad_signature(conn: sa.Connection, key: str) -> None:
    """Count a refused delivery: nothing else of it is kept."""
    conn.execute(sa.update(channel).where(channel.c.key == key).values(bad_signatures=channel.c.bad_signatures + 1))
