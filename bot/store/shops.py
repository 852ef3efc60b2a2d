"""Shops and channels as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.statements import Ready, upsert
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


_COUNT = Ready(
    lambda _dialect: (
        sa.update(channel)
        .where(channel.c.key == sa.bindparam("k"))
        .values(
            accepted=channel.c.accepted + sa.bindparam("a", type_=sa.Integer),
            repeats=channel.c.repeats + sa.bindparam("r", type_=sa.Integer),
        )
    )
)


def count_messages(conn: sa.Connection, counts: Mapping[str, tuple[int, int]]) -> None:
    """Add to each channel's counts: messages accepted, and repeats of messages already there."""
    _COUNT.many(conn, [{"k": key, "a": a, "r": r} for key, (a, r) in counts.items()])


_COUNT_BAD = (
    sa.update(channel)
    .where(channel.c.key == sa.bindparam("k"))
    .values(bad_signatures=channel.c.bad_signatures + sa.bindparam("n"))
)


def count_bad_signatures(conn: sa.Connection, counts: Mapping[str, int]) -> None:
    """Add to each channel's count of refused deliveries: nothing else of them is kept."""
    conn.execute(_COUNT_BAD, [{"k": key, "n": count} for key, count in counts.items()])
