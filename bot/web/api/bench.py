"""The test bench's door: the cases run, a set tried once, what another threshold would win and lose."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from pydantic import Field

from bot.service.importing import FILE_AT_MOST
from bot.web.api.files import uploaded
from bot.web.recording import recorded
from bot.web.route import EDITORS, EVERYBODY, Call, Route, Shape, in_shop


class SetQuery(Shape):
    """``keep``: the set's questions join the shop's cases."""

    keep: bool = False


class ThresholdQuery(Shape):
    """The threshold to look at, in percent of sureness."""

    value: float = Field(ge=0, le=100)


async def last(call: Call) -> Any:
    """How many cases there are, and how they went when last run."""
    return await call.services.publishing.bench.last(call.shop)


async def run(call: Call) -> Any:
    """Run the cases: right, wrong or silent, each with how it went the last time; promised against measured precision."""
    return await call.services.publishing.bench.run(call.shop, by=call.principal.id)


async def try_set(call: Call) -> Any:
    """Play a set (.xlsx .xls .csv .yaml .jsonl); its questions are kept as cases only where that is asked for."""
    name = unquote(call.request.headers.get("X-Filename", ""))
    data = await uploaded(call.request, call.services.settings.body_deadline_s)
    keep = call.query.keep
    return await call.services.publishing.bench.try_set(call.shop, data, name, keep=keep, by=call.principal.id)


async def thresholds(call: Call) -> Any:
    """What each threshold makes of the cases and of the last 30 days, and what one of them wins and loses."""
    return await call.services.publishing.bench.thresholds(call.shop, call.query.value)


ROUTES: list[Route] = [
    in_shop("GET", "/bench", last, EVERYBODY, tags=("faq",)),
    in_shop("POST", "/bench/run", run, EDITORS, tags=("faq",)),
    in_shop(
        "POST",
        "/bench/set",
        recorded("bench_set_played", try_set),
        EDITORS,
        query=SetQuery,
        raw=True,
        limit=FILE_AT_MOST,
        tags=("faq",),
    ),
    in_shop("GET", "/bench/thresholds", thresholds, EDITORS, query=ThresholdQuery, tags=("faq",)),
]
