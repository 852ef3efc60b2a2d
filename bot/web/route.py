"""How a route is declared: what it takes and gives, and who may call it. An undeclared route does not exist.

A handler gets a ``Call`` (who calls, the validated body and query, the services) and returns a value that is sent as
JSON, or a response of its own. The guard has already settled rights: objects of another shop are 404.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from bot.service.principal import ADMIN, AGENT, EVERYBODY, NOBODY, OPERATOR, SUPERVISOR, Principal

__all__ = [
    "ADMIN",
    "ADMINS",
    "AGENT",
    "DESK",
    "EDITORS",
    "EVERYBODY",
    "NOBODY",
    "OPERATOR",
    "SUPERVISOR",
    "WATCHERS",
    "Auth",
    "Call",
    "Handler",
    "Principal",
    "Route",
    "Scope",
    "Shape",
]


class Auth(StrEnum):
    """How the caller is known."""

    NONE = "none"
    """Anybody (start, login, health)."""
    SIGNATURE = "signature"
    """The platform's signature, checked by the channel's adapter."""
    LOOPBACK = "loopback"
    """From this machine, or with any valid token."""
    PERSON = "person"
    """A cookie or a bearer token, with one of the declared roles."""


class Scope(StrEnum):
    """In which shop the caller needs the role."""

    NONE = "none"
    """No role is asked; for ``Auth.PERSON`` any login will do."""
    ANY = "any"
    """In any shop: the handler shows only the caller's shops."""
    SHOP = "shop"
    """In the shop named by ``{shop}`` in the path."""
    CHANNEL = "channel"
    """In the shop of the channel ``{channel}``."""
    CONVERSATION = "conversation"
    """In the shop of the conversation ``{conversation}``."""
    DECISION = "decision"
    """In the shop of the decision ``{decision}``."""
    INQUIRY = "inquiry"
    """In the shop of the inquiry ``{inquiry}``."""
    DELIVERY = "delivery"
    """In the shop of the delivery ``{delivery}``."""
    INSTALL = "install"
    """In ``*``: the whole installation."""


DESK = (AGENT, SUPERVISOR, ADMIN)
EDITORS = (OPERATOR, ADMIN)
WATCHERS = (SUPERVISOR, ADMIN)
ADMINS = (ADMIN,)


@dataclass(slots=True)
class Call:
    """One call of a route: the request, who calls, in which shop, and what was sent."""

    request: web.Request
    services: Any
    """``bot.web.services.Services``: everything a handler may use."""
    principal: Principal = NOBODY
    shop: str = ""
    body: Any = None
    query: Any = None

    def path(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One route, declared. ``body``/``query``/``returns`` are pydantic models: validation and OpenAPI come from them."""

    method: str
    path: str
    handler: Handler
    auth: Auth
    roles: tuple[str, ...] = ()
    scope: Scope = Scope.NONE
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    returns: Any = None
    summary: str = ""
    """What it does in a sentence; the handler's own docstring where none is given."""
    raw: bool = False
    """The handler reads the body itself (files)."""
    limit: int = 1 << 20
    """The largest body taken, in bytes."""
    tags: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.summary:
            object.__setattr__(self, "summary", self.handler.__doc__ or "")


def in_shop(method: str, path: str, handler: Handler, roles: tuple[str, ...], **more: Any) -> Route:
    """Declare a person's route in one shop; ``path`` is what follows the shop."""
    return Route(method, f"/api/v1/shops/{{shop}}{path}", handler, Auth.PERSON, roles, Scope.SHOP, **more)


def in_conversation(method: str, path: str, handler: Handler, roles: tuple[str, ...], **more: Any) -> Route:
    """Declare a person's route in one conversation; ``path`` is what follows the conversation."""
    full = f"/api/v1/conversations/{{conversation}}{path}"
    return Route(method, full, handler, Auth.PERSON, roles, Scope.CONVERSATION, **more)


class Shape(BaseModel):
    """The base of bodies and queries at the people's door: unknown fields are an error, not a silent loss."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}
