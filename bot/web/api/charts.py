"""The door to figures over time: series, the way from question to person, and shops side by side."""

from __future__ import annotations

from typing import Any, Literal

from bot.web.api.books import PeriodQuery, RatesQuery, counted, mine, period
from bot.web.route import EVERYBODY, Auth, Call, Handler, Route, Scope, Shape

SHOWN = ("rate", "grade", "next_line", "avg_response_s", "auto_share", "volume", "owed", "waiting", "overdue")


class SeriesQuery(RatesQuery):
    """By what: day, hour of the day, or hour of the week."""

    by: Literal["day", "hour", "weekday_hour"] = "day"


async def series(call: Call) -> Any:
    """A shop's rate, volume and late replies over time, beside the period before."""
    mine(call, call.query.shop)
    found = await call.services.charts.series(call.query.shop, period(call), call.query.by)
    return await counted(call, call.query.shop, found)


async def flow(call: Call) -> Any:
    """From question to person: the funnel, why people were brought, and which entries answered."""
    mine(call, call.query.shop)
    return await counted(call, call.query.shop, await call.services.charts.flow(call.query.shop, period(call)))


async def shops(call: Call) -> Any:
    """The caller's shops side by side over a period."""
    services = call.services
    items = []
    for shop in call.principal.shops(services.directory.shops, EVERYBODY):
        card = await services.scorecards.scorecard(shop, period(call, shop))
        config = services.directory.shops[shop]
        facts = {"shop": shop, "name": config.name, "simulated": config.simulated, "period": card["period"]}
        items.append(await counted(call, shop, facts | {name: card[name] for name in SHOWN}))
    return {"items": items}


def _get(path: str, handler: Handler, query: type[Shape]) -> Route:
    return Route("GET", f"/api/v1{path}", handler, Auth.PERSON, EVERYBODY, Scope.ANY, query=query)


ROUTES = [
    _get("/rates/series", series, SeriesQuery),
    _get("/rates/flow", flow, RatesQuery),
    _get("/rates/shops", shops, PeriodQuery),
]
