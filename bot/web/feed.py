"""The live feed: what was journalled, pushed to every open page; the same by polling. No text in it, only ids."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.store.engine import Store
from bot.store.reading import beside, journal
from bot.web import auth, views
from bot.web.problem import Problem
from bot.web.route import EVERYBODY, NOBODY, Auth, Call, Route, Scope, Shape

log = structlog.get_logger("feed")

HEARTBEAT_S = 20.0
MOST = 1 << 53
"""No journal is longer."""
LOOK_AGAIN_S = 1.0
"""How often a listener's right to listen is looked at again, and the table if the bell was not heard."""
CLOSE_UNAUTHORISED = 4401
GOODBYE_S = 1.0
"""How long a page may take to say good-bye."""


class Feed:
    """The bell: rung after each commit with the shops it touched. A lost ring costs speed, never an event."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiters: set[asyncio.Event] = set()
        self.closing = False

    def close(self) -> None:
        """Let every listener go: the server stops."""
        self.closing = True
        for waiter in self._waiters:
            waiter.set()

    def ring(self, shops: set[str]) -> None:
        """Wake everybody who listens."""
        if shops:
            for waiter in self._waiters:
                waiter.set()

    def listen(self) -> asyncio.Event:
        """Begin to hear the bell."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        return waiter

    def leave(self, waiter: asyncio.Event) -> None:
        """Stop hearing it."""
        self._waiters.discard(waiter)

    async def heads(self, shops: list[str]) -> dict[str, int]:
        """Where each shop's journal ends now."""
        return await self._store.read(journal.heads, shops)

    async def since(self, after: Mapping[str, int]) -> list[dict[str, Any]]:
        """What came after a place."""
        return await self._store.read(journal.since, after)


class FeedQuery(Shape):
    """Where to go on from: the cursor of the last message; empty = from now."""

    after: str = ""


def encode(cursor: Mapping[str, int]) -> str:
    """A place in several journals as one opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(dict(cursor))).decode().rstrip("=")


def decode(text: str) -> dict[str, int]:
    """The place a cursor names.

    Raises:
        Problem: it is no cursor.
    """
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return {str(shop): max(0, min(int(seq), MOST)) for shop, seq in found.items()}
    except (ValueError, AttributeError, TypeError, OverflowError) as error:
        raise Problem(
            422, "cursor", "游标不对，请重新打开页面。", "This is no cursor; open the page again.", pointer="/after"
        ) from error


class Told:
    """What a listener was told last of who looks where."""

    def __init__(self) -> None:
        self.looks: list[dict[str, Any]] = []


async def _message(call: Call, cursor: dict[str, int], told: Told) -> dict[str, Any] | None:
    """What there is to tell a listener, moving the cursor; None when nothing is new.

    ``looking`` is there when it has changed: who looks at which conversation or types in it, all of them.
    """
    services = call.services
    mine = call.principal.shops(services.directory.shops, EVERYBODY)
    for shop, head in (await services.feed.heads(mine)).items():
        if cursor.setdefault(shop, head) > head:
            cursor[shop] = 0  # A simulated shop that was wiped begins its journal anew.
    events = await services.feed.since({shop: cursor[shop] for shop in mine})
    for event in events:
        cursor[event["shop"]] = max(cursor[event["shop"]], event["seq"])
        event["at"] = views.iso(event["at"])
    looks = await services.store.read(beside.looks, mine, services.drafts.since(), call.principal.id)
    changed, told.looks = looks != told.looks, looks
    if not events and not changed:
        return None
    message = {"cursor": encode(cursor), "now": views.moment(services.clocks.real()), "events": events}
    return {**message, "looking": looks} if changed else message


def _nothing_new(call: Call, cursor: Mapping[str, int]) -> dict[str, Any]:
    return {"cursor": encode(cursor), "now": views.moment(call.services.clocks.real()), "events": []}


def _text(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode()


async def poll(call: Call) -> Any:
    """What came after a cursor, for pages that cannot hold a connection."""
    cursor = decode(call.query.after) if call.query.after else {}
    return await _message(call, cursor, Told()) or _nothing_new(call, cursor)


async def feed(call: Call) -> web.StreamResponse:
    """The feed as a WebSocket: a hello with the cursor at once, then what happens as it happens."""
    cursor = decode(call.query.after) if call.query.after else {}
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=4096, timeout=GOODBYE_S)
    await socket.prepare(call.request)
    waiter = call.services.feed.listen()
    reader = asyncio.create_task(_drain(socket))
    try:
        told = Told()
        await socket.send_str(_text(await _message(call, cursor, told) or _nothing_new(call, cursor)))
        while not reader.done() and not call.services.feed.closing:
            if not await _still_welcome(call):
                await socket.close(code=CLOSE_UNAUTHORISED, message=b"log in again")
                break
            message = await _message(call, cursor, told)
            if message:
                await socket.send_str(_text(message))
                continue
            await _next_ring(waiter, reader)
    except ConnectionError:
        log.debug("listener_gone")
    finally:
        call.services.feed.leave(waiter)
        reader.cancel()
        await socket.close(code=WSCloseCode.GOING_AWAY)
    return socket


async def _next_ring(waiter: asyncio.Event, reader: asyncio.Task[None]) -> None:
    ring = asyncio.create_task(waiter.wait())
    await asyncio.wait({ring, reader}, timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)
    ring.cancel()
    waiter.clear()


async def _drain(socket: web.WebSocketResponse) -> None:
    """Read until the page leaves; what it says is not asked for."""
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            break


async def _still_welcome(call: Call) -> bool:
    """Look again whether the listener may listen: a logout or change of role takes effect within a second."""
    principal = await auth.principal(call.request, call.services, touch=False)
    if principal is NOBODY:
        return False
    call.principal = principal
    return True


ROUTES = [
    Route(
        "GET",
        "/api/v1/feed",
        feed,
        Auth.PERSON,
        EVERYBODY,
        Scope.ANY,
        query=FeedQuery,
    ),
    Route(
        "GET",
        "/api/v1/feed/poll",
        poll,
        Auth.PERSON,
        EVERYBODY,
        Scope.ANY,
        query=FeedQuery,
    ),
]
