"""Gate cases and proposals as stored, and who else got an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.core.message import Sender
from bot.store.statements import insert
from bot.store.tables import conversation, decision, gate_case, message, outbox, proposal

LISTED = 200


def answer_of(conn: sa.Connection, conversation_id: str, line: str) -> dict[str, Any] | None:
    """An automatic answer of the bot in a conversation, with what was asked: ``entry decision sureness asked question``.
    None if the line is none."""
    mine = (outbox.c.id == line, outbox.c.conversation == conversation_id, outbox.c.sender == Sender.BOT.value)
    query = (
        sa.select(outbox.c.entry, outbox.c.text, decision.c.sureness, message.c.id.label("asked"), message.c.text.label("question"))
        .outerjoin(decision, decision.c.id == outbox.c.decision)
        .outerjoin(message, message.c.id == sa.func.coalesce(decision.c.message, outbox.c.in_reply_to))
        .where(*mine, outbox.c.entry.is_not(None))
    )  # fmt: skip
    row = conn.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def others(conn: sa.Connection, shop: str, entry: str, since: int, but: str) -> list[dict[str, Any]]:
    """The conversations, but one, in which the bot answered with an entry since a time (ms), latest first: ``{id,
    buyer_id, buyer_name, line, text, at}``, each once with its latest such answer."""
    o, c = outbox.c, conversation.c
    query = (
        sa.select(c.id, c.buyer_id, c.buyer_name, o.id.label("line"), o.text, o.created_at.label("at"))
        .join(conversation, c.id == o.conversation)
        .where(
            o.shop == shop,
            o.sender == Sender.BOT.value,
            o.entry == entry,
            o.created_at >= since,
            o.status.in_(("sent", "unknown")),
            o.conversation != but,
        )
        .order_by(o.created_at.desc(), o.id)
    )
    latest: dict[str, dict[str, Any]] = {}
    for row in conn.execute(query).mappings():
        latest.setdefault(row["id"], dict(row))
    return list(latest.values())[:LISTED]


def case_of(conn: sa.Connection, shop: str, asked: str | None, wrong: str) -> dict[str, Any] | None:
    """The gate case of a question that an entry answered wrongly, if there is one."""
    mine = (gate_case.c.shop == shop, gate_case.c.message == asked, gate_case.c.wrong == wrong)
    row = conn.execute(sa.select(gate_case).where(*mine, gate_case.c.dropped.is_(False))).mappings().first()
    return dict(row) if row else None


def add_case(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Keep a gate case."""
    insert(conn, gate_case, [row])


def expect(conn: sa.Connection, shop: str, case: str, expected: str | None) -> None:
    """Say anew what should answer a case's question; None means a person."""
    mine = (gate_case.c.shop == shop, gate_case.c.id == case)
    conn.execute(sa.update(gate_case).where(*mine).values(expected=expected))


def drop_case(conn: sa.Connection, shop: str, case: str) -> bool:
    """Take a gate case out of the set, its words too; False if there was none."""
    mine = (gate_case.c.shop == shop, gate_case.c.id == case, gate_case.c.dropped.is_(False))
    return bool(conn.execute(sa.update(gate_case).where(*mine).values(dropped=True, question="")).rowcount)


def propose(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Keep a proposal."""
    insert(conn, proposal, [row])


def proposals(conn: sa.Connection, shop: str, state: str) -> list[dict[str, Any]]:
    """A shop's proposals in a state, latest first, each with the question it came from."""
    query = (
        sa.select(proposal, gate_case.c.question)
        .outerjoin(gate_case, sa.and_(gate_case.c.shop == proposal.c.shop, gate_case.c.id == proposal.c.gate_case))
        .where(proposal.c.shop == shop, proposal.c.state == state)
        .order_by(proposal.c.at.desc(), proposal.c.id.desc())
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def repropose(conn: sa.Connection, shop: str, case: str, kind: str, value: Mapping[str, Any]) -> None:
    """Propose something else for a case, unless it is decided."""
    mine = (proposal.c.shop == shop, proposal.c.gate_case == case, proposal.c.state == "open")
    conn.execute(sa.update(proposal).where(*mine).values(kind=kind, value=value))


def proposal_from(conn: sa.Connection, shop: str, case: str) -> dict[str, Any] | None:
    """The proposal that came with a case."""
    mine = (proposal.c.shop == shop, proposal.c.gate_case == case)
    row = conn.execute(sa.select(proposal).where(*mine)).mappings().first()
    return dict(row) if row else None


def proposal_of(conn: sa.Connection, shop: str, proposal_id: str) -> dict[str, Any] | None:
    """One proposal."""
    mine = (proposal.c.shop == shop, proposal.c.id == proposal_id)
    row = conn.execute(sa.select(proposal).where(*mine)).mappings().one_or_none()
    return dict(row) if row else None


def decide(conn: sa.Connection, shop: str, proposal_id: str, state: str, by: str, at: int) -> bool:
    """Decide an open proposal; False if it is not open any more."""
    mine = (proposal.c.shop == shop, proposal.c.id == proposal_id, proposal.c.state == "open")
    values = {"state": state, "decided_by": by, "decided_at": at}
    return bool(conn.execute(sa.update(proposal).where(*mine).values(values)).rowcount)
