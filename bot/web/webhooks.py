"""The platforms' door: raw bytes in, a yes only after the message is on disk, an answer in time always."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from adapters.base import Ack, Adapter, BadSignature, Channel, Delivery, Facts, Fetch, Handshake, Odd, Unreadable
from bot.web.heads import time_left
from bot.web.route import Call
from bot.web.services import Services

log = structlog.get_logger("webhooks")


async def receive(call: Call) -> web.Response:
    """``POST /webhooks/{channel}``: check, read, store, then say yes in the platform's form."""
    services = call.services
    channel = services.directory.channels.get(call.path("channel"))
    if channel is None:
        return web.Response(status=404, text="no such channel")
    adapter = services.directory.adapter(channel)
    with services.gate.entered(channel.shop, _size(call)) as room:
        return await _taken(call, channel, adapter) if room else _response(adapter.retry_later())


def _size(call: Call) -> int:
    """How many bytes a body may take while it is read."""
    limit: int = call.services.settings.webhook_limit
    return min(call.request.content_length or limit, limit)


async def _taken(call: Call, channel: Channel, adapter: Adapter) -> web.Response:
    services = call.services
    limit = services.settings.webhook_limit
    try:
        if call.request.content.is_eof():
            # It came together with its head: nothing is waited for.
            body = await _body(call.request, limit)
        else:
            async with asyncio.timeout(time_left(call.request, services.settings.body_deadline_s)):
                body = await _body(call.request, limit)
    except TimeoutError:
        return web.Response(status=408, text="the body did not arrive in time")
    if body is None:
        return web.Response(status=413, text=f"a webhook body has at most {limit} bytes")
    delivery = Delivery(
        method=call.request.method,
        headers={name.lower(): value for name, value in call.request.headers.items()},
        query=dict(call.request.query) if call.request.query_string else {},
        body=body,
        received_at=services.clocks.real(),
    )
    return _response(await answer(services, channel, adapter, delivery))


async def _body(request: web.Request, limit: int) -> bytes | None:
    """The raw body, None as soon as it is over the limit (also when it only unpacks to more)."""
    if (request.content_length or 0) > limit:
        return None
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


async def answer(services: Services, channel: Channel, adapter: Adapter, delivery: Delivery) -> Ack:
    """Take one delivery in and return the answer it gets. An own fault asks the platform to send again."""
    try:
        outcome = adapter.read(delivery, channel, services.clocks.now(channel.shop))
    except BadSignature as why:
        services.intake.forged.add(channel, delivery, str(why), services.clocks.real_ms())
        return adapter.refused(str(why))
    except Unreadable as why:
        outcome = Facts(odd=(Odd("/", str(why)),))
    except Exception:
        # The adapter itself failed on a body that may well be signed: ask for it again, and tell people.
        log.exception("adapter_fault", channel=channel.key)
        return adapter.retry_later()
    if isinstance(outcome, Handshake):
        return outcome.ack
    instruction = outcome.instruction if isinstance(outcome, Fetch) else {}
    facts = Facts() if isinstance(outcome, Fetch) else outcome
    pull = instruction.get("account", "")
    ack = await _store(services, channel, adapter, delivery, facts, pull)
    if pull:
        services.errands.rung(channel.key, instruction)
    return ack


async def _store(
    services: Services, channel: Channel, adapter: Adapter, delivery: Delivery, facts: Facts, pull: str
) -> Ack:
    """Say yes once it is on disk; if that takes too long say no: what is stored then is known as a repeat later."""
    storing = services.intake.receive(channel, delivery, facts, pull=pull)
    if not await services.patience.wait(storing):
        log.warning("store_too_slow", channel=channel.key)
        return adapter.retry_later()
    try:
        storing.result()
    except Exception as error:
        log.error("store_refused", channel=channel.key, error=type(error).__name__)
        return adapter.retry_later()
    return facts.ack or adapter.accepted()


def _response(ack: Ack) -> web.Response:
    return web.Response(status=ack.status, body=ack.body, headers={"Content-Type": ack.content_type, **ack.headers})
