"""Tables in and out: preview, apply all or nothing, undo; export that can be imported again.

The plan is kept in the store, so that a preview outlives a restart and any process can apply it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.entries import data_of, entry_of, no_such, refused, sound
from bot.service.refusal import Because, Refusal
from bot.service.shelf import Shelf
from bot.store import faq, imports
from bot.store.engine import Store
from bot.store.faq import DELETED, Change, Stale, Stored
from bot.store.ids import new_id
from knowledge_base import files
from knowledge_base.files import BadTable, RowError
from knowledge_base.files.limits import PACKED_AT_MOST

FILE_AT_MOST = PACKED_AT_MOST
"""The largest file taken, in bytes as uploaded."""
SHOWN = 200
"""How many rows, and how many errors, a preview shows."""
PREVIEW_KEPT_MS = 24 * 3_600_000
PREVIEWED, APPLIED, UNDONE = "previewed", "applied", "undone"


class Importing:
    """Takes tables into a shop's own entries, and gives them out again."""

    def __init__(self, store: Store, clocks: Clocks, shelf: Shelf) -> None:
        self._store, self._clocks, self._shelf = store, clocks, shelf
        self._reading = asyncio.Semaphore(1)
        """Reading a table costs memory and a thread: one at a time is enough."""

    async def preview(
        self, shop: str, data: bytes, filename: str, columns: Mapping[str, str] | None = None, *, by: str
    ) -> dict[str, Any]:
        """Read a table and say what importing it would do; nothing is changed yet.

        ``columns`` (our name → header) corrects what is guessed. Returns ``{id, columns, headers, new, changed,
        unchanged, failed, errors, rows}``; of errors and rows the first 200.

        Raises:
            Refusal: the file cannot be read as a table, or ``columns`` names what it has not.
        """
        existing = await self._store.read(faq.all_entries, shop)
        async with self._reading:
            try:
                plan, shown = await asyncio.to_thread(_planned, data, filename, columns, existing)
            except BadTable as bad:
                raise refused("/", str(bad), f"This file cannot be imported: {bad}") from bad
            except ValueError as wrong:
                raise refused("/columns", str(wrong), f"These columns do not fit the file: {wrong}") from wrong
        now, import_id = self._clocks.real_ms(), new_id(self._clocks.real())
        row = {"id": import_id, "shop": shop, "state": PREVIEWED, "plan": plan, "undo": {}, "by": by, "at": now}
        await self._store.write(imports.keep, row, now - PREVIEW_KEPT_MS)
        return {"id": import_id, **shown}

    async def apply(self, shop: str, import_id: str, *, by: str, skip_errors: bool = False) -> dict[str, Any]:
        """Do what a preview said, in one commit: ``{import_id, added, changed, skipped}``. A repeat does nothing.

        Raises:
            Refusal: no such preview; rows have errors and ``skip_errors`` is not set; an entry was saved since.
        """
        at = self._clocks.now_ms(shop)
        try:
            done = await self._store.write(_apply, shop, import_id, by=by, at=at, skip_errors=skip_errors)
        except Stale as stale:
            raise Refusal(
                Because.CONFLICT,
                "entries_changed",
                f"预览之后有 {len(stale.current)} 条知识被别人改过，什么都没有导入。请重新上传，看过预览再导入。",
                f"{len(stale.current)} entries were changed since the preview; nothing was imported. Upload again.",
            ) from stale
        await self._shelf.refresh(shop)
        return done

    async def undo(self, shop: str, import_id: str, *, by: str) -> dict[str, Any]:
        """Take an import back: ``{restored, removed, kept}``; ``kept`` were edited since and stay. A repeat does nothing.

        Raises:
            Refusal: no such import, or it was never applied.
        """
        done = await self._store.write(_undo, shop, import_id, by=by, at=self._clocks.now_ms(shop))
        await self._shelf.refresh(shop)
        return done

    async def export(self, shop: str, kind: str) -> bytes:
        """All entries of a shop's own as ``xlsx``, ``csv`` or ``yaml``, to be edited and imported again."""
        rows = await self._store.read(faq.all_entries, shop)
        return await asyncio.to_thread(_exported, rows, kind)

    async def template(self) -> bytes:
        """An empty workbook with examples and drop-downs."""
        return await asyncio.to_thread(files.template)


def _exported(rows: Iterable[Stored], kind: str) -> bytes:
    statuses = {row.id: row.status for row in rows}
    return files.export((entry_of(row.id, row.data) for row in rows), kind, statuses)


def _planned(
    data: bytes, filename: str, columns: Mapping[str, str] | None, existing: Iterable[Stored]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan as it is kept (what changes, and the versions it rests on), and as it is shown."""
    table = files.read_table(data, filename)
    chosen = dict(columns or files.guess_columns(table))
    stored = {row.id: row for row in existing}
    compared = files.plan(
        [entry_of(row.id, row.data) for row in stored.values()],
        files.to_entries(table, chosen),
        {row.id: row.status for row in stored.values()},
    )
    errors = list(compared.errors)
    steps: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for state, changes in (("new", compared.new), ("changed", compared.changed), ("unchanged", compared.unchanged)):
        for change in changes:
            try:
                entry = (
                    sound(change.entry)
                    if state == "unchanged"
                    else sound(entry_of(change.entry.id, data_of(change.entry)))
                )
            except Refusal as no:
                errors.append(RowError(change.row, no.pointer or "", no.zh))
                continue
            rows.append(
                {"row": change.row, "state": state, "question": entry.question, "answer": entry.answer, "why": ""}
            )
            if state != "unchanged":
                version = stored[entry.id].version if entry.id in stored else 0
                steps.append({"id": entry.id, "status": change.status, "data": data_of(entry), "version": version})
    rows += [
        {"row": e.row, "state": "error", "question": "", "answer": "", "why": f"{e.column}：{e.why}"} for e in errors
    ]
    counts = {state: sum(row["state"] == state for row in rows) for state in ("new", "changed", "unchanged")}
    return {"steps": steps, "failed": len(errors)}, {
        "columns": chosen,
        "headers": list(table.headers),
        **counts,
        "failed": len(errors),
        "errors": [
            {"row": e.row, "column": e.column, "why": e.why} for e in sorted(errors, key=lambda e: e.row)[:SHOWN]
        ],
        "rows": sorted(rows, key=lambda row: row["row"])[:SHOWN],
    }


def _kept(conn: sa.Connection, shop: str, import_id: str) -> Mapping[str, Any]:
    found = imports.one(conn, shop, import_id)
    if found is None:
        raise no_such()
    return found


def _apply(conn: sa.Connection, shop: str, import_id: str, *, by: str, at: int, skip_errors: bool) -> dict[str, Any]:
    kept = _kept(conn, shop, import_id)
    steps, failed = kept["plan"]["steps"], kept["plan"]["failed"]
    added = sum(step["version"] == 0 for step in steps)
    done = {"import_id": import_id, "added": added, "changed": len(steps) - added, "skipped": failed}
    if kept["state"] != PREVIEWED:
        return done
    if failed and not skip_errors:
        raise refused(
            "/",
            f"有 {failed} 行有错误，什么都没有导入。请改好后重新上传，或选择跳过这些行。",
            f"{failed} rows have errors; nothing was imported. Mend them and upload again, or choose to skip them.",
        )
    there = faq.entries_by_id(conn, shop, [step["id"] for step in steps])
    gone = {key: one.version for key, one in there.items() if one.status == DELETED}
    changes = [
        # A new row may have the id of an entry that was deleted long ago: then it rests on that.
        Change(step["id"], step["status"], step["data"], step["version"] or gone.get(step["id"], 0))
        for step in steps
    ]
    saved = faq.write_entries(conn, shop, changes, by=by, at=at, act="import", ref=import_id)
    undo = {one.id: one.version for one in saved}
    imports.settle(
        conn, import_id, {"state": APPLIED, "undo": undo, "plan": {"steps": _light(steps), "failed": failed}}
    )
    return done


def _light(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What an applied plan still needs to say: the texts now stand in the entries' versions."""
    return [{"id": step["id"], "version": step["version"]} for step in steps]


def _undo(conn: sa.Connection, shop: str, import_id: str, *, by: str, at: int) -> dict[str, Any]:
    kept = _kept(conn, shop, import_id)
    if kept["state"] == PREVIEWED:
        raise refused(
            "/", "这次导入还没有执行，没有可撤销的。", "This import was never applied; there is nothing to undo."
        )
    if kept["state"] == UNDONE:
        return dict(kept["undo"])
    made: Mapping[str, int] = kept["undo"]
    now = faq.entries_by_id(conn, shop, made)
    untouched = {key: version for key, version in made.items() if now[key].version == version}
    before = imports.versions_at(conn, shop, {key: version - 1 for key, version in untouched.items() if version > 1})
    changes = []
    for key, version in untouched.items():
        was = before.get(key)
        changes.append(Change(key, was.status if was else DELETED, was.data if was else now[key].data, version))
    faq.write_entries(conn, shop, changes, by=by, at=at, act="undo", ref=import_id)
    removed = sum(change.status == DELETED for change in changes)
    done = {"restored": len(changes) - removed, "removed": removed, "kept": sorted(set(made) - set(untouched))}
    imports.settle(conn, import_id, {"state": UNDONE, "undo": done})
    return done
