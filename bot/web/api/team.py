"""The door of those who run the desk: groups and rules, who works now, and what was passed on."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bot.core.assigning import Presence, Rule
from bot.core.reasons import HandoffReason
from bot.service.teams import CAP, Group, Member
from bot.web import views
from bot.web.problem import not_found
from bot.web.recording import recorded
from bot.web.route import DESK, EVERYBODY, WATCHERS, Auth, Call, Route, Scope, Shape, in_shop

Cap = Field(default=None, ge=0, le=200)


class MemberBody(Shape):
    """Somebody in a group, with a cap of their own where they have one."""

    person: str
    cap: int | None = Cap


class GroupBody(Shape):
    """A group: who is in it, in the order in which equals are served, and how many conversations each may hold."""

    id: str = ""
    name: str
    cap: int = Field(CAP, ge=0, le=200)
    supervisors: bool = False
    members: list[MemberBody] = Field(default_factory=list, max_length=200)


class TeamRuleBody(Shape):
    """Which conversations go to a group (its id or name): those with these reasons, in these categories."""

    group: str
    reasons: list[str] = Field(default_factory=list, max_length=50)
    categories: list[str] = Field(default_factory=list, max_length=100)


class TeamBody(Shape):
    """All groups, and the rules in the order in which they are asked."""

    groups: list[GroupBody]
    rules: list[TeamRuleBody] = Field(default_factory=list)


class PresenceBody(Shape):
    """Whether you work now."""

    state: Literal["online", "break", "offline"]


class DaysQuery(Shape):
    """How many local days, today included."""

    days: int = Field(30, ge=1, le=366)


async def team(call: Call) -> Any:
    """The groups of a shop, their members and caps, and the rules that fill them; ``reasons`` and ``categories`` are what
    a rule can ask for."""
    return await _told(call)


async def _told(call: Call) -> dict[str, Any]:
    shelved = await call.services.shelf.get(call.shop)
    categories = sorted({entry.category for entry in shelved.base.entries if entry.category})
    team = await call.services.teams.of(call.shop)
    return {**team, "reasons": [reason.value for reason in HandoffReason], "categories": categories}


async def put_team(call: Call) -> Any:
    """Replace the groups and rules of a shop."""
    body: TeamBody = call.body
    groups = [
        Group(one.name, tuple(Member(m.person, m.cap) for m in one.members), one.cap, one.supervisors, one.id)
        for one in body.groups
    ]
    rules = [Rule(one.group, frozenset(one.reasons), frozenset(one.categories)) for one in body.rules]
    await call.services.teams.put(call.shop, groups, rules, by=call.principal.id, desk=DESK)
    return await _told(call)


async def presence(call: Call) -> Any:
    """Who of a shop's desk works now, since when, and how many conversations they have open in all shops; who never
    said so is offline."""
    presences = call.services.presences
    desk = await call.services.people.desk_of(call.shop, DESK)
    known = await presences.of([one["id"] for one in desk])
    open_ones = await presences.loads(list(call.services.directory.shops))
    return [
        {
            **one,
            "open": open_ones.get(one["id"], 0),
            "state": known[one["id"]]["state"] if one["id"] in known else Presence.OFFLINE.value,
            "since": views.iso(known[one["id"]]["since"]) if one["id"] in known else None,
        }
        for one in desk
    ]


async def say_presence(call: Call) -> Any:
    """Say whether you work. Going offline hands over what you hold; ``handed_over`` names it."""
    shops = call.principal.shops(call.services.directory.shops, DESK)
    handed = await call.services.presences.say(call.principal.id, Presence(call.body.state), shops)
    return {"state": call.body.state, "handed_over": handed}


async def beat(call: Call) -> Any:
    """Say that your page is still open. After two minutes without it you are offline."""
    await call.services.presences.beat(call.principal.id)
    known = await call.services.presences.of([call.principal.id])
    return {"state": known[call.principal.id]["state"] if known else Presence.OFFLINE.value}


async def passings(call: Call) -> Any:
    """What was transferred and what was escalated: both rates, and the latest with their reasons."""
    found = await call.services.passing.figures(call.shop, call.query.days)
    return {**found, "items": [{**item, "at": views.iso(item["at"])} for item in found["items"]]}


class LineQuery(Shape):
    """Of one shop, or of all you watch."""

    shop: str = ""


async def line(call: Call) -> Any:
    """How the rates stand to the shops' own lines now, misses left, and what is owed: handed off and bot-answered."""
    mine = call.principal.shops(call.services.directory.shops, WATCHERS)
    if call.query.shop and call.query.shop not in mine:
        raise not_found()
    return {
        "items": [await call.services.desk_line.told(shop) for shop in ([call.query.shop] if call.query.shop else mine)]
    }


ROUTES: list[Route] = [
    in_shop("GET", "/team", team, EVERYBODY, tags=("team",)),
    in_shop("PUT", "/team", recorded("team_changed", put_team), WATCHERS, body=TeamBody, tags=("team",)),
    in_shop("GET", "/presence", presence, EVERYBODY, tags=("team",)),
    in_shop("GET", "/passings", passings, DESK, query=DaysQuery, tags=("team",)),
    Route(
        "POST",
        "/api/v1/presence",
        recorded("presence", say_presence),
        Auth.PERSON,
        DESK,
        Scope.ANY,
        body=PresenceBody,
        tags=("team",),
    ),
    Route("GET", "/api/v1/desk/line", line, Auth.PERSON, WATCHERS, Scope.ANY, query=LineQuery, tags=("team",)),
    Route("POST", "/api/v1/presence/beat", beat, Auth.PERSON, DESK, Scope.ANY, tags=("team",)),
]
