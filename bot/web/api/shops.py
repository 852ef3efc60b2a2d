"""The door to shops and channels: settings, the stop switch, secrets shown once."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from adapters.base import Channel
from bot.service.faq_gate import DECISIVE, Act, Otherwise
from bot.service.plain_yaml import DocumentError
from bot.service.shops import NewShop, new_channel_key
from bot.service.trying import NOTHING_READ, options_in, try_payload
from bot.web import views
from bot.web.api.faq_shapes import Reason
from bot.web.problem import Problem
from bot.web.recording import recorded
from bot.web.route import ADMINS, EVERYBODY, WATCHERS, Auth, Call, Route, Scope, Shape

Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Hours(Shape):
    """When people are there, in the shop's local time."""

    start: Time
    end: Time


class Notices(Shape):
    """The shop's own automatic texts; an empty one is not sent. ``timed_answer_s`` 0 = no timed answer."""

    welcome: str | None = Field(None, max_length=500)
    out_of_hours: str | None = Field(None, max_length=500)
    handoff: str | None = Field(None, max_length=500)
    timed: str | None = Field(None, max_length=500)
    timed_answer_s: int | None = Field(None, ge=0, le=86_400)


Words = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=40)]], Field(max_length=500)]


class Lists(Shape):
    """A shop's edits of the word lists that signals are heard by, by list name (``upset``, ``upset.except`` …)."""

    added: dict[str, Words] = {}
    removed: dict[str, Words] = {}


class ShopBody(Shape):
    """A new shop."""

    id: str
    name: str = Field(min_length=1, max_length=80)
    platform: str
    tier: str | None = None
    store_type: str | None = None
    open_date: str | None = None
    monthly_sales: float | None = None
    monthly_orders: int | None = Field(None, ge=0)
    promo_dates: list[date] | None = Field(None, max_length=366)
    category: str | None = Field(None, max_length=40)
    service_hours: Hours | None = None
    bot_mode: Literal["off", "suggest", "auto"] | None = None
    human_follow_up: Literal["always", "within_budget", "off"] | None = None


class AlarmLimits(Shape):
    """When a shop's people are called: seconds a handoff may go unclaimed; minutes a channel may be silent (0: never)."""

    unclaimed_s: int = Field(30, ge=5, le=3600)
    silent_min: int = Field(20, ge=0, le=1440)


class ShopChange(Shape):
    """What is to change; what is left out stays. ``service_hours`` null takes them away.

    ``promise_s``: how long a promise to come back runs (0: none is kept); ``holding_words``: words of the shop's own
    that only ask a buyer to wait; ``reason``: why another threshold, other word lists or hours may break cases
    of the gate.
    """

    name: str | None = Field(None, min_length=1, max_length=80)
    bot_mode: Literal["off", "suggest", "auto"] | None = None
    human_follow_up: Literal["always", "within_budget", "off"] | None = None
    threshold: float | None = Field(None, ge=0, le=100)
    partial_answers: bool | None = None
    lists: Lists | None = None
    service_hours: Hours | None = None
    notices: Notices | None = None
    tier: str | None = None
    promo_dates: list[date] | None = Field(None, max_length=366)
    category: str | None = Field(None, max_length=40)
    alarms: AlarmLimits | None = None
    promise_s: int | None = Field(None, ge=0, le=86_400)
    holding_words: list[str] | None = Field(None, max_length=100)
    reason: str = Reason


class StopBody(Shape):
    """Stop all automatic sends, or let them go on."""

    stopped: bool


Secrets = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=500)]], Field(max_length=20)]


class ChannelBody(Shape):
    """A new channel. The address may be on this machine; redirects are never followed. ``secrets``: those that the
    platform makes, ``name=value`` where it has several."""

    adapter: str = "standard"
    send_url: str = Field("", max_length=2000)
    options: dict[str, Any] = {}
    secrets: Secrets = []


class ChannelChange(Shape):
    """What is to change; what is left out stays. ``options`` are replaced as a whole; a secret that is replaced stays
    valid beside the new one."""

    send_url: str | None = Field(None, max_length=2000)
    options: dict[str, Any] | None = None
    secrets: Secrets = []


class TryBody(Shape):
    """A payload to be read under a channel's options; nothing of it is kept. ``text``: the options as YAML or JSON."""

    adapter: str = "standard"
    options: dict[str, Any] = {}
    text: str | None = Field(None, max_length=40_000)
    payload: str = Field(max_length=200_000)
    headers: dict[str, str] = {}


def base_url(call: Call) -> str:
    """Under which address platforms reach this server: the setting, else what the caller used."""
    return str(call.services.settings.public_url or f"{call.request.scheme}://{call.request.host}").rstrip("/")


async def listing(call: Call) -> Any:
    """The shops one may see, with settings, clocks and channels."""
    services = call.services
    return [
        views.shop(services.directory.shops[shop], services, base_url(call))
        for shop in call.principal.shops(services.directory.shops, EVERYBODY)
    ]


def _one(call: Call, shop: str) -> dict[str, Any]:
    return views.shop(call.services.directory.shops[shop], call.services, base_url(call))


async def create(call: Call) -> Any:
    """Make a shop; a real one begins in ``suggest``."""
    body: ShopBody = call.body
    more = body.model_dump(exclude={"id", "name", "platform", "bot_mode", "human_follow_up"}, exclude_none=True)
    await call.services.shops.add(
        NewShop(body.id, body.name, body.platform, False, body.bot_mode, body.human_follow_up, more),
        by=call.principal.id,
    )
    return _one(call, body.id)


async def change(call: Call) -> Any:
    """Change a shop's settings."""
    body: ShopChange = call.body
    given = body.model_dump(exclude_unset=True, mode="json")
    values = {k: given.pop(k) for k in ("name", "bot_mode", "human_follow_up") if given.get(k) is not None}
    if "notices" in given:
        texts = {**call.services.directory.shops[call.shop].options.get("notices", {}), **(given["notices"] or {})}
        if "timed_answer_s" in texts:
            given["timed_answer_s"] = texts.pop("timed_answer_s") or None
        given["notices"] = {k: v for k, v in texts.items() if v}
    what = next((name for name in given if name in DECISIVE), "")
    act = Act(what, call.principal.id, "", given.pop("reason", ""))
    also = await call.services.publishing.gate.hold_settings(call.shop, act, Otherwise(given))
    await call.services.shops.change(call.shop, values, given, by=call.principal.id, also=also)
    call.services.shelf.drop(call.shop)
    return _one(call, call.shop)


async def lists(call: Call) -> Any:
    """The word lists that say what goes to people, as they count in this shop, and what the shop added and took away."""
    shelved = await call.services.shelf.get(call.shop)
    edits = call.services.directory.shops[call.shop].options.get("lists") or {}
    return {
        "lists": {name: list(words) for name, words in shelved.base.lists.words.items()},
        "added": edits.get("added", {}),
        "removed": edits.get("removed", {}),
    }


async def stop(call: Call) -> Any:
    """全店停机器人: nothing automatic is sent from now on, or again."""
    await call.services.shops.change(call.shop, {"stopped": call.body.stopped}, {}, by=call.principal.id)
    return _one(call, call.shop)


async def add_channel(call: Call) -> Any:
    """Make a channel; a secret that was made for it is shown this once."""
    body: ChannelBody = call.body
    given = tuple(body.secrets)
    made = await call.services.shops.add_channel(
        Channel(new_channel_key(call.shop), call.shop, body.adapter, given, body.send_url, body.options),
        by=call.principal.id,
    )
    secret = made.secrets[-1] if len(made.secrets) > len(given) else None
    return {**views.channel(made.key, call.services, base_url(call)), "secret": secret}


async def change_channel(call: Call) -> Any:
    """Change a channel's address, options or secrets."""
    body: ChannelChange = call.body
    await call.services.shops.change_channel(call.path("channel"), body.model_dump(), by=call.principal.id)
    return views.channel(call.path("channel"), call.services, base_url(call))


async def try_channel(call: Call) -> Any:
    """What a payload would be read as under these options: ``{options, wrong, messages, odd, answer, handshake}``."""
    body: TryBody = call.body
    adapter = call.services.directory.adapters.get(body.adapter)
    if adapter is None:
        raise Problem(422, "adapter", f"没有适配器 {body.adapter}。", f"There is no adapter {body.adapter}.")
    try:
        options = body.options if body.text is None else options_in(body.text)
    except DocumentError as error:
        zh, _, en = error.message.partition(" / ")
        place = f"options:{error.line}" if error.line else "options"
        return {"options": None, "wrong": [{"where": place, "zh": zh, "en": en or zh}], **NOTHING_READ}
    raw = body.payload.encode("utf-8", "surrogatepass")
    told = try_payload(adapter, options, raw, body.headers, call.services.clocks.now(call.shop))
    return {**told, "options": options, "wrong": [_words(line) for line in told["wrong"]]}


async def examples(_call: Call) -> Any:
    """The shipped examples of options with a mapping, as they are written."""
    return await asyncio.to_thread(_examples)


@cache
def _examples() -> Any:
    folder = files("adapters").joinpath("standard", "examples")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return [{"name": one.name.removesuffix(".yaml"), "text": one.read_text("utf-8")} for one in found]


def _words(line: str) -> dict[str, str]:
    where, _, words = line.partition(": ")
    zh, _, en = words.partition(" · ")
    return {"where": where, "zh": zh, "en": en or zh}


async def rotate(call: Call) -> Any:
    """Give a channel a new secret; the former stays valid beside it. Shown this once."""
    secret = await call.services.shops.rotate(call.path("channel"), by=call.principal.id)
    return {"secret": secret}


ROUTES = [
    Route("GET", "/api/v1/channels/examples", examples, Auth.PERSON, ADMINS, Scope.ANY),
    Route("GET", "/api/v1/shops", listing, Auth.PERSON, EVERYBODY, Scope.ANY),
    Route(
        "POST",
        "/api/v1/shops",
        recorded("shop_made", create),
        Auth.PERSON,
        ADMINS,
        Scope.INSTALL,
        body=ShopBody,
    ),
    Route(
        "PATCH",
        "/api/v1/shops/{shop}",
        recorded("shop_changed", change),
        Auth.PERSON,
        ADMINS,
        Scope.SHOP,
        body=ShopChange,
    ),
    Route("GET", "/api/v1/shops/{shop}/lists", lists, Auth.PERSON, EVERYBODY, Scope.SHOP),
    Route(
        "POST",
        "/api/v1/shops/{shop}/stop",
        recorded("stop_switched", stop),
        Auth.PERSON,
        WATCHERS,
        Scope.SHOP,
        body=StopBody,
    ),
    Route(
        "POST",
        "/api/v1/shops/{shop}/channels",
        recorded("channel_made", add_channel),
        Auth.PERSON,
        ADMINS,
        Scope.SHOP,
        body=ChannelBody,
    ),
    Route("POST", "/api/v1/shops/{shop}/channels/try", try_channel, Auth.PERSON, ADMINS, Scope.SHOP, body=TryBody),
    Route(
        "PATCH",
        "/api/v1/channels/{channel}",
        recorded("channel_changed", change_channel),
        Auth.PERSON,
        ADMINS,
        Scope.CHANNEL,
        body=ChannelChange,
    ),
    Route(
        "POST",
        "/api/v1/channels/{channel}/rotate",
        recorded("secret_rotated", rotate),
        Auth.PERSON,
        ADMINS,
        Scope.CHANNEL,
    ),
]
