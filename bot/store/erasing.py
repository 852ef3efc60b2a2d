"""Taking away what people said, and who they were. The ledger, the verdicts and the sums stay: they hold no words.

What is erased leaves a keyed digest of each message's id, so that the platform's late repeat revives nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from bot.store import gaps, kept, search
from bot.store.statements import Ready, insert_new, one_of
from bot.store.tables import (
    assignment,
    buyer,
    channel,
    closing,
    conversation,
    decision,
    delivery,
    draft,
    gap_question,
    gate_case,
    gone,
    inquiry,
    looking,
    message,
    outbox,
    passing,
    promise,
    proposal,
    report_case,
    suggestion,
    timer,
)

Digest = Callable[[str], str]

ERASED = "—"
"""What stands where a person's reason stood."""
WORDLESS = {"text": "", "detail": "", "in_reply_to": None}
"""What stays of a send: that there was one, when, by whom and how it ended; its row is the proof of what was visible."""
CUT = {"conversation": "", "waived": sa.case((inquiry.c.waived.is_not(None), ERASED))}
"""What changes in an inquiry: it has no conversation any more, and why it was closed is not told."""
PAGE = 500
_BY_CONVERSATION = (suggestion, draft, looking, promise, assignment, closing)
"""Tables whose rows go with their conversation. Decisions go with the messages they are about."""
_HANDED_OUT = (
    conversation,
    message,
    decision,
    outbox,
    suggestion,
    promise,
    passing,
    report_case,
    inquiry,
    gap_question,
)
NO_WORDS = frozenset(
    [
        "alarm",
        "alarm_send",
        "alarm_sink",
        "audit",
        "bench_run",
        "channel",
        "entry",
        "entry_version",
        "errand",
        "field",
        "gap_mark",
        "gate_pass",
        "import",
        "journal",
        "journal_head",
        "line_watch",
        "login_try",
        "once",
        "person",
        "phrase",
        "phrase_use",
        "piece",
        "presence",
        "prior_notice",
        "recount",
        "role",
        "rollup",
        "rule_change",
        "search_mark",
        "session",
        "shop",
        "statement",
        "tally",
        "team_group",
        "team_rule",
        "token",
        "worker",
        "gone",
    ]
)
"""Tables in which nothing of what buyers and agents said to each other is kept: ids and codes, the shop's own texts,
or (``once``) sealed answers of a day."""


def conversations_of(conn: sa.Connection, shop: str, buyer_id: str) -> list[str]:
    """A buyer's conversations in a shop."""
    mine = (conversation.c.shop == shop, conversation.c.buyer_id == buyer_id)
    return list(conn.scalars(sa.select(conversation.c.id).where(*mine).order_by(conversation.c.created_at)))


def erase_buyer(
    conn: sa.Connection, shop: str, buyer_id: str, digest: Digest, now: int, deliveries: Collection[str]
) -> dict[str, int]:
    """Erase one buyer in a shop (which the caller holds), with these of its ``deliveries_of``; how many conversations,
    messages and deliveries."""
    talks = conversations_of(conn, shop, buyer_id)
    counts = {"conversations": len(talks), "messages": 0, "deliveries": len(deliveries)}
    _delete_deliveries(conn, list(deliveries))
    for cid in talks:
        ids = list(conn.scalars(sa.select(message.c.id).where(message.c.conversation == cid)))
        counts["messages"] += len(ids)
        _forget_messages(conn, shop, ids, digest, now)
        _erase_talk(conn, cid)
    conn.execute(sa.delete(buyer).where(buyer.c.shop == shop, buyer.c.id == buyer_id))
    return counts


def expire(
    conn: sa.Connection, shop: str, before: int, digest: Digest, now: int, after: str, limit: int
) -> tuple[int, str]:
    """Erase what is older than a time (ms) in the next conversations of a shop (which the caller holds).

    Return how many were touched, and the last one looked at: where to go on (empty: that was all). A conversation goes
    whole once nothing in it is younger; else its messages before the first inquiry that is younger, open or owed.
    """
    begun = (conversation.c.shop == shop, conversation.c.created_at < before, conversation.c.id > after)
    talks = list(conn.scalars(sa.select(conversation.c.id).where(*begun).order_by(conversation.c.id).limit(limit)))
    done = sum(_expire_talk(conn, shop, cid, before, digest, now) for cid in talks)
    if len(talks) < limit:
        conn.execute(sa.delete(delivery).where(delivery.c.channel.in_(_channels(conn, shop)), delivery.c.at < before))
        return done, ""
    return done, talks[-1]


def _expire_talk(conn: sa.Connection, shop: str, cid: str, before: int, digest: Digest, now: int) -> int:
    last = conn.scalar(sa.select(conversation.c.last_at).where(conversation.c.id == cid))
    posted = conn.execute(
        sa.select(inquiry.c.opened_at, inquiry.c.open, inquiry.c.owed)
        .where(inquiry.c.conversation == cid)
        .order_by(inquiry.c.opened_at)
    ).all()
    kept = [row.opened_at for row in posted if row.opened_at >= before or row.open or row.owed]
    if last is not None and last >= before and not kept:
        kept = [row.opened_at for row in posted[-1:]] or [before]
    until = kept[0] if kept else None
    where = [message.c.conversation == cid] + ([message.c.at < until] if until is not None else [])
    ids = list(conn.scalars(sa.select(message.c.id).where(*where)))
    if not ids:
        return 0
    _forget_messages(conn, shop, ids, digest, now)
    if until is None:
        _erase_talk(conn, cid)
    else:
        _erase_before(conn, cid, until)
    return 1


def _forget_messages(conn: sa.Connection, shop: str, ids: Sequence[str], digest: Digest, now: int) -> None:
    insert_new(conn, gone, [{"shop": shop, "digest": digest(one), "at": now} for one in ids])
    search.forget(conn, ids)
    gaps.forget(conn, shop, ids)
    for start in range(0, len(ids), PAGE):
        page = list(ids[start : start + PAGE])
        _forget_cases(conn, shop, page)
        conn.execute(sa.delete(decision).where(decision.c.message.in_(page)))
        conn.execute(sa.delete(message).where(message.c.id.in_(page)))


def _forget_cases(conn: sa.Connection, shop: str, messages: Sequence[str]) -> None:
    """Take away the questions people kept, and what they proposed with them. What an operator has confirmed stands in
    the entry as the shop's own text and stays there."""
    mine = (gate_case.c.shop == shop, gate_case.c.message.in_(messages))
    of_them = (proposal.c.shop == shop, proposal.c.gate_case.in_(sa.select(gate_case.c.id).where(*mine)))
    conn.execute(sa.delete(proposal).where(*of_them, proposal.c.decided_at.is_(None)))
    conn.execute(sa.update(proposal).where(*of_them).values(value={}))
    conn.execute(sa.delete(gate_case).where(*mine))


def _erase_talk(conn: sa.Connection, cid: str) -> None:
    conn.execute(sa.delete(decision).where(decision.c.message == "", decision.c.conversation == cid))
    for table in _BY_CONVERSATION:
        conn.execute(sa.delete(table).where(table.c.conversation == cid))
    conn.execute(sa.update(outbox).where(outbox.c.conversation == cid).values(WORDLESS))
    conn.execute(
        sa.update(outbox)
        .where(outbox.c.conversation == cid, outbox.c.status == "pending")
        .values(status="cancelled", detail="erased")
    )
    conn.execute(sa.update(passing).where(passing.c.conversation == cid).values(reason=""))
    conn.execute(sa.update(report_case).where(report_case.c.conversation == cid).values(note="", steps=[]))
    # Verdicts stay as posted: nothing can judge them again, and a new conversation of this buyer begins anew.
    conn.execute(sa.update(inquiry).where(inquiry.c.conversation == cid).values(CUT))
    conn.execute(sa.delete(timer).where(timer.c.ref == cid))
    conn.execute(sa.delete(conversation).where(conversation.c.id == cid))
    kept.forget(conn)


def _erase_before(conn: sa.Connection, cid: str, until: int) -> None:
    wordless = (decision.c.message == "", decision.c.conversation == cid, decision.c.at < until)
    conn.execute(sa.delete(decision).where(*wordless))
    for table in (suggestion, closing):
        conn.execute(sa.delete(table).where(table.c.conversation == cid, table.c.at < until))
    sent = (outbox.c.conversation == cid, outbox.c.created_at < until, outbox.c.status != "pending")
    conn.execute(sa.update(outbox).where(*sent).values(WORDLESS))
    old = (passing.c.conversation == cid, passing.c.at < until)
    conn.execute(sa.update(passing).where(*old).values(reason=""))
    settled = (inquiry.c.conversation == cid, inquiry.c.opened_at < until)
    conn.execute(sa.update(inquiry).where(*settled).values(CUT))


def deliveries_of(conn: sa.Connection, shop: str, buyer_id: str, since: int = 0) -> set[str]:
    """The webhook calls of a shop, from a time (ms) on, that brought a buyer's messages, whoever else's words are in
    them; and those nobody could read that hold the buyer's name for the platform."""
    mine = (conversation.c.shop == shop, conversation.c.buyer_id == buyer_id)
    talks = conn.execute(sa.select(conversation.c.id, conversation.c.channel, conversation.c.created_at).where(*mine))
    begun: dict[str, int] = {}
    ids: set[str] = set()
    for cid, on, at in talks.all():
        begun[on] = min(begun.get(on, at), at)
        ids |= set(conn.scalars(sa.select(message.c.id).where(message.c.conversation == cid)))
    found = {
        row["id"]
        for on, at in begun.items()
        for row in _pages(conn, [delivery.c.brought], on, max(at, since))
        if any(told["id"] in ids for told in row["brought"])
    }
    names = {buyer_id.encode(), orjson.dumps(buyer_id)[1:-1]}
    unread = delivery.c.result.not_in(("accepted", "repeat"))
    return found | {
        row["id"]
        for on in _channels(conn, shop)
        for row in _pages(conn, [delivery.c.body, delivery.c.query], on, since, unread)
        if any(name in row["body"] or name in row["query"].encode() for name in names)
    }


def _channels(conn: sa.Connection, shop: str) -> list[str]:
    return list(conn.scalars(sa.select(channel.c.key).where(channel.c.shop == shop)))


def _pages(conn: sa.Connection, columns: Sequence[Any], on: str, since: int, *only: Any) -> Iterator[Mapping[str, Any]]:
    """Deliveries of a channel from a time (ms) on, their id and some columns, a page at a time."""
    place = (since - 1, "")
    while True:
        here = sa.tuple_(delivery.c.at, delivery.c.id) > sa.tuple_(*(sa.literal(part) for part in place))
        page = conn.execute(
            sa.select(delivery.c.id, delivery.c.at, *columns)
            .where(delivery.c.channel == on, here, *only)
            .order_by(delivery.c.at, delivery.c.id)
            .limit(PAGE)
        ).mappings()
        rows = [dict(row) for row in page]
        yield from rows
        if len(rows) < PAGE:
            return
        place = (rows[-1]["at"], rows[-1]["id"])


def _delete_deliveries(conn: sa.Connection, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), PAGE):
        conn.execute(sa.delete(delivery).where(delivery.c.id.in_(list(ids[start : start + PAGE]))))


_GONE = Ready(
    lambda dialect: sa.select(gone.c.digest).where(
        gone.c.shop == sa.bindparam("shop"), one_of(dialect, gone.c.digest, "digests")
    )
)


def known(conn: sa.Connection, shop: str, digests: Collection[str]) -> set[str]:
    """Of these digests those of messages that were erased."""
    return {row[0] for row in _GONE.rows(conn, {"shop": shop, "digests": list(digests)})} if digests else set()


def forget_gone(conn: sa.Connection, shop: str, before: int) -> None:
    """Forget what was erased before a time (ms): no platform repeats that late."""
    conn.execute(sa.delete(gone).where(gone.c.shop == shop, gone.c.at < before))


def everything_of(conn: sa.Connection, shop: str, buyer_id: str) -> dict[str, Any]:
    """All that is kept of one buyer, as plain data."""
    talks = conversations_of(conn, shop, buyer_id)
    out: dict[str, Any] = {"shop": shop, "buyer": buyer_id}
    note = conn.execute(sa.select(buyer).where(buyer.c.shop == shop, buyer.c.id == buyer_id)).mappings().first()
    out["note"] = dict(note) if note else None
    for table in _HANDED_OUT:
        mine = table.c.id if table is conversation else table.c.conversation
        order = [column for column in (table.c.get("at"), table.c.get("created_at")) if column is not None]
        found = conn.execute(sa.select(table).where(mine.in_(talks)).order_by(*order)).mappings()
        out[str(table.name)] = [{str(name): value for name, value in row.items()} for row in found]
    return out
