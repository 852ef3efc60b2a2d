"""The simulator's door: a buyer to play, the signed webhook as sent, what became visible, faults and the clock."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from adapters.base import Ack, Channel, Delivery
from bot.core.message import Kind
from bot.service.directory import ZONE
from bot.store.ids import new_id, to_ms
from bot.web import views
from bot.web.problem import Problem, not_found
from bot.web.recording import recorded
from bot.web.route import ADMIN, ADMINS, EVERYBODY, OPERATOR, SUPERVISOR, Auth, Call, Route, Scope, Shape
from bot.web.webhooks import answer

WIRE_KEPT = 300
BURST_BUYERS = 20
BURST_S = 60
BURST_LINES = (
    "什么时候发货",
    "发什么快递",
    "能开发票吗",
    "支持七天无理由吗",
    "运费谁出",
    "我要找人工",
    "有优惠券吗",
    "这个多少钱",
    "退款多久到账",
    "什么时候补货",
)
PLAYERS = (OPERATOR, SUPERVISOR, ADMIN)


class SayBody(Shape):
    """What a simulated buyer does. ``after`` repeats, breaks or delays the delivery, as platforms do."""

    buyer: str = Field("buyer-1", min_length=1, max_length=60)
    name: str = Field("", max_length=60)
    text: str = Field("", max_length=5000)
    kind: str = "text"
    fault: Literal["repeat", "bad_signature", "out_of_order"] | None = None


class WireQuery(Shape):
    """What came after an id."""

    after: str = ""


class ChatQuery(Shape):
    """Whose chat."""

    buyer: str = "buyer-1"


class ClockBody(Shape):
    """The shop's clock: its speed, a jump forward, or a pause."""

    rate: float | None = Field(None, ge=0, le=3600)
    pause: bool | None = None
    jump_to: str | None = None
    advance_s: float | None = Field(None, ge=0, le=86_400 * 31)


class FaultBody(Shape):
    """How the fake platform's send address behaves."""

    send: Literal["none", "refuse", "stall", "cut_before", "cut_after", "rate_limit"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One webhook call as sent, and our answer."""

    id: str
    at: datetime
    request: dict[str, Any]
    response: dict[str, Any]


class Wire:
    """The last webhook calls of each simulated channel, as the platform saw them. In memory only."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[Exchange]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def add(self, channel: str, exchange: Exchange) -> None:
        """Keep one."""
        self._kept.setdefault(channel, deque(maxlen=WIRE_KEPT)).append(exchange)

    def of(self, channel: str, after: str) -> list[Exchange]:
        """Those of a channel after an id, oldest first."""
        return [one for one in self._kept.get(channel, ()) if one.id > after]

    def wipe(self, channel: str) -> None:
        """Forget a channel's."""
        self._kept.pop(channel, None)


def _channel(call: Call) -> Channel:
    channel: Channel = call.services.directory.channels[call.path("channel")]
    if channel.adapter != "sandbox":
        raise not_found()
    return channel


async def deliver(call: Call, channel: Channel, delivery: Delivery) -> dict[str, Any]:
    """Bring one webhook to our own door, as the platform would, and keep what was said."""
    services = call.services
    ack: Ack = await answer(services, channel, services.directory.adapter(channel), delivery)
    request = {"headers": dict(delivery.headers), "body": delivery.body.decode("utf-8", "replace")}
    response = {"status": ack.status, "body": ack.body.decode("utf-8", "replace")}
    now = services.clocks.now(channel.shop)
    services.wire.add(channel.key, Exchange(new_id(services.clocks.real()), now, request, response))
    return {"request": request, "response": response}


async def say(call: Call) -> Any:
    """A buyer writes; the server signs, as the fake platform would."""
    channel, body = _channel(call), call.body
    if body.kind not in set(Kind):
        raise Problem(422, "invalid", f"没有消息类型 {body.kind}。", f"No kind {body.kind}.", pointer="/kind")
    now = call.services.clocks.now(channel.shop)
    sent_at = now - timedelta(seconds=40) if body.fault == "out_of_order" else None
    delivery = call.services.simulator.say(
        channel, body.buyer, body.text, kind=Kind(body.kind), name=body.name, sent_at=sent_at
    )
    if body.fault == "bad_signature":
        delivery = replace(delivery, body=delivery.body + b" ")
    told = await deliver(call, channel, delivery)
    if body.fault == "repeat":
        told = await deliver(call, channel, delivery)
    return {"delivery": told}


async def wire(call: Call) -> Any:
    """The webhook calls as sent with our answers, and our sends with the platform's, oldest first."""
    channel = _channel(call)
    came = [
        {
            "id": one.id,
            "at": one.at,
            "direction": "in",
            "request": one.request,
            "response": one.response,
        }
        for one in call.services.wire.of(channel.key, "")
    ]
    went = [
        {
            "id": send.id,
            "at": send.at,
            "direction": "out",
            "request": {"headers": dict(send.headers), "body": send.body.decode("utf-8", "replace")},
            "response": {"status": send.status, "body": send.told.decode("utf-8", "replace")},
        }
        for send in call.services.simulator.sends(channel.key)
    ]
    items = sorted([*came, *went], key=lambda item: item["at"])
    known = [index for index, item in enumerate(items) if item["id"] == call.query.after]
    fresh = items[known[-1] + 1 :] if known else items
    return {"items": [{**item, "at": views.moment(item["at"])} for item in fresh]}


async def chat(call: Call) -> Any:
    """What the buyer sees."""
    lines = call.services.simulator.visible(_channel(call).key, call.query.buyer)
    return [
        {
            "id": line.message_id,
            "at": views.moment(line.at),
            "from": "buyer" if line.sender == "buyer" else "shop",
            "text": line.text,
            "kind": line.kind,
            "recalled": line.recalled,
        }
        for line in lines
        if line.kind not in ("recall", "report")
    ]


async def clock(call: Call) -> Any:
    """Set the simulated shop's clock; it only goes forward."""
    channel, body = _channel(call), call.body
    services, shop = call.services, channel.shop
    own = services.clocks.own(shop)
    at = None
    if body.advance_s is not None:
        at = services.clocks.now_ms(shop) + round(body.advance_s * 1000)
    if body.jump_to is not None:
        at = _jump(services.clocks.now(shop), body.jump_to)
    rate = own.rate if own else 1.0
    if body.rate is not None:
        rate = body.rate
    if body.pause is not None:
        rate = 0.0 if body.pause else (body.rate or 1.0)
    await services.shops.set_clock(shop, rate=rate, at=at)
    return views.clock(services, services.directory.shops[shop])


def _jump(now: datetime, to: str) -> int:
    """The next moment at a local time of day, or the moment named."""
    try:
        if len(to) == 5:
            hour, minute = (int(part) for part in to.split(":"))
            local = now.astimezone(ZONE)
            then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return to_ms(then if then > local else then + timedelta(days=1))
        named = datetime.fromisoformat(to)
        if named.tzinfo is None:
            raise ValueError("no offset")
        return to_ms(named)
    except ValueError as error:
        raise Problem(
            422,
            "time",
            "时间要写成 22:59 或带时区的完整时间。",
            "The time is 22:59, or a full time with an offset.",
            pointer="/jump_to",
        ) from error


async def faults(call: Call) -> Any:
    """Make the fake platform's send address misbehave, or heal it."""
    channel = _channel(call)
    call.services.make_fault(channel.key, call.body.send)
    return {"send": call.body.send}


async def burst(call: Call) -> Any:
    """压一压: twenty buyers write within one minute of the shop's clock."""
    channel = _channel(call)
    task = asyncio.create_task(_burst(call, channel))
    call.services.wire.tasks.add(task)
    task.add_done_callback(call.services.wire.tasks.discard)
    return {"buyers": BURST_BUYERS, "seconds": BURST_S}


async def _burst(call: Call, channel: Channel) -> None:
    clocks, shop = call.services.clocks, channel.shop
    run, began = new_id(clocks.real())[-4:], clocks.now_ms(shop)
    for number in range(BURST_BUYERS):
        text = BURST_LINES[number % len(BURST_LINES)]
        delivery = call.services.simulator.say(channel, f"burst-{run}-{number + 1}", text, name=f"买家{number + 1}")
        await deliver(call, channel, delivery)
        own = clocks.own(shop)
        left_s = BURST_S * (number + 1) / BURST_BUYERS - (clocks.now_ms(shop) - began) / 1000
        await asyncio.sleep(min(max(left_s, 0.0) / max(own.rate if own else 1.0, 1.0), BURST_S / BURST_BUYERS))


async def wipe(call: Call) -> Any:
    """Take away everything simulated in this shop: its conversations, books and deliveries."""
    channel = _channel(call)
    await call.services.setup.wipe(channel.shop, by=call.principal.id)
    call.services.wire.wipe(channel.key)
    call.services.simulator.forget(channel.key)
    return {"wiped": channel.shop}


def _route(method: str, name: str, handler: Any, roles: tuple[str, ...], **more: Any) -> Route:
    path = f"/api/v1/sim/{{channel}}/{name}"
    return Route(method, path, handler, Auth.PERSON, roles, Scope.CHANNEL, **more)


ROUTES = [
    _route("POST", "say", say, EVERYBODY, body=SayBody),
    _route("GET", "wire", wire, EVERYBODY, query=WireQuery),
    _route("GET", "chat", chat, EVERYBODY, query=ChatQuery),
    _route("POST", "clock", clock, PLAYERS, body=ClockBody),
    _route("POST", "faults", faults, PLAYERS, body=FaultBody),
    _route("POST", "burst", burst, PLAYERS),
    _route("POST", "wipe", recorded("simulation_wiped", wipe), ADMINS),
]
