"""From a declared route to a handler behind a guard: who calls, may they, is the body what the route says.

Deny by default. Objects of another shop look like nothing at all (404). Errors never show a traceback: an own fault is
a 503 with an id that the log carries too.
"""

from __future__ import annotations

import secrets
from typing import Any

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.store import reading
from bot.web import auth
from bot.web.problem import Problem, answer, invalid, not_found
from bot.web.route import NOBODY, Auth, Call, Principal, Route, Scope
from bot.web.services import Services

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
log = structlog.get_logger("web")


def handler_of(route: Route) -> Any:
    """Put the guard before a route's handler."""

    async def handle(request: web.Request) -> web.StreamResponse:
        trace = secrets.token_hex(6)
        try:
            call = await _admit(route, request)
            return await _once(route, call)
        except Problem as problem:
            return answer(problem, request, trace)
        except ValidationError as error:
            return answer(invalid(error), request, trace)
        except web.HTTPException:
            raise
        except Exception:
            log.exception("own_fault", route=route.path, trace=trace)
            fault = Problem(
                503, "own_fault", f"系统出错，请重试；编号 {trace}。", f"Our own fault, please retry; id {trace}."
            )
            return answer(fault, request, trace)

    return handle


async def _admit(route: Route, request: web.Request) -> Call:
    services = request.app[SERVICES]
    call = Call(request, services)
    if route.auth is Auth.PERSON:
        call.principal = await auth.principal(request, services)
        if call.principal is NOBODY:
            raise Problem(401, "login_needed", "请先登录。", "Log in first.")
        call.shop = await _shop_of(route, request, services)
        _check_rights(route, call.principal, call.shop)
    elif route.auth is Auth.LOOPBACK and request.remote not in ("127.0.0.1", "::1"):
        call.principal = await auth.principal(request, services)
        if call.principal is NOBODY:
            raise Problem(401, "login_needed", "需要令牌。", "A token is needed.")
    if route.query:
        call.query = route.query.model_validate(dict(request.query))
    if not route.raw and route.method in ("POST", "PUT", "PATCH", "DELETE"):
        call.body = await _body(route.body, request, route.limit)
    return call


async def _shop_of(route: Route, request: web.Request, services: Services) -> str:
    match = request.match_info
    if route.scope is Scope.SHOP:
        shop: str | None = match["shop"] if match["shop"] in services.directory.shops else None
    elif route.scope is Scope.CHANNEL:
        channel = services.directory.channels.get(match["channel"])
        shop = channel.shop if channel else None
    elif route.scope in (Scope.CONVERSATION, Scope.DECISION, Scope.INQUIRY):
        shop = await services.store.read(reading.shop_of, route.scope.value, match[route.scope.value])
    else:
        return "*"
    if shop is None:
        raise not_found()
    return shop


def _check_rights(route: Route, principal: Principal, shop: str) -> None:
    if route.scope is Scope.NONE:
        return
    if route.scope is Scope.ANY:
        if not any(not roles.isdisjoint(route.roles) for roles in principal.roles.values()):
            raise Problem(403, "not_allowed", "你的角色不能做这件事。", "Your role does not allow this.")
        return
    if shop != "*" and not principal.roles_in(shop):
        raise not_found()
    if not principal.may(route.roles, shop):
        raise Problem(403, "not_allowed", "你的角色不能做这件事。", "Your role does not allow this.")


async def _body(model: type[BaseModel] | None, request: web.Request, limit: int) -> Any:
    raw = await request.read()
    if len(raw) > limit:
        raise Problem(413, "too_large", f"内容超过 {limit} 字节。", f"The body is over {limit} bytes.")
    if model is None:
        if raw.strip() not in (b"", b"{}", b"null"):
            raise Problem(422, "invalid", "这个请求不带内容。", "This call takes no body.", pointer="/")
        return None
    return model.model_validate_json(raw or b"{}")


async def _once(route: Route, call: Call) -> web.StreamResponse:
    """Run the handler; a write repeated with the same Idempotency-Key gets the first answer again."""
    key = call.request.headers.get("Idempotency-Key", "")
    if not key or call.request.method == "GET" or route.auth is not Auth.PERSON:
        return _respond(await route.handler(call))
    owner = f"{call.principal.id}\x1f{call.request.method}\x1f{call.request.path}\x1f{key[:200]}"
    kept = await call.services.store.read(reading.answered_once, owner)
    if kept is not None:
        return web.Response(status=kept[0], body=kept[1].encode(), content_type="application/json")
    response = _respond(await route.handler(call))
    if isinstance(response, web.Response) and response.status < 300 and isinstance(response.body, bytes):
        await call.services.store.write(
            reading.keep_once, owner, response.status, response.body.decode(), call.services.clocks.real_ms()
        )
    return response


def _respond(value: Any) -> web.StreamResponse:
    if isinstance(value, web.StreamResponse):
        return value
    return web.Response(body=orjson.dumps(value, default=_plain), content_type="application/json")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} is not JSON")
