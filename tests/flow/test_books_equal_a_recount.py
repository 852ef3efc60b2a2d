"""The books after any day: every inquiry, every posting and the rate are what a recount of all messages gives."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from adapters.base import Channel
from bot.accounting import judge
from bot.accounting.inquiry import ChannelFacts
from bot.accounting.verdict import Verdict
from bot.service.books import event_of
from bot.service.desk import Reply
from bot.service.directory import ZONE
from bot.service.refusal import Refusal
from bot.store import tables
from bot.store.ids import to_ms
from bot.store.proof import check
from tests.flow.house import FRAGMENT, INVOICE, SHIP, THANKS, UNKNOWN, HandClock, House

BUYERS = ("b1", "b2")
REPLIES = ("今天下午就发，圆通快递。", "好的亲", "稍等", "有货，99")
COMPARED = ("reason", "eligible", "in_denominator", "counted", "response_ms", "night", "day", "opened_at", "due_at")


@dataclass(frozen=True)
class Step:
    """One thing that happens: what, to which buyer, how late we hear of it, how long the pause after it is."""

    act: str
    buyer: str
    late_s: int
    pause_s: int
    pick: int


SAID = (
    "buyer",
    "buyer",
    "buyer",
    "buyer",
    "app",
    "app",
    "auto",
    "other",
    "unknown",
    "recall",
    "recall_first",
    "report",
    "report_first",
)
DONE = ("reply", "reply", "take", "release", "close", "reopen", "repeat", "fault", "heal", "restart")
steps = st.builds(
    Step,
    act=st.sampled_from(SAID + DONE),
    buyer=st.sampled_from(BUYERS),
    late_s=st.sampled_from((0, 0, 0, 1, 120, 200, 7_200, 90_000)),
    pause_s=st.sampled_from((0, 1, 30, 179, 181, 900, 2_000, 30_000)),
    pick=st.integers(0, 40),
)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder with a shop of a platform in it, made once and copied."""
    made: dict[str, Path] = {}

    async def make(platform: str, folder: Path) -> None:
        house = House(folder, HandClock())
        await house.open()
        await house.shop(
            platform=platform, notices={"welcome": "欢迎光临。", "timed": "稍后回复您。"}, timed_answer_s=600
        )
        await house.close()

    def copy(platform: str) -> Path:
        if platform not in made:
            made[platform] = tmp_path_factory.mktemp(platform) / "data"
            asyncio.run(make(platform, made[platform]))
        return Path(shutil.copytree(made[platform], tmp_path_factory.mktemp("day") / "data"))

    return copy


@pytest.mark.parametrize("platform", ["xiaohongshu", "kuaishou", "internal", "taobao", "pinduoduo"])
def test_p20_the_books_of_any_day_equal_a_recount(platform: str, ready: Callable[[str], Path]) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(day=st.lists(steps, min_size=3, max_size=24))
    def hold(day: Sequence[Step]) -> None:
        folder = ready(platform)
        asyncio.run(_live(folder, day))
        shutil.rmtree(folder.parent)

    hold()


async def _live(folder: Path, day: Sequence[Step]) -> None:
    house = House(folder, HandClock())
    await house.open()
    try:
        channel = house.app.directory.channels["shop.main"]
        for nth, step in enumerate(day):
            await _happen(house, channel, nth, step)
            await house.later(step.pause_s)
        await house.later(86_400)
        await _compare(house, channel)
    finally:
        await house.close()


async def _happen(house: House, channel: Channel, nth: int, step: Step) -> None:
    if step.act in ("take", "release", "close", "reopen", "reply"):
        await _desk(house, channel, step)
    elif step.act == "fault":
        kinds = ("refuse", "cut_after", "cut_before", "rate_limit", "echo_twice")
        house.break_wire(channel, kinds[step.pick % len(kinds)], seconds=5, times=3)
    elif step.act == "heal":
        house.break_wire(channel, None)
        if step.pick % 2 and (echoes := house.platform.take_pushes(channel.key)):
            await house.deliver(channel, *echoes)
    elif step.act == "restart":
        await house.restart()
    else:
        await house.post(channel, _item(house, channel, nth, step))
    await house.settle()


def _item(house: House, channel: Channel, nth: int, step: Step) -> dict[str, Any]:
    """What the platform tells of a step."""
    at = house.clock.now - timedelta(seconds=step.late_s)
    item: dict[str, Any] = {"id": f"{step.buyer}-{nth}", "buyer": step.buyer, "at": at}
    ours = [line.message_id for buyer in BUYERS for line in house.lines(channel, buyer)]
    earlier = [*(f"{buyer}-{n}" for buyer in BUYERS for n in range(nth)), *ours]
    about = earlier[step.pick % len(earlier)] if earlier else "nothing"
    texts = (SHIP, INVOICE, UNKNOWN, THANKS, FRAGMENT, "多久发货，")
    more: dict[str, dict[str, Any]] = {
        "buyer": {"text": texts[step.pick % len(texts)]},
        "app": {"sender": "agent", "text": REPLIES[step.pick % len(REPLIES)]},
        "auto": {"sender": "platform_auto", "text": "自动欢迎语"},
        "other": {"sender": "other_app", "text": "别的工具"},
        "unknown": {"sender": "unknown", "text": "不知是谁"},
        "recall": {"sender": "agent", "kind": "recall", "text": "", "meta": {"target": about}},
        "recall_first": {
            "sender": "buyer",
            "kind": "recall",
            "text": "",
            "meta": {"target": f"{step.buyer}-{nth + 1}"},
        },
        "report_first": {
            "sender": "system",
            "kind": "report",
            "text": "",
            "meta": {"type": "spam", "target": f"{BUYERS[nth % 2]}-{nth + 1}", "status": "accepted"},
        },
        "report": {
            "sender": "system",
            "kind": "report",
            "text": "",
            "meta": {
                "type": ("spam", "abuse")[step.pick % 2],
                "target": about,
                "status": ("accepted", "filed")[nth % 2],
            },
        },
        "repeat": {"id": f"{step.buyer}-{step.pick % (nth + 1)}", "text": SHIP},
    }
    return item | more[step.act]


async def _desk(house: House, channel: Channel, step: Step) -> None:
    desk, cid, who = house.app.services.desk, house.cid(channel, step.buyer), ("amei", "lili")[step.pick % 2]
    doing: dict[str, Callable[[], Any]] = {
        "take": lambda: desk.takeover(cid, who),
        "release": lambda: desk.release(cid, who),
        "close": lambda: desk.close(cid, who, "买家已电话联系"),
        "reopen": lambda: desk.reopen(cid, who),
        "reply": lambda: desk.reply(cid, who, Reply(REPLIES[step.pick % len(REPLIES)])),
    }
    try:
        await doing[step.act]()
    except Refusal as no:
        note(f"refused: {no.code}")


async def _compare(house: House, channel: Channel) -> None:
    config = house.app.directory.shops["shop"]
    able = house.app.directory.adapter(channel).capabilities(channel)
    facts = ChannelFacts(sees_human_replies=able.sees_human_replies, api_sent_counts=able.api_sent_counts)
    ruleset = house.app.directory.ruleset(config, house.clock.now.astimezone(ZONE).date())
    stored = await house.rows(tables.message, tables.message.c.seq)
    events = [event for event in map(event_of, stored) if event is not None]
    recount = judge(events, ruleset, as_of=house.clock.now, channel=facts)
    inquiries = {row["id"]: row for row in await house.rows(tables.inquiry)}
    assert {i: _kept(row) for i, row in inquiries.items()} == {
        v.opened_by: _judged(v, inquiries.get(v.opened_by, {}).get("waived")) for v in recount.inquiries
    }
    counted = {reply["message"]: reply["counts"] for row in inquiries.values() for reply in row["replies"]}
    assert counted == {reply.message: reply.counts for reply in recount.replies if reply.inquiry}
    await _compare_sums(house, recount.rate(house.clock.now), recount)
    assert await house.app.store.read(check, "shop") is None


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COMPARED} | {"owed": row["owed"]}


def _judged(verdict: Verdict, waived: str | None) -> dict[str, Any]:
    return {
        "reason": verdict.reason.value,
        "eligible": verdict.eligible,
        "in_denominator": verdict.in_denominator,
        "counted": verdict.counted,
        "response_ms": None if verdict.response is None else verdict.response // timedelta(milliseconds=1),
        "night": verdict.night.value if verdict.night else None,
        "day": verdict.opened_at.astimezone(ZONE).date().isoformat(),
        "opened_at": to_ms(verdict.opened_at),
        "due_at": to_ms(verdict.due_at) if verdict.due_at else None,
        "owed": verdict.owed and not waived,
    }


async def _compare_sums(house: House, rate: Any, recount: Any) -> None:
    """The postings add up to what the inquiries say, and both to the recounted rate."""
    inside = recount.in_period(house.clock.now)
    days = {v.opened_at.astimezone(ZONE).date().isoformat() for v in inside}
    postings = [line["body"] for line in await house.journal(kind="posting")]
    sums = [sum(body[part] for body in postings if body["day"] in days) for part in ("numerator", "denominator")]
    kept = [row for row in await house.rows(tables.inquiry) if row["day"] in days]
    assert sums == [sum(row["counted"] for row in kept), sum(row["in_denominator"] for row in kept)]
    assert sums == [sum(v.counted for v in inside), sum(v.in_denominator for v in inside)]
    if sums[1]:
        assert rate.percent == Fraction(100 * sums[0], sums[1])
