"""How the service is: health, readiness, status, metrics, the journal, and its own description."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import Field

import bot
from bot.store.reading import journal
from bot.web import openapi, views
from bot.web.problem import not_found
from bot.web.route import EVERYBODY, WATCHERS, Auth, Call, Route, Scope, Shape
from bot.web.services import Services

FREE_AT_LEAST = 64 << 20
READY_WITHIN_S = 1.0


class JournalQuery(Shape):
    """Which shop's journal, from where."""

    shop: str
    after: int = Field(0, ge=0, lt=1 << 53)
    limit: int = Field(500, ge=1, le=5000)


async def healthz(_call: Call) -> Any:
    """The process lives."""
    return {"ok": True}


async def readyz(call: Call) -> web.Response:
    """The service can take messages: store, disk and clock are fit; 503 with the reasons otherwise."""
    reasons = await _unfit(call)
    body = orjson.dumps({"ready": not reasons, "reasons": reasons})
    return web.Response(status=503 if reasons else 200, body=body, content_type="application/json")


async def _unfit(call: Call) -> list[str]:
    reasons = []
    try:
        await asyncio.wait_for(call.services.store.write(lambda _conn: None), READY_WITHIN_S)
    except Exception:
        # Whatever is wrong with the store, the answer is the same: do not send messages here now.
        reasons.append("store")
    if shutil.disk_usage(call.services.settings.data).free < FREE_AT_LEAST:
        reasons.append("disk")
    if call.services.clocks.real().year < 2025:
        reasons.append("clock_suspect")
    return reasons


async def status(call: Call) -> Any:
    """Counts of what came in, what waits, what is owed and how sends ended, over the shops one may see."""
    services = call.services
    mine = call.principal.shops(services.directory.shops, EVERYBODY)
    return await _figures(call, mine)


async def _figures(call: Call, shops: list[str]) -> dict[str, Any]:
    services = call.services
    found = await services.store.read(journal.status, shops)
    oldest = found["oldest"]
    sends = found["sends"]
    idle = not (found["waiting"] or services.answering.waiting or sends["pending"] or sends["sending"])
    return {
        **{name: found[name] for name in ("accepted", "repeats", "refused")},
        "waiting": found["waiting"],
        "owed": found["owed"],
        "oldest_s": round(max(0, services.clocks.real_ms() - oldest) / 1000, 3) if oldest else 0,
        "sends": sends,
        "workers": services.worker.count,
        "idle": idle,
    }


async def metrics(call: Call) -> web.Response:
    """The same for Prometheus."""
    figures = await _figures(call, list(call.services.directory.shops))
    registry = CollectorRegistry()
    for name in ("accepted", "repeats", "refused", "waiting", "owed", "oldest_s", "workers"):
        Gauge(f"miaohui_{name}", f"{name} (see /api/v1/status)", registry=registry).set(figures[name])
    for name, help_text, value in _of_the_process(call.services):
        Gauge(f"miaohui_{name}", help_text, registry=registry).set(value)
    sends = Gauge("miaohui_sends", "sends by state", ["state"], registry=registry)
    for state, count in figures["sends"].items():
        sends.labels(state).set(count)
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _of_the_process(services: Services) -> list[tuple[str, str, float]]:
    """What this process feels: name, meaning and value of each gauge."""
    pulse, gate = services.pulse, services.gate
    return [
        ("deciding", "messages in this process's hands that are not decided yet", services.answering.waiting),
        ("inside", "webhook calls between their first byte and their yes", gate.inside),
        ("turned_away", "webhook calls answered 503 since the start: no room, or the loop is late", gate.turned_away.total()),
        ("event_loop_lag_seconds", "how late the event loop woke last", pulse.lag_s),
        ("event_loop_lag_worst_seconds", "the worst of about the last minute", pulse.worst_s),
    ]  # fmt: skip


async def read_journal(call: Call) -> web.StreamResponse:
    """A shop's journal as JSON lines, in order of ``seq``; ids and codes only."""
    query: JournalQuery = call.query
    if query.shop not in call.services.directory.shops or not call.principal.may(WATCHERS, query.shop):
        raise not_found()
    lines = await call.services.store.read(journal.since, {query.shop: query.after}, query.limit)
    body = b"".join(orjson.dumps({**line, "at": views.iso(line["at"])}) + b"\n" for line in lines)
    return web.Response(body=body, content_type="application/x-ndjson")


async def description(call: Call) -> Any:
    """This API as OpenAPI 3.1."""
    return openapi.document(call.services.routes, bot.__version__)


def _get(path: str, handler: Any, auth: Auth, roles: tuple[str, ...] = (), **more: Any) -> Route:
    scope = Scope.ANY if roles else Scope.NONE
    return Route("GET", path, handler, auth, roles, scope, **more)


ROUTES = [
    _get("/healthz", healthz, Auth.NONE),
    _get("/readyz", readyz, Auth.NONE),
    _get("/metrics", metrics, Auth.LOOPBACK),
    _get("/api/v1/openapi.json", description, Auth.NONE),
    _get("/api/v1/status", status, Auth.PERSON, EVERYBODY),
    _get("/api/v1/journal", read_journal, Auth.PERSON, WATCHERS, query=JournalQuery),
]
