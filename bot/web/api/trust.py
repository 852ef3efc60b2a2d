"""The door of trust: which entries have earned to answer by themselves, and the conversations behind each number."""

from __future__ import annotations

from typing import Any, Literal

from bot.web.route import EVERYBODY, Call, Route, Shape, in_shop


class BehindQuery(Shape):
    """Which number of the entry."""

    what: Literal[
        "used", "edited", "heavy", "rejected", "answered", "asked_again", "asked_for_person", "marked_wrong"
    ]  # fmt: skip


async def table(call: Call) -> Any:
    """What became of each entry's drafts and answers in the last 30 days, where it stands and why."""
    return await call.services.publishing.trust.table(call.shop)


async def behind(call: Call) -> Any:
    """The conversations behind one number, latest first, at most 200."""
    found = await call.services.publishing.trust.behind(call.shop, call.path("entry"), call.query.what)
    return {"items": found}


ROUTES: list[Route] = [
    in_shop("GET", "/trust", table, EVERYBODY, tags=("faq",)),
    in_shop("GET", "/trust/{entry}", behind, EVERYBODY, query=BehindQuery, tags=("faq",)),
]
