"""Who may call what: every route × every caller × own and other shop, from the list of routes itself.

The guard is asked for real, over HTTP and a real store; behind it stands a handler that only says it was reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import App
from bot.settings import Settings
from bot.store import tables
from bot.store.people import keep_token
from bot.store.shops import save_channels, save_shops
from bot.web.guard import SERVICES, handler_of
from bot.web.route import ADMIN, AGENT, EVERYBODY, OPERATOR, SUPERVISOR, Auth, Route, Scope
from bot.web.routes import ALL

REACHED = 299
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /api/v1/openapi.json",
    "GET /api/v1/start/state",
    "POST /api/v1/start/owner",
    "POST /api/v1/login",
    "POST /api/v1/login/link",
}
"""What anybody may call. A new one needs a reason, and a line here."""
ANY_LOGIN = {
    "POST /api/v1/logout",
    "GET /api/v1/me",
    "PATCH /api/v1/me",
    "POST /api/v1/me/password",
    "GET /api/v1/me/sessions",
    "DELETE /api/v1/me/sessions/{session}",
    "GET /api/v1/packs",
    "GET /api/v1/ways",
    "GET /api/v1/import/template.xlsx",
}
"""What every login may call, whatever the role: one's own account, and what is the same for everybody."""
FOR_ADMINS = ("/users", "/tokens", "/audit", "/rotate", "/wipe")
SHOP_PART = {
    Scope.SHOP: "shop",
    Scope.CHANNEL: "channel",
    Scope.CONVERSATION: "conversation",
    Scope.DECISION: "decision",
    Scope.INQUIRY: "inquiry",
    Scope.DELIVERY: "delivery",
}


@dataclass(frozen=True)
class Caller:
    """Somebody with one role, in the shop ``own`` or in all."""

    role: str | None
    where: str = "own"

    @property
    def name(self) -> str:
        return f"{self.role}@{self.where}" if self.role else "nobody"


CALLERS = [Caller(None), *(Caller(role, where) for role in EVERYBODY for where in ("own", "*"))]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def expected(route: Route, caller: Caller, shop: str) -> int:
    """What a caller must get. ``shop`` is where the object lies: own, other or missing."""
    if route.auth in (Auth.NONE, Auth.SIGNATURE, Auth.LOOPBACK):
        return REACHED
    if caller.role is None:
        return 401
    if route.scope is Scope.NONE:
        return REACHED
    holds = caller.role in route.roles
    if route.scope is Scope.INSTALL:
        return REACHED if holds and caller.where == "*" else 403
    if route.scope is Scope.ANY:
        return REACHED if holds else 403
    if shop == "missing" or (shop == "other" and caller.where == "own"):
        return 404
    return REACHED if holds else 403


def path_of(route: Route, shop: str) -> str:
    """A path of the route that leads to an object of a shop."""
    path = route.path
    for scope, part in SHOP_PART.items():
        value = {"shop": shop, "channel": f"{shop}.wire"}.get(part, f"{part}-of-{shop}")
        if scope is route.scope:
            path = path.replace(f"{{{part}}}", value)
    while "{" in path:
        path = path[: path.index("{")] + "x" + path[path.index("}") + 1 :]
    return path


@pytest.fixture
async def app(tmp_path) -> AsyncIterator[App]:
    made = App(Settings(data=tmp_path))
    await made.open()
    await made.store.write(put_shops)
    await made.directory.reload()
    people = made.services.people
    for caller in CALLERS:
        if caller.role:
            row = people.token_row(caller.name, f"value of {caller.name}", caller.role, [caller.where])
            await made.store.write(keep_token, row)
    yield made
    for client in made.clients.values():
        await client.close()
    await made.store.close()


def put_shops(conn: sa.Connection) -> None:
    """Two shops, each with a channel, a conversation, a decision, an inquiry and a delivery."""
    for shop in ("own", "other"):
        words = {"id": shop, "name": shop, "platform": "internal", "bot_mode": "auto", "human_follow_up": "always"}
        times = {"clock_real": 0, "clock_shop": 0, "clock_rate": 1.0, "created_at": 0}
        save_shops(conn, [{**words, **times, "simulated": False, "stopped": False, "options": {}}])
        wire = {"key": f"{shop}.wire", "shop": shop, "adapter": "sandbox", "secrets": "", "send_url": ""}
        save_channels(conn, [{**wire, "options": {}, "created_at": 0}])
        put(conn, tables.conversation, shop, "conversation")
        put(conn, tables.decision, shop, "decision")
        put(conn, tables.inquiry, shop, "inquiry")
        put(conn, tables.delivery, shop, "delivery")


def put(conn: sa.Connection, table: sa.Table, shop: str, kind: str) -> None:
    """A row that has nothing but its id and shop; other columns get a value of their type that says nothing."""
    row = {column.name: empty(column, shop) for column in table.columns if not column.nullable}
    conn.execute(sa.insert(table).values(**row | {"id": f"{kind}-of-{shop}", "shop": shop}))


def empty(column: sa.Column[Any], shop: str) -> Any:
    if isinstance(column.type, sa.JSON):
        return []
    if isinstance(column.type, sa.LargeBinary):
        return b""
    if isinstance(column.type, sa.Boolean):
        return False
    return 0 if isinstance(column.type, sa.Integer | sa.Float) else shop


async def reached(_call: Any) -> web.Response:
    return web.Response(status=REACHED)


@pytest.fixture
async def guarded(app) -> AsyncIterator[TestClient[Any, Any]]:
    """The guard of every route, with nothing behind it."""
    site = web.Application()
    site[SERVICES] = app.services
    for route in ALL:
        bare = replace(route, handler=reached, body=None, query=None, raw=True)
        site.router.add_route(route.method, route.path, handler_of(bare))
    async with TestClient(TestServer(site, host="127.0.0.1")) as client:
        yield client


async def ask(client: TestClient[Any, Any], method: str, path: str, caller: Caller) -> int:
    headers = {"Authorization": f"Bearer value of {caller.name}"} if caller.role else {}
    async with client.request(method, path, headers=headers) as answer:
        return answer.status


async def test_every_route_lets_in_exactly_whom_it_declares(guarded):
    wrong = []
    asked = 0
    for route in ALL:
        for shop in ("own", "other", "missing") if route.scope in SHOP_PART else ("own",):
            for caller in CALLERS:
                asked += 1
                status = await ask(guarded, route.method, path_of(route, shop), caller)
                want = expected(route, caller, shop)
                if status != want:
                    wrong.append(f"{name_of(route)} in {shop} shop by {caller.name}: {status}, not {want}")
    assert wrong == []
    assert asked > 1000


async def test_one_caller_of_another_shop_sees_the_same_as_of_a_missing_one(guarded):
    """Two 404 that differ would tell which conversations exist."""
    headers = {"Authorization": "Bearer value of admin@own"}
    for route in ALL:
        if route.scope not in SHOP_PART:
            continue
        bodies = []
        for shop in ("other", "missing"):
            async with guarded.request(route.method, path_of(route, shop), headers=headers) as answer:
                body = await answer.json()
                bodies.append((answer.status, {key: value for key, value in body.items() if key != "id"}))
        assert bodies[0] == bodies[1], name_of(route)


async def test_what_is_asked_by_shop_gives_nothing_of_another_shop(app):
    """Routes over several shops narrow down by themselves: with real handlers, another shop is like a missing one."""
    site = web.Application()
    site[SERVICES] = app.services
    routes = [route for route in ALL if route.scope is Scope.ANY and route.method == "GET" and route.query is not None]
    by_shop = [route for route in routes if route.query and "shop" in route.query.model_fields]
    for route in by_shop:
        site.router.add_get(route.path, handler_of(route))
    assert len(by_shop) >= 3
    async with TestClient(TestServer(site, host="127.0.0.1")) as client:
        for route in by_shop:
            for role in route.roles:
                told = []
                for shop in ("other", "missing"):
                    headers = {"Authorization": f"Bearer value of {role}@own"}
                    async with client.get(route.path, params={"shop": shop}, headers=headers) as answer:
                        told.append((answer.status, "other" in await answer.text()))
                assert told[0] == told[1], f"{name_of(route)} by {role}"
                assert told[0][0] in (200, 404), f"{name_of(route)} by {role}: {told}"
                assert not told[0][1], f"{name_of(route)} by {role} speaks of the other shop"


def test_what_anybody_may_call_is_a_short_list():
    assert {name_of(route) for route in ALL if route.auth is Auth.NONE} == OPEN
    assert {name_of(route) for route in ALL if route.auth is Auth.SIGNATURE} == {
        "GET /webhooks/{channel}",
        "POST /webhooks/{channel}",
    }
    assert {name_of(route) for route in ALL if route.auth is Auth.LOOPBACK} == {"GET /metrics"}


def test_what_every_login_may_call_is_a_short_list():
    assert {name_of(route) for route in ALL if route.auth is Auth.PERSON and route.scope is Scope.NONE} == ANY_LOGIN


def test_a_scope_comes_with_roles_and_its_part_of_the_path():
    for route in ALL:
        assert bool(route.roles) is (route.scope is not Scope.NONE), name_of(route)
        assert set(route.roles) <= {AGENT, SUPERVISOR, OPERATOR, ADMIN}, name_of(route)
        if route.scope in SHOP_PART:
            assert f"{{{SHOP_PART[route.scope]}}}" in route.path, name_of(route)


@pytest.mark.parametrize("part", ["shop", "channel", "conversation", "decision", "inquiry", "delivery"])
def test_an_object_in_the_path_is_always_checked_by_its_scope(part):
    """``/shops/{shop}/…`` without the scope of that shop would be open to every shop."""
    scopes = {route.scope for route in ALL if f"{{{part}}}" in route.path and route.auth is Auth.PERSON}
    assert {scope.value for scope in scopes} <= {part}


def test_people_tokens_secrets_and_wiping_are_for_admins():
    for route in ALL:
        if any(word in route.path for word in FOR_ADMINS):
            assert route.roles == (ADMIN,), name_of(route)


async def test_a_route_without_roles_lets_nobody_in(app):
    """Deny by default: a scope with no declared role is closed to admins too."""
    site = web.Application()
    site[SERVICES] = app.services
    for scope in (Scope.SHOP, Scope.ANY, Scope.INSTALL):
        site.router.add_get(f"/{scope}/{{shop}}", handler_of(Route("GET", "/", reached, Auth.PERSON, (), scope)))
    async with TestClient(TestServer(site, host="127.0.0.1")) as client:
        for scope in (Scope.SHOP, Scope.ANY, Scope.INSTALL):
            assert await ask(client, "GET", f"/{scope}/own", Caller(ADMIN, "*")) == 403
