"""The door to what the FAQ did not know: the groups of unanswered questions, and what an operator does with them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bot.web import views
from bot.web.api.faq_shapes import EntryFields, Reason
from bot.web.recording import recorded
from bot.web.route import EDITORS, EVERYBODY, Auth, Call, Handler, Route, Scope, Shape, in_shop

_TIMES = ("first_at", "last_at", "acted_at", "at")


class GapsQuery(Shape):
    """Which groups, in which order: most asked in the last 7 days (``week``), or ever (``count``), or asked last."""

    state: Literal["open", "ignored", "merged", "adopted"] = "open"
    sort: Literal["week", "count", "latest"] = "week"
    after: str = Field(default="", max_length=20)
    limit: int = Field(default=50, ge=1, le=200)


class GapEntryBody(EntryFields):
    """The entry to make of a group. What is asked comes from the group where it is left out. ``reason``: why it may
    break cases."""

    question: str = ""
    reason: str = Reason


class GapPhrasingBody(Shape):
    """The entry to add to, and which texts as phrasings; none named: what the group asks. ``reason``: why it may break
    cases."""

    entry: str = Field(min_length=1, max_length=64)
    texts: list[str] = Field(default_factory=list, max_length=200)
    reason: str = Reason


class GapUndoBody(Shape):
    """``reason``: why the FAQ as it was before may break cases."""

    reason: str = Reason


class GapMergeBody(Shape):
    """The group to merge into."""

    into: str = Field(min_length=1, max_length=64)


class CoverageQuery(Shape):
    """Over how many days."""

    days: int = Field(default=7, ge=1, le=30)


class BehindQuery(CoverageQuery):
    """Which questions: answered surely or not, soon or not, at an hour of the day, about a topic (a category)."""

    answered: bool | None = None
    soon: bool | None = None
    hour: int | None = Field(default=None, ge=0, le=23)
    topic: str | None = Field(default=None, max_length=100)


async def table(call: Call) -> Any:
    """Questions the FAQ had no sure answer to, grouped by meaning, personal data masked."""
    query: GapsQuery = call.query
    offset = views.offset(query.after)
    found = await call.services.gaps.table(
        call.shop, state=query.state, sort=query.sort, offset=offset, limit=query.limit
    )
    behind = offset + len(found["items"])
    after = str(behind) if behind < found["total"] and found["items"] else None
    return {**found, "items": [_timed(one) for one in found["items"]], "next": after}


async def waiting(call: Call) -> Any:
    """How many groups are open in one's shops: ``{open}``."""
    mine = call.principal.shops(call.services.directory.shops, EVERYBODY)
    return {"open": await call.services.gaps.waiting(mine)}


async def one(call: Call) -> Any:
    """One group: its latest questions with their conversations, the nearest entries, the groups it may be one with, and
    what people answered then."""
    found = await call.services.gaps.one(call.shop, call.path("gap"))
    listed = {name: [_timed(one) for one in found[name]] for name in ("examples", "answers")}
    return {**_timed(found), **listed}


async def make(call: Call) -> Any:
    """Make a new entry of a group; ``brings``: how many of its questions of the last 7 days it answers now."""
    body: GapEntryBody = call.body
    return await call.services.gaps.make(
        call.shop, call.path("gap"), body.data(), status=body.status, by=call.principal.id, reason=body.reason
    )


async def add(call: Call) -> Any:
    """Add what a group asks to an entry as phrasings."""
    body: GapPhrasingBody = call.body
    return await call.services.gaps.add(
        call.shop, call.path("gap"), body.entry, body.texts, by=call.principal.id, reason=body.reason
    )


async def ignore(call: Call) -> Any:
    """Take a group off the list; asked three times more, it is back and says so."""
    return await call.services.gaps.ignore(call.shop, call.path("gap"), by=call.principal.id)


async def merge(call: Call) -> Any:
    """Merge a group into another one."""
    return await call.services.gaps.merge(call.shop, call.path("gap"), call.body.into, by=call.principal.id)


async def undo(call: Call) -> Any:
    """Take back what was done with a group."""
    return await call.services.gaps.undo(call.shop, call.path("gap"), by=call.principal.id, reason=call.body.reason)


async def coverage(call: Call) -> Any:
    """How far the FAQ reaches: entries by category, must-answer topics, entries never used, what is answered and when."""
    return await call.services.coverage.figures(call.shop, call.query.days)


async def behind(call: Call) -> Any:
    """The questions behind a figure of the coverage, the latest hundred."""
    asked: BehindQuery = call.query
    narrow = asked.model_dump(exclude={"days"})
    found = await call.services.coverage.behind(call.shop, asked.days, **narrow)
    return {**found, "items": [_timed(one) for one in found["items"]]}


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: views.iso(value) if name in _TIMES else value for name, value in row.items()}


def _act(path: str, what: str, handler: Handler, **more: Any) -> Route:
    return in_shop("POST", f"/gaps/{{gap}}{path}", recorded(what, handler), EDITORS, tags=("faq",), **more)


ROUTES: list[Route] = [
    in_shop("GET", "/gaps", table, EVERYBODY, query=GapsQuery, tags=("faq",)),
    in_shop("GET", "/coverage", coverage, EVERYBODY, query=CoverageQuery, tags=("faq",)),
    in_shop("GET", "/coverage/questions", behind, EVERYBODY, query=BehindQuery, tags=("faq",)),
    Route("GET", "/api/v1/gaps/open", waiting, Auth.PERSON, EVERYBODY, Scope.ANY, tags=("faq",)),
    in_shop("GET", "/gaps/{gap}", one, EVERYBODY, tags=("faq",)),
    _act("/entry", "gap_made_entry", make, body=GapEntryBody),
    _act("/phrasing", "gap_added", add, body=GapPhrasingBody),
    _act("/ignore", "gap_ignored", ignore),
    _act("/merge", "gap_merged", merge, body=GapMergeBody),
    _act("/undo", "gap_undone", undo, body=GapUndoBody),
]
