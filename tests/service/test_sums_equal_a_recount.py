"""The roll-up after any day: every sum is what adding up the inquiries gives, and both rates are what a recount gives.

The days are those of the books' own test: messages late, twice and recalled, faults, restarts, acts at the desk.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.accounting import judge
from bot.accounting.inquiry import ChannelFacts
from bot.core.message import HAPPENINGS
from bot.service.books import events_of
from bot.service.directory import ZONE
from bot.store import tables, tallies
from bot.store.reading import rates
from bot.store.rollups import BUCKET, COUNTS, amounts
from tests.flow.house import HandClock, House
from tests.flow.test_books_equal_a_recount import Step, _happen, steps

WIRES = ("yes", "no", "unknown")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """A folder with a shop of a platform on a wire of which something is known or not, made once and copied."""
    made: dict[tuple[str, str], Path] = {}

    async def make(platform: str, counts: str, folder: Path) -> None:
        house = House(folder, HandClock())
        await house.open()
        await house.shop(platform=platform, wire={"api_sent_counts": counts})
        await house.close()

    def copy(platform: str, counts: str) -> Path:
        if (platform, counts) not in made:
            made[platform, counts] = tmp_path_factory.mktemp(f"{platform}-{counts}") / "data"
            asyncio.run(make(platform, counts, made[platform, counts]))
        return Path(shutil.copytree(made[platform, counts], tmp_path_factory.mktemp("day") / "data"))

    return copy


@pytest.mark.parametrize("counts", WIRES)
@pytest.mark.parametrize("platform", ["xiaohongshu", "kuaishou", "pinduoduo"])
def test_after_any_day(platform: str, counts: str, ready: Callable[[str, str], Path]) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(day=st.lists(steps, min_size=3, max_size=20))
    def hold(day: Sequence[Step]) -> None:
        folder = ready(platform, counts)
        asyncio.run(_live(folder, day, counts))
        shutil.rmtree(folder.parent)

    hold()


async def _live(folder: Path, day: Sequence[Step], counts: str) -> None:
    house = House(folder, HandClock())
    await house.open()
    try:
        channel = house.app.directory.channels["shop.main"]
        for nth, step in enumerate(day):
            await _happen(house, channel, nth, step)
            await house.later(step.pause_s)
            if nth % 4 == 0:
                await house.app.services.openings.opened(house.cid(channel, step.buyer))
        await house.later(86_400)
        await _sums_are_what_adding_gives(house)
        await _tallies_are_what_the_tables_hold(house)
        await _both_rates_are_what_a_recount_gives(house, counts)
    finally:
        await house.close()


async def _sums_are_what_adding_gives(house: House) -> None:
    added: dict[tuple, Counter[str]] = {}
    for row in await house.rows(tables.inquiry):
        added.setdefault(tuple(row[name] for name in BUCKET), Counter()).update(amounts(row))
    kept = {
        tuple(row[name] for name in BUCKET): {name: row[name] for name in COUNTS if row[name]}
        for row in await house.rows(tables.rollup)
    }
    assert {bucket: counts for bucket, counts in kept.items() if counts} == {
        bucket: {name: count for name, count in counts.items() if count} for bucket, counts in added.items()
    }


async def _tallies_are_what_the_tables_hold(house: House) -> None:
    said = [row for row in await house.rows(tables.message, sender="buyer") if row["kind"] not in HAPPENINGS]
    decided = [row for row in await house.rows(tables.decision) if row["outcome"] != "wait"]
    asked = [row for row in decided if row["outcome"] == "handoff"]
    found = await house.app.store.read(tallies.of_period, "shop", "1970-01-01", "9999-12-31")
    assert found["said"].total() == len(said)
    assert found["decided"] == Counter(row["outcome"] for row in decided)
    assert found["reason"] == Counter(row["reason"] for row in asked)
    assert found["entry"] == Counter(row["entry"] for row in decided if row["entry"])
    assert found["handoff"] == Counter(line["body"]["reason"] for line in await house.journal(kind="handoff"))


async def _both_rates_are_what_a_recount_gives(house: House, counts: str) -> None:
    today = house.clock.now.astimezone(ZONE).date()
    ruleset = house.app.directory.ruleset(house.app.directory.shops["shop"], today)
    events = events_of(await house.rows(tables.message, tables.message.c.seq))
    rows = await house.app.store.read(rates.sums, "shop", "1970-01-01", "9999-12-31")
    for suffix, facts in (("", counts), ("_without_api", "no" if counts == "unknown" else counts)):
        books = judge(events, ruleset, as_of=house.clock.now, channel=ChannelFacts(True, facts))
        sides = [sum(row[f"{side}{suffix}"] for row in rows) for side in ("numerator", "denominator")]
        assert sides == [
            sum(one.counted for one in books.inquiries),
            sum(one.in_denominator for one in books.inquiries),
        ], f"numerator and denominator{suffix}"
