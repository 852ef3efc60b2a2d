"""The desk's lists: which conversations are listed, and by what they can be narrowed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bot.service.desk_line import budget_facts
from bot.service.directory import ZONE
from bot.store.ids import to_ms
from bot.store.reading import buyers, queue
from bot.web import views
from bot.web.feed import encode
from bot.web.problem import not_found
from bot.web.route import EVERYBODY, Auth, Call, Route, Scope, Shape
from bot.web.services import Services


class QueueQuery(Shape):
    """Which list, of which shop or of the shops of which platform, from where; whose turn (``me``, ``nobody`` or an id),
    in which group, for which reason, with which label of the buyer. ``order``: the nearest deadline first, or the
    longest wait, or the newest message."""

    tab: Literal["waiting", "mine", "bot", "closed"] = "waiting"
    shop: str = ""
    platform: str = Field("", max_length=40)
    assigned: str = Field("", max_length=80)
    group: str = Field("", max_length=80)
    reason: str = Field("", max_length=40)
    label: str = Field("", max_length=20)
    order: Literal["", "longest", "newest"] = ""
    after: str = ""
    limit: int = Field(50, ge=1, le=200)


async def listing(call: Call) -> Any:
    """One page of a tab, with the counts of all four; ``budgets`` says what shops leave out that list within budget,
    ``cursor`` from where the feed tells what came after."""
    services, query = call.services, call.query
    mine = call.principal.shops(services.directory.shops, EVERYBODY)
    if query.shop and query.shop not in mine:
        raise not_found()
    known = services.directory.shops
    shops = [one for one in mine if query.shop in ("", one) and query.platform in ("", known[one].platform)]
    budgets = await services.desk_line.listed(shops)
    owed = queue.Owed(
        [shop for shop in shops if known[shop].follow_up == "always"],
        [one for standing in budgets.values() for one in standing.listed],
    )
    now = {shop: _now(services, shop) for shop in shops}
    offset = views.offset(query.after)
    # Taken first: who follows the feed from here misses nothing of what the list does not show yet.
    cursor = encode(await services.feed.heads(mine))
    narrow = queue.Narrow(query.assigned, query.group, query.reason, query.label)
    seen = await services.store.read(
        queue.seen,
        shops,
        query.tab,
        call.principal.id,
        owed,
        now,
        narrow,
        order=query.order,
        offset=offset,
        limit=query.limit + 1,
    )
    return {
        "items": [views.conversation(row, services, seen.beside.get(row["id"])) for row in seen.rows[: query.limit]],
        "next": str(offset + query.limit) if len(seen.rows) > query.limit else None,
        "counts": seen.counts,
        "budgets": {shop: budget_facts(one.spare, len(one.listed)) for shop, one in budgets.items()},
        "cursor": cursor,
        "now": views.moment(services.clocks.real()),
    }


def _now(services: Services, shop: str) -> queue.Now:
    at = services.clocks.now(shop)
    near = services.directory.ruleset(services.directory.shops[shop], at.astimezone(ZONE).date()).near
    return queue.Now(to_ms(at), near.warn_s * 1000, near.urgent_s * 1000)


async def labels(call: Call) -> Any:
    """The labels that buyers have in one's shops, by name."""
    mine = call.principal.shops(call.services.directory.shops, EVERYBODY)
    return {"items": await call.services.store.read(buyers.labels, mine)}


ROUTES = [
    Route("GET", "/api/v1/conversations", listing, Auth.PERSON, EVERYBODY, Scope.ANY, query=QueueQuery),
    Route("GET", "/api/v1/labels", labels, Auth.PERSON, EVERYBODY, Scope.ANY),
]
