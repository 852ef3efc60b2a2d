"""The people's door for people: logging in and out, who I am, accounts, tokens, the record of acts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from bot.store.ids import from_ms, iso
from bot.web import auth
from bot.web.api.people_shapes import (
    Act,
    Acts,
    AgentsQuery,
    AuditQuery,
    Colleague,
    LinkBody,
    LoggedIn,
    LoginBody,
    Me,
    MeBody,
    NewPersonBody,
    NewToken,
    NewTokenBody,
    OwnPasswordBody,
    PersonBody,
    PersonOut,
    RoleIn,
    RoleOut,
    SessionOut,
    TokenOut,
)
from bot.web.problem import Problem, not_found
from bot.web.route import (
    ADMIN,
    ADMINS,
    DESK,
    EDITORS,
    NOBODY,
    WATCHERS,
    Auth,
    Call,
    Principal,
    Route,
    Scope,
)

BASE = "/api/v1"
_CAN = (("desk", DESK), ("faq", EDITORS), ("rates", WATCHERS), ("shops", ADMINS))


def me_of(principal: Principal) -> Me:
    """What a person's page is told about them."""
    held = frozenset().union(*principal.roles.values()) if principal.roles else frozenset()
    can = [code for code, roles in _CAN if not held.isdisjoint(roles)]
    if ADMIN in principal.roles_in("*"):
        can.append("people")
    pairs = sorted((shop, role) for shop, roles in principal.roles.items() for role in roles)
    return Me(id=principal.id, name=principal.name, lang=principal.lang, roles=_roles_out(pairs), can=can)


async def logged_in(call: Call, secret: str, **more: Any) -> web.Response:
    """The answer to a login: the cookie, and ``{me, **more}``. An older session of this browser ends."""
    settings, people = call.services.settings, call.services.people
    before = auth.session_secret(call.request, settings)
    if before:
        await people.logout(before, place=_place(call))
    me = me_of(await people.who(secret) or NOBODY)
    response = web.json_response({"me": me.model_dump()} | more)
    auth.set_cookie(response, call.request, settings, secret)
    return response


async def login(call: Call) -> web.Response:
    """Log in with name and password."""
    auth.require_cookie(call.request, call.services.settings)
    body: LoginBody = call.body
    return await logged_in(call, await call.services.people.login(body.name, body.password, _place(call)))


async def login_by_link(call: Call) -> web.Response:
    """Log in with a one-time link."""
    auth.require_cookie(call.request, call.services.settings)
    return await logged_in(call, await call.services.people.enter_by_link(call.body.link, _place(call)))


async def logout(call: Call) -> web.Response:
    """End this session."""
    settings = call.services.settings
    secret = auth.session_secret(call.request, settings)
    if secret and call.principal.is_person:
        await call.services.people.logout(secret, place=_place(call))
    response = web.json_response({})
    auth.clear_cookie(response, call.request, settings)
    return response


async def me(call: Call) -> Me:
    """Who is logged in."""
    return me_of(call.principal)


async def change_me(call: Call) -> Me:
    """Change one's own language."""
    _only_people(call)
    people, who = call.services.people, call.principal
    await people.change(who.id, lang=call.body.lang, by=who.id, place=_place(call))
    return me_of(Principal(who.id, who.name, who.roles, call.body.lang))


async def change_my_password(call: Call) -> web.Response:
    """Change one's own password. All sessions end; this browser gets a new one."""
    _only_people(call)
    people, who, place = call.services.people, call.principal, _place(call)
    await people.logout(await people.login(who.name, call.body.old, place), place=place)
    await people.set_password(who.id, call.body.new, by=who.id, place=place)
    return await logged_in(call, await people.open_session(who.id, place))


async def sessions(call: Call) -> list[SessionOut]:
    """One's own sessions, the last used first."""
    _only_people(call)
    secret = auth.session_secret(call.request, call.services.settings)
    return [_session_out(row) for row in await call.services.people.sessions(call.principal.id, secret)]


async def end_session(call: Call) -> dict[str, Any]:
    """End one of one's own sessions; it is gone on the next request."""
    _only_people(call)
    await call.services.people.end_session(call.principal.id, call.path("session"), place=_place(call))
    return {}


async def users(call: Call) -> list[PersonOut]:
    """Everybody who may log in."""
    return [_person_out(row) for row in await call.services.people.everybody()]


async def add_user(call: Call) -> PersonOut:
    """Add somebody."""
    body: NewPersonBody = call.body
    roles = _roles_in(call, body.roles)
    made = await call.services.people.add(
        body.name, body.password, roles, lang=body.lang, by=call.principal.id, place=_place(call)
    )
    return await _person(call, made)


async def change_user(call: Call) -> PersonOut:
    """Change somebody. New roles, a new password and disabling end their sessions at once."""
    body: PersonBody = call.body
    who = call.path("user")
    await call.services.people.change(
        who,
        name=body.name,
        lang=body.lang,
        roles=None if body.roles is None else _roles_in(call, body.roles),
        password=body.password,
        disabled=body.disabled,
        by=call.principal.id,
        place=_place(call),
    )
    return await _person(call, who)


async def tokens(call: Call) -> list[TokenOut]:
    """All tokens, without their values."""
    return [_token_out(row) for row in await call.services.people.tokens()]


async def add_token(call: Call) -> NewToken:
    """Make a token. Its value is shown this once."""
    body: NewTokenBody = call.body
    _check_shops(call, body.shops, "/shops/{}")
    made = await call.services.people.add_token(
        body.name, body.role, body.shops, by=call.principal.id, place=_place(call)
    )
    return NewToken(**made | {"created_at": _iso(made["created_at"])})


async def remove_token(call: Call) -> dict[str, Any]:
    """Take a token away."""
    await call.services.people.remove_token(call.path("token"), by=call.principal.id, place=_place(call))
    return {}


async def agents(call: Call) -> list[Colleague]:
    """People a conversation of a shop can be given to."""
    shop = call.query.shop
    if shop not in call.services.directory.shops or not call.principal.may(DESK, shop):
        raise not_found()
    return [Colleague(**row) for row in await call.services.people.desk_of(shop, DESK)]


async def audit(call: Call) -> Acts:
    """Who did what, when, from where; newest first."""
    query: AuditQuery = call.query
    rows = await call.services.people.audit_page(
        before=query.after, what=query.what, who=query.who, limit=query.limit + 1
    )
    page = rows[: query.limit]
    return Acts(items=[_act(row) for row in page], next=page[-1]["id"] if len(rows) > query.limit else None)


def _place(call: Call) -> str:
    return auth.place(call.request, call.services.settings)


def _only_people(call: Call) -> None:
    if not call.principal.is_person:
        raise Problem(403, "not_a_person", "令牌不能做这件事，请用账号登录。", "A token cannot do this. Log in.")


def _roles_in(call: Call, roles: Sequence[RoleIn]) -> list[tuple[str, str]]:
    _check_shops(call, [one.shop for one in roles], "/roles/{}/shop")
    return [(one.shop, one.role) for one in roles]


def _check_shops(call: Call, shops: Sequence[str], pointer: str) -> None:
    for number, shop in enumerate(shops):
        if shop != "*" and shop not in call.services.directory.shops:
            raise Problem(
                422,
                "no_such_shop",
                f"没有编号为“{shop}”的店铺；全部店铺写 *。",
                f"There is no shop {shop}; write * for all shops.",
                pointer=pointer.format(number),
            )


def _roles_out(pairs: Iterable[tuple[str, str]]) -> list[RoleOut]:
    return [RoleOut(role=role, shop=shop) for shop, role in pairs]


async def _person(call: Call, person_id: str) -> PersonOut:
    return next(_person_out(row) for row in await call.services.people.everybody() if row["id"] == person_id)


def _person_out(row: dict[str, Any]) -> PersonOut:
    seen = row["seen_at"]
    return PersonOut(
        **{name: row[name] for name in ("id", "name", "lang", "disabled")},
        created_at=_iso(row["created_at"]),
        seen_at=None if seen is None else _iso(seen),
        roles=_roles_out(row["roles"]),
    )


def _session_out(row: dict[str, Any]) -> SessionOut:
    times = {name: _iso(row[name]) for name in ("created_at", "seen_at")}
    return SessionOut(id=row["id"], here=row["here"], place=row["from_where"], **times)


def _token_out(row: dict[str, Any]) -> TokenOut:
    return TokenOut(**row | {"created_at": _iso(row["created_at"])})


def _act(row: dict[str, Any]) -> Act:
    named = {name: row[name] for name in ("id", "who", "who_name", "what", "ref", "shop", "detail")}
    return Act(**named, at=_iso(row["at"]), place=row["from_where"])


def _iso(stored: int) -> str:
    return iso(from_ms(stored))


def _open(method: str, path: str, handler: Any, **more: Any) -> Route:
    return Route(method, BASE + path, handler, Auth.NONE, tags=("people",), **more)


def _mine(method: str, path: str, handler: Any, **more: Any) -> Route:
    return Route(method, BASE + path, handler, Auth.PERSON, tags=("people",), **more)


def _manage(method: str, path: str, handler: Any, **more: Any) -> Route:
    return _mine(method, path, handler, roles=ADMINS, scope=Scope.INSTALL, **more)


ROUTES: list[Route] = [
    _open("POST", "/login", login, body=LoginBody, returns=LoggedIn),
    _open("POST", "/login/link", login_by_link, body=LinkBody, returns=LoggedIn),
    _mine("POST", "/logout", logout),
    _mine("GET", "/me", me, returns=Me),
    _mine("PATCH", "/me", change_me, body=MeBody, returns=Me),
    _mine("POST", "/me/password", change_my_password, body=OwnPasswordBody, returns=LoggedIn),
    _mine("GET", "/me/sessions", sessions, returns=list[SessionOut]),
    _mine("DELETE", "/me/sessions/{session}", end_session),
    _mine("GET", "/agents", agents, roles=DESK, scope=Scope.ANY, query=AgentsQuery, returns=list[Colleague]),
    _manage("GET", "/users", users, returns=list[PersonOut]),
    _manage("POST", "/users", add_user, body=NewPersonBody, returns=PersonOut),
    _manage("PATCH", "/users/{user}", change_user, body=PersonBody, returns=PersonOut),
    _manage("GET", "/tokens", tokens, returns=list[TokenOut]),
    _manage("POST", "/tokens", add_token, body=NewTokenBody, returns=NewToken),
    _manage("DELETE", "/tokens/{token}", remove_token),
    _manage("GET", "/audit", audit, query=AuditQuery, returns=Acts),
]
