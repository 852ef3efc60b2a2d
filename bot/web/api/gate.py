"""The gate's door: what a change of the FAQ would do, the cases it is held against, the changes let through."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from bot.service.cases import NewCase
from bot.service.faq_check import shown
from bot.service.faq_gate import Otherwise
from bot.service.faq_plans import AT_ONCE
from bot.service.refusal import Because, Refusal
from bot.store.ids import new_id
from bot.web import views
from bot.web.api.faq_shapes import EntryFields, FieldValue, Id
from bot.web.api.shops import Lists
from bot.web.recording import recorded
from bot.web.route import EDITORS, EVERYBODY, Auth, Call, Route, Scope, Shape, in_shop


class EntryChange(EntryFields):
    """An entry as it would be saved; without an ``id`` a new one."""

    id: str | None = Id


class RestoreChange(Shape):
    """A version that would come back."""

    entry: str
    version: int | None = Field(default=None, ge=1)


class BulkChange(Shape):
    """One act on many entries."""

    ids: list[str] = Field(min_length=1, max_length=AT_ONCE)
    status: Literal["on", "off", "draft", "deleted"] | None = None
    category: str | None = None


class PreviewBody(Shape):
    """A change of the FAQ, one of: an entry saved, deleted or restored, many changed at once, an import (by the id of
    its preview), a pack taken in; or of the shop another threshold, other word lists, other facts."""

    entry: EntryChange | None = None
    deleted: str | None = None
    restored: RestoreChange | None = None
    bulk: BulkChange | None = None
    imported: str | None = None
    pack: str | None = None
    threshold: float | None = Field(default=None, ge=0, le=100)
    lists: Lists | None = None
    fields: list[FieldValue] | None = Field(default=None, max_length=300)

    @model_validator(mode="after")
    def _one(self) -> PreviewBody:
        if len(self.model_fields_set) != 1 or getattr(self, next(iter(self.model_fields_set))) is None:
            raise ValueError("one change at a time / 一次一种改动")
        return self


class CaseBody(Shape):
    """A question with what must reach it: an entry's id, or null for a person. ``message``: the buyer's line it was."""

    question: str = Field(min_length=1, max_length=1_000)
    expected: str | None = None
    origin: Literal["bench", "reviewed"] = "bench"
    message: str | None = None


async def preview(call: Call) -> Any:
    """What a change would do to the shop's cases and to what buyers asked in the last 30 days. Nothing is changed."""
    publishing, body = call.services.publishing, call.body
    if body.fields is not None:
        values = {one.name: one.value for one in body.fields}
        return {"reports": await publishing.gate.preview(call.shop, otherwise=Otherwise(fields=values))}
    if body.threshold is not None or body.lists is not None:
        options = body.model_dump(include={"threshold", "lists"}, exclude_none=True)
        return {"reports": await publishing.gate.preview(call.shop, otherwise=Otherwise(options))}
    return {"reports": await publishing.gate.preview(call.shop, await _changes(call, body))}


async def _changes(call: Call, body: PreviewBody) -> Any:
    publishing, shop = call.services.publishing, call.shop
    if body.entry is not None:
        entry_id = body.entry.id or new_id(call.services.clocks.real())
        return publishing.plans.saved(entry_id, body.entry.data(), body.entry.status, None)
    if body.deleted is not None:
        return await publishing.plans.deleted(shop, body.deleted)
    if body.restored is not None:
        return await publishing.plans.restored(shop, body.restored.entry, body.restored.version)
    if body.bulk is not None:
        return await publishing.plans.bulk(shop, body.bulk.ids, body.bulk.status, body.bulk.category)
    if body.imported is not None:
        return await publishing.imports.changes(shop, body.imported)
    return await publishing.packs.changes(shop, body.pack)


async def add_case(call: Call) -> Any:
    """Keep a question with what must answer it; what people kept of the same question before goes."""
    body: CaseBody = call.body
    if body.expected is not None:
        known = {entry.id for entry in (await call.services.shelf.get(call.shop)).base.entries}
        if body.expected not in known:
            raise Refusal(Because.INVALID, "no_entry", "没有这条知识。", "No such entry.", pointer="/expected")
    new = NewCase(body.question, body.expected, body.origin, body.message)
    made = await call.services.publishing.cases.add(call.shop, new, by=call.principal.id)
    return {"id": made["id"], "question": made["question"], "expected": made["expected"], "origin": made["origin"]}


async def check(call: Call) -> Any:
    """What is wrong in the FAQ by itself: texts two entries claim, entries nobody can reach, words that shut each other
    out, fields nothing fills, topics nobody answers."""
    return shown(await call.services.publishing.check.check(call.shop))


async def passes(call: Call) -> Any:
    """Changes that break cases and were made all the same: who, when, why."""
    found = await call.services.publishing.gate.passes(call.shop)
    return {"items": [{**one, "at": views.iso(one["at"])} for one in found]}


ROUTES: list[Route] = [
    in_shop("POST", "/gate/preview", preview, EDITORS, body=PreviewBody, tags=("faq",)),
    Route(
        "POST",
        "/api/v1/shared/gate/preview",
        preview,
        Auth.PERSON,
        EDITORS,
        Scope.INSTALL,
        body=PreviewBody,
        tags=("faq",),
    ),
    in_shop("GET", "/faq-check", check, EVERYBODY, tags=("faq",)),
    in_shop("GET", "/gate/passes", passes, EVERYBODY, tags=("faq",)),
    in_shop("POST", "/gate-cases", recorded("gate_case_kept", add_case), EDITORS, body=CaseBody, tags=("faq",)),
]
