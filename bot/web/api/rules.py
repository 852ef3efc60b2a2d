"""The door to a shop's rules: what it set otherwise, and what if."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from bot.service.facts import stated
from bot.web import views
from bot.web.recording import recorded
from bot.web.route import ADMINS, EVERYBODY, WATCHERS, Call, Shape, in_shop


class RuleBody(Shape):
    """One parameter of the rules, its new value (null gives it back to the platform's), and why."""

    name: str = Field(min_length=1, max_length=100)
    value: Any
    why: str = Field(min_length=1, max_length=500)


class WhatIf(Shape):
    """Other parameters (null takes one of the shop's changes away), other rules by name or day, over how many days."""

    params: dict[str, Any] = {}
    version: str = Field("", max_length=60)
    days: int = Field(30, ge=1, le=366)


class ReadingBody(Shape):
    """Which reading of a contradiction is to be followed, and why."""

    reading: str = Field(min_length=1, max_length=60)
    why: str = Field(min_length=1, max_length=500)


class FactBody(Shape):
    """A fact of the shop: ``fake_reply_detected`` and ``training_completed`` are true or false, ``application_submitted``
    may be the day it went in."""

    name: str = Field(min_length=1, max_length=60)
    value: bool | date = Field(union_mode="left_to_right")


async def shown(call: Call) -> Any:
    """Which parameters are otherwise in this shop, who set them and why; and how far the books are counted again."""
    return {"overrides": await _overrides(call), "recount": await call.services.recounting.progress(call.shop)}


async def rulebook(call: Call) -> Any:
    """Every parameter of the rules in force: its value, what that rests on, what else it may be, and who changed it."""
    found = await call.services.rulebook.shown(call.shop)
    dated = [_dated(one) for one in found["changes"]]
    parameters = [{**one, "changed": one["changed"] and _dated(one["changed"])} for one in found["parameters"]]
    return {**found, "parameters": parameters, "changes": dated}


def _dated(change: dict[str, Any]) -> dict[str, Any]:
    return {**change, "at": views.iso(change.get("at"))}


async def change(call: Call) -> Any:
    """Set one parameter otherwise, or give it back; counting the shop's books again goes on behind the answer."""
    body: RuleBody = call.body
    await call.services.rules.change(call.shop, body.name, body.value, body.why, by=call.principal.id)
    return await shown(call)


async def _overrides(call: Call) -> list[dict[str, Any]]:
    return views.overrides(await call.services.rules.overrides(call.shop))


async def what_if(call: Call) -> Any:
    """A past period counted under other rules: both rates and what differs; the books stay as they are."""
    body: WhatIf = call.body
    return await call.services.replay.what_if(call.shop, body.params, body.version, body.days)


async def contradictions(call: Call) -> Any:
    """Where the source of the rules contradicts itself: what each reading gives for the last 30 days, and which holds."""
    return await call.services.contradictions.shown(call.shop)


async def follow(call: Call) -> Any:
    """Follow one reading of a contradiction; the shop's books are counted again under it."""
    body: ReadingBody = call.body
    contradiction = call.path("contradiction")
    await call.services.contradictions.follow(call.shop, contradiction, body.reading, body.why, by=call.principal.id)
    return await shown(call)


async def facts(call: Call) -> Any:
    """What the shop knows beside its rates: each fact, and who stated it when."""
    return {"facts": stated(call.services.directory.shops[call.shop].options.get("facts") or {})}


async def state(call: Call) -> Any:
    """Put a fact of the shop on record; forecast and ladder take it from then on."""
    body: FactBody = call.body
    return {"facts": await call.services.facts.state(call.shop, body.name, body.value, by=call.principal.id)}


ROUTES = [
    in_shop("GET", "/rules", shown, EVERYBODY),
    in_shop("GET", "/rulebook", rulebook, EVERYBODY),
    in_shop("PATCH", "/rules", recorded("rule_changed", change), ADMINS, body=RuleBody),
    in_shop("POST", "/what-if", what_if, WATCHERS, body=WhatIf),
    in_shop("GET", "/contradictions", contradictions, WATCHERS),
    in_shop("PUT", "/contradictions/{contradiction}", recorded("rule_changed", follow), ADMINS, body=ReadingBody),
    in_shop("GET", "/facts", facts, EVERYBODY),
    in_shop("PATCH", "/facts", recorded("facts_stated", state), WATCHERS, body=FactBody),
]
