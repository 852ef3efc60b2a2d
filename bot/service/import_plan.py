"""What importing a table would do, worked out before anything is written: off the event loop, no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.service.entries import data_of, entry_of, sound
from bot.service.refusal import Refusal
from bot.service.remarks import Measure, remarks_on
from bot.store.faq import Stored
from knowledge_base import files
from knowledge_base.entry import Entry
from knowledge_base.files import Change, RowError

SHOWN = 200
"""How many rows of each kind, how many errors and remarks a preview shows."""
CELL_AT_MOST = 300
STATES = ("new", "changed", "unchanged")
TOLD_EVERY = 250
"""So many rows are compared between two words on how far it is."""
Told = Callable[[str, int], None]
"""Takes how far a work is: what is being done, and the percent of the whole."""


@dataclass(slots=True)
class Planned:
    """A table held against the entries there are. ``steps`` are what would be saved, and the version each rests on
    (0 = new); ``rows`` are what people see, the first 200 of each state; ``counts`` are of all."""

    file: str
    columns: Mapping[str, str]
    headers: tuple[str, ...]
    measure: Measure
    steps: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)
    remarked: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def kept(self) -> dict[str, Any]:
        """The plan as it is stored."""
        return {"steps": self.steps, "failed": len(self.errors), "file": self.file[:SHOWN]}

    def shown(self) -> dict[str, Any]:
        """The preview: counts of all rows, the first 200 of each state, of errors and of remarks."""
        errors = sorted(self.errors, key=lambda error: error.row)
        wrong = [
            {
                "row": e.row,
                "state": "error",
                "question": "",
                "answer": "",
                "why": {"zh": f"{e.column}：{e.why}", "en": f"{e.column}: {e.why_en}"},
                "cells": [],
            }
            for e in errors[:SHOWN]
        ]
        return {
            "columns": self.columns,
            "headers": list(self.headers),
            **{state: self.counts[state] for state in STATES},
            "failed": len(errors),
            "remarked": self.remarked,
            "errors": [
                {"row": e.row, "column": e.column, "why": {"zh": e.why, "en": e.why_en}} for e in errors[:SHOWN]
            ],
            "remarks": sorted(self.remarks, key=lambda remark: remark["row"]),
            "rows": sorted([*self.rows, *wrong], key=lambda row: row["row"]),
        }


def plan_of(
    data: bytes,
    filename: str,
    columns: Mapping[str, str] | None,
    existing: Iterable[Stored],
    measure: Measure,
    told: Told = lambda *_: None,
) -> Planned:
    """Read a table and compare it with a shop's entries: by id, else by the same standard question. What would be saved
    is held against ``measure``; ``told`` hears how far it is.

    Raises:
        BadTable: the file cannot be read. ValueError: ``columns`` names what the file or we have not.
    """
    told("reading", 0)
    table = files.read_table(data, filename)
    told("rows", 15)
    chosen = dict(columns or files.guess_columns(table))
    stored = {row.id: row for row in existing}
    compared = files.plan(
        [entry_of(row.id, row.data) for row in stored.values()],
        files.to_entries(table, chosen),
        {row.id: row.status for row in stored.values()},
    )
    planned = Planned(filename, chosen, table.headers, measure, errors=list(compared.errors))
    grouped = zip(STATES, (compared.new, compared.changed, compared.unchanged), strict=True)
    rows = [(state, change) for state, changes in grouped for change in changes]
    for place, (state, change) in enumerate(rows):
        if place % TOLD_EVERY == 0:
            told("comparing", 50 + 50 * place // len(rows))
        _take(planned, state, change, stored.get(change.entry.id))
    return planned


def _take(planned: Planned, state: str, change: Change, stored: Stored | None) -> None:
    try:
        entry = sound(entry_of(change.entry.id, data_of(change.entry)))
    except Refusal as no:
        planned.errors.append(RowError(change.row, heading(no.pointer or ""), no.zh, no.en))
        return
    planned.counts[state] += 1
    data = data_of(entry)
    if planned.counts[state] <= SHOWN:
        row = {"row": change.row, "state": state, "question": entry.question, "answer": entry.answer, "why": None}
        cells = list(_cells(stored, change.status, data)) if stored and state == "changed" else []
        planned.rows.append({**row, "cells": cells})
    if state != "unchanged":
        version = stored.version if stored else 0
        planned.steps.append({"id": entry.id, "status": change.status, "data": data, "version": version})
        _remark(planned, change.row, entry)


def _remark(planned: Planned, row: int, entry: Entry) -> None:
    for remark in remarks_on(entry, planned.measure):
        planned.remarked += 1
        if planned.remarked <= SHOWN:
            planned.remarks.append({"row": row, "question": entry.question, **remark.as_json()})


def _cells(stored: Stored, status: str, data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What of an entry would be another: column, and the lines that would go (``before``) and come (``after``)."""
    was, becomes = (dict(_flat(one)) for one in ({**stored.data, "status": stored.status}, {**data, "status": status}))
    for column, after in becomes.items():
        before = was.get(column, "")
        if before != after:
            gone, come = _lines_only_in(before, after), _lines_only_in(after, before)
            yield {"column": column, "before": gone[:CELL_AT_MOST], "after": come[:CELL_AT_MOST]}


def _lines_only_in(text: str, other: str) -> str:
    others = set(other.split("\n"))
    return "\n".join(line for line in text.split("\n") if line not in others)


def _flat(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An entry's JSON by our columns, each as one text."""
    for name, value in data.items():
        if name == "keywords":
            for kind, words in value.items():
                yield kind if kind == "priority" else f"keywords_{kind}", _text(words)
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, dict):
        return "\n".join(f"[{name}] {text}" for name, text in value.items())
    return "" if value is None else str(value)


def heading(pointer: str) -> str:
    """The heading of the column that a pointer such as ``/keywords/never/0`` points into."""
    parts = pointer.strip("/").split("/")
    return files.COLUMNS.get("_".join(parts[:2])) or files.COLUMNS.get(parts[0], pointer)
