"""New rules come into force while conversations go on: what was booked piece by piece equals a recount of everything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import rulesets
from bot.accounting import Ruleset
from bot.accounting.dated import judge_dated
from bot.accounting.inquiry import ChannelFacts
from bot.service.books import events_of
from bot.service.directory import ZONE
from bot.store import tables
from tests.flow.house import OPENS, HandClock, House
from tests.flow.test_books_equal_a_recount import COMPARED, Step, _happen, _judged, steps

CHANGE = OPENS.astimezone(ZONE).date() + timedelta(days=1)
CHANGES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a shorter deadline": ("xiaohongshu", {}, {"deadline.seconds": 60}),
    "substance no longer asked for": ("kuaishou", {}, {"reply.meaningless.enabled": False}),
    "turns instead of sessions": ("kuaishou", {}, {"session.unit": "turn"}),
    "days that do not roll over": ("xiaohongshu", {"session.day_rollover": False}, {"deadline.seconds": 900}),
}


def two_versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Callable[..., Ruleset]:
    """The rules as shipped with one change up to a day, with another from that day on."""

    def load(name: str, on: date | None, overrides: Mapping[str, Any] | None) -> Ruleset:
        changed = before if on is not None and on < CHANGE else {**before, **after}
        return rulesets.load(name, None, {**changed, **(overrides or {})})

    return load


@pytest.mark.parametrize(("platform", "before", "after"), CHANGES.values(), ids=CHANGES)
def test_what_was_booked_over_a_change_of_rules_equals_a_recount(
    platform: str, before: dict[str, Any], after: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    load = two_versions(before, after)
    ready = tmp_path_factory.mktemp("ready") / "data"
    asyncio.run(_shop(ready, platform))

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(day=st.lists(steps.filter(lambda step: step.act != "restart"), min_size=6, max_size=24))
    def hold(day: Sequence[Step]) -> None:
        folder = Path(shutil.copytree(ready, tmp_path_factory.mktemp("days") / "data"))
        asyncio.run(_live(folder, load, day))
        shutil.rmtree(folder.parent)

    hold()


async def _shop(folder: Path, platform: str) -> None:
    house = House(folder, HandClock())
    await house.open()
    await house.shop(platform=platform)
    await house.close()


async def _live(folder: Path, load: Callable[..., Ruleset], day: Sequence[Step]) -> None:
    house = House(folder, HandClock())
    await house.open()
    house.app.directory.load_ruleset = load
    try:
        channel = house.app.directory.channels["shop.main"]
        await house.later(9 * 3600 + 1_800)  # half past eleven at night
        for nth, step in enumerate(day):
            await _happen(house, channel, nth, step)
            await house.later(step.pause_s)
        await house.later(86_400)
        able = house.app.directory.adapter(channel).capabilities(channel)
        await _compare(house, ChannelFacts(able.sees_human_replies, able.api_sent_counts))
    finally:
        await house.close()


async def _compare(house: House, facts: ChannelFacts) -> None:
    rules_at = house.app.directory.rules_at("shop")
    stored = await house.rows(tables.message, tables.message.c.seq)
    said: dict[str, list[dict[str, Any]]] = {row["conversation"]: [] for row in stored}
    for row in stored:  # a recall or report may be told in another conversation than what it names
        for conversation, rows in said.items():
            if row["conversation"] == conversation or row["kind"] in ("recall", "report"):
                rows.append(row)
    recount = [
        verdict
        for rows in said.values()
        for verdict in judge_dated(events_of(rows), rules_at, house.clock.now, facts).inquiries
    ]
    posted = {row["id"]: row for row in await house.rows(tables.inquiry)}
    assert {one["id"]: {name: one[name] for name in COMPARED} | {"owed": one["owed"]} for one in posted.values()} == {
        one.opened_by: _judged(one, posted.get(one.opened_by, {}).get("waived")) for one in recount
    }
    assert {one.opened_by: one.ruleset.overridden for one in recount} == {
        one.opened_by: rules_at(one.opened_at).overridden for one in recount
    }
