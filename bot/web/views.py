"""Rows put into the shapes of the people's door: ISO times, names, the shop's clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.assigning import mark_of
from bot.core.conversation import State
from bot.service.directory import ZONE, ShopConfig
from bot.service.intake import LEASE_MS
from bot.service.promises import PROMISE_S
from bot.service.wiring import name_of
from bot.store import ids
from bot.store.ids import from_ms
from bot.web.services import Services

LONG_SECRET = 16
_PLACE = re.compile(r"[0-9]{1,12}")


def offset(after: str) -> int:
    """How many rows a page leaves out: what the page before gave as ``next``; 0 for anything else."""
    return int(after) if _PLACE.fullmatch(after) else 0


def iso(stored: int | None) -> str | None:
    """A stored time (ms UTC) as ISO 8601 with milliseconds and Z."""
    return None if stored is None else moment(from_ms(stored))


def moment(at: datetime) -> str:
    """An aware moment as ISO 8601 with milliseconds and Z."""
    return ids.iso(at)


def conversation(row: Mapping[str, Any], services: Services, beside: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A conversation as the lists show it. ``beside`` is what ``bot.store.reading.beside`` knows of it."""
    more = beside or {}
    shop = services.directory.shops[row["shop"]]
    hours = None if row["in_hours"] is None else ("in" if row["in_hours"] else "outside")
    return {
        "id": row["id"],
        "shop": row["shop"],
        "shop_name": shop.name,
        "channel": row["channel"],
        "buyer": {"id": row["buyer_id"], "name": row["buyer_name"]},
        "state": row["state"],
        "reason": row["reason"],
        "reason_detail": row["reason_detail"],
        "owner": {"id": row["owner"], "name": row["owner_name"]} if row["owner"] else None,
        "last": {
            "sender": row["last_sender"],
            "kind": row["last_kind"],
            "text": row["last_text"],
            "at": iso(row["last_at"]),
        },
        "unread": row["unread"],
        "opened_at": iso(row["inquiry_at"]),
        "due_at": iso(row["due_at"]),
        "night_due_at": iso(row["night_due_at"]),
        "hours": hours,
        "open": row["open"],
        "owed": row["owed"],
        "bot_answered": row["bot_answered"],
        "answered_by_person": row["by_person"],
        "epoch": row["epoch"],
        "lease_ends_at": iso(lease_end(row)),
        "assignee": more.get("assignee"),
        "group": more.get("group"),
        "promise": more.get("promise"),
        "open_by": more.get("open_by"),
        "mark": more.get("mark") or mark_of(row["reason"], row["reason_detail"]),
        "simulated": shop.simulated,
    }


def lease_end(row: Mapping[str, Any]) -> int | None:
    """When a conversation that a person holds is released if nobody says anything (ms); None where nobody holds it."""
    return None if row["state"] != State.AGENT else max(row["last_at"], row["owner_at"] or 0) + LEASE_MS


def report(item: Mapping[str, Any]) -> dict[str, Any]:
    """A report to the platform, its steps with it."""
    times = {name: iso(item[name]) for name in ("said_at", "from_at", "to_at", "at")}
    return {**item, **times, "steps": [{**one, "at": iso(one["at"])} for one in item["steps"]]}


def line(row: Mapping[str, Any]) -> dict[str, Any]:
    """One line of a thread."""
    return {**{name: value for name, value in row.items() if name != "seq"}, "at": iso(row["at"])}


def clock(services: Services, shop: ShopConfig) -> dict[str, Any]:
    """A shop's clock: its time now, how fast it runs, and the real time now."""
    own = services.clocks.own(shop.id)
    return {
        "now": moment(services.clocks.now(shop.id)),
        "rate": own.rate if own else 1.0,
        "real_now": moment(services.clocks.real()),
    }


def shop(config: ShopConfig, services: Services, base_url: str) -> dict[str, Any]:
    """A shop with its settings, clock and channels."""
    ruleset = services.directory.ruleset(config, services.clocks.now(config.id).astimezone(ZONE).date())
    deadline = round(ruleset.deadline.total_seconds())
    near = ruleset.near
    return {
        "id": config.id,
        "name": config.name,
        "platform": config.platform,
        "ruleset": ruleset.version,
        "simulated": config.simulated,
        "bot_mode": config.mode.value,
        "human_follow_up": config.follow_up,
        "stopped": config.stopped,
        "threshold": config.threshold,
        "partial_answers": config.partial_answers,
        "service_hours": config.options.get("service_hours"),
        "promise_s": config.options.get("promise_s", PROMISE_S),
        "holding_words": config.options.get("holding_words", []),
        "tier": config.options.get("tier"),
        "promo_dates": config.options.get("promo_dates") or [],
        "category": config.options.get("category"),
        "notices": {**config.options.get("notices", {}), "timed_answer_s": config.timed_answer_s},
        "deadline": {"seconds": deadline, "warn_s": near.warn_s, "urgent_s": near.urgent_s},
        "auto_counts": ruleset.auto_counts,
        "overrides": list(ruleset.overridden),
        "clock": clock(services, config),
        "channels": [channel(key, services, base_url) for key in _keys(config, services)],
    }


def _keys(config: ShopConfig, services: Services) -> list[str]:
    return [one.key for one in services.directory.channels_of(config.id)]


def overrides(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a shop set otherwise in its rules."""
    return [{**row, "at": iso(row["at"])} for row in rows]


def _hint(secrets: Sequence[str]) -> str:
    """Enough to know a channel's secrets by: their names, or the end of one that is long enough to stay one."""
    names = [name for name in dict.fromkeys(map(name_of, secrets)) if name]
    last = next((secret for secret in reversed(secrets) if not name_of(secret)), "")
    end = f"…{last[-4:]}" if len(last) >= LONG_SECRET else "…" if last else ""
    return " ".join(filter(None, [end, *names]))


def channel(key: str, services: Services, base_url: str) -> dict[str, Any]:
    """A channel: its address, what is known of it, never its secrets."""
    one, facts = services.directory.channels[key], services.directory.channel_facts[key]
    able = services.directory.adapter(one).capabilities(one)
    return {
        "key": key,
        "adapter": one.adapter,
        "url": f"{base_url}/webhooks/{key}",
        "send_url": one.send_url,
        "options": dict(one.options),
        "secrets": len(one.secrets),
        "secret_hint": _hint(one.secrets),
        "last_delivery_at": iso(services.intake.last_delivery(key) or facts["last_delivery_at"]),
        "bad_signatures": facts["bad_signatures"],
        "simulated": one.adapter == "sandbox",
        "makes_secret": services.directory.adapter(one).makes_secret,
        "can_send": able.can_send,
        "sees_human_replies": able.sees_human_replies,
        "api_sent_counts": able.api_sent_counts,
    }
