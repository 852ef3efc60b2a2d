"""The door for reports to the platform: filing, following, listing with what they do to the rate, evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from aiohttp import web
from pydantic import AwareDatetime, Field

from bot.service.reports import Step
from bot.web import views
from bot.web.recording import recorded
from bot.web.route import DESK, EVERYBODY, WATCHERS, Call, Route, Shape, in_conversation, in_shop

Status = Literal["filed", "accepted", "rejected"]
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class StepBody(Shape):
    """What happened at the platform, and on which local day (none: today)."""

    status: Status = "filed"
    day: date | None = None
    note: str = Field("", max_length=500)

    def step(self) -> Step:
        """As the service takes it."""
        return Step(self.status, self.day, self.note)


class ReportBody(StepBody):
    """Which message of the buyer is reported, and as what."""

    line: str
    kind: Literal["spam", "abuse"]


class NoticeBody(StepBody):
    """A notice given to the platform beforehand, for the span ``[start, end)``."""

    start: AwareDatetime
    end: AwareDatetime


class ReportsQuery(Shape):
    """Which reports, and over how many local days the rates go."""

    status: Literal["", "filed", "accepted", "rejected"] = ""
    days: int = Field(30, ge=1, le=366)


class EvidenceQuery(Shape):
    """As what kind of file."""

    kind: Literal["xlsx", "csv"] = "xlsx"


async def file(call: Call) -> Any:
    """Report a buyer's message to the platform as spam or abuse; the books follow the report's status."""
    body: ReportBody = call.body
    made = await call.services.reports.file(
        call.path("conversation"), body.line, body.kind, body.step(), by=call.principal.id
    )
    return {"id": made}


async def notice(call: Call) -> Any:
    """Keep a notice given to the platform beforehand."""
    body: NoticeBody = call.body
    start, end = datetime.fromisoformat(body.start.isoformat()), datetime.fromisoformat(body.end.isoformat())
    return {"id": await call.services.reports.notice(call.shop, start, end, body.step(), by=call.principal.id)}


async def step(call: Call) -> Any:
    """Write down what the platform did with a report."""
    await call.services.reports.step(call.shop, call.path("report"), call.body.step(), by=call.principal.id)
    return {"id": call.path("report"), "status": call.body.status}


async def listing(call: Call) -> Any:
    """Reports with every step, how many are open, and the rate as it is, without reports, and if all were accepted."""
    found = await call.services.reports.listing(call.shop, call.query.status, call.query.days)
    return {**found, "items": [views.report(item) for item in found["items"]]}


async def evidence(call: Call) -> web.Response:
    """All reports with the words around each, as a file."""
    kind = call.query.kind
    data = await call.services.reports.export(call.shop, kind)
    headers = {"Content-Disposition": f'attachment; filename="reports.{kind}"', "Content-Type": _TYPES[kind]}
    return web.Response(body=data, headers=headers)


ROUTES: list[Route] = [
    in_conversation("POST", "/reports", recorded("reported", file), DESK, body=ReportBody, tags=("desk",)),
    in_shop("GET", "/reports", listing, EVERYBODY, query=ReportsQuery, tags=("desk",)),
    in_shop("POST", "/reports", recorded("notice_kept", notice), WATCHERS, body=NoticeBody, tags=("desk",)),
    in_shop("POST", "/reports/{report}", recorded("report_followed", step), DESK, body=StepBody, tags=("desk",)),
    in_shop(
        "GET", "/reports/export", recorded("reports_exported", evidence), WATCHERS, query=EvidenceQuery, tags=("desk",)
    ),
]
