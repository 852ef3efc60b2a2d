"""The gate's set as stored: cases, what people confirmed or rejected, what was asked lately, and changes let through."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.message import Kind, Origin, Sender
from bot.store import faq
from bot.store.faq import SHARED, Change, Stored
from bot.store.journal import Line, append
from bot.store.statements import insert, upsert
from bot.store.tables import bench_run, decision, gate_case, gate_pass, message, outbox, suggestion

USED, EDITED, REJECTED = "used", "edited", "rejected"
LEARNED = (USED, EDITED, REJECTED)
"""Where cases come from that nobody wrote by hand; the ends of a suggestion that make one go by the same names."""
_CHUNK = 400


def cases(conn: sa.Connection, shop: str) -> list[dict[str, Any]]:
    """A shop's gate cases, latest first."""
    mine = (gate_case.c.shop == shop, gate_case.c.dropped.is_(False))
    query = sa.select(gate_case).where(*mine).order_by(gate_case.c.at.desc(), gate_case.c.id.desc())
    return [dict(row) for row in conn.execute(query).mappings()]


def shops_with_cases(conn: sa.Connection) -> list[str]:
    """The shops that keep any case."""
    return list(conn.scalars(sa.select(gate_case.c.shop).where(gate_case.c.dropped.is_(False)).distinct()))


def decided_by_people(conn: sa.Connection, shop: str, since: int, at_most: int) -> list[dict[str, Any]]:
    """Suggestions since a time (ms) that somebody used, edited or rejected, and no case tells of, latest first:
    ``{message, question, entry, origin, by, at, draft, sent}``, ``sent`` being what went out first after it."""
    s, d, m, o = suggestion.c, decision.c, message.c, outbox.c
    instead = (o.conversation == s.conversation, o.origin == Origin.SUGGESTED.value, o.created_at >= s.at)
    sent = sa.select(o.text).where(*instead).order_by(o.created_at).limit(1).correlate(suggestion).scalar_subquery()
    known = sa.exists().where(gate_case.c.shop == shop, gate_case.c.message == d.message)
    query = (
        sa.select(d.message, m.text.label("question"), s.entry, s.state.label("origin"), s.by, s.at)
        .add_columns(s.text.label("draft"), sent.label("sent"))
        .join(decision, d.id == s.decision)
        .join(message, m.id == d.message)
        .where(s.shop == shop, s.state.in_(LEARNED), s.at >= since, m.kind == Kind.TEXT.value, ~known)
        .order_by(s.at.desc(), s.id)
        .limit(at_most)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def learn(conn: sa.Connection, shop: str, rows: Sequence[Mapping[str, Any]], gone: Collection[str]) -> None:
    """Keep new cases, and take those away that newer ones stand for."""
    for start in range(0, len(ids := list(gone)), _CHUNK):
        mine = (gate_case.c.shop == shop, gate_case.c.id.in_(ids[start : start + _CHUNK]))
        conn.execute(sa.delete(gate_case).where(*mine))
    insert(conn, gate_case, list(rows))


def asked(conn: sa.Connection, shop: str, since: int, at_most: int) -> list[dict[str, Any]]:
    """What buyers asked since a time (ms), latest first: ``{message, conversation, text, at}``."""
    query = (
        sa.select(decision.c.message, decision.c.conversation, message.c.text, decision.c.at)
        .join(message, message.c.id == decision.c.message)
        .where(decision.c.shop == shop, decision.c.at >= since, message.c.kind == Kind.TEXT.value)
        .order_by(decision.c.at.desc(), decision.c.id)
        .limit(at_most)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def people_said(conn: sa.Connection, conversations: Iterable[str], since: int) -> dict[str, list[tuple[int, str]]]:
    """What people wrote in conversations since a time (ms), here or in the platform's own app, as (time, text) in order."""
    found: dict[str, list[tuple[int, str]]] = {}
    ids = list(conversations)
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        for table, at in ((message, message.c.at), (outbox, outbox.c.created_at)):
            people = (table.c.conversation.in_(some), table.c.sender == Sender.AGENT.value, at >= since)
            for row in conn.execute(sa.select(table.c.conversation, at.label("at"), table.c.text).where(*people)):
                found.setdefault(row.conversation, []).append((row.at, row.text))
    return {conversation: sorted(said) for conversation, said in found.items()}


def message_in(conn: sa.Connection, shop: str, message_id: str) -> bool:
    """Whether a message is one of this shop's."""
    query = sa.select(message.c.id).where(message.c.shop == shop, message.c.id == message_id)
    return conn.scalar(query) is not None


def standing(conn: sa.Connection, shop: str, ids: Sequence[str]) -> tuple[dict[str, Stored], dict[str, Stored]]:
    """A shop's own entries and the shared ones with these ids, deleted ones included."""
    return faq.entries_by_id(conn, shop, ids), faq.entries_by_id(conn, SHARED, ids)


def write_passed(
    conn: sa.Connection,
    shop: str,
    changes: Sequence[Change],
    passed: Mapping[str, Any] | None,
    *,
    by: str,
    at: int,
    act: str,
    ref: str | None = None,
    who: str | None = None,
) -> list[Stored]:
    """Save entries as ``faq.write_entries`` does, with the reason why they may break what worked, where they do."""
    saved = faq.write_entries(conn, shop, changes, by=by, at=at, act=act, ref=ref, who=who)
    if passed is not None:
        keep_pass(conn, passed)
    return saved


def keep_pass(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Keep that a change which breaks cases was let through, and by whom and why."""
    insert(conn, gate_pass, [row])
    body = {"by": row["by"], "act": row["act"], "cases": len(row["broken"])}
    append(conn, [Line(row["shop"], row["at"], "gate_passed", row["ref"] or row["id"], None, body)])


def passes(conn: sa.Connection, shop: str, at_most: int) -> list[dict[str, Any]]:
    """The changes that were let through though they break cases, latest first."""
    query = sa.select(gate_pass).where(gate_pass.c.shop == shop)
    found = conn.execute(query.order_by(gate_pass.c.at.desc(), gate_pass.c.id.desc()).limit(at_most))
    return [dict(row) for row in found.mappings()]


def run_of(conn: sa.Connection, shop: str) -> dict[str, Any] | None:
    """How a shop's set went the last time it was run."""
    row = conn.execute(sa.select(bench_run).where(bench_run.c.shop == shop)).mappings().first()
    return dict(row) if row else None


def keep_run(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Keep how a shop's set went, in the place of the run before."""
    upsert(conn, bench_run, [row])
