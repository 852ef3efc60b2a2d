"""The marks of the KPI set after any day: their sums are what the KPI functions work out from all events at once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Channel
from bot.accounting.books import fold_all, judge
from bot.accounting.inquiry import ChannelFacts
from bot.accounting.kpi import response_kpi
from bot.accounting.quality import _spoken, contains_any, transfers, wording
from bot.accounting.resolution import Closing, resolution
from bot.service.books import events_of
from bot.service.directory import ZONE
from bot.store import tables
from bot.store.ids import from_ms
from bot.store.rollups import BUCKET, COUNTS, amounts
from tests.flow.house import SHIP, HandClock, House
from tests.flow.test_books_equal_a_recount import BUYERS, Step, _happen

TOPICS = [
    {"id": "ship", "ask": ["发货"], "answer": ["顺丰", "圆通"]},
    {"id": "price", "ask": ["多少钱"], "answer": ["元", "块"]},
]
RULES = {"completeness.topics": TOPICS, "resolution.window_h": 2}
ASKED = ("多久发货？", "多少钱，几天发货？", "在吗", SHIP)
REPLIED = ("顺丰，今天发。", "不知道", "随便你，99 元", "稍等")
USUAL = ("recall", "report", "close", "close", "reopen", "take", "reply", "restart")
steps = st.builds(
    Step,
    act=st.sampled_from(("ask", "ask", "ask", "answer", "answer", "transfer", "notice", *USUAL)),
    buyer=st.sampled_from(BUYERS),
    late_s=st.sampled_from((0, 0, 0, 120, 7_200)),
    pause_s=st.sampled_from((0, 1, 30, 299, 301, 2_000, 7_199, 7_201, 30_000)),
    pick=st.integers(0, 40),
)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """A folder with a shop in it whose rules have a KPI set, made once and copied."""
    folder = tmp_path_factory.mktemp("shop") / "data"

    async def make() -> None:
        house = House(folder, HandClock())
        await house.open()
        await house.shop(platform="taobao", rules=RULES)
        await house.close()

    asyncio.run(make())
    return lambda: Path(shutil.copytree(folder, tmp_path_factory.mktemp("day") / "data"))


def test_p20_the_marks_of_any_day_equal_a_recount(ready: Callable[[], Path]) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(day=st.lists(steps, min_size=3, max_size=20))
    def hold(day: Sequence[Step]) -> None:
        folder = ready()
        asyncio.run(_live(folder, day))
        shutil.rmtree(folder.parent)

    hold()


async def _live(folder: Path, day: Sequence[Step]) -> None:
    house = House(folder, HandClock())
    await house.open()
    try:
        channel = house.app.directory.channels["shop.main"]
        for nth, step in enumerate(day):
            if step.act in USUAL:
                await _happen(house, channel, nth, step)
            else:
                await house.post(channel, _told(house, nth, step))
            await house.later(step.pause_s)
        await _counted(house)
        await _compare(house, channel)
    finally:
        await house.close()


def _told(house: House, nth: int, step: Step) -> dict[str, Any]:
    now = house.clock.now
    base = {"id": f"{step.buyer}-{nth}", "buyer": step.buyer, "at": now - timedelta(seconds=step.late_s)}
    by = ("agent", "buyer")[step.pick % 2]
    span = {"from": (now - timedelta(hours=step.pick)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    status = ("accepted", "filed", "rejected")[step.pick % 3]
    more: dict[str, dict[str, Any]] = {
        "ask": {"text": ASKED[step.pick % 4]},
        "answer": {"text": REPLIED[step.pick % 4], "sender": "agent"},
        "transfer": {"kind": "transfer", "sender": "system", "text": "", "meta": {"by": by, "reason": "" * nth}},
        "notice": {
            "kind": "report",
            "sender": "system",
            "text": "",
            "meta": {"type": "prior_notice", **span, "status": status},
        },
    }
    if step.act == "transfer" and step.pick % 3:
        more["transfer"]["meta"]["reason"] = "售后问题"
    return base | more[step.act]


async def _counted(house: House) -> None:
    async with asyncio.timeout(30):
        while await house.app.recounting.progress("shop"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _compare(house: House, channel: Channel) -> None:
    now = house.clock.now
    rules = house.app.directory.ruleset(house.app.directory.shops["shop"], now.astimezone(ZONE).date())
    events = events_of(await house.rows(tables.message, tables.message.c.seq))
    able = house.app.directory.adapter(channel).capabilities(channel)
    facts = ChannelFacts(able.sees_human_replies, able.api_sent_counts)
    books = judge(events, rules, as_of=now, channel=facts)
    folds = fold_all(events, rules, now)
    pairs = [pair for fold in folds for pair in _spoken(fold)]
    of_topics = [(buyer, people, [t for t in TOPICS if contains_any(buyer, t["ask"])]) for buyer, people in pairs]
    within = {reply.event.id for fold in folds for reply in fold.replies if reply.inquiry is not None}
    closed = [Closing(row["conversation"], from_ms(row["at"])) for row in await house.rows(tables.closing)]
    solved = resolution(events, closed, rules, now).rate
    marks = [row["marks"] for row in await house.rows(tables.inquiry)]
    sums = {name: sum(one[name] for one in marks) for name in marks[0]} if marks else None
    assert len(marks) == len(books.inquiries)
    assert sums is None or {
        name: sums[name] for name in sums if name not in ("announced", "unexplained", "spoken")
    } == {
        "violation": response_kpi(books, events, now, "daily").over_5min_violations,
        "passed_on": transfers(events, rules, now).rate.numerator,
        "asked": sum(bool(topics) for *_, topics in of_topics),
        "incomplete": sum(
            any(not contains_any(people, t["answer"]) for t in topics) for _, people, topics in of_topics
        ),
        "misspoken": len({one.message for one in wording(events, rules, now)} & within),
        "settled": solved.denominator,
        "solved": solved.numerator,
    }
    if sums is not None:
        assert bool(sums["unexplained"]) == bool(transfers(events, rules, now).flags)
    await _sums_are_what_adding_gives(house)


async def _sums_are_what_adding_gives(house: House) -> None:
    rows, kept = await house.rows(tables.inquiry), await house.rows(tables.rollup)
    for name in COUNTS:
        assert sum(row[name] for row in kept) == sum(amounts(row)[name] for row in rows), name
    assert {tuple(row[part] for part in BUCKET) for row in rows} <= {tuple(r[part] for part in BUCKET) for r in kept}
