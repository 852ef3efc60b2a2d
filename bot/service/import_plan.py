"""What importing a table would do, worked out before anything is written: off the event loop, no store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.service.entries import data_of, entry_of, sound
from bot.service.refusal import Refusal
from bot.store.faq import Stored
from knowledge_base import files
from knowledge_base.files import Change, RowError

SHOWN = 200
"""How many rows, and how many errors, a preview shows."""


@dataclass(slots=True)
class Planned:
    """A table held against the entries there are. ``steps`` are what would be saved, and the version each rests on
    (0 = new); ``rows`` are what people see."""

    columns: Mapping[str, str]
    headers: tuple[str, ...]
    steps: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """The plan as it is stored."""
        return {"steps": self.steps, "failed": len(self.errors)}

    def shown(self) -> dict[str, Any]:
        """The preview: counts of all rows, the first 200 of rows and errors."""
        errors = sorted(self.errors, key=lambda error: error.row)
        wrong = [
            {
                "row": e.row,
                "state": "error",
                "question": "",
                "answer": "",
                "why": {"zh": f"{e.column}：{e.why}", "en": f"{e.column}: {e.why_en}"},
            }
            for e in errors
        ]
        counts = {state: sum(row["state"] == state for row in self.rows) for state in ("new", "changed", "unchanged")}
        return {
            "columns": self.columns,
            "headers": list(self.headers),
            **counts,
            "failed": len(errors),
            "errors": [
                {"row": e.row, "column": e.column, "why": {"zh": e.why, "en": e.why_en}} for e in errors[:SHOWN]
            ],
            "rows": sorted([*self.rows, *wrong], key=lambda row: row["row"])[:SHOWN],
        }


def plan_of(data: bytes, filename: str, columns: Mapping[str, str] | None, existing: Iterable[Stored]) -> Planned:
    """Read a table and compare it with a shop's entries: by id, else by the same standard question.

    Raises:
        BadTable: the file cannot be read. ValueError: ``columns`` names what the file or we have not.
    """
    table = files.read_table(data, filename)
    chosen = dict(columns or files.guess_columns(table))
    stored = {row.id: row for row in existing}
    compared = files.plan(
        [entry_of(row.id, row.data) for row in stored.values()],
        files.to_entries(table, chosen),
        {row.id: row.status for row in stored.values()},
    )
    planned = Planned(chosen, table.headers, errors=list(compared.errors))
    for state, changes in (("new", compared.new), ("changed", compared.changed), ("unchanged", compared.unchanged)):
        for change in changes:
            _take(planned, state, change, stored.get(change.entry.id))
    return planned


def _take(planned: Planned, state: str, change: Change, stored: Stored | None) -> None:
    try:
        entry = sound(entry_of(change.entry.id, data_of(change.entry)))
    except Refusal as no:
        planned.errors.append(RowError(change.row, heading(no.pointer or ""), no.zh, no.en))
        return
    row = {"row": change.row, "state": state, "question": entry.question, "answer": entry.answer, "why": None}
    planned.rows.append(row)
    if state != "unchanged":
        version = stored.version if stored else 0
        planned.steps.append({"id": entry.id, "status": change.status, "data": data_of(entry), "version": version})


def heading(pointer: str) -> str:
    """The heading of the column that a pointer such as ``/keywords/never/0`` points into."""
    parts = pointer.strip("/").split("/")
    return files.COLUMNS.get("_".join(parts[:2])) or files.COLUMNS.get(parts[0], pointer)
