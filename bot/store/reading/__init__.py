"""Reading for the screens and the API: nothing here writes, everything is plain data.

``queue`` (the desk's lists), ``thread`` (one conversation), ``rates`` (the books), ``journal`` (feed and status).
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from bot.store.conversations import OUTSIDE
from bot.store.statements import Ready, one_of
from bot.store.tables import conversation, decision, delivery, inquiry, person

_NAMES = Ready(lambda dialect: sa.select(person.c.id, person.c.name).where(one_of(dialect, person.c.id, "ids")))
_OBJECTS = {"conversation": conversation, "decision": decision, "inquiry": inquiry, "delivery": delivery}


def shop_of(conn: sa.Connection, kind: str, ref: str) -> str | None:
    """The shop an object belongs to, None if there is none."""
    table = _OBJECTS[kind]
    found: str | None = conn.scalar(sa.select(table.c.shop).where(table.c.id == ref))
    return found


def names(conn: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of people by id; a machine's token is called by what follows ``token:``."""
    wanted = set(ids)
    found: dict[str, str] = dict(_NAMES.rows(conn, {"ids": list(wanted)})) if wanted else {}
    for one in wanted - found.keys():
        found[one] = "平台 App" if one == OUTSIDE else one.removeprefix("token:")
    return found
