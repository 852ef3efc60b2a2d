"""From a declared route to a handler behind a guard: who calls, may they, is the body what the route says.

Deny by default. Objects of another shop look like nothing at all (404). Errors never show a traceback: an own fault is
a 503 with an id that the log carries too.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import Any

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.service.once import Once
from bot.service.refusal import Refusal
from bot.store import reading
from bot.store.ids import digest_id
from bot.web import auth
from bot.web.heads import time_left
from bot.web.problem import Problem, answer, invalid, not_found, refused, too_large
from bot.web.route import NOBODY, Auth, Call, Principal, Route, Scope
from bot.web.services import Services

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
log = structlog.get_logger("web")


def handler_of(route: Route) -> Any:
    """Put the guard before a route's handler."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            _refuse_packed(request)
            call = await _admit(route, request)
            return await _once(route, call)
        except web.HTTPException as error:
            if not isinstance(error, web.HTTPRequestEntityTooLarge):
                raise
            return answer(too_large(route.limit), request, secrets.token_hex(6))
        except Exception as error:
            return answer(_problem_of(error, route, trace := secrets.token_hex(6)), request, trace)

    return handle


def _problem_of(error: Exception, route: Route, trace: str) -> Problem:
    """What a caller is told of what went wrong; an own fault is logged under the number it is told with."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refusal):
        return refused(error)
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, web.RequestPayloadError):
        return Problem(400, "broken_body", "请求体不完整或格式不对。", "The body is broken.")
    log.error("own_fault", route=route.path, trace=trace, exc_info=error)
    return Problem(503, "own_fault", f"系统出错，请重试；编号 {trace}。", f"Our own fault, please retry; id {trace}.")


def _refuse_packed(request: web.Request) -> None:
    """Packed bodies are refused before a byte of them is unpacked.

    Raises:
        Problem: 415.
    """
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise Problem(
            415, "packed", "请不要压缩请求体（Content-Encoding）。", "Send the body without Content-Encoding."
        )


async def _admit(route: Route, request: web.Request) -> Call:
    services = request.app[SERVICES]
    call = Call(request, services)
    if route.auth is Auth.PERSON:
        call.principal = await auth.principal(request, services)
        if call.principal is NOBODY:
            raise Problem(401, "login_needed", "请先登录。", "Log in first.")
        call.shop = await _shop_of(route, request, services)
        await _check_rights(route, call)
    elif route.auth is Auth.LOOPBACK and not auth.is_local(request, services.settings):
        call.principal = await auth.principal(request, services)
        if call.principal is NOBODY:
            raise Problem(401, "login_needed", "需要令牌。", "A token is needed.")
    elif route.auth is Auth.NONE and route.method in WRITES:
        auth.refuse_foreign(request, services.settings)
    if route.query:
        call.query = route.query.model_validate(dict(request.query))
    if not route.raw and route.method in WRITES:
        await _arrived(request, route.limit, services.settings.body_deadline_s)
        call.body = await _body(route.body, request, route.limit)
    return call


async def _shop_of(route: Route, request: web.Request, services: Services) -> str:
    match = request.match_info
    if route.scope is Scope.SHOP:
        shop: str | None = match["shop"] if match["shop"] in services.directory.shops else None
    elif route.scope is Scope.CHANNEL:
        channel = services.directory.channels.get(match["channel"])
        shop = channel.shop if channel else None
    elif route.scope in (Scope.CONVERSATION, Scope.DECISION, Scope.INQUIRY, Scope.DELIVERY):
        shop = await services.store.read(reading.shop_of, route.scope.value, match[route.scope.value])
    else:
        return "*"
    if shop is None:
        raise not_found()
    return shop


async def _check_rights(route: Route, call: Call) -> None:
    problem = _refusal(route, call.principal, call.shop)
    if problem is not None:
        place = auth.place(call.request, call.services.settings)
        await call.services.people.refused(call.principal.id, f"{route.method} {route.path}", call.shop, place)
        raise problem


def _refusal(route: Route, principal: Principal, shop: str) -> Problem | None:
    """Why a caller may not use a route in a shop, None if they may. No declared role means nobody."""
    if route.scope is Scope.NONE:
        return None
    if route.scope is Scope.ANY:
        allowed = any(not roles.isdisjoint(route.roles) for roles in principal.roles.values())
    elif shop != "*" and not principal.roles_in(shop):
        return not_found()
    else:
        allowed = principal.may(route.roles, shop)
    return None if allowed else Problem(403, "not_allowed", "你的角色不能做这件事。", "Your role does not allow this.")


async def _arrived(request: web.Request, limit: int, within_s: float) -> None:
    """Wait for the whole body, not longer than a request may take.

    Raises:
        Problem: 408, it did not arrive in time; 413, it is too large.
    """
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    try:
        async with asyncio.timeout(time_left(request, within_s)):
            await request.read()
    except TimeoutError:
        raise Problem(408, "too_slow", "内容没有按时传完。", "The body did not arrive in time.") from None


async def _body(model: type[BaseModel] | None, request: web.Request, limit: int) -> Any:
    raw = await request.read()
    if len(raw) > limit:
        raise too_large(limit)
    if model is None:
        if raw.strip() not in (b"", b"{}", b"null"):
            raise Problem(422, "invalid", "这个请求不带内容。", "This call takes no body.", pointer="/")
        return None
    return model.model_validate_json(raw or b"{}")


async def _once(route: Route, call: Call) -> web.StreamResponse:
    """Run the handler; a write repeated with the same Idempotency-Key gets the first answer again.

    Another body or path under the same key is another command.
    """
    sent = call.request.headers.get("Idempotency-Key", "")
    if not sent or route.method not in WRITES or route.auth is not Auth.PERSON:
        return _respond(await route.handler(call))
    services = call.services
    once = Once(services.store, services.clocks, services.directory.vault)
    key = await _key(route, call, sent)
    first = await once.claim(key)
    if first is not None:
        return web.Response(status=first.status, body=first.body, content_type="application/json")
    try:
        response = _respond(await route.handler(call))
    except Exception:
        await once.drop(key)
        raise
    body = _repeatable(response)
    if body is None:
        await once.drop(key)
    else:
        await once.keep(key, response.status, body)
    return response


async def _key(route: Route, call: Call, sent: str) -> str:
    body = b"" if route.raw else await call.request.read()
    path = f"{route.method} {call.request.path_qs}"
    return digest_id("once", call.principal.id, path, sent, hashlib.sha256(body).hexdigest())


def _repeatable(response: web.StreamResponse) -> bytes | None:
    """The body of an answer that may be given again word for word: JSON that says yes and sets no cookie."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return None
    plain = response.status < 300 and response.content_type == "application/json" and not response.cookies
    return response.body if plain else None


def _respond(value: Any) -> web.StreamResponse:
    if isinstance(value, web.StreamResponse):
        return value
    return web.Response(body=orjson.dumps(value, default=_plain), content_type="application/json")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} is not JSON")
