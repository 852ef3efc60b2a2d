"""Questions without a sure answer and their groups as stored: taken in from the journal, acted on, taken out again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from bot.core.message import Kind
from bot.core.reasons import HandoffReason
from bot.store import messages
from bot.store.journal import Line, append
from bot.store.statements import Ready, insert_new, one_of, upsert
from bot.store.tables import conversation, decision, gap, gap_mark, gap_question, journal, journal_head, message

OPEN, IGNORED, MERGED, ADOPTED = "open", "ignored", "merged", "adopted"
STATES = (OPEN, IGNORED, MERGED, ADOPTED)
UNKNOWN = frozenset({HandoffReason.NO_MATCH, HandoffReason.UNSURE, HandoffReason.TWO_ALIKE})
"""Reasons that say: the FAQ had no sure answer. Of several questions at once only what it lacked counts."""
RETURNS = 3
"""Asked so often after it was ignored or adopted, a group is open again."""
LINES = 2_000
"""Lines of a journal read at once."""
PAGE = 500


def behind(conn: sa.Connection) -> list[str]:
    """The shops whose journal goes on after what the groups have read."""
    reached = sa.func.coalesce(gap_mark.c.seq, 0)
    joined = journal_head.outerjoin(gap_mark, gap_mark.c.shop == journal_head.c.shop)
    return list(conn.scalars(sa.select(journal_head.c.shop).select_from(joined).where(journal_head.c.seq > reached)))


def mark_of(conn: sa.Connection, shop: str) -> tuple[int, int]:
    """How far a shop's journal is read, and how often questions were taken out."""
    row = conn.execute(sa.select(gap_mark.c.seq, gap_mark.c.changed).where(gap_mark.c.shop == shop)).first()
    return (row.seq, row.changed) if row else (0, 0)


def firsts(conn: sa.Connection, shop: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The groups' ids with the questions that began them, in order; and where each known question was placed."""
    began = sa.select(gap.c.id, gap.c.text).where(gap.c.shop == shop).order_by(gap.c.first_at, gap.c.id)
    placed = sa.select(gap_question.c.text, gap_question.c.origin).where(gap_question.c.shop == shop).distinct()
    return [(row.id, row.text) for row in conn.execute(began)], {row.text: row.origin for row in conn.execute(placed)}


def unread(conn: sa.Connection, shop: str, after: int) -> tuple[list[dict[str, Any]], int]:
    """The questions that the next lines of a shop's journal tell of, and the place after them.

    Each is ``{decision, conversation, message, reason, at, texts, missing, names}``: what was said, line by line, the
    parts of it the FAQ lacked, and what its buyer is called. What was recalled is left out.
    """
    head = conn.scalar(sa.select(journal_head.c.seq).where(journal_head.c.shop == shop)) or 0
    upto = min(head, after + LINES)
    told = _DECIDED.dicts(conn, {"whose": shop, "after": after, "upto": upto})
    bodies = [(row, orjson.loads(row["body"])) for row in told]
    asked = [(row, body) for row, body in bodies if body["messages"] and _is_gap(body)]
    said = messages.lines(conn, {one for _, body in asked for one in body["messages"]})
    recalled = messages.recalled(conn, said.keys())
    lacking = {row["id"]: row["explain"] for row in _WHY.dicts(conn, {"ids": [row["ref"] for row, _ in asked]})}
    names = _NAMES.dicts(conn, {"ids": list({row["conversation"] for row, _ in asked})})
    called = {row["id"]: (row["buyer_name"], row["buyer_id"]) for row in names}
    found = []
    for row, body in asked:
        if row["ref"] not in lacking or any(one in recalled or one not in said for one in body["messages"]):
            continue
        found.append(
            {
                "decision": row["ref"],
                "conversation": row["conversation"],
                "message": body["messages"][-1],
                "reason": body["reason"],
                "at": row["at"],
                "texts": [said[one].text for one in body["messages"] if said[one].text],
                "missing": (lacking[row["ref"]] or {}).get("missing") or [],
                "names": called.get(row["conversation"], ()),
            }
        )
    return found, upto


def _is_gap(body: Mapping[str, Any]) -> bool:
    reason = body["reason"]
    return body["outcome"] == "handoff" and (reason in UNKNOWN or reason == HandoffReason.SEVERAL_QUESTIONS)


_DECIDED = Ready(
    lambda _dialect: (
        sa.select(journal.c.ref, journal.c.conversation, journal.c.at, journal.c.body)
        .where(
            journal.c.shop == sa.bindparam("whose"),
            journal.c.seq > sa.bindparam("after"),
            journal.c.seq <= sa.bindparam("upto"),
            journal.c.kind == sa.literal_column("'decision'"),
        )
        .order_by(journal.c.seq)
    )
)
_WHY = Ready(lambda dialect: sa.select(decision.c.id, decision.c.explain).where(one_of(dialect, decision.c.id, "ids")))
_NAMES = Ready(
    lambda dialect: sa.select(conversation.c.id, conversation.c.buyer_name, conversation.c.buyer_id).where(
        one_of(dialect, conversation.c.id, "ids")
    )
)


def recalls(conn: sa.Connection, shop: str, after: int, upto: int) -> list[str]:
    """The messages that were recalled between two places of a shop's journal."""
    told = (journal.c.shop == shop, journal.c.seq > after, journal.c.seq <= upto, journal.c.kind == "message")
    lines = sa.select(message.c.target).select_from(journal.join(message, message.c.id == journal.c.ref))
    return list(conn.scalars(lines.where(*told, message.c.kind == Kind.RECALL.value, message.c.target.is_not(None))))


def keep(
    conn: sa.Connection, shop: str, mark: tuple[int, int], placed: Sequence[Mapping[str, Any]], upto: int, now: int
) -> bool:
    """Keep placed questions (``id origin conversation message reason text at``), and how far the journal is read; what
    was recalled meanwhile goes.

    Nothing is kept, and False returned, where the groups are not as they were read (``mark``) any more, or where a
    message was erased since it was read.
    """
    asked = {one["message"] for one in placed}
    if mark_of(conn, shop) != mark or messages.known(conn, asked).keys() != asked:
        return False
    upsert(conn, gap_mark, [{"shop": shop, "seq": upto, "changed": mark[1]}])
    known = {
        row.id: row for row in conn.execute(sa.select(gap.c.id, gap.c.state, gap.c.target).where(gap.c.shop == shop))
    }
    here = {row.id for row in conn.execute(_of(shop, [one["id"] for one in placed]))}
    new = {one["id"]: one for one in placed if one["id"] not in here}
    began = [one for one in new.values() if one["origin"] == one["id"] and one["id"] not in known]
    insert_new(
        conn,
        gap,
        [
            {"shop": shop, "id": one["id"], "text": one["text"], "first_at": one["at"], "last_at": one["at"]}
            for one in began
        ],
    )
    rows = [{**one, "shop": shop, "gap": _led(known, one["origin"])} for one in new.values()]
    insert_new(conn, gap_question, rows)
    _count_in(conn, shop, rows)
    if rows:
        body = {"act": "asked", "questions": len(rows), "groups": len({row["gap"] for row in rows})}
        append(conn, [Line(shop, now, "gap", "", body=body)])
    forget(conn, shop, recalls(conn, shop, mark[0], upto))
    return True


def _of(shop: str, ids: Sequence[str]) -> Any:
    return sa.select(gap_question.c.id).where(gap_question.c.shop == shop, gap_question.c.id.in_(ids))


def _led(known: Mapping[str, Any], group: str) -> str:
    """The group that takes a question in: where one was merged, the one it went into."""
    while (row := known.get(group)) is not None and row.state == MERGED and row.target in known:
        group = row.target
    return group


def _count_in(conn: sa.Connection, shop: str, rows: Sequence[Mapping[str, Any]]) -> None:
    times: dict[str, list[int]] = {}
    for row in rows:
        times.setdefault(row["gap"], []).append(row["at"])
    for group, ats in times.items():
        mine, more = (gap.c.shop == shop, gap.c.id == group), len(ats)
        latest = sa.case((gap.c.last_at > max(ats), gap.c.last_at), else_=sa.literal(max(ats), sa.BigInteger))
        conn.execute(sa.update(gap).where(*mine).values(count=gap.c.count + more, last_at=latest))
        closed = (*mine, gap.c.state.in_((IGNORED, ADOPTED)))
        conn.execute(sa.update(gap).where(*closed).values(since=gap.c.since + more))
        back = (*closed, gap.c.since >= RETURNS)
        conn.execute(sa.update(gap).where(*back).values(state=OPEN, former=gap.c.state))
        again = (*mine, gap.c.former != "", gap.c.state == OPEN)
        conn.execute(sa.update(gap).where(*again).values(since=_asked_after(shop, group)))


def _asked_after(shop: str, group: str) -> Any:
    asked = (gap_question.c.shop == shop, gap_question.c.gap == group, gap_question.c.at > gap.c.acted_at)
    return sa.select(sa.func.count()).select_from(gap_question).where(*asked).correlate(gap).scalar_subquery()


def put(conn: sa.Connection, shop: str, group: str, was: Collection[str], **values: Any) -> bool:
    """Change a group that is in one of some states; False where it is not."""
    mine = (gap.c.shop == shop, gap.c.id == group, gap.c.state.in_(list(was)))
    return bool(conn.execute(sa.update(gap).where(*mine).values(values)).rowcount)


def move(conn: sa.Connection, shop: str, origins: Sequence[str], source: str, target: str) -> None:
    """List the questions of one group that were placed in some (none named: all) under another one."""
    mine = [gap_question.c.shop == shop, gap_question.c.gap == source]
    if origins:
        mine.append(gap_question.c.origin.in_(list(origins)))
    conn.execute(sa.update(gap_question).where(*mine).values(gap=target))
    for group in (source, target):
        _count_anew(conn, shop, group)


def merged_into(conn: sa.Connection, shop: str, group: str) -> list[str]:
    """A group and those that were merged into it, or into one of those."""
    into: dict[str, list[str]] = {}
    for row in conn.execute(sa.select(gap.c.id, gap.c.target).where(gap.c.shop == shop, gap.c.state == MERGED)):
        into.setdefault(row.target, []).append(row.id)
    found, left = [], [group]
    while left:
        one = left.pop()
        found.append(one)
        left += [more for more in into.get(one, ()) if more not in found]
    return found


def _count_anew(conn: sa.Connection, shop: str, group: str) -> None:
    q = gap_question.c
    count, last = conn.execute(
        sa.select(sa.func.count(), sa.func.max(q.at)).where(q.shop == shop, q.gap == group)
    ).one()
    values = {"count": count} | ({"last_at": last} if count else {})
    conn.execute(sa.update(gap).where(gap.c.shop == shop, gap.c.id == group).values(values))


def forget(conn: sa.Connection, shop: str, asked: Sequence[str]) -> None:
    """Take questions out by the messages they were asked in. A group that one of them began is known by the next one;
    a group without any goes."""
    for start in range(0, len(asked), PAGE):
        mine = (gap_question.c.shop == shop, gap_question.c.message.in_(list(asked[start : start + PAGE])))
        gone = conn.execute(sa.select(gap_question.c.gap, gap_question.c.origin, gap_question.c.id).where(*mine)).all()
        if not gone:
            continue
        conn.execute(sa.delete(gap_question).where(*mine))
        for group in sorted({row.gap for row in gone} | {row.origin for row in gone}):
            _known_by_another(conn, shop, group)
        conn.execute(sa.update(gap_mark).where(gap_mark.c.shop == shop).values(changed=gap_mark.c.changed + 1))


def _known_by_another(conn: sa.Connection, shop: str, group: str) -> None:
    q = gap_question.c
    placed = sa.select(q.text, q.at).where(q.shop == shop, q.origin == group).order_by(q.at, q.id).limit(1)
    first = conn.execute(placed).first()
    if first is None:
        conn.execute(sa.delete(gap).where(gap.c.shop == shop, gap.c.id == group))
        orphans = (q.shop == shop, q.gap == group)
        conn.execute(sa.update(gap_question).where(*orphans).values(gap=q.origin))
        lost = (gap.c.shop == shop, gap.c.target == group, gap.c.state == MERGED)
        freed = list(conn.scalars(sa.select(gap.c.id).where(*lost)))
        conn.execute(sa.update(gap).where(*lost).values(state=OPEN, target=""))
        for one in freed:
            _count_anew(conn, shop, one)
        return
    mine = (gap.c.shop == shop, gap.c.id == group)
    conn.execute(sa.update(gap).where(*mine).values(text=first.text, first_at=first.at))
    _count_anew(conn, shop, group)
