"""The door of trust: which entries have earned to answer by themselves, and the conversations behind each number."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bot.web.route import ADMIN, EVERYBODY, OPERATOR, SUPERVISOR, Call, Route, Shape, in_shop

READERS = (OPERATOR, SUPERVISOR, ADMIN)


class BehindQuery(Shape):
    """Which number of the entry."""

    what: Literal[
        "used", "edited", "heavy", "rejected", "answered", "asked_again", "asked_for_person", "marked_wrong"
    ]  # fmt: skip


class ShadowQuery(Shape):
    """How many days back."""

    days: int = Field(30, ge=1, le=180)


async def table(call: Call) -> Any:
    """What became of each entry's drafts and answers in the last 30 days, where it stands and why."""
    return await call.services.publishing.trust.table(call.shop)


async def behind(call: Call) -> Any:
    """The conversations behind one number, latest first, at most 200."""
    found = await call.services.publishing.trust.behind(call.shop, call.path("entry"), call.query.what)
    return {"items": found}


async def shadow(call: Call) -> Any:
    """Play the last days silently: what the bot would have answered, whether people said the same, and the reply rate
    under each way of following up."""
    return await call.services.publishing.shadow.stored(call.shop, call.query.days)


ROUTES: list[Route] = [
    in_shop("GET", "/shadow", shadow, READERS, query=ShadowQuery, tags=("faq",)),
    in_shop("GET", "/trust", table, EVERYBODY, tags=("faq",)),
    in_shop("GET", "/trust/{entry}", behind, EVERYBODY, query=BehindQuery, tags=("faq",)),
]
