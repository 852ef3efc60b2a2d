"""The desk's door: the queue, a thread, why the bot did what it did, and all that a person does with a conversation."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field

from bot.core.message import Origin
from bot.service.desk import Reply
from bot.service.passing import To
from bot.store.reading import beside, thread
from bot.web import views
from bot.web.problem import Problem, not_found
from bot.web.recording import recorded
from bot.web.route import DESK, EVERYBODY, Auth, Call, Route, Scope, Shape

FOLLOW_UPS = 3
_PLACE = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})")


class ThreadQuery(Shape):
    """``before`` pages back through a conversation's history."""

    before: str = ""


class ReplyBody(Shape):
    """What a person sends to the buyer. ``seen``: as the thread gave it; what colleagues said since is told first (409)."""

    text: str
    origin: Literal["typed", "quick_phrase", "suggested"] = "typed"
    suggestion: str | None = None
    entry: str | None = None
    then: Literal["keep", "release", "close"] = "keep"
    seen: int | None = Field(None, ge=0)
    phrase: str | None = Field(None, max_length=80)


class NoteBody(Shape):
    """An internal note."""

    text: str


class TransferBody(Shape):
    """To a colleague (``to``) or a group, and why."""

    to: str = ""
    group: str = ""
    reason: str = ""


class EscalateBody(Shape):
    """Why it is for the supervisors."""

    reason: str = ""


class CloseBody(Shape):
    """Why it is closed; needed while a reply is owed."""

    reason: str = ""


class ResendBody(Shape):
    """Which send to send again."""

    line: str


class SuggestionBody(Shape):
    """What becomes of a draft."""

    id: str
    act: Literal["reject"]


async def detail(call: Call) -> Any:
    """A conversation: its lines with verdicts, the open draft, follow-ups for an owed one, or what near entries would
    say (``recommended``), and what happened."""
    services, cid = call.services, call.path("conversation")
    before = _place(call.query.before)
    seen = (await services.feed.heads([call.shop]))[call.shop]
    row = await services.store.read(thread.one, cid)
    lines = await services.store.read(thread.lines, cid, before=before)
    older = f"{lines[0]['at']}.{lines[0]['seq']}" if len(lines) >= 100 else None
    draft = await services.store.read(thread.draft, cid)
    events = await services.store.read(thread.events, cid, call.shop)
    follow_ups = await _follow_ups(call, row) if row["owed"] else []
    passings = await services.passing.of_conversation(call.shop, cid)
    reports = await services.reports.of_conversation(call.shop, cid)
    return {
        "conversation": views.conversation(row, services, (await services.store.read(beside.of, [cid])).get(cid)),
        "lines": [views.line(one) for one in lines],
        "more_before": older,
        "suggestion": await _draft(call, draft) if draft else None,
        "follow_ups": follow_ups,
        "recommended": [] if draft or follow_ups else await services.follow_ups.near(row, lines, FOLLOW_UPS),
        "events": [{**event, "at": views.iso(event["at"])} for event in events],
        "passings": [{**one, "at": views.iso(one["at"])} for one in passings],
        "reports": [views.report(one) for one in reports],
        "draft": await services.store.read(beside.draft_of, cid, call.principal.id),
        "seen": seen,
        "clock": views.clock(services, services.directory.shops[call.shop]),
    }


def _place(before: str) -> tuple[int, int] | None:
    if not before:
        return None
    found = _PLACE.fullmatch(before)
    if not found:
        raise Problem(422, "invalid", "before 不对。", "before is not a place in this thread.", pointer="/before")
    return int(found[1]), int(found[2])


async def _draft(call: Call, draft: dict[str, Any]) -> dict[str, Any]:
    shelved = await call.services.shelf.get(call.shop)
    entry = next((e for e in shelved.base.entries if e.id == draft["entry"]), None)
    return {
        "id": draft["id"],
        "text": draft["text"],
        "sureness": draft["sureness"],
        "entry": {"id": draft["entry"], "question": entry.question if entry else draft["entry"]},
        "decision": draft["decision"],
    }


async def _follow_ups(call: Call, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Up to three substantive follow-ups made from the entries the bot answered with, never words already said."""
    services = call.services
    entries = await services.store.read(thread.answered_entries, row["id"], row["inquiry_at"] or 0)
    made: list[dict[str, Any]] = await services.follow_ups.make(call.shop, row["buyer_id"], entries, FOLLOW_UPS)
    return made


async def why(call: Call) -> Any:
    """Why the bot did what it did: what was compared, what came near, the threshold, in data and a sentence."""
    row = await call.services.store.read(thread.why, call.path("decision"))
    if row is None:
        raise not_found()
    return {
        **row["explain"],
        "id": row["id"],
        "outcome": "answer" if row["outcome"] == "suggest" else row["outcome"],
        "mode": "suggest" if row["outcome"] == "suggest" else row["explain"].get("mode"),
        "reason": row["reason"],
        "at": views.iso(row["at"]),
        "took_ms": row["took_us"] / 1000,
    }


async def _seen(call: Call) -> dict[str, Any]:
    cid = call.path("conversation")
    row = await call.services.store.read(thread.one, cid)
    more = await call.services.store.read(beside.of, [cid])
    return {"conversation": views.conversation(row, call.services, more.get(cid))}


async def takeover(call: Call) -> Any:
    """Take a conversation over; ``in_flight`` names automatic sends that could not be stopped any more."""
    in_flight = await call.services.desk.takeover(call.path("conversation"), call.principal.id)
    return {**await _seen(call), "in_flight": in_flight}


async def reply(call: Call) -> Any:
    """Send a person's reply; whoever sends takes the conversation over."""
    body: ReplyBody = call.body
    send = await call.services.desk.reply(
        call.path("conversation"),
        call.principal.id,
        Reply(body.text, Origin(body.origin), body.suggestion, body.entry, body.then, body.seen, body.phrase),
    )
    lines = await call.services.store.read(thread.lines, call.path("conversation"))
    sent = next((views.line(one) for one in lines if one["id"] == send), {"id": send, "status": "pending"})
    return {**await _seen(call), "line": sent}


async def note(call: Call) -> Any:
    """Keep an internal note."""
    made = await call.services.desk.note(call.path("conversation"), call.principal.id, call.body.text)
    return {**await _seen(call), "line": {"id": made}}


async def release(call: Call) -> Any:
    """Give the conversation back to the bot."""
    await call.services.desk.release(call.path("conversation"), call.principal.id)
    return await _seen(call)


async def transfer(call: Call) -> Any:
    """Hand the conversation to a colleague who may work in this shop, or to a group; a reason is needed."""
    body: TransferBody = call.body
    colleagues = () if body.group else await call.services.people.desk_of(call.shop, DESK)
    if not body.group and body.to not in {one["id"] for one in colleagues}:
        raise Problem(
            422, "unknown_colleague", "对方不能接待这家店铺。", "They cannot work in this shop.", pointer="/to"
        )
    await call.services.passing.transfer(
        call.path("conversation"), call.principal.id, To(body.to, body.group), body.reason
    )
    return await _seen(call)


async def escalate(call: Call) -> Any:
    """Give the conversation to the supervisors, for a reason; counted apart from transfers."""
    await call.services.passing.escalate(call.path("conversation"), call.principal.id, call.body.reason)
    return await _seen(call)


async def close(call: Call) -> Any:
    """End the conversation."""
    await call.services.desk.close(call.path("conversation"), call.principal.id, call.body.reason)
    return await _seen(call)


async def reopen(call: Call) -> Any:
    """Undo a close."""
    await call.services.desk.reopen(call.path("conversation"), call.principal.id)
    return await _seen(call)


async def resend(call: Call) -> Any:
    """Send again what failed, as this person's own send."""
    send = await call.services.desk.resend(call.path("conversation"), call.principal.id, call.body.line)
    return {**await _seen(call), "line": {"id": send}}


async def suggestion(call: Call) -> Any:
    """Reject a draft."""
    await call.services.desk.reject(call.path("conversation"), call.principal.id, call.body.id)
    return await _seen(call)


async def read(call: Call) -> Any:
    """Mark as read."""
    await call.services.desk.read(call.path("conversation"), call.principal.id)
    await call.services.openings.opened(call.path("conversation"))
    return await _seen(call)


def _act(name: str, handler: Any, body: Any = None) -> Route:
    path = f"/api/v1/conversations/{{conversation}}/{name}"
    return Route("POST", path, handler, Auth.PERSON, DESK, Scope.CONVERSATION, body=body)


ROUTES = [
    Route(
        "GET",
        "/api/v1/conversations/{conversation}",
        detail,
        Auth.PERSON,
        EVERYBODY,
        Scope.CONVERSATION,
        query=ThreadQuery,
    ),
    Route(
        "GET",
        "/api/v1/decisions/{decision}",
        why,
        Auth.PERSON,
        EVERYBODY,
        Scope.DECISION,
    ),
    _act("takeover", recorded("taken_over", takeover)),
    _act("reply", reply, ReplyBody),
    _act("note", note, NoteBody),
    _act("release", recorded("released", release)),
    _act("transfer", recorded("transferred", transfer), TransferBody),
    _act("escalate", recorded("escalated", escalate), EscalateBody),
    _act("close", recorded("closed", close), CloseBody),
    _act("reopen", recorded("reopened", reopen)),
    _act("resend", recorded("resent", resend), ResendBody),
    _act("suggestion", suggestion, SuggestionBody),
    _act("read", read),
]
