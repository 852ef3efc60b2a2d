"""The door to a shop's alarms: where they go, trying one out, and the log of what was told."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bot.core.alerts import AlarmKind
from bot.web import views
from bot.web.api.shops import Hours
from bot.web.recording import recorded
from bot.web.route import ADMINS, Call, Shape, in_shop

KIND = r"^[a-z_]{1,40}$"


class SinkBody(Shape):
    """A new sink. ``address`` is the robot's whole address, a ServerChan key, or an apprise URL; it may be on this
    machine, and redirects are never followed. ``kinds`` empty: all."""

    name: str = Field(min_length=1, max_length=40)
    way: str = Field(max_length=20)
    address: str = Field(min_length=1, max_length=1000)
    secret: str = Field("", max_length=200)
    kinds: list[str] = Field([], max_length=20)
    gather_s: int = Field(10, ge=0, le=600)
    quiet_s: int = Field(60, ge=0, le=3600)
    quiet_hours: Hours | None = None
    lang: Literal["zh-CN", "en"] = "zh-CN"


class SinkChange(Shape):
    """What is to change; what is left out stays. ``quiet_hours`` null takes them away; a new address brings its secret."""

    name: str | None = Field(None, min_length=1, max_length=40)
    address: str | None = Field(None, min_length=1, max_length=1000)
    secret: str | None = Field(None, max_length=200)
    kinds: list[str] | None = Field(None, max_length=20)
    gather_s: int | None = Field(None, ge=0, le=600)
    quiet_s: int | None = Field(None, ge=0, le=3600)
    quiet_hours: Hours | None = None
    lang: Literal["zh-CN", "en"] | None = None
    enabled: bool | None = None


class LogQuery(Shape):
    """Which page of the log."""

    after: str = ""
    limit: int = Field(50, ge=1, le=200)


async def sinks(call: Call) -> Any:
    """Where a shop's alarms go, which ways and kinds there are, and when people are called."""
    services = call.services
    limits = {"unclaimed_s": 30, "silent_min": 20, **services.directory.shops[call.shop].options.get("alarms", {})}
    return {
        "items": [_sink(one) for one in await services.alarms.sinks(call.shop)],
        "ways": list(services.alarms.ways),
        "kinds": [kind.value for kind in AlarmKind],
        "limits": limits,
        "public_url": services.settings.public_url,
    }


async def add(call: Call) -> Any:
    """Add a sink. Its address and secret are sealed and never shown again."""
    body: SinkBody = call.body
    made = await call.services.alarms.add(
        call.shop, body.way, body.address, body.secret, _values(body), by=call.principal.id
    )
    return _sink(made)


async def change(call: Call) -> Any:
    """Change a sink."""
    body: SinkChange = call.body
    made = await call.services.alarms.change(call.shop, call.path("sink"), _values(body), body.address, body.secret)
    return _sink(made)


async def remove(call: Call) -> Any:
    """Take a sink away."""
    await call.services.alarms.remove(call.shop, call.path("sink"))
    return {}


async def test(call: Call) -> Any:
    """Tell a sink that this is a test, and say how that ended."""
    told = await call.services.alarms.test(call.shop, call.path("sink"))
    return {"ok": told.ok, "result": told.words}


async def log(call: Call) -> Any:
    """What was told, newest first: when, to which sink, of what, with which result in words."""
    offset = views.offset(call.query.after)
    rows = await call.services.alarms.log(call.shop, offset, call.query.limit + 1)
    more = str(offset + call.query.limit) if len(rows) > call.query.limit else None
    return {"items": [_told(row) for row in rows[: call.query.limit]], "next": more}


def _values(body: SinkBody | SinkChange) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True, exclude={"way", "address", "secret"})
    if "quiet_hours" in values:
        values["quiet_hours"] = values["quiet_hours"] or {}
    return values


def _sink(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "created_at": views.moment(row["created_at"]), "quiet_hours": row["quiet_hours"] or None}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in ("id", "sink", "name", "way", "state", "kinds", "tries", "test", "result")}
    times = {name: views.iso(row[name]) for name in ("created_at", "next_at", "done_at")}
    return {**named, **times, "alarms": len(row["told"])}


ROUTES = [
    in_shop("GET", "/alarms", sinks, ADMINS, tags=("alarms",)),
    in_shop("POST", "/alarms", recorded("alarm_sink_added", add), ADMINS, body=SinkBody, tags=("alarms",)),
    in_shop(
        "PATCH", "/alarms/{sink}", recorded("alarm_sink_changed", change), ADMINS, body=SinkChange, tags=("alarms",)
    ),
    in_shop("DELETE", "/alarms/{sink}", recorded("alarm_sink_removed", remove), ADMINS, tags=("alarms",)),
    in_shop("POST", "/alarms/{sink}/test", test, ADMINS, tags=("alarms",)),
    in_shop("GET", "/alarms/log", log, ADMINS, query=LogQuery, tags=("alarms",)),
]
