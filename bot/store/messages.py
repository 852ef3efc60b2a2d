"""Messages and deliveries as stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.core.message import Kind, Sender, has_to_be_decided
from bot.store.statements import Ready, insert, insert_new, one_of
from bot.store.tables import delivery, message, worker

_KNOWN = Ready(lambda dialect: sa.select(message.c.id, message.c.content).where(one_of(dialect, message.c.id, "ids")))


def known(conn: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Of these message ids those that are stored, each with the digest of its content."""
    if not ids:
        return {}
    return dict(_KNOWN.rows(conn, {"ids": list(ids)}))


def add(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert messages; one whose key exists is left out."""
    insert_new(conn, message, rows)


def add_deliveries(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert deliveries, raw."""
    insert(conn, delivery, rows)


_JUDGED = (
    message.c.id,
    message.c.seq,
    message.c.shop,
    message.c.conversation,
    message.c.sender,
    message.c.origin,
    message.c.kind,
    message.c.text,
    message.c.meta,
    message.c.at,
    message.c.accepted_at,
    message.c.by,
    message.c.doubtful,
    message.c.parts,
    message.c.target,
)


_SAID_IN = Ready(
    lambda dialect: (
        sa.select(*_JUDGED)
        .where(one_of(dialect, message.c.conversation, "ids"), message.c.at >= sa.bindparam("floor"))
        .order_by(message.c.at, message.c.seq)
    )
)
_SPEAKING_OF = Ready(
    lambda dialect: (
        sa.select(*_JUDGED).where(one_of(dialect, message.c.target, "ids")).order_by(message.c.at, message.c.seq)
    )
)


def of_conversations(conn: sa.Connection, since: Mapping[str, int]) -> dict[str, list[Mapping[str, Any]]]:
    """The messages of conversations at or after a time each (ms), in order of their time, then of acceptance.

    Behind them come the recalls and reports that speak of one of them from outside: of an earlier time, or told in
    another conversation.
    """
    if not since:
        return {}
    out: dict[str, list[Mapping[str, Any]]] = {one: [] for one in since}
    home: dict[str, str] = {}
    for row in _SAID_IN.dicts(conn, {"ids": list(since), "floor": min(since.values())}):
        if row["at"] >= since[row["conversation"]]:
            out[row["conversation"]].append(row)
            home[row["id"]] = row["conversation"]
    for told in _SPEAKING_OF.dicts(conn, {"ids": list(home)}):
        if told["id"] not in home or home[told["id"]] != home[told["target"]]:
            out[home[told["target"]]].append(told)
    return out


class Said(NamedTuple):
    """One line as it was said."""

    id: str
    kind: str
    text: str
    at: int


_SAID = (message.c.id, message.c.kind, message.c.text, message.c.at)


_LINES = Ready(lambda dialect: sa.select(*_SAID).where(one_of(dialect, message.c.id, "ids")))


def lines(conn: sa.Connection, ids: Collection[str]) -> dict[str, Said]:
    """Messages by id: kind, text and time."""
    if not ids:
        return {}
    return {row[0]: Said(*row) for row in _LINES.rows(conn, {"ids": list(ids)})}


_BY_BUYERS = Ready(
    lambda dialect: (
        sa.select(message.c.conversation, *_SAID)
        .where(
            one_of(dialect, message.c.conversation, "ids"),
            message.c.at.between(sa.bindparam("since"), sa.bindparam("until")),
            message.c.sender == Sender.BUYER.value,
            message.c.kind == Kind.TEXT.value,
        )
        .order_by(message.c.at.desc(), message.c.seq.desc())
    )
)


def said_by_buyers(conn: sa.Connection, spans: Mapping[str, tuple[int, int]]) -> dict[str, list[Said]]:
    """For each conversation the buyer's lines of text from a time to another (ms, both included), latest first."""
    found: dict[str, list[Said]] = {one: [] for one in spans}
    if spans:
        since, until = min(span[0] for span in spans.values()), max(span[1] for span in spans.values())
        for cid, *line in _BY_BUYERS.gathered(conn, {"ids": list(spans), "since": since, "until": until}):
            said = Said(*line)
            if spans[cid][0] <= said.at <= spans[cid][1]:
                found[cid].append(said)
    return found


def texts(conn: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """The texts of messages by id."""
    if not ids:
        return {}
    found = conn.execute(sa.select(message.c.id, message.c.text).where(message.c.id.in_(list(ids))))
    return {row.id: row.text for row in found}


UNDECIDED = sa.text("message.waiting")
"""Spelled as the index of these few spells it: SQLite takes an index of some rows only where it is."""
BY_TIMER = "timer"
"""In no process's hands: the first lines of a burst wait for the next one, or for their timer."""


def undecided(
    conn: sa.Connection, worker_name: str, after: tuple[int, str] = (0, ""), limit: int = 1000
) -> list[Mapping[str, Any]]:
    """A process's messages that are neither decided nor in the books, a page in order of acceptance.

    ``after`` is (``seq``, ``id``) of the last one of the page before. The index is entered there: a page costs the
    same however many lie before it.
    """
    behind = sa.or_(message.c.seq > after[0], sa.and_(message.c.seq == after[0], message.c.id > after[1]))
    found = conn.execute(
        sa.select(message)
        .where(UNDECIDED, message.c.worker == worker_name, message.c.seq >= after[0], behind)
        .order_by(message.c.seq, message.c.id)
        .limit(limit)
    )
    return [dict(row) for row in found.mappings()]


_ORPHANED = sa.and_(UNDECIDED, message.c.worker != BY_TIMER, message.c.worker.not_in(sa.select(worker.c.id)))


def shops_with_orphans(conn: sa.Connection) -> list[str]:
    """The shops with messages that a process had in hand which is gone."""
    return list(conn.scalars(sa.select(message.c.shop).where(_ORPHANED).distinct()))


def adopt(conn: sa.Connection, shop: str, worker_name: str) -> None:
    """Take over all such messages of a shop (which the caller holds)."""
    conn.execute(sa.update(message).where(_ORPHANED, message.c.shop == shop).values(worker=worker_name))


_IN_OTHERS_HANDS = Ready(
    lambda dialect: sa.select(message.c.conversation, message.c.worker).where(
        one_of(dialect, message.c.conversation, "conversations"),
        UNDECIDED,
        message.c.worker.not_in((sa.bindparam("me"), BY_TIMER)),
    )
)


def in_others_hands(conn: sa.Connection, conversations: Collection[str], worker_name: str) -> dict[str, str]:
    """Of these conversations those in which another process has a message to decide, with its name."""
    return dict(_IN_OTHERS_HANDS.rows(conn, {"conversations": list(conversations), "me": worker_name}))


class InHand(NamedTuple):
    """A message that a process has to decide (``asks``), or to take into the books."""

    id: str
    conversation: str
    asks: bool


_IN_HAND = Ready(
    lambda dialect: (
        sa.select(message.c.id, message.c.conversation, message.c.sender, message.c.kind)
        .where(
            one_of(dialect, message.c.conversation, "conversations"),
            UNDECIDED,
            message.c.worker == sa.bindparam("me"),
        )
        .order_by(message.c.seq, message.c.id)
    )
)


def in_hand(conn: sa.Connection, conversations: Collection[str], worker_name: str) -> list[InHand]:
    """What a process has in hand in these conversations, in order of acceptance. Some of it the process may not have
    found in the table yet."""
    found = _IN_HAND.rows(conn, {"conversations": list(conversations), "me": worker_name})
    return [InHand(one, talk, has_to_be_decided(by, kind)) for one, talk, by, kind in found]


_DECIDED = Ready(
    lambda _dialect: (
        sa.update(message)
        .where(message.c.id == sa.bindparam("m"))
        .values(waiting=sa.bindparam("w"), decision=sa.bindparam("d"), worker=sa.bindparam("h"))
    )
)


def mark_decided(conn: sa.Connection, decided: Mapping[str, str], *, waiting: Collection[str] = ()) -> None:
    """Tie messages to their decision. Those in ``waiting`` wait for the next line and are decided again."""
    _DECIDED.many(
        conn,
        [{"m": m, "d": d, "w": m in waiting, "h": BY_TIMER if m in waiting else ""} for m, d in decided.items()],
    )


_BOOKED = Ready(lambda dialect: sa.update(message).where(one_of(dialect, message.c.id, "ids")).values(waiting=False))


def mark_booked(conn: sa.Connection, ids: Collection[str]) -> None:
    """The books have taken these messages in; nothing else had to be decided about them."""
    if ids:
        _BOOKED.run(conn, {"ids": list(ids)})


def confirm(conn: sa.Connection, send: str, at: int, worker_name: str) -> None:
    """One of our sends did become visible, at this time (ms): the books have to look at it again."""
    seen = {"doubtful": False, "waiting": True, "at": at, "worker": worker_name}
    conn.execute(sa.update(message).where(message.c.id == send).values(seen))


def book_again(conn: sa.Connection, message_id: str, worker_name: str) -> None:
    """The books have to look at a message again: this process will have them do it."""
    conn.execute(sa.update(message).where(message.c.id == message_id).values(waiting=True, worker=worker_name))


def speak_of(conn: sa.Connection, ids: Collection[str]) -> list[tuple[str, int]]:
    """Of what messages these messages speak (recalls, reports): the conversation and time (ms) of each that has come."""
    if not ids:
        return []
    told = message.alias()
    found = conn.execute(
        sa.select(told.c.conversation, told.c.at)
        .join(message, told.c.id == message.c.target)
        .where(message.c.id.in_(list(ids)))
    )
    return [(row.conversation, row.at) for row in found]


def meant(conn: sa.Connection, name: str, message_id: str) -> int | None:
    """Who spoke of a message by a name that nobody could place yet (its digest) meant this one.

    Return its time (ms) where somebody did and it has come, else None.
    """
    told = conn.execute(sa.update(message).where(message.c.target == name).values(target=message_id))
    if not told.rowcount:
        return None
    at: int | None = conn.scalar(sa.select(message.c.at).where(message.c.id == message_id))
    return at


_TOLD = Ready(
    lambda dialect: sa.select(message.c.target, message.c.kind).where(one_of(dialect, message.c.target, "ids"))
)


def spoken_of(conn: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Of these messages those that others speak of, each with the kind of what speaks: ``recall`` where there is one."""
    found: dict[str, str] = {}
    for target, kind in _TOLD.rows(conn, {"ids": list(ids)}) if ids else ():
        found[target] = kind if kind == Kind.RECALL.value else found.get(target, kind)
    return found


_RECALLED = Ready(
    lambda dialect: sa.select(message.c.target).where(
        message.c.kind == "recall", one_of(dialect, message.c.target, "ids")
    )
)


def recalled(conn: sa.Connection, ids: Collection[str]) -> set[str]:
    """Of these messages those that have been recalled."""
    if not ids:
        return set()
    return {row[0] for row in _RECALLED.rows(conn, {"ids": list(ids)})}
