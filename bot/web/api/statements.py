"""The door to what is compared: the platform's own figures with ours, and agents with each other."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from urllib.parse import unquote

from pydantic import Field

from bot.service.statements import Statement
from bot.web import views
from bot.web.api.books import RatesQuery, counted, period
from bot.web.problem import not_found
from bot.web.recording import recorded
from bot.web.route import WATCHERS, Auth, Call, Handler, Route, Scope, Shape

FILE_AT_MOST = 2 << 20


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
    await call.services.statements.keep(call.shop, [given], by=call.principal.id)
    return await compared(call)


class FileQuery(Shape):
    """Whether to keep what was read (else it is only shown), and what a row covers that does not say."""

    apply: bool = False
    covers: Literal["day", "period"] = "day"


async def take_in(call: Call) -> Any:
    """Take in the platform's figures from a table (日期, and 百分比 or 分子 分母; .xlsx .xls .csv): all, or nothing where a
    row is wrong."""
    query: FileQuery = call.query
    data = await call.request.read()
    name = unquote(call.request.headers.get("X-Filename", "statements.xlsx"))
    return await call.services.statement_files.take_in(
        call.shop, data, name, covers=query.covers, apply=query.apply, by=call.principal.id
    )


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
    _route(
        "POST",
        "/shops/{shop}/statements/import",
        recorded("statements_read", take_in),
        Scope.SHOP,
        query=FileQuery,
        raw=True,
        limit=FILE_AT_MOST,
    ),
    _route("GET", "/shops/{shop}/statements", compared, Scope.SHOP),
    _route("GET", "/rates/agents", agents, Scope.ANY, query=RatesQuery),
]
