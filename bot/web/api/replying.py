"""The door around a reply: what a draft is worth, drafts kept on the server, what became of those the bot proposed, who
looks and who types."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Literal

from pydantic import Field

from bot.core.message import Origin
from bot.service.directory import ZONE
from bot.store.ids import to_ms
from bot.store.reading import beside
from bot.web.route import DESK, EVERYBODY, Call, Route, Shape, in_conversation, in_shop


class CheckDraftBody(Shape):
    """What somebody is about to send."""

    text: str
    origin: Literal["typed", "quick_phrase", "suggested"] = "typed"


class DraftBody(Shape):
    """What somebody has begun to write; an empty text takes it away."""

    text: str
    mode: Literal["reply", "note"] = "reply"


class LookBody(Shape):
    """Whether you type; ``here`` false says that you look elsewhere now."""

    typing: bool = False
    here: bool = True


class SpanQuery(Shape):
    """How many local days, today included."""

    days: int = Field(1, ge=1, le=366)


async def suggestions(call: Call) -> Any:
    """What became of the drafts the bot proposed: used as they were, edited, rejected, overtaken, still open."""
    last = call.services.clocks.now(call.shop).astimezone(ZONE).date()
    since = to_ms(datetime.combine(last - timedelta(days=call.query.days - 1), time(), ZONE))
    return {"days": call.query.days, **await call.services.store.read(beside.suggestions, call.shop, since)}


async def check(call: Call) -> Any:
    """What a draft would be worth if it were sent now: whether it counts and until when, what it leaves open."""
    body: CheckDraftBody = call.body
    return await call.services.checking.check(
        call.path("conversation"), call.principal.id, body.text, Origin(body.origin)
    )


async def keep(call: Call) -> Any:
    """Keep a draft of yours on the server."""
    body: DraftBody = call.body
    cid = call.path("conversation")
    await call.services.drafts.keep(call.shop, cid, call.principal.id, body.mode, body.text)
    return {"mode": body.mode, "length": len(body.text)}


async def look(call: Call) -> Any:
    """Say that you look at a conversation, or type in it; every ten seconds while you do."""
    cid, who = call.path("conversation"), call.principal.id
    if call.body.here:
        await call.services.drafts.looks(call.shop, cid, who, typing=call.body.typing)
    else:
        await call.services.drafts.leaves(cid, who)
    call.services.feed.ring({call.shop})
    return {}


ROUTES: list[Route] = [
    in_shop("GET", "/suggestions", suggestions, EVERYBODY, query=SpanQuery, tags=("desk",)),
    in_conversation("POST", "/draft-check", check, DESK, body=CheckDraftBody, tags=("desk",)),
    in_conversation("PUT", "/draft", keep, DESK, body=DraftBody, tags=("desk",)),
    in_conversation("POST", "/looking", look, DESK, body=LookBody, tags=("desk",)),
]
