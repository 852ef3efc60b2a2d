"""How often what happened on which day: counted from the journal's lines as they are written, never from messages.

So a page about months of conversations reads a few rows a day, and the counts can be made again from the journal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from bot.core.message import HAPPENINGS
from bot.store.ids import day_of
from bot.store.statements import add_up
from bot.store.tables import tally

Told = tuple[str, int, str, Mapping[str, Any]]
"""A line of the journal, as far as it counts: shop, time (ms), kind, body."""

_NOT_SAID = frozenset(kind.value for kind in HAPPENINGS)


def add(conn: sa.Connection, lines: Iterable[Told]) -> None:
    """Count lines just written."""
    found = counted(lines)
    add_up(
        conn,
        tally,
        [
            {"shop": shop, "day": day, "kind": kind, "name": name, "count": n}
            for (shop, day, kind, name), n in found.items()
        ],
    )


def counted(lines: Iterable[Told]) -> Counter[tuple[str, str, str, str]]:
    """What lines count for, by shop, local day, kind and name."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for shop, at, kind, body in lines:
        for what, name in _worth(kind, body):
            found[shop, day_of(at), what, name] += 1
    return found


def _worth(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if kind == "message" and body["sender"] == "buyer" and body["kind"] not in _NOT_SAID:
        yield "said", "buyer"
    elif kind == "night":
        yield "night", body["morning"]
    elif kind == "handoff":
        yield "handoff", str(body["reason"])
    elif kind == "decision" and body["outcome"] != "wait":
        # A fragment that waits for its next line is decided again, and counted then.
        yield "decided", body["outcome"]
        if body["outcome"] == "handoff":
            yield "reason", body["reason"]
        if body["outcome"] in ("answer", "suggest"):
            yield from (("entry", entry) for entry in body["entries"])


def happened(conn: sa.Connection, shop: str, kind: str, name: str) -> bool:
    """Say whether something was ever counted."""
    query = sa.select(tally.c.day).where(tally.c.shop == shop, tally.c.kind == kind, tally.c.name == name).limit(1)
    return conn.scalar(query) is not None


def of_names(
    conn: sa.Connection, shops: Collection[str], kind: str, names: Collection[str], days: Collection[str]
) -> Counter[str]:
    """How often something of these names was counted on these days, over all the shops; each count is looked up by key."""
    where = (tally.c.shop.in_(shops), tally.c.day.in_(days), tally.c.kind == kind, tally.c.name.in_(names))
    query = sa.select(tally.c.name, sa.func.sum(tally.c.count)).where(*where).group_by(tally.c.name)
    return Counter({name: int(count) for name, count in conn.execute(query)})


def of_period(conn: sa.Connection, shop: str, first: str, last: str) -> dict[str, Counter[str]]:
    """A period's counts by kind, each by name; a kind that never happened is empty."""
    amount = sa.func.sum(tally.c.count)
    rows = conn.execute(
        sa.select(tally.c.kind, tally.c.name, amount)
        .where(tally.c.shop == shop, tally.c.day >= first, tally.c.day <= last)
        .group_by(tally.c.kind, tally.c.name)
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, name, count in rows:
        found[kind][name] = int(count)
    return found
