"""The door to the record of webhook calls: the list, one call step by step, the light, and trying it again."""

from __future__ import annotations

import base64
from typing import Any

import orjson
from pydantic import Field

from adapters.base import Channel, Delivery
from bot.core.alerts import SILENT_MIN
from bot.store.reading import deliveries as reading
from bot.web import views
from bot.web.api.shops import base_url
from bot.web.api.simulator import deliver
from bot.web.curl import PULLED, command
from bot.web.problem import Problem
from bot.web.recording import recorded
from bot.web.route import ADMINS, Auth, Call, Route, Scope, Shape

SIGNED = {"zh": "签名相符", "en": "the signature fits"}


class ListQuery(Shape):
    """Which calls, from where. ``result``: accepted, repeat, partly_read, unreadable or refused."""

    shop: str = ""
    channel: str = Field("", max_length=200)
    result: str = Field("", max_length=20)
    after: str = ""
    limit: int = Field(50, ge=1, le=200)


async def listing(call: Call) -> Any:
    """Webhook calls, newest first. ``refused`` are those with a wrong signature that this process saw: only when, how
    large and why is known of them, for nothing forged is kept."""
    services, query = call.services, call.query
    mine = call.principal.shops(services.directory.shops, ADMINS)
    shops = [query.shop] if query.shop in mine else [] if query.shop else mine
    offset = views.offset(query.after)
    kept = [] if query.result == "refused" else shops
    rows = await services.store.read(
        reading.page, kept, offset, query.limit + 1, channel=query.channel, result=query.result
    )
    more = str(offset + query.limit) if len(rows) > query.limit else None
    items = [{**row, "at": views.iso(row["at"])} for row in rows[: query.limit]]
    told = [] if offset or query.result not in ("", "refused") else _refused(call, shops)
    return {"items": items, "next": more, "refused": told}


def _refused(call: Call, shops: list[str]) -> list[dict[str, Any]]:
    services, wanted = call.services, call.query.channel
    keys = [one.key for shop in shops for one in services.directory.channels_of(shop) if wanted in ("", one.key)]
    found = sorted((one for key in keys for one in services.intake.forged.latest(key)), key=lambda one: -one.at)
    return [
        {"shop": one.shop, "channel": one.channel, "at": views.iso(one.at), "size": one.size, "why": _both(one.why)}
        for one in found[:50]
    ]


def _both(words: str) -> dict[str, str]:
    zh, _, en = words.partition(" · ")
    return {"zh": zh, "en": en or zh}


async def light(call: Call) -> Any:
    """How long each channel has been silent: ``ago_s`` since its last message, None before the first. ``silent``: longer
    than the shop wants to be told of."""
    services = call.services
    mine = call.principal.shops(services.directory.shops, ADMINS)
    channels = [one for shop in mine for one in services.directory.channels_of(shop)]
    last = await services.store.read(reading.last_of, [one.key for one in channels])
    return {"items": [_lit(call, one, last.get(one.key)) for one in channels]}


def _lit(call: Call, channel: Channel, last: int | None) -> dict[str, Any]:
    services, config = call.services, call.services.directory.shops[channel.shop]
    ago_s = None if last is None else max(0, services.clocks.now_ms(channel.shop) - last) // 1000
    after_min = int(config.options.get("alarms", {}).get("silent_min", SILENT_MIN))
    silent = ago_s is not None and after_min > 0 and ago_s >= after_min * 60
    named = {"channel": channel.key, "shop": channel.shop, "adapter": channel.adapter, "simulated": config.simulated}
    return {**named, "last_at": views.iso(last), "ago_s": ago_s, "silent": silent}


async def one(call: Call) -> Any:
    """One call: headers with secrets masked, body, signature in words, each message it told of with every step that
    followed, and the call as a command."""
    row = await call.services.store.read(reading.one, call.path("delivery"))
    followed = await call.services.store.read(reading.followed, row["brought"])
    headers, query = orjson.loads(row["headers"]), orjson.loads(row["query"])
    channel = call.services.directory.channels.get(row["channel"])
    url = f"{base_url(call)}/webhooks/{row['channel']}"
    try:
        text, raw = row["body"].decode(), None
    except UnicodeDecodeError:
        text, raw = row["body"].decode("utf-8", "replace"), base64.b64encode(row["body"]).decode()
    return {
        **{name: row[name] for name in ("id", "shop", "channel", "result", "detail", "accepted", "repeats")},
        "at": views.iso(row["at"]),
        "method": row["method"],
        "query": query,
        "headers": headers,
        "body": text,
        "body_base64": raw,
        "signature": {"fits": True, **SIGNED},
        "messages": [_steps(item) for item in followed],
        "curl": None if row["method"] == PULLED else command(row["method"], url, query, headers, row["body"]),
        "replayable": channel is not None and channel.adapter == "sandbox",
    }


def _steps(item: dict[str, Any]) -> dict[str, Any]:
    message, decision = item["message"] or {}, item["decision"]
    return {
        "id": item["id"],
        "how": item["how"],
        **{name: message.get(name) for name in ("conversation", "sender", "kind")},
        "at": views.iso(message.get("at")),
        "accepted_at": views.iso(message.get("accepted_at")),
        "decision": decision and {**decision, "at": views.iso(decision["at"])},
        "sends": [
            {
                **{name: send[name] for name in ("id", "status", "detail", "tries", "platform_id")},
                "class": send["reply_class"],
                "created_at": views.iso(send["created_at"]),
                "done_at": views.iso(send["done_at"]),
            }
            for send in item["sends"]
        ],
    }


async def replay(call: Call) -> Any:
    """Bring a simulated channel's call to our door once more, signed anew. Real channels are never replayed."""
    row = await call.services.store.read(reading.one, call.path("delivery"))
    channel = call.services.directory.channels.get(row["channel"])
    if channel is None or channel.adapter != "sandbox":
        raise Problem(
            409,
            "not_simulated",
            "只有模拟渠道可以重放；真实渠道请让平台重发。",
            "Only a simulated channel can be replayed; let the platform send again.",
        )
    headers = call.services.simulator.signed(channel, row["body"])
    again = Delivery("POST", headers, {}, row["body"], call.services.clocks.real())
    return await deliver(call, channel, again)


ROUTES = [
    Route("GET", "/api/v1/deliveries", listing, Auth.PERSON, ADMINS, Scope.ANY, query=ListQuery, tags=("deliveries",)),
    Route("GET", "/api/v1/deliveries/light", light, Auth.PERSON, ADMINS, Scope.ANY, tags=("deliveries",)),
    Route("GET", "/api/v1/deliveries/{delivery}", one, Auth.PERSON, ADMINS, Scope.DELIVERY, tags=("deliveries",)),
    Route(
        "POST",
        "/api/v1/deliveries/{delivery}/replay",
        recorded("delivery_replayed", replay),
        Auth.PERSON,
        ADMINS,
        Scope.DELIVERY,
        tags=("deliveries",),
    ),
]
