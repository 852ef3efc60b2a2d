"""The door around a reply: what a draft is worth, drafts kept on the server, who looks and who types."""

from __future__ import annotations

from typing import Any, Literal

from bot.core.message import Origin
from bot.web.route import DESK, Call, Route, Shape, in_conversation


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
    in_conversation("POST", "/draft-check", check, DESK, body=CheckDraftBody, tags=("desk",)),
    in_conversation("PUT", "/draft", keep, DESK, body=DraftBody, tags=("desk",)),
    in_conversation("POST", "/looking", look, DESK, body=LookBody, tags=("desk",)),
]
