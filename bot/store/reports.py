"""Reports to the platform as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.message import Kind, Sender
from bot.store.statements import upsert
from bot.store.tables import conversation, message, report_case

Row = dict[str, Any]
AROUND = 5
"""So many lines before and after a reported message go with it as evidence."""


def save(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Insert or replace a report."""
    upsert(conn, report_case, [row])


def one(conn: sa.Connection, shop: str, report: str) -> Row | None:
    """One report of a shop."""
    mine = (report_case.c.shop == shop, report_case.c.id == report)
    row = conn.execute(sa.select(report_case).where(*mine)).mappings().one_or_none()
    return dict(row) if row else None


def of_target(conn: sa.Connection, shop: str, target: str, kind: str) -> Row | None:
    """The report of a message for a reason, if there is one."""
    mine = (report_case.c.shop == shop, report_case.c.target == target, report_case.c.kind == kind)
    row = conn.execute(sa.select(report_case).where(*mine)).mappings().first()
    return dict(row) if row else None


def of_shop(conn: sa.Connection, shop: str, conversation_id: str | None = None) -> list[Row]:
    """A shop's reports, or those of one conversation, latest first, with the buyer's name and the reported words."""
    here = [] if conversation_id is None else [report_case.c.conversation == conversation_id]
    query = (
        sa.select(report_case, conversation.c.buyer_id, conversation.c.buyer_name, message.c.text, message.c.at.label("said_at"))
        .outerjoin(conversation, conversation.c.id == report_case.c.conversation)
        .outerjoin(message, message.c.id == report_case.c.target)
        .where(report_case.c.shop == shop, *here)
        .order_by(report_case.c.at.desc(), report_case.c.id.desc())
    )  # fmt: skip
    return [dict(row) for row in conn.execute(query).mappings()]


def buyers_line(conn: sa.Connection, conversation_id: str, line: str) -> Row | None:
    """A buyer's message in a conversation: ``id at channel platform_id``; None if it is none."""
    mine = (message.c.id == line, message.c.conversation == conversation_id, message.c.sender == Sender.BUYER.value)
    query = sa.select(message.c.id, message.c.at, message.c.platform_id).where(*mine)
    row = conn.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def told(conn: sa.Connection, targets: Sequence[str]) -> list[Row]:
    """What the books know of reports of these messages, wherever they were told, in order: ``target meta by at``."""
    m = message.c
    query = (
        sa.select(m.target, m.meta, m.by, m.at)
        .where(m.target.in_(list(targets)), m.kind == Kind.REPORT.value)
        .order_by(m.at, m.seq)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def around(conn: sa.Connection, conversation_id: str, at: int) -> list[Row]:
    """The lines before and after a time (ms) in a conversation, in order: ``sender text at``."""
    m = message.c
    here = sa.select(m.sender, m.text, m.at, m.seq).where(m.conversation == conversation_id, m.text != "")
    before = conn.execute(here.where(m.at <= at).order_by(m.at.desc(), m.seq.desc()).limit(AROUND + 1)).mappings()
    after = conn.execute(here.where(m.at > at).order_by(m.at, m.seq).limit(AROUND)).mappings()
    return [dict(row) for row in [*list(before)[::-1], *after]]
