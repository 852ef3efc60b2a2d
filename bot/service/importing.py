"""Tables in and out: preview, apply all or nothing, undo; export that can be imported again.

The plan is kept in the store, so that a preview outlives a restart and any process can apply it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.entries import entry_of, no_such, refused
from bot.service.faq_gate import Act, FaqGate
from bot.service.faq_plans import taken_back
from bot.service.import_plan import plan_of
from bot.service.refusal import Because, Refusal
from bot.service.remarks import Remarks
from bot.service.shelf import Shelf
from bot.store import faq, gate, imports
from bot.store.engine import Store
from bot.store.faq import DELETED, Change, Filter, Stale, Stored
from bot.store.ids import from_ms, iso, new_id
from knowledge_base import files
from knowledge_base.files import BadTable
from knowledge_base.files.limits import PACKED_AT_MOST

FILE_AT_MOST = PACKED_AT_MOST
"""The largest file taken, in bytes as uploaded."""
PREVIEW_KEPT_MS = 24 * 3_600_000
UNDO_REASON = "撤销导入，退回导入前 / the import was taken back"
"""Why an undone import may break cases: it is the one way back to what was."""
LISTED = 20
"""How many past imports are listed."""
PREVIEWED, APPLIED, UNDONE = "previewed", "applied", "undone"


@dataclass(frozen=True, slots=True)
class _Work:
    """What applying or undoing comes to, read while the import was in ``state``; nothing to do without ``settled``."""

    state: str
    done: Mapping[str, Any]
    changes: tuple[Change, ...] = ()
    settled: Mapping[str, Any] = field(default_factory=dict)


class Importing:
    """Takes tables into a shop's own entries, and gives them out again."""

    def __init__(self, store: Store, clocks: Clocks, shelf: Shelf, faq_gate: FaqGate, remarks: Remarks) -> None:
        self._store, self._clocks, self._shelf, self._gate = store, clocks, shelf, faq_gate
        self._remarks = remarks
        self._reading = asyncio.Semaphore(1)
        """Reading a table costs memory and a thread: one at a time is enough."""
        self._going: dict[str, tuple[str, int]] = {}

    def progress(self, shop: str) -> dict[str, Any]:
        """How far a shop's import is that this process works on: ``{stage, percent}``, None where it works on none."""
        stage, percent = self._going.get(shop, (None, None))
        return {"stage": stage, "percent": percent}

    async def preview(
        self, shop: str, data: bytes, filename: str, columns: Mapping[str, str] | None = None, *, by: str
    ) -> dict[str, Any]:
        """Read a table and say what importing it would do; nothing is changed yet.

        ``columns`` (our name → header) corrects what is guessed. Returns ``{id, columns, headers, new, changed,
        unchanged, failed, remarked, errors, remarks, rows}``; of errors, remarks and rows of each state the first 200.

        Raises:
            Refusal: the file cannot be read as a table, or ``columns`` names what it has not.
        """
        existing, measure = await self._store.read(faq.all_entries, shop), await self._remarks.measure(shop)
        told = partial(self._tell, shop)
        told("waiting", 0)
        async with self._reading:
            try:
                planned = await asyncio.to_thread(plan_of, data, filename, columns, existing, measure, told)
            except BadTable as bad:
                raise refused("/", bad.zh, bad.en) from bad
            except ValueError as wrong:
                raise refused("/columns", str(wrong), f"These columns do not fit the file: {wrong}") from wrong
            finally:
                self._going.pop(shop, None)
        now, import_id = self._clocks.real_ms(), new_id(self._clocks.real())
        row = {
            "id": import_id,
            "shop": shop,
            "state": PREVIEWED,
            "plan": planned.kept(),
            "undo": {},
            "by": by,
            "at": now,
        }
        await self._store.write(imports.keep, row, now - PREVIEW_KEPT_MS)
        return {"id": import_id, **planned.shown()}

    async def changes(self, shop: str, import_id: str) -> list[Change]:
        """What applying a preview would change.

        Raises:
            Refusal: no such preview.
        """
        return list((await self._store.read(_to_apply, shop, import_id)).changes)

    async def apply(
        self, shop: str, import_id: str, *, by: str, skip_errors: bool = False, reason: str = ""
    ) -> dict[str, Any]:
        """Do what a preview said, in one commit: ``{import_id, added, changed, skipped}``. A repeat does nothing.

        Raises:
            Refusal: no such preview; rows have errors and ``skip_errors`` is not set; an entry was saved since; cases
                break and there is no reason to.
        """
        work = await self._store.read(_to_apply, shop, import_id)
        if work.state == PREVIEWED and work.done["skipped"] and not skip_errors:
            failed = work.done["skipped"]
            raise refused(
                "/",
                f"有 {failed} 行有错误，什么都没有导入。请改好后重新上传，或选择跳过这些行。",
                f"{failed} rows have errors; nothing was imported. Mend them and upload again, or choose to skip them.",
            )
        try:
            return await self._settle(shop, import_id, work, Act("import", by, import_id, reason))
        except Stale as stale:
            raise Refusal(
                Because.CONFLICT,
                "entries_changed",
                f"预览之后有 {len(stale.current)} 条知识被别人改过，什么都没有导入。请重新上传，看过预览再导入。",
                f"{len(stale.current)} entries were changed since the preview; nothing was imported. Upload again.",
            ) from stale

    async def undo(self, shop: str, import_id: str, *, by: str) -> dict[str, Any]:
        """Take an import back: ``{restored, removed, kept}``; ``kept`` were edited since and stay. A repeat does nothing.

        Raises:
            Refusal: no such import, or it was never applied.
        """
        while True:
            work = await self._store.read(_to_undo, shop, import_id)
            try:
                return await self._settle(shop, import_id, work, Act("undo", by, import_id, UNDO_REASON))
            except Stale:
                # Somebody saved one of the entries this moment: it is among those to keep now.
                continue

    async def _settle(self, shop: str, import_id: str, work: _Work, act: Act) -> dict[str, Any]:
        if not work.settled:
            return dict(work.done)
        try:
            self._tell(shop, "playing", 0)
            passed = await self._gate.hold(shop, act, work.changes)
            self._tell(shop, "writing", 35)
            at = self._clocks.now_ms(shop)
            await self._store.write(_do, shop, import_id, work, passed, by=act.by, at=at, act=act.name)
            self._tell(shop, "publishing", 65)
            await self._shelf.refresh(shop, [change.id for change in work.changes])
        finally:
            self._going.pop(shop, None)
        return dict(work.done)

    def _tell(self, shop: str, stage: str, percent: int) -> None:
        self._going[shop] = (stage, percent)

    async def lately(self, shop: str) -> list[dict[str, Any]]:
        """The last imports that were applied, latest first: ``{id, file, added, changed, by, at, undone}``."""
        return await self._store.read(_lately, shop)

    async def export(
        self, shop: str, kind: str, *, text: str = "", category: str = "", status: str = "", ids: Sequence[str] = ()
    ) -> bytes:
        """Entries of a shop's own as ``xlsx``, ``csv``, ``yaml`` or ``json``, to be edited and imported again: all that
        are not deleted, or what the table shows for the same filter."""
        rows = await self._store.read(faq.all_entries, shop, Filter(text, category, status, ids=tuple(ids)))
        return await asyncio.to_thread(_exported, rows, kind)

    async def template(self) -> bytes:
        """An empty workbook with examples and drop-downs."""
        return await asyncio.to_thread(files.template)


def _exported(rows: Iterable[Stored], kind: str) -> bytes:
    statuses = {row.id: row.status for row in rows}
    return files.export((entry_of(row.id, row.data) for row in rows), kind, statuses)


def _lately(conn: sa.Connection, shop: str) -> list[dict[str, Any]]:
    found = imports.lately(conn, shop, LISTED)
    names = faq.names_of(conn, {row["by"] for row in found})
    return [
        {
            **row,
            "by": names.get(row["by"], row["by"]),
            "at": iso(from_ms(row["at"])),
            "undone": row["state"] == UNDONE,
        }
        for row in found
    ]


def _kept(conn: sa.Connection, shop: str, import_id: str) -> Mapping[str, Any]:
    found = imports.one(conn, shop, import_id)
    if found is None:
        raise no_such()
    return found


def _to_apply(conn: sa.Connection, shop: str, import_id: str) -> _Work:
    """Read what an import would do: outside the writer, which webhooks wait for."""
    kept = _kept(conn, shop, import_id)
    steps, failed = kept["plan"]["steps"], kept["plan"]["failed"]
    added = sum(step["version"] == 0 for step in steps)
    done = {"import_id": import_id, "added": added, "changed": len(steps) - added, "skipped": failed}
    if kept["state"] != PREVIEWED:
        return _Work(kept["state"], done)
    # A new row may have the id of an entry that was deleted long ago: then it rests on that.
    new = [step["id"] for step in steps if step["version"] == 0]
    gone = {key: one.version for key, one in faq.entries_by_id(conn, shop, new).items() if one.status == DELETED}
    changes = [
        Change(step["id"], step["status"], step["data"], step["version"] or gone.get(step["id"], 0)) for step in steps
    ]
    # The texts will stand in the entries' versions: an applied plan need not hold them again.
    light = [{"id": step["id"], "version": step["version"]} for step in steps]
    told = {"file": kept["plan"].get("file", ""), "added": added, "changed": len(steps) - added}
    undo = {change.id: (change.based_on or 0) + 1 for change in changes}
    settled = {"state": APPLIED, "undo": undo, "plan": {"steps": light, "failed": failed, **told}}
    return _Work(PREVIEWED, done, tuple(changes), settled)


def _to_undo(conn: sa.Connection, shop: str, import_id: str) -> _Work:
    """Read what taking an import back would do: entries saved since are left out."""
    kept = _kept(conn, shop, import_id)
    if kept["state"] == PREVIEWED:
        raise refused(
            "/", "这次导入还没有执行，没有可撤销的。", "This import was never applied; there is nothing to undo."
        )
    if kept["state"] == UNDONE:
        return _Work(UNDONE, dict(kept["undo"]))
    changes, stay = taken_back(conn, shop, kept["undo"])
    removed = sum(change.status == DELETED for change in changes)
    done = {"restored": len(changes) - removed, "removed": removed, "kept": stay}
    return _Work(APPLIED, done, tuple(changes), {"state": UNDONE, "undo": done})


def _do(
    conn: sa.Connection,
    shop: str,
    import_id: str,
    work: _Work,
    passed: Mapping[str, Any] | None,
    *,
    by: str,
    at: int,
    act: str,
) -> Mapping[str, Any]:
    """Save what was worked out, unless somebody else did so in between."""
    if imports.state_of(conn, import_id) == work.state:
        gate.write_passed(conn, shop, work.changes, passed, by=by, at=at, act=act, ref=import_id)
        imports.settle(conn, import_id, work.settled)
    return work.done
