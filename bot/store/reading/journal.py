"""The journal as a feed, and the figures of the status page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from bot.store.messages import UNDECIDED
from bot.store.outbox import ENDED, UNDER_WAY
from bot.store.statements import Ready, one_of
from bot.store.tables import channel, conversation, journal, journal_head, message, outbox

_HEADS = Ready(
    lambda dialect: sa.select(journal_head.c.shop, journal_head.c.seq).where(
        one_of(dialect, journal_head.c.shop, "shops")
    )
)


def heads(conn: sa.Connection, shops: Sequence[str]) -> dict[str, int]:
    """The last line's number of each shop's journal (0 for an empty one)."""
    return dict.fromkeys(shops, 0) | dict(_HEADS.rows(conn, {"shops": list(shops)}))


def since(conn: sa.Connection, after: Mapping[str, int], limit: int = 500) -> list[dict[str, Any]]:
    """Lines after a place in each shop's journal, in order within a shop."""
    out: list[dict[str, Any]] = []
    for shop, seq in after.items():
        rows = conn.execute(
            sa.select(journal).where(journal.c.shop == shop, journal.c.seq > seq).order_by(journal.c.seq).limit(limit)
        ).mappings()
        out += [
            {
                "shop": shop,
                "seq": row["seq"],
                "at": row["at"],
                "kind": row["kind"],
                "ref": row["ref"],
                "conversation": row["conversation"],
                "body": orjson.loads(row["body"]),
            }
            for row in rows
        ]
    return out


def status(conn: sa.Connection, shops: Sequence[str]) -> dict[str, Any]:
    """Messages accepted, repeated, refused and undecided, owed inquiries and sends by state, for the status page."""
    mine = list(shops)
    waiting, oldest = conn.execute(
        sa.select(sa.func.count(), sa.func.min(message.c.accepted_at)).where(UNDECIDED, message.c.shop.in_(mine))
    ).one()
    sends = dict.fromkeys(("pending", "sending", "sent", "refused", "unknown"), 0)
    for these in (UNDER_WAY, ENDED):
        found = sa.select(outbox.c.status, sa.func.count()).where(these, outbox.c.shop.in_(mine))
        sends |= {name: count for name, count in conn.execute(found.group_by(outbox.c.status)) if name in sends}
    owed = conn.scalar(
        sa.select(sa.func.count()).select_from(conversation).where(conversation.c.owed, conversation.c.shop.in_(mine))
    )
    counts = conn.execute(
        sa.select(
            *(
                sa.func.coalesce(sa.func.sum(c), 0)
                for c in (channel.c.accepted, channel.c.repeats, channel.c.bad_signatures)
            )
        ).where(channel.c.shop.in_(mine))
    ).one()
    return {
        "accepted": counts[0],
        "repeats": counts[1],
        "refused": counts[2],
        "waiting": waiting,
        "oldest": oldest,
        "sends": sends,
        "owed": owed or 0,
    }
