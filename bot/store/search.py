"""Finding messages by words of any length, two Chinese characters too.

A text is kept as its pairs of neighbouring characters (and whole Latin words and numbers); what is looked for becomes
pairs too, and whatever has all of them is a candidate. The index is filled from the journal after the commit, never
while a platform waits; what is erased is taken out of it (``forget``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.many import goes
from bot.store.messages import known
from bot.store.statements import Ready, one_of, upsert
from bot.store.tables import conversation, journal, journal_head, message, search_mark

MERGED = 200
"""So many pages of the index are merged in one commit."""
BATCH = 2_000
"""Lines of a journal read at once; a message has about three."""
_KINDS = ("message", "send", "note")
_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_LARGEST = (1 << 63) - 1


def grams(text: str) -> list[str]:
    """What a folded text is found by: 今天发货 → 今天 天发 发货 货; Latin words and numbers whole."""
    out: list[str] = []
    for run in _WORD.findall(text):
        out += [run] if run.isascii() else [run[at : at + 2] for at in range(len(run))]
    return list(dict.fromkeys(out))


def wanted(text: str) -> list[str]:
    """What a message must have to hold a folded text: its pairs, with ``*`` behind what may go on."""
    out: list[str] = []
    for run in _WORD.findall(text):
        whole = run.isascii() or len(run) == 1
        out += [run + "*"] if whole else [run[at : at + 2] for at in range(len(run) - 1)]
    return list(dict.fromkeys(out))


def behind(conn: sa.Connection) -> dict[str, int]:
    """The shops whose journal goes on after what the index has read, each with the place it has reached."""
    reached = sa.func.coalesce(search_mark.c.seq, 0)
    query = (
        sa.select(journal_head.c.shop, reached.label("seq"))
        .outerjoin(search_mark, search_mark.c.shop == journal_head.c.shop)
        .where(journal_head.c.seq > reached)
    )
    return {row.shop: row.seq for row in conn.execute(query)}


def unread(conn: sa.Connection, shop: str, after: int) -> tuple[list[dict[str, Any]], int]:
    """The messages (``id text``) that the next lines of a shop's journal speak of, and the place after them."""
    lines = _LINES.gathered(conn, {"whose": shop, "after": after})
    if not lines:
        return [], after
    refs = {ref for _seq, ref, kind in lines if kind in _KINDS}
    said = _SPOKEN_OF.gathered(conn, {"ids": list(refs)})
    return [{"id": one, "text": text} for one, text in said], lines[-1][0]


_LINES = Ready(
    lambda _dialect: (
        sa.select(journal.c.seq, journal.c.ref, journal.c.kind)
        .where(journal.c.shop == sa.bindparam("whose"), journal.c.seq > sa.bindparam("after"))
        .order_by(journal.c.seq)
        .limit(sa.literal_column(str(BATCH)))
    )
)
_SPOKEN_OF = Ready(
    lambda dialect: sa.select(message.c.id, message.c.text).where(
        one_of(dialect, message.c.id, "ids"), message.c.text != ""
    )
)


def take_in(conn: sa.Connection, shop: str, rows: Sequence[Mapping[str, str]], upto: int) -> None:
    """Put messages (``id``, and ``text`` folded) of a shop (which the caller holds) into the index, and note how far it
    has read. What was erased since it was read is not put in."""
    there = known(conn, [row["id"] for row in rows])
    rows = [row for row in rows if row["id"] in there]
    if rows and conn.dialect.name == "postgresql":
        conn.execute(
            sa.text(
                "INSERT INTO message_search (message, shop, grams) VALUES (:message, :shop, :grams)"
                " ON CONFLICT (message) DO UPDATE SET grams = excluded.grams"
            ),
            [{"message": row["id"], "shop": shop, "grams": grams(row["text"])} for row in rows],
        )
    elif rows:
        told = [(_row(row["id"]), row["id"], shop, " ".join(grams(row["text"]))) for row in rows]
        for text, values in goes(_PUT, told):
            conn.exec_driver_sql(text, tuple(values))
    upsert(conn, search_mark, [{"shop": shop, "seq": upto}])


_PUT = ("INSERT OR REPLACE INTO message_search (rowid, message, shop, grams) VALUES ", "(?, ?, ?, ?)", "")


def candidates(conn: sa.Connection, shops: Collection[str], words: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """The latest messages of these shops that have all of what is ``wanted``, with the buyer's name."""
    columns = (message.c.id, message.c.shop, message.c.conversation, message.c.at, message.c.sender, message.c.text)
    query = (
        sa.select(*columns, message.c.kind, conversation.c.buyer_id, conversation.c.buyer_name)
        .join(conversation, conversation.c.id == message.c.conversation)
        .where(message.c.id.in_(_found(conn, words)), message.c.shop.in_(list(shops)))
        .order_by(message.c.at.desc(), message.c.id)
        .limit(limit)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def buyers(conn: sa.Connection, shops: Collection[str], words: str, among: int, limit: int) -> list[dict[str, Any]]:
    """The latest conversations whose buyer's name or id holds the words, among the latest ``among`` of each shop."""
    c = conversation.c
    found: list[dict[str, Any]] = []
    for shop in shops:
        latest = (
            sa.select(c.id, c.shop, c.buyer_id, c.buyer_name, c.last_text, c.last_at)
            .where(c.shop == shop)
            .order_by(c.last_at.desc())
            .limit(among)
            .subquery()
        )
        named = sa.or_(*(latest.c[name].icontains(words, autoescape=True) for name in ("buyer_name", "buyer_id")))
        rows = conn.execute(sa.select(latest).where(named).order_by(latest.c.last_at.desc()).limit(limit))
        found += [{str(name): value for name, value in row.items()} for row in rows.mappings()]
    return sorted(found, key=lambda row: (-row["last_at"], row["id"]))[:limit]


def _found(conn: sa.Connection, words: Sequence[str]) -> Any:
    if conn.dialect.name == "postgresql":
        table = sa.table("message_search", sa.column("message", sa.Text), sa.column("grams", ARRAY(sa.Text)))
        whole = [word for word in words if not word.endswith("*")]
        spoken = sa.literal(" ") + sa.func.array_to_string(table.c.grams, " ")
        begun = [spoken.contains(f" {word[:-1]}") for word in words if word.endswith("*")]
        return sa.select(table.c.message).where(table.c.grams.contains(whole), *begun)
    # Words have letters and digits only, so nothing in them is an operator.
    match = " AND ".join(f'"{word[:-1]}"*' if word.endswith("*") else f'"{word}"' for word in words)
    return sa.select(sa.column("message")).select_from(sa.text("message_search")).where(
        sa.text("message_search MATCH :match").bindparams(match=match)
    )  # fmt: skip


def forget(conn: sa.Connection, ids: Collection[str]) -> None:
    """Take messages out of the index: they are found no more. Of an embedded store's files their words are gone once
    ``settle`` has said that nothing is left to do."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("DELETE FROM message_search WHERE message = ANY(:ids)"), {"ids": list(ids)})
    elif ids:
        conn.execute(sa.text("DELETE FROM message_search WHERE rowid = :row"), [{"row": _row(one)} for one in ids])
        conn.execute(_UNSETTLE)


_NO_SHOP = ""
"""Whose place in the journal says that something was taken out of the index, and its pages may still spell it."""
_UNSETTLE = sa.text(
    "INSERT INTO search_mark (shop, seq) VALUES ('', 1) ON CONFLICT (shop) DO UPDATE SET seq = search_mark.seq + 1"
)


def unsettled(conn: sa.Connection) -> int:
    """How often something was taken out of an embedded store's index since all of it was ``settled``."""
    return conn.scalar(sa.select(search_mark.c.seq).where(search_mark.c.shop == _NO_SHOP)) or 0


def settled(conn: sa.Connection, seen: int) -> None:
    """No page spells any more what had been taken out when ``unsettled`` said this."""
    conn.execute(sa.delete(search_mark).where(search_mark.c.shop == _NO_SHOP, search_mark.c.seq == seen))


def settle(conn: sa.Connection, *, first: bool) -> bool:
    """Merge a piece of an embedded store's index, so that in the end no page still spells what was taken out of it;
    ``first`` begins anew. Return whether there is more to do. (FTS5's ``optimize`` does the same at one go, and nobody
    else could write meanwhile: sqlite.org/fts5.html, the 'merge' command.)"""
    if conn.dialect.name == "postgresql":
        return False
    before = conn.exec_driver_sql(_CHANGES).scalar_one()
    conn.exec_driver_sql(
        "INSERT INTO message_search (message_search, rank) VALUES ('merge', ?)", (-MERGED if first else MERGED,)
    )
    return int(conn.exec_driver_sql(_CHANGES).scalar_one()) - int(before) >= _SOMETHING


_CHANGES, _SOMETHING = "SELECT total_changes()", 2
"""A merge that had nothing to do changes less than two rows."""


def forget_shop(conn: sa.Connection, shop: str) -> None:
    """Take all of a shop's messages out of the index."""
    forget(conn, list(conn.scalars(sa.select(message.c.id).where(message.c.shop == shop))))
    conn.execute(sa.delete(search_mark).where(search_mark.c.shop == shop))


def _row(message_id: str) -> int:
    """The row of a message in the index: always the same one, so that it is replaced and found without looking."""
    return int.from_bytes(hashlib.blake2b(message_id.encode(), digest_size=8).digest()) & _LARGEST
