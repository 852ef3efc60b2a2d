"""A statement that writes one row made one that writes many, in the grammar of either store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

GOES = (64, 16, 4, 1)
"""So many rows at a time: each length is a statement that is compiled once and kept."""


def goes(repeated: tuple[str, str, str], rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, list[Any]]]:
    """Many rows as few statements. Between two of them, and not at each row, another thread may run: a thread that
    waits for its turn after every row costs more than the row."""
    at = 0
    for length in GOES:
        while len(rows) - at >= length:
            yield _go(repeated, length), [value for row in rows[at : at + length] for value in row]
            at += length


@cache
def _go(repeated: tuple[str, str, str], length: int) -> str:
    head, each, tail = repeated
    return head + ", ".join([each] * length) + tail


@cache
def gathered(text: str, columns: int) -> str:
    """A question of an embedded store made one whose answer is a single list of lists, in the same order."""
    names = ", ".join(f"c{place}" for place in range(columns))
    return f"WITH found ({names}) AS ({text}) SELECT json_group_array(json_array({names})) FROM found"  # noqa: S608  (names made here only)


def repeated(text: str, parameters: int) -> tuple[str, str, str] | None:
    """An insertion or change of one row made one of many, by an embedded store's grammar."""
    each = "(" + ", ".join("?" * parameters) + ")"
    if text.startswith("INSERT"):
        head, found, tail = text.partition(f" VALUES {each}")
        return (f"{head} VALUES ", each, tail) if found else None
    if text.startswith("UPDATE"):
        changes, _, key = text.partition(" WHERE ")
        given = [f"v{place}" for place in range(parameters)]
        ours = iter(given)
        changes, key = (re.sub(r"\?", lambda _: f"given.{next(ours)}", part) for part in (changes, key))
        return f"WITH given ({', '.join(given)}) AS (VALUES ", each, f") {changes} FROM given WHERE {key}"
    return None


def at_once(text: str, names: Sequence[str], types: Mapping[str, Any], dialect: sa.Dialect) -> str:
    """An insertion of one row made one of many: what were values are read out of lists."""
    head, _, rest = text.partition(" VALUES (")
    _, there, tail = rest.partition(" ON CONFLICT")
    json = {name for name in names if isinstance(types[name], sa.JSON)}
    plain = ["TEXT" if name in json else types[name].compile(dialect).partition(" COLLATE")[0] for name in names]
    lists = [f"${place}::{kind}[]" for place, kind in enumerate(plain, 1)]
    picked = ", ".join(f"v{place}::JSON" if name in json else f"v{place}" for place, name in enumerate(names))
    given = ", ".join(f"v{place}" for place in range(len(names)))
    return f"{head} SELECT {picked} FROM unnest({', '.join(lists)}) AS given ({given}){there}{tail}"  # noqa: S608  (names of tables and types only)
