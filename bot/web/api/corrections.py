"""The door for wrong answers: marking one, the cases kept from them, and what is proposed for the entries."""

from __future__ import annotations

from typing import Any, Literal

from bot.service.correcting import Wrong
from bot.web import views
from bot.web.api.faq_shapes import Reason
from bot.web.recording import recorded
from bot.web.route import DESK, EDITORS, EVERYBODY, Call, Route, Shape, in_conversation, in_shop


class WrongBody(Shape):
    """Which line of the bot was wrong, what should have answered (null: a person), what to propose for the entry (at
    first ``not_this``). What is left out stays as it was said before."""

    line: str
    expected: str | None = None
    propose: Literal["threshold", "not_this"] | None = None


class ProposalsQuery(Shape):
    """Which proposals."""

    state: Literal["open", "confirmed", "dismissed"] = "open"


class DecideBody(Shape):
    """What becomes of a proposal. ``reason``: why confirming it may break cases."""

    act: Literal["confirm", "dismiss"]
    reason: str = Reason


async def wrong(call: Call) -> Any:
    """Mark an automatic answer as wrong: a correction as your draft, the question kept as a case, a proposal for the
    entry, and the other buyers of the last 30 days who got that answer."""
    body: WrongBody = call.body
    said = Wrong(body.line, body.expected, body.propose or "", expects="expected" in body.model_fields_set)
    found = await call.services.correcting.wrong(call.shop, call.path("conversation"), call.principal.id, said)
    return {**found, "others": [_timed(one) for one in found["others"]]}


async def cases(call: Call) -> Any:
    """The questions kept with what should answer them; a new FAQ is held against them."""
    return {"items": [_timed(one) for one in await call.services.correcting.cases(call.shop)]}


async def drop_case(call: Call) -> Any:
    """Take a case away."""
    await call.services.correcting.drop_case(call.shop, call.path("case"), by=call.principal.id)
    return {"deleted": call.path("case")}


async def proposals(call: Call) -> Any:
    """What the desk proposes for entries."""
    found = await call.services.correcting.proposals(call.shop, call.query.state)
    return {"items": [_timed(one) for one in found]}


async def decide(call: Call) -> Any:
    """Confirm a proposal, which changes the entry at once, or dismiss it."""
    confirm = call.body.act == "confirm"
    found = await call.services.correcting.decide(
        call.shop, call.path("proposal"), confirm=confirm, by=call.principal.id, reason=call.body.reason
    )
    return {"id": found["id"], "state": found["state"], "entry": found["entry"]}


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    times: dict[str, Any] = {name: views.iso(row[name]) for name in ("at", "decided_at") if name in row}
    return {**row, **times}


ROUTES: list[Route] = [
    in_conversation("POST", "/wrong", recorded("answer_marked_wrong", wrong), DESK, body=WrongBody, tags=("desk",)),
    in_shop("GET", "/gate-cases", cases, EVERYBODY, tags=("desk",)),
    in_shop("DELETE", "/gate-cases/{case}", recorded("gate_case_deleted", drop_case), EDITORS, tags=("desk",)),
    in_shop("GET", "/proposals", proposals, EVERYBODY, query=ProposalsQuery, tags=("desk",)),
    in_shop(
        "POST", "/proposals/{proposal}", recorded("proposal_decided", decide), EDITORS, body=DecideBody, tags=("desk",)
    ),
]
