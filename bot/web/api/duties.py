"""The door to duties with a limit of their own: what the night left."""

from __future__ import annotations

from typing import Any

from bot.web.route import EVERYBODY, Auth, Call, Route, Scope


async def night(call: Call) -> Any:
    """Inquiries of the night that still need a person's reply: who, since when, by when, and what the bot said."""
    return await call.services.nights.duties(call.shop)


ROUTES = [Route("GET", "/api/v1/shops/{shop}/night-duties", night, Auth.PERSON, EVERYBODY, Scope.SHOP)]
