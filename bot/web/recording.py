"""Acts on record: a handler wrapped so that what it did is kept, with who, on what, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

from bot.web import auth
from bot.web.route import Call, Handler

_PLACES = ("shop",)
"""Parts of a path that say where, not on what."""


def recorded(what: str, handler: Handler) -> Handler:
    """Let a handler's act go on record once it is done: the object in its path, else the ``id`` it answers with."""

    @wraps(handler)
    async def act(call: Call) -> Any:
        done = await handler(call)
        parts: Mapping[str, str] = call.request.match_info
        named = next((value for part, value in parts.items() if part not in _PLACES), "")
        ref = named or (str(done.get("id", "")) if isinstance(done, dict) else "")
        place = auth.place(call.request, call.services.settings)
        await call.services.people.audit(call.principal.id, what, ref=ref, shop=call.shop, place=place)
        return done

    return act
