"""The FAQ as stored: entries with every version, the facts that fill answers, quick phrases.

A shop sees its own entries and the shared ones (shop ``*``); its own entry of the same id stands before the shared one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.journal import Line, append
from bot.store.statements import insert, upsert
from bot.store.tables import entry, entry_version, field, person, phrase

SHARED = "*"
DELETED = "deleted"
CHANGED = "faq"
"""The kind of the line in the installation's journal that tells every process whose FAQ was written, and which entries."""
NAMED_AT_MOST = 50
"""Of more entries written at once the line names none: a FAQ is cheaper to build anew than to change so often."""
_CHUNK = 500
"""Ids asked for in one statement: both stores take far more, some builds of SQLite do not."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as stored. ``status`` on, off, draft or deleted; ``data`` is the entry as JSON; times in ms."""

    shop: str
    id: str
    status: str
    version: int
    data: Mapping[str, Any]
    changed_by: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry shall become. ``based_on`` is the version the writer saw: 0 = none yet, None = any."""

    id: str
    status: str
    data: Mapping[str, Any]
    based_on: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of the table are wanted. An empty status means all but deleted, no ``ids`` any; ``after`` is a cursor."""

    text: str = ""
    category: str = ""
    status: str = ""
    after: str = ""
    limit: int = 100
    ids: tuple[str, ...] = ()


class Stale(Exception):
    """Somebody else saved in between; ``current`` is what stands there now, by id."""

    def __init__(self, current: Mapping[str, Stored]) -> None:
        super().__init__(f"{len(current)} entries were changed by somebody else")
        self.current = current


_COLUMNS = (
    entry.c.shop,
    entry.c.id,
    entry.c.status,
    entry.c.version,
    entry.c.data,
    entry.c.changed_by,
    entry.c.changed_at,
)


def entries_by_id(conn: sa.Connection, shop: str, ids: Iterable[str]) -> dict[str, Stored]:
    """The shop's own entries with these ids, deleted ones included."""
    found: dict[str, Stored] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        query = sa.select(*_COLUMNS).where(entry.c.shop == shop, entry.c.id.in_(wanted[start : start + _CHUNK]))
        found.update((row.id, Stored(*row)) for row in conn.execute(query))
    return found


def all_entries(conn: sa.Connection, shop: str, wanted: Filter | None = None) -> list[Stored]:
    """Every entry of a shop's own that is not deleted, by id; or of all pages those that fit a filter."""
    query = sa.select(*_COLUMNS).where(*_conditions(shop, wanted or Filter())).order_by(entry.c.id)
    return [Stored(*row) for row in conn.execute(query)]


def live_entries(conn: sa.Connection, shop: str, ids: Collection[str] | None = None) -> list[Stored]:
    """What answers in a shop, by id: entries that are on, its own before shared ones (``ids`` limits them).

    A shop's own entry that is off or a draft hides the shared one of the same id; a deleted one does not.
    """
    query = sa.select(*_COLUMNS).where(entry.c.shop.in_({shop, SHARED}), entry.c.status != DELETED)
    if ids is not None:
        query = query.where(entry.c.id.in_(list(ids)))
    seen: dict[str, Stored] = {}
    for row in conn.execute(query):
        if row.shop != SHARED or row.id not in seen:
            seen[row.id] = Stored(*row)
    return [seen[key] for key in sorted(seen) if seen[key].status == "on"]


def written(conn: sa.Connection, shop: str) -> tuple[int, int]:
    """Two numbers that are others whenever an entry of a shop's own or a shared one was written since."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(entry.c.version), 0))
    count, versions_sum = conn.execute(query.where(entry.c.shop.in_({shop, SHARED}))).one()
    return int(count), int(versions_sum)


def page(conn: sa.Connection, shop: str, wanted: Filter) -> tuple[list[Stored], str | None, int]:
    """One page of the table, last changed first: its rows, the next cursor (None at the end), how many fit in all.

    Raises:
        ValueError: ``after`` is no cursor of ours.
    """
    conditions = _conditions(shop, wanted)
    if wanted.text:
        return _searched(conn, shop, conditions, wanted)
    total = conn.scalar(sa.select(sa.func.count()).select_from(entry).where(*conditions)) or 0
    query = sa.select(*_COLUMNS).where(*conditions).order_by(entry.c.changed_at.desc(), entry.c.id)
    if wanted.after:
        at, last = _cursor(wanted.after)
        query = query.where(sa.or_(entry.c.changed_at < at, sa.and_(entry.c.changed_at == at, entry.c.id > last)))
    rows = [Stored(*row) for row in conn.execute(query.limit(wanted.limit + 1))]
    more = len(rows) > wanted.limit
    rows = rows[: wanted.limit]
    return rows, f"{rows[-1].changed_at}.{rows[-1].id}" if more else None, total


def _searched(
    conn: sa.Connection, shop: str, conditions: Sequence[sa.ColumnElement[bool]], wanted: Filter
) -> tuple[list[Stored], str | None, int]:
    """As ``page`` where texts are looked through, which costs most: once for the rows and for how many there are."""
    query = sa.select(entry.c.changed_at, entry.c.id).where(*conditions)
    places = [(-at, key) for at, key in conn.execute(query)]
    places.sort()
    start = 0
    if wanted.after:
        at, last = _cursor(wanted.after)
        start = bisect_right(places, (-at, last))
    shown = [key for _, key in places[start : start + wanted.limit]]
    found = entries_by_id(conn, shop, shown)
    more = start + len(shown) < len(places)
    return [found[key] for key in shown], f"{found[shown[-1]].changed_at}.{shown[-1]}" if more else None, len(places)


def _cursor(after: str) -> tuple[int, str]:
    at, _, last = after.partition(".")
    if not at.isdecimal() or len(at) > 18:
        raise ValueError("not a cursor")
    return int(at), last


def _conditions(shop: str, wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [entry.c.shop == shop]
    found.append(entry.c.status == wanted.status if wanted.status else entry.c.status != DELETED)
    if wanted.category:
        found.append(entry.c.category == wanted.category)
    if wanted.ids:
        found.append(entry.c.id.in_(wanted.ids))
    if wanted.text:
        places = (
            entry.c.question,
            entry.c.data["answer"].as_string(),
            sa.cast(entry.c.data["phrasings"], sa.String),
        )
        found.append(sa.or_(*(place.icontains(wanted.text, autoescape=True) for place in places)))
    return found


def categories(conn: sa.Connection, shop: str) -> list[str]:
    """The categories in use in a shop, by name."""
    query = (
        sa.select(entry.c.category)
        .where(entry.c.shop == shop, entry.c.status != DELETED, entry.c.category != "")
        .distinct()
        .order_by(entry.c.category)
    )
    return list(conn.scalars(query))


def versions(conn: sa.Connection, shop: str, entry_id: str) -> list[Stored]:
    """Every version of an entry, newest first."""
    v = entry_version.c
    query = (
        sa.select(v.shop, v.id, v.status, v.version, v.data, v.changed_by, v.changed_at)
        .where(v.shop == shop, v.id == entry_id)
        .order_by(v.version.desc())
    )
    return [Stored(*row) for row in conn.execute(query)]


def names_of(conn: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of people by id."""
    return {row.id: row.name for row in conn.execute(sa.select(person.c.id, person.c.name).where(person.c.id.in_(ids)))}


def write_entries(
    conn: sa.Connection,
    shop: str,
    changes: Sequence[Change],
    *,
    by: str,
    at: int,
    act: str,
    ref: str | None = None,
    who: str | None = None,
) -> list[Stored]:
    """Save entries, each with a new version; all of them or, when one is stale, none.

    ``at``: ms of the shop's clock. The journal gets a line each, or one for all under ``ref`` (an import, a pack);
    ``who`` acted, where the entries do not bear that name (``by``).

    Raises:
        Stale: an entry is not at the version it was based on.
    """
    before = _versions_now(conn, shop, [change.id for change in changes])
    stale = [c.id for c in changes if c.based_on is not None and before.get(c.id, 0) != c.based_on]
    if stale:
        raise Stale(entries_by_id(conn, shop, stale))
    saved = [Stored(shop, c.id, c.status, before.get(c.id, 0) + 1, c.data, by, at) for c in changes]
    upsert(
        conn, entry, [_row(one) | {"question": one.data["question"], "category": one.data["category"]} for one in saved]
    )
    insert(conn, entry_version, [_row(one) for one in saved])
    if saved:
        ids = [one.id for one in saved] if len(saved) <= NAMED_AT_MOST else None
        lines = _lines(shop, saved, by=who or by, at=at, act=act, ref=ref)
        append(conn, [*lines, Line(SHARED, at, CHANGED, shop, body={"entries": ids})])
    return saved


def _versions_now(conn: sa.Connection, shop: str, ids: Sequence[str]) -> dict[str, int]:
    """The versions that stand, held against other writers until the commit."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        mine = (entry.c.shop == shop, entry.c.id.in_(ids[start : start + _CHUNK]))
        rows = conn.execute(sa.select(entry.c.id, entry.c.version).where(*mine).with_for_update())
        found.update((row.id, row.version) for row in rows)
    return found


def _row(one: Stored) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Stored.__slots__}


def _lines(shop: str, saved: Sequence[Stored], *, by: str, at: int, act: str, ref: str | None) -> list[Line]:
    if ref is not None:
        return [Line(shop, at, "entry", ref, body={"act": act, "by": by, "entries": len(saved)})]
    return [Line(shop, at, "entry", one.id, body={"act": act, "by": by, "version": one.version}) for one in saved]


def fields_of(conn: sa.Connection, shop: str) -> list[Mapping[str, Any]]:
    """The facts of a shop that answers may use, by name: ``{name, value, sample, hint, hint_en}``."""
    query = sa.select(field.c.name, field.c.value, field.c.sample, field.c.hint, field.c.hint_en)
    return [dict(row) for row in conn.execute(query.where(field.c.shop == shop).order_by(field.c.name)).mappings()]


def write_fields(conn: sa.Connection, shop: str, rows: Sequence[Mapping[str, Any]], *, by: str, at: int) -> None:
    """Insert facts, or replace the given columns of those that are there; one line in the journal, without values."""
    upsert(conn, field, [{"shop": shop, **row} for row in rows])
    if rows:
        told = Line(shop, at, "setting", "fields", body={"by": by, "fields": len(rows)})
        append(conn, [told, Line(SHARED, at, CHANGED, shop, body={"entries": []})])


def phrases_of(conn: sa.Connection, shop: str) -> list[Mapping[str, Any]]:
    """The quick phrases of a shop and the shared ones, by category and id."""
    query = sa.select(phrase).where(phrase.c.shop.in_({shop, SHARED})).order_by(phrase.c.category, phrase.c.id)
    return [dict(row) for row in conn.execute(query).mappings()]


def write_phrases(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace quick phrases."""
    upsert(conn, phrase, rows)
