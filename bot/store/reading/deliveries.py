"""Webhook calls as people look at them: the list, one call, and everything that followed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.tables import decision, delivery, message, outbox


def page(
    conn: sa.Connection, shops: Sequence[str], offset: int, limit: int, *, channel: str = "", result: str = ""
) -> list[dict[str, Any]]:
    """Signed webhook calls, newest first, without headers and bodies."""
    columns = [c for c in delivery.c if c.name not in ("body", "headers", "query", "brought")]
    query = sa.select(*columns).where(delivery.c.shop.in_(list(shops)))
    if channel:
        query = query.where(delivery.c.channel == channel)
    if result:
        query = query.where(delivery.c.result == result)
    newest = query.order_by(delivery.c.at.desc(), delivery.c.id.desc()).offset(offset).limit(limit)
    return [dict(row) for row in conn.execute(newest).mappings()]


def one(conn: sa.Connection, delivery_id: str) -> dict[str, Any]:
    """One webhook call, raw; the caller has made sure that it is there."""
    return dict(conn.execute(sa.select(delivery).where(delivery.c.id == delivery_id)).mappings().one())


def followed(conn: sa.Connection, brought: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """What became of each message a call told of: the message's facts (no words), its decision, the sends it led to.

    An echo names the send that came back.
    """
    ids = [one["id"] for one in brought]
    facts = _by_id(conn, message, ids, ("id", "conversation", "sender", "kind", "at", "accepted_at", "decision"))
    decided = _by_id(
        conn, decision, [row["decision"] for row in facts.values() if row["decision"]],
        ("id", "outcome", "reason", "at", "took_us", "entry"),
    )  # fmt: skip
    sends = _sends(conn, ids)
    return [
        {
            **item,
            "message": facts.get(item["id"]),
            "decision": decided.get((facts.get(item["id"]) or {}).get("decision") or ""),
            "sends": sends.get(item["id"], []),
        }
        for item in brought
    ]


def _by_id(conn: sa.Connection, table: sa.Table, ids: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    rows = conn.execute(sa.select(*(table.c[name] for name in names)).where(table.c.id.in_(list(ids)))).mappings()
    return {row["id"]: dict(row) for row in rows}


def _sends(conn: sa.Connection, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The sends that answer these messages, and those that are named themselves (echoes), oldest first."""
    names = ("id", "in_reply_to", "reply_class", "status", "detail", "tries", "created_at", "done_at", "platform_id")
    if not ids:
        return {}
    mine = sa.or_(outbox.c.in_reply_to.in_(list(ids)), outbox.c.id.in_(list(ids)))
    rows = conn.execute(
        sa.select(*(outbox.c[name] for name in names)).where(mine).order_by(outbox.c.created_at)
    ).mappings()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        for ref in {row["in_reply_to"], row["id"]} & set(ids):
            found.setdefault(ref, []).append(dict(row))
    return found


def last_of(conn: sa.Connection, channels: Sequence[str]) -> dict[str, int]:
    """When each channel last brought something (ms of its shop's clock); those that never did are left out."""
    if not channels:
        return {}
    query = sa.select(delivery.c.channel, sa.func.max(delivery.c.at)).where(delivery.c.channel.in_(list(channels)))
    return {row[0]: row[1] for row in conn.execute(query.group_by(delivery.c.channel))}
