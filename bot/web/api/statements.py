"""The door to what is compared: the platform's own figures with ours, and agents with each other."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from bot.service.statements import Statement
from bot.web import views
from bot.web.api.books import RatesQuery, counted, period
from bot.web.problem import not_found
from bot.web.recording import recorded
from bot.web.route import WATCHERS, Auth, Call, Handler, Route, Scope, Shape


class StatementBody(Shape):
    """The platform's figure for a local day, or for the period that ends with it."""

    date: date
    covers: Literal["day", "period"] = "day"
    numerator: int | None = Field(None, ge=0, lt=1 << 31)
    denominator: int | None = Field(None, ge=0, lt=1 << 31)
    percent: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)


async def keep(call: Call) -> Any:
    """Keep the platform's own figure for a day; one entered before for that day is replaced."""
    body: StatementBody = call.body
    given = Statement(body.date, body.covers, body.numerator, body.denominator, body.percent)
    await call.services.statements.keep(call.shop, given, by=call.principal.id)
    return await compared(call)


async def compared(call: Call) -> Any:
    """The platform's figures, latest first, set against ours, with what could explain the difference."""
    found = await call.services.statements.compared(call.shop)
    return {"items": [{**one, "at": views.iso(one["at"])} for one in found]}


async def agents(call: Call) -> Any:
    """Each agent's share in time and share that counts, side by side."""
    query: RatesQuery = call.query
    if query.shop not in call.services.directory.shops or not call.principal.may(WATCHERS, query.shop):
        raise not_found()
    return await counted(call, query.shop, await call.services.agents.figures(query.shop, period(call)))


def _route(method: str, path: str, handler: Handler, scope: Scope, **more: Any) -> Route:
    return Route(method, f"/api/v1{path}", handler, Auth.PERSON, WATCHERS, scope, **more)


ROUTES = [
    _route("POST", "/shops/{shop}/statements", recorded("statement_kept", keep), Scope.SHOP, body=StatementBody),
    _route("GET", "/shops/{shop}/statements", compared, Scope.SHOP),
    _route("GET", "/rates/agents", agents, Scope.ANY, query=RatesQuery),
]
