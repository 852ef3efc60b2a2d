"""All routes of the service. What is not here does not exist."""

from __future__ import annotations

from bot.web import feed, webhooks
from bot.web.api import (
    alarms,
    bench,
    books,
    charts,
    corrections,
    deliveries,
    desk,
    duties,
    faq,
    files,
    gaps,
    gate,
    lists,
    ops,
    people,
    phrases,
    privacy,
    replying,
    reports,
    rules,
    shops,
    simulator,
    start,
    statements,
    team,
    trust,
)
from bot.web.route import Auth, Route

WEBHOOK = "/webhooks/{channel}"

ALL: list[Route] = [
    Route(
        method,
        WEBHOOK,
        webhooks.receive,
        Auth.SIGNATURE,
        raw=True,
        summary="A platform's message webhook; signed as the channel's adapter says.",
    )
    for method in ("POST", "GET")
] + [
    *ops.ROUTES,
    *deliveries.ROUTES,
    *start.ROUTES,
    *people.ROUTES,
    *shops.ROUTES,
    *privacy.ROUTES,
    *alarms.ROUTES,
    *lists.ROUTES,
    *desk.ROUTES,
    *team.ROUTES,
    *replying.ROUTES,
    *corrections.ROUTES,
    *reports.ROUTES,
    *phrases.ROUTES,
    *feed.ROUTES,
    *books.ROUTES,
    *charts.ROUTES,
    *duties.ROUTES,
    *rules.ROUTES,
    *statements.ROUTES,
    *bench.ROUTES,
    *faq.ROUTES,
    *files.ROUTES,
    *gaps.ROUTES,
    *gate.ROUTES,
    *trust.ROUTES,
    *simulator.ROUTES,
]
