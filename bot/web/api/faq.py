"""The FAQ's door: the table, one entry and its versions, facts, phrases, and what the matcher makes of a text."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.service.entries import entry_of
from bot.service.faq_gate import Act, Otherwise
from bot.service.fields import Fact
from bot.service.phrases import Quick
from bot.web.api.faq_shapes import (
    BulkBody,
    ChangedOut,
    CheckOut,
    DeletedOut,
    EntryOut,
    FieldsBody,
    NeighbourOut,
    NeighboursBody,
    NewEntry,
    ReasonQuery,
    RemarksOut,
    Restored,
    SavedEntry,
    TableOut,
    TableQuery,
    TakenBackOut,
    TextBody,
    UndoBody,
)
from bot.web.recording import recorded
from bot.web.route import EDITORS, EVERYBODY, Auth, Call, Handler, Route, Scope


async def table(call: Call) -> Any:
    """One page of the table."""
    query, publishing = call.query, call.services.publishing
    if query.like and call.shop in call.services.directory.shops:
        found = await publishing.like(call.shop, query.like, query.category)
    else:
        found = await publishing.table(
            call.shop,
            text=query.q or query.like,
            category=query.category,
            status=query.status,
            after=query.after,
            limit=query.limit,
        )
    return {
        "items": [row.as_json() for row in found.rows],
        "next": found.next,
        "total": found.total,
        "categories": found.categories,
    }


async def entry(call: Call) -> Any:
    """One entry."""
    return (await call.services.publishing.entry(call.shop, call.path("entry"))).as_json()


async def versions(call: Call) -> Any:
    """Every version of an entry, newest first."""
    return [one.as_json() for one in await call.services.publishing.versions(call.shop, call.path("entry"))]


async def create(call: Call) -> Any:
    """Save a new entry."""
    body: NewEntry = call.body
    made = await call.services.publishing.create(
        call.shop, body.data(), by=call.principal.id, status=body.status, entry_id=body.id, reason=body.reason
    )
    return made.as_json()


async def save(call: Call) -> Any:
    """Save an entry over the version the writer saw."""
    body: SavedEntry = call.body
    saved = await call.services.publishing.save(
        call.shop,
        call.path("entry"),
        body.data(),
        by=call.principal.id,
        status=body.status,
        version=body.version,
        reason=body.reason,
    )
    return saved.as_json()


async def remarks(call: Call) -> Any:
    """What there is to know about an entry's texts before it is saved; nothing is saved, nothing forbidden."""
    body: NewEntry = call.body
    entry = entry_of(body.id or "new", body.data())
    return {"remarks": [one.as_json() for one in await call.services.publishing.remarks.of(call.shop, entry)]}


async def delete(call: Call) -> Any:
    """Take an entry out of use."""
    await call.services.publishing.delete(call.shop, call.path("entry"), by=call.principal.id, reason=call.query.reason)
    return {"deleted": call.path("entry")}


async def restore(call: Call) -> Any:
    """Bring back a deleted entry, or an earlier version."""
    restored = await call.services.publishing.restore(
        call.shop, call.path("entry"), by=call.principal.id, version=call.body.version, reason=call.body.reason
    )
    return restored.as_json()


async def bulk(call: Call) -> Any:
    """Switch, move or delete many entries."""
    body: BulkBody = call.body
    versions = await call.services.publishing.bulk(
        call.shop, body.ids, by=call.principal.id, status=body.status, category=body.category, reason=body.reason
    )
    return {"changed": len(versions), "versions": versions}


async def undo(call: Call) -> Any:
    """Take a bulk act back; entries that were saved after it stay as they are."""
    return await call.services.publishing.undo(call.shop, call.body.versions, by=call.principal.id)


async def match(call: Call) -> Any:
    """Decide a text as if a buyer had written it, and say why."""
    return await call.services.publishing.explain(call.shop, call.body.text)


async def neighbours(call: Call) -> Any:
    """The entries most like a text."""
    found = await call.services.publishing.neighbours(call.shop, call.body.text, call.body.exclude, call.body.also)
    return [
        {"id": m.entry.id, "question": m.entry.question, "similarity": m.similarity, "phrasing": m.phrasing}
        for m in found
    ]


async def fields(call: Call) -> Any:
    """The facts of a shop that answers use."""
    return [asdict(fact) for fact in await call.services.publishing.fields.all(call.shop)]


async def confirm(call: Call) -> Any:
    """Vouch for facts. Taking one back, or filling one, is held against the cases as a change of an entry is."""
    publishing, by = call.services.publishing, call.principal.id
    values = call.body.values()
    act = Act("fields", by, "", call.body.reason)
    also = await publishing.gate.hold_settings(call.shop, act, Otherwise(fields=values))
    return [asdict(fact) for fact in await publishing.fields.confirm(call.shop, values, by, also)]


async def phrases(call: Call) -> Any:
    """What can be sent with one key."""
    return [asdict(quick) for quick in await call.services.publishing.phrases.all(call.shop, call.principal.id)]


async def check(call: Call) -> Any:
    """Say whether a text would count for nothing under the shop's rules, and which of its words are forbidden."""
    return await call.services.publishing.phrases.check(call.shop, call.body.text)


def _entry_routes(base: str, scope: Scope) -> list[Route]:
    """The same acts on a shop's own entries and on the shared ones."""
    one = f"{base}/entries/{{entry}}"

    def route(method: str, path: str, handler: Handler, returns: Any, **more: Any) -> Route:
        more = {"roles": EVERYBODY, "scope": scope, "tags": ("faq",)} | more
        return Route(method, path, handler, Auth.PERSON, returns=returns, **more)

    def edit(method: str, path: str, what: str, handler: Handler, returns: Any, **more: Any) -> Route:
        return route(method, path, recorded(what, handler), returns, roles=EDITORS, **more)

    return [
        route("GET", f"{base}/entries", table, TableOut, query=TableQuery),
        edit("POST", f"{base}/entries", "entry_made", create, EntryOut, body=NewEntry),
        edit("POST", f"{base}/entries/bulk", "entries_changed", bulk, ChangedOut, body=BulkBody),
        edit("POST", f"{base}/entries/undo", "entries_taken_back", undo, TakenBackOut, body=UndoBody),
        route("GET", one, entry, EntryOut),
        edit("PUT", one, "entry_saved", save, EntryOut, body=SavedEntry),
        edit("DELETE", one, "entry_deleted", delete, DeletedOut, query=ReasonQuery),
        edit("POST", f"{one}/restore", "entry_restored", restore, EntryOut, body=Restored),
        route("GET", f"{one}/versions", versions, list[EntryOut]),
    ]


def _shop(method: str, path: str, handler: Handler, returns: Any, **more: Any) -> Route:
    more = {"roles": EVERYBODY, "scope": Scope.SHOP, "tags": ("faq",)} | more
    full = f"/api/v1/shops/{{shop}}{path}"
    return Route(method, full, handler, Auth.PERSON, returns=returns, **more)


ROUTES: list[Route] = [
    *_entry_routes("/api/v1/shops/{shop}", Scope.SHOP),
    *_entry_routes("/api/v1/shared", Scope.INSTALL),
    _shop("POST", "/match", match, dict[str, Any], body=TextBody),
    _shop("POST", "/neighbours", neighbours, list[NeighbourOut], body=NeighboursBody),
    _shop("POST", "/entry-remarks", remarks, RemarksOut, body=NewEntry),
    _shop("GET", "/fields", fields, list[Fact]),
    _shop("PUT", "/fields", recorded("fields_confirmed", confirm), list[Fact], body=FieldsBody, roles=EDITORS),
    _shop("GET", "/phrases", phrases, list[Quick]),
    _shop("POST", "/check", check, CheckOut, body=TextBody),
]
