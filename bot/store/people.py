"""People, roles, sessions, tokens, login guesses and the record of acts, as stored.

Secrets never come here: the service hands in digests. A login session ends by deleting its row, so whoever deletes
it (another process too) has ended it for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.ids import new_id, to_ms
from bot.store.statements import insert, insert_new, upsert
from bot.store.tables import audit, login_try, person, role, session, token

Row = Mapping[str, Any]
Roles = Iterable[tuple[str, str]]
"""Pairs of shop (or ``*``) and role."""
WHOLE_PLACE = "*"


class NameTaken(Exception):
    """Somebody (or some token) already has this name."""


class LastAdmin(Exception):
    """Nobody would be left who may manage the installation."""


def _one(conn: sa.Connection, query: sa.Select[Any]) -> Row | None:
    row = conn.execute(query).mappings().first()
    return None if row is None else dict(row)


def count_admins(conn: sa.Connection) -> int:
    """How many enabled people are admin of all shops."""
    query = (
        sa.select(sa.func.count())
        .select_from(role.join(person, person.c.id == role.c.person))
        .where(role.c.shop == "*", role.c.role == "admin", person.c.disabled.is_(False))
    )
    return int(conn.execute(query).scalar_one())


def person_named(conn: sa.Connection, name: str) -> Row | None:
    """One person by name, password hash included."""
    return _one(conn, sa.select(person).where(person.c.name == name))


def person_by_id(conn: sa.Connection, person_id: str) -> Row | None:
    """One person by id, password hash included."""
    return _one(conn, sa.select(person).where(person.c.id == person_id))


def roles_of(conn: sa.Connection, person_id: str) -> list[tuple[str, str]]:
    """A person's (shop, role) pairs, sorted."""
    query = sa.select(role.c.shop, role.c.role).where(role.c.person == person_id)
    return sorted((shop, name) for shop, name in conn.execute(query))


def all_people(conn: sa.Connection) -> list[dict[str, Any]]:
    """Everybody, oldest first: ``id name lang disabled created_at seen_at roles``. No password hash."""
    seen = sa.select(session.c.person, sa.func.max(session.c.seen_at).label("seen_at")).group_by(session.c.person)
    latest = seen.where(session.c.link.is_(False)).subquery()
    columns = [person.c[name] for name in ("id", "name", "lang", "disabled", "created_at")]
    query = (
        sa.select(*columns, latest.c.seen_at)
        .select_from(person.outerjoin(latest, latest.c.person == person.c.id))
        .order_by(person.c.created_at, person.c.id)
    )
    roles: dict[str, list[tuple[str, str]]] = {}
    for who, shop, name in conn.execute(sa.select(role.c.person, role.c.shop, role.c.role)):
        roles.setdefault(who, []).append((shop, name))
    return [dict(row) | {"roles": sorted(roles.get(row["id"], []))} for row in conn.execute(query).mappings()]


def people_in(conn: sa.Connection, shop: str, roles: Sequence[str]) -> list[Row]:
    """Enabled people (``id name``) who hold one of ``roles`` in a shop or in all, by name."""
    query = (
        sa.select(person.c.id, person.c.name)
        .join(role, role.c.person == person.c.id)
        .where(role.c.shop.in_((shop, "*")), role.c.role.in_(roles), person.c.disabled.is_(False))
        .distinct()
        .order_by(person.c.name)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def add_person(conn: sa.Connection, row: Row, roles: Roles) -> bool:
    """Add somebody; True.

    Raises:
        NameTaken: the name is in use.
    """
    if person_named(conn, row["name"]) is not None:
        raise NameTaken(row["name"])
    insert(conn, person, [row])
    _set_roles(conn, row["id"], roles)
    return True


def add_owner(conn: sa.Connection, row: Row) -> bool:
    """Add the first admin of all shops; False if there is one already. Raises ``NameTaken`` as ``add_person``."""
    if count_admins(conn):
        return False
    return add_person(conn, row, [("*", "admin")])


def change_person(conn: sa.Connection, person_id: str, values: Row, roles: Roles | None, *, end_sessions: bool) -> bool:
    """Change the given columns and, unless None, all roles of somebody; False if there is no such person.

    Raises:
        NameTaken: the new name is in use.
        LastAdmin: no enabled admin of all shops would be left.
    """
    known = person_by_id(conn, person_id)
    if known is None:
        return False
    other = person_named(conn, values["name"]) if "name" in values else None
    if other is not None and other["id"] != person_id:
        raise NameTaken(values["name"])
    admins = count_admins(conn)
    if values:
        conn.execute(sa.update(person).where(person.c.id == person_id).values(dict(values)))
    if roles is not None:
        _set_roles(conn, person_id, roles)
    if admins and not count_admins(conn):
        raise LastAdmin(known["name"])
    if end_sessions:
        end_sessions_of(conn, person_id)
    return True


def _set_roles(conn: sa.Connection, person_id: str, roles: Roles) -> None:
    conn.execute(sa.delete(role).where(role.c.person == person_id))
    insert_new(conn, role, [{"person": person_id, "shop": shop, "role": name} for shop, name in sorted(set(roles))])


def open_session(conn: sa.Connection, row: Row, password: str | None, forget_before: int) -> bool:
    """Keep a new session (or link), unless its person is gone, disabled or has another password hash by now.

    ``password`` None asks nothing of the hash. Sessions made before ``forget_before`` (ms) are thrown away.
    """
    conn.execute(sa.delete(session).where(session.c.created_at < forget_before))
    known = person_by_id(conn, row["person"])
    if known is None or known["disabled"] or (password is not None and known["password"] != password):
        return False
    insert(conn, session, [row])
    return True


def session_of(conn: sa.Connection, digest: str) -> dict[str, Any] | None:
    """A login's row with its enabled person's ``name lang`` and ``roles``; None where either is missing."""
    query = (
        sa.select(session, person.c.name, person.c.lang)
        .join(person, person.c.id == session.c.person)
        .where(session.c.digest == digest, session.c.link.is_(False), person.c.disabled.is_(False))
    )
    row = _one(conn, query)
    return None if row is None else {**row, "roles": roles_of(conn, row["person"])}


def sessions_of(conn: sa.Connection, person_id: str) -> list[dict[str, Any]]:
    """A person's sessions, the last used first: ``digest created_at seen_at from_where``."""
    columns = [session.c[name] for name in ("digest", "created_at", "seen_at", "from_where")]
    query = sa.select(*columns).where(session.c.person == person_id, session.c.link.is_(False))
    return [dict(row) for row in conn.execute(query.order_by(session.c.seen_at.desc())).mappings()]


def touch_session(conn: sa.Connection, digest: str, now: int) -> None:
    """Note when a session was last used."""
    conn.execute(sa.update(session).where(session.c.digest == digest).values(seen_at=now))


def end_session(conn: sa.Connection, digest: str) -> str | None:
    """End one session; its person's id, None if there was none."""
    who = conn.execute(sa.select(session.c.person).where(session.c.digest == digest)).scalar()
    conn.execute(sa.delete(session).where(session.c.digest == digest))
    return who


def end_sessions_of(conn: sa.Connection, person_id: str) -> None:
    """End all sessions and links of somebody."""
    conn.execute(sa.delete(session).where(session.c.person == person_id))


def take_link(conn: sa.Connection, digest: str, not_before: int) -> str | None:
    """Use up a one-time link; its person's id, None if it is unknown, used, or made before ``not_before`` (ms)."""
    mine = session.c.digest == digest, session.c.link.is_(True)
    row = conn.execute(sa.select(session.c.person, session.c.created_at).where(*mine)).first()
    conn.execute(sa.delete(session).where(*mine))
    return None if row is None or row.created_at < not_before else str(row.person)


def take_guess(conn: sa.Connection, name: str, place: str, now: int, *, quiet_ms: int, most: Mapping[str, int]) -> bool:
    """Count one guess of a password, or say that there were too many and count nothing.

    ``most`` holds the limits for ``name`` from this place and for the whole place. A count is forgotten after
    ``quiet_ms`` without a guess, so no stretch of that length holds more guesses than the limit.
    """
    conn.execute(sa.delete(login_try).where(login_try.c.last_at <= now - quiet_ms))
    query = sa.select(login_try.c.name, login_try.c.count).where(
        login_try.c.place == place, login_try.c.name.in_((name, WHOLE_PLACE))
    )
    counts = {row["name"]: int(row["count"]) for row in conn.execute(query).mappings()}
    rows = []
    for key, limit in ((name, most["name"]), (WHOLE_PLACE, most["place"])):
        if counts.get(key, 0) >= limit:
            return False
        rows.append({"name": key, "place": place, "count": counts.get(key, 0) + 1, "last_at": now})
    upsert(conn, login_try, rows)
    return True


def forgive_guess(conn: sa.Connection, name: str, place: str) -> None:
    """After a right password: forget the wrong ones for this name here, and do not count the right one."""
    conn.execute(sa.delete(login_try).where(login_try.c.name == name, login_try.c.place == place))
    whole = login_try.c.name == WHOLE_PLACE, login_try.c.place == place
    conn.execute(sa.update(login_try).where(*whole).values(count=login_try.c.count - 1))


def all_tokens(conn: sa.Connection) -> list[Row]:
    """All tokens by name: ``name role shops created_at created_by``. No digest."""
    columns = [token.c[name] for name in ("name", "role", "shops", "created_at", "created_by")]
    return [dict(row) for row in conn.execute(sa.select(*columns).order_by(token.c.name)).mappings()]


def token_of(conn: sa.Connection, digest: str) -> Row | None:
    """A token by the digest of its value."""
    return _one(conn, sa.select(token).where(token.c.digest == digest))


def add_token(conn: sa.Connection, row: Row) -> bool:
    """Add a token; True.

    Raises:
        NameTaken: a token of this name, or of this value, exists.
    """
    if conn.execute(sa.select(token.c.name).where(token.c.name == row["name"])).first() or token_of(
        conn, row["digest"]
    ):
        raise NameTaken(row["name"])
    insert(conn, token, [row])
    return True


def keep_token(conn: sa.Connection, row: Row) -> None:
    """Add a token, or replace the one of the same name."""
    remove_token(conn, row["name"])
    add_token(conn, row)


def remove_token(conn: sa.Connection, name: str) -> bool:
    """Remove a token; False if there was none."""
    return bool(conn.execute(sa.delete(token).where(token.c.name == name)).rowcount)


def add_audit(
    conn: sa.Connection,
    now: datetime,
    who: str,
    what: str,
    *,
    ref: str = "",
    shop: str | None = None,
    place: str = "",
    detail: Row | None = None,
) -> None:
    """Put an act on record: ``who`` is a person's id, ``token:<name>``, ``cli`` or ``""`` for nobody known."""
    values = {"who": who, "what": what, "ref": ref, "shop": shop, "from_where": place, "detail": dict(detail or {})}
    insert(conn, audit, [{"id": new_id(now), "at": to_ms(now), **values}])


def audit_page(
    conn: sa.Connection, *, before: str | None, what: str | None, who: str | None, limit: int
) -> list[dict[str, Any]]:
    """Acts on record, newest first, older than the row ``before``; people's ids come with their ``who_name``."""
    query = sa.select(audit, person.c.name.label("who_name")).join(person, person.c.id == audit.c.who, isouter=True)
    if before is not None:
        query = query.where(audit.c.id < before)
    for column, wanted in ((audit.c.what, what), (audit.c.who, who)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [dict(row) for row in conn.execute(query.order_by(audit.c.id.desc()).limit(limit)).mappings()]
