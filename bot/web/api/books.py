"""The books' door: the rate with all that it was counted from, and each inquiry with the reason in words."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from bot.service.scorecards import Period
from bot.store.reading import rates
from bot.web import auth, views
from bot.web.problem import not_found
from bot.web.route import EVERYBODY, WATCHERS, Auth, Call, Handler, Route, Scope, Shape

FILES = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "csv": ("application/zip", "zip"),
}


class PeriodQuery(Shape):
    """The ``days`` local days that end with ``last`` (today, where none is named), or all from ``first`` on."""

    days: int = Field(30, ge=1, le=366)
    first: date | None = None
    last: date | None = None


class RatesQuery(PeriodQuery):
    """Which shop, over which days."""

    shop: str


class ShopQuery(Shape):
    """Which shop."""

    shop: str


class ExportQuery(RatesQuery):
    """As which file: a workbook, or a zip of two .csv."""

    format: Literal["xlsx", "csv"] = "xlsx"


class InquiriesQuery(RatesQuery):
    """Which of them: a verdict's reason, ``owed due missed answered``, or a mark of the KPI set (``violation announced
    passed_on unexplained incomplete misspoken unsolved``); of which day, weekday (Monday is 1) or hour;
    whose first reply; from where."""

    reason: str = ""
    date: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    weekday: int | None = Field(None, ge=1, le=7)
    hour: int | None = Field(None, ge=0, le=23)
    agent: str | None = None
    after: str = ""
    limit: int = Field(50, ge=1, le=200)


async def scorecard(call: Call) -> Any:
    """A shop's rate: numerator and denominator, lines, reasons, days, and the ruleset behind it."""
    mine(call, call.query.shop)
    card = await call.services.scorecards.scorecard(call.query.shop, period(call))
    card["ruleset"]["overrides"] = views.overrides(await call.services.rules.overrides(call.query.shop))
    return await counted(call, call.query.shop, card)


async def forecast(call: Call) -> Any:
    """What a shop's rate still bears, and the next thirty days if all, the same share, or none is answered."""
    mine(call, call.query.shop)
    return await counted(call, call.query.shop, await call.services.forecasts.forecast(call.query.shop))


async def export(call: Call) -> web.Response:
    """The books as a file: one row an inquiry and one a reply; who took it is on record."""
    query: ExportQuery = call.query
    if query.shop not in call.services.directory.shops or not call.principal.may(WATCHERS, query.shop):
        raise not_found()
    data = await call.services.scorecards.export(query.shop, period(call), query.format)
    place = auth.place(call.request, call.services.settings)
    await call.services.people.audit(call.principal.id, "ledger_exported", shop=query.shop, place=place)
    kind, ending = FILES[query.format]
    name = quote(f"{call.services.directory.shops[query.shop].name}-台账.{ending}")
    named = f"attachment; filename=\"ledger.{ending}\"; filename*=UTF-8''{name}"
    return web.Response(body=data, headers={"Content-Type": kind, "Content-Disposition": named})


async def inquiries(call: Call) -> Any:
    """The inquiries behind a number, newest first."""
    query: InquiriesQuery = call.query
    mine(call, query.shop)
    first, last = (query.date, query.date) if query.date else period(call).texts
    offset = views.offset(query.after)
    narrowed = query.model_dump(include={"reason", "agent", "hour", "weekday"})
    rows = await call.services.store.read(
        rates.inquiries, query.shop, first, last, **narrowed, offset=offset, limit=query.limit + 1
    )
    return {
        "items": [_inquiry(row) for row in rows[: query.limit]],
        "next": str(offset + query.limit) if len(rows) > query.limit else None,
    }


async def explain(call: Call) -> Any:
    """How one inquiry counts and why, in words and data."""
    found = await call.services.explaining.explain(call.path("inquiry"))
    if found is None:
        raise not_found()
    return found


def period(call: Call, shop: str = "") -> Period:
    """The period a query names, in its shop's days (or those of ``shop``)."""
    query: PeriodQuery = call.query
    found: Period = call.services.scorecards.period(shop or call.query.shop, query.days, query.first, query.last)
    return found


async def counted(call: Call, shop: str, figures: dict[str, Any]) -> dict[str, Any]:
    """Figures with how far the shop's books are counted again (``recount``, None when they are): till then they move."""
    return {**figures, "recount": await call.services.recounting.progress(shop)}


def mine(call: Call, shop: str) -> None:
    """Make sure that the caller has a role in a shop; any other shop is as one that does not exist."""
    if shop not in call.services.directory.shops or not call.principal.roles_in(shop):
        raise not_found()


def _inquiry(row: dict[str, Any]) -> dict[str, Any]:
    ms = row["response_ms"]
    return {
        "id": row["id"],
        "conversation": row["conversation"],
        "buyer_name": row["buyer_name"] or row["buyer_id"],
        "opened_by": row["id"],
        "opened_at": views.iso(row["opened_at"]),
        "reason": row["reason"],
        "eligible": row["eligible"],
        "in_denominator": row["in_denominator"],
        "counted": row["counted"],
        "response_s": ms / 1000 if ms is not None else None,
        "due_at": views.iso(row["due_at"]),
        "owed": row["owed"],
        "waived": row["waived"],
        "night": row["night"],
        "rule": row["rule"],
        "ruleset": row["ruleset"],
        "text_excerpt": (row["text"] or "")[:60],
    }


def _get(path: str, handler: Handler, query: type[Shape] | None, **more: Any) -> Route:
    more = {"roles": EVERYBODY, "scope": Scope.ANY} | more
    return Route("GET", f"/api/v1{path}", handler, Auth.PERSON, query=query, **more)


ROUTES = [
    _get("/rates", scorecard, RatesQuery),
    _get("/rates/forecast", forecast, ShopQuery),
    _get("/rates/export", export, ExportQuery, roles=WATCHERS),
    _get("/inquiries", inquiries, InquiriesQuery),
    _get("/inquiries/{inquiry}/explain", explain, None, scope=Scope.INQUIRY),
]
