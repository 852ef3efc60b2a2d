"""What an import would change: compared with what is there, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from knowledge_base.characters import fold, strip
from knowledge_base.entry import WORD_LISTS, Entry
from knowledge_base.files.rows import ImportRow, ImportRows, RowError


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the plan: the entry as it would be, and as it was (None if new)."""

    row: int
    entry: Entry
    status: str
    before: Entry | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be new, changed and unchanged, and which rows cannot be taken."""

    new: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Change, ...] = ()
    errors: tuple[RowError, ...] = ()


def plan(existing: Iterable[Entry], incoming: ImportRows, statuses: Mapping[str, str] | None = None) -> Plan:
    """Compare rows with the entries there are: by id, else by the same standard question.

    Columns that the file did not give stay as they are. ``statuses`` (id → on, off, draft; ``on`` where absent) tells
    a changed status.
    """
    statuses = statuses or {}
    by_id = {entry.id: entry for entry in existing}
    by_question = {strip(fold(entry.question)): entry for entry in by_id.values()}
    new: list[Change] = []
    changed: list[Change] = []
    unchanged: list[Change] = []
    errors = list(incoming.errors)
    taken: dict[str, int] = {}
    for row in incoming.rows:
        before = by_id.get(row.entry.id) or by_question.get(strip(fold(row.entry.question)))
        if before is not None and before.id in taken:
            other = taken[before.id]
            errors.append(
                RowError(
                    row.row,
                    "编号",
                    f"和第 {other} 行是同一条知识。请合并成一条",
                    f"the same entry as row {other}. Make one of them",
                )
            )
            continue
        if before is None:
            new.append(Change(row.row, row.entry, row.status))
            continue
        taken[before.id] = row.row
        was = statuses.get(before.id, "on")
        status = row.status if "status" in row.given else was
        entry = _merged(before, row)
        (unchanged if (entry, status) == (before, was) else changed).append(Change(row.row, entry, status, before))
    return Plan(tuple(new), tuple(changed), tuple(unchanged), tuple(sorted(errors, key=lambda error: error.row)))


def _merged(before: Entry, row: ImportRow) -> Entry:
    """Take from a row what its file gave; the id stays."""
    of_keywords = {**{f"keywords_{kind}": kind for kind in WORD_LISTS}, "priority": "priority"}
    fields: dict[str, Any] = {
        name: getattr(row.entry, name) for name in row.given if name not in ("id", "status", *of_keywords)
    }
    words = {of_keywords[name]: getattr(row.entry.keywords, of_keywords[name]) for name in row.given & set(of_keywords)}
    merged = replace(before, **fields, keywords=replace(before.keywords, **words))
    return replace(merged, phrasings=tuple(text for text in merged.phrasings if text != merged.question))
