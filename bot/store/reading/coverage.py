"""The questions put to the FAQ one by one: answered or not, how soon, and which entry came nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.message import Kind, Sender
from bot.store.gaps import OPEN, UNKNOWN
from bot.store.tables import decision, gap, message

SOON_MS = 60_000
"""A question answered within a minute is answered soon."""
MOST = 20_000
"""The most questions read at once, the latest."""
_MATCHED = ("answer", "suggest")


def questions(conn: sa.Connection, shop: str, since: int) -> list[dict[str, Any]]:
    """The latest questions put to a shop's FAQ since a time (ms): ``{id, conversation, message, at, reason, answered,
    soon, entry}``. ``answered``: the FAQ had a sure answer. ``soon``: within a minute the bot answered or a person wrote.
    ``entry`` came nearest, or is None.
    """
    asked = sa.or_(
        decision.c.outcome.in_(_MATCHED),
        sa.and_(decision.c.outcome == "handoff", decision.c.reason.in_([one.value for one in UNKNOWN])),
    )
    nearest = decision.c.explain["entry"]["id"].as_string()
    query = (
        sa.select(
            decision.c.id,
            decision.c.conversation,
            decision.c.message,
            message.c.at,
            decision.c.reason,
            decision.c.outcome.in_(_MATCHED).label("answered"),
            _answered_soon().label("soon"),
            sa.func.coalesce(decision.c.entry, nearest).label("entry"),
        )
        .select_from(decision.join(message, message.c.id == decision.c.message))
        .where(decision.c.shop == shop, decision.c.at >= since, asked)
        .order_by(decision.c.at.desc(), decision.c.id)
        .limit(MOST)
    )
    return [
        {**row, "answered": bool(row["answered"]), "soon": bool(row["soon"])} for row in conn.execute(query).mappings()
    ]


def _answered_soon() -> Any:
    said = message.alias("said")
    by_bot = sa.and_(said.c.sender == Sender.BOT.value, sa.cast(said.c.parts, sa.String).contains('"answer"'))
    by_person = sa.and_(said.c.sender == Sender.AGENT.value, said.c.kind == Kind.TEXT.value)
    then = said.c.at.between(message.c.at, message.c.at + SOON_MS)
    return sa.exists().where(said.c.conversation == decision.c.conversation, then, sa.or_(by_bot, by_person))


def groups_about(conn: sa.Connection, shop: str, words: Sequence[str]) -> list[dict[str, Any]]:
    """The open groups of unanswered questions that say one of some words, the most asked first: ``{id, text, count}``."""
    said = sa.or_(*(gap.c.text.icontains(word, autoescape=True) for word in words))
    query = sa.select(gap.c.id, gap.c.text, gap.c.count).where(gap.c.shop == shop, gap.c.state == OPEN, said)
    return [dict(row) for row in conn.execute(query.order_by(gap.c.count.desc(), gap.c.id)).mappings()]
