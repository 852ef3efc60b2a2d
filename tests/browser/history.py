"""Weeks at the desk before anybody opens the page: shops, people, buyers, replies in time, late, empty and never."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.core.message import Origin
from bot.service.desk import Reply
from tests.browser.driving import NAME, PASSWORD
from tests.service.shop_floor import Floor, opened_floor

ANSWER = "今天 16 点前从杭州仓发出，单号随后给你。"
QUESTION, PERSON = "什么时候发货", "转人工"
AGENTS, SUPERVISOR = ("阿琳", "小方"), "周主管"


@dataclass(frozen=True)
class Ask:
    """One buyer of a day: at which hour, what, and after how many seconds which agent replies with which words."""

    hour: int
    text: str = PERSON
    after_s: int | None = 60
    says: str = ANSWER
    agent: int = 0


GOOD = (Ask(10), Ask(11, after_s=100, agent=1), Ask(14, QUESTION, 150), Ask(20, after_s=30, agent=1))
BAD = (
    Ask(10, after_s=1_000),
    Ask(11, QUESTION, None),
    Ask(15, after_s=None),
    Ask(21, after_s=90, says="好的", agent=1),
)
NIGHT = (Ask(20), Ask(23, QUESTION, None), Ask(23, after_s=None))


@dataclass(frozen=True)
class Past:
    """What a simulated shop has lived through: its days, and at which hour of the last one its clock stands."""

    platform: str
    days: Sequence[Sequence[Ask]]
    stands_at: int = 22
    options: dict[str, Any] = field(default_factory=dict)


async def _live(floor: Floor, shop: str, past: Past, people: Sequence[str]) -> None:
    for nth, day in enumerate(past.days):
        for place, ask in enumerate(day):
            await _until(floor, shop, ask.hour)
            buyer = f"{shop}-{nth}-{place}"
            await floor.asks(buyer, ask.text, shop=shop)
            if ask.after_s is not None:
                await floor.passes(ask.after_s, shop=shop)
                reply = Reply(ask.says, Origin.TYPED, then="release")
                await floor.app.services.desk.reply(floor.cid(buyer, shop=shop), people[ask.agent], reply)
                await floor.quiet()
    await _until(floor, shop, past.stands_at)


async def _until(floor: Floor, shop: str, hour: int) -> None:
    """Go on to an hour of the day; of the next one where it has passed."""
    now = floor.now(shop)
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if then < now:
        then += timedelta(days=1)
    await floor.passes((then - now).total_seconds(), shop=shop)


async def _written(data: Path, shops: dict[str, Past]) -> None:
    async with opened_floor(data) as floor:
        people = floor.app.services.people
        await people.make_owner(NAME, PASSWORD)
        agents = [await people.add(name, PASSWORD, [("*", "agent")], by="tests") for name in AGENTS]
        await people.add(SUPERVISOR, PASSWORD, [("*", "supervisor")], by="tests")
        for shop, past in shops.items():
            await floor.open_shop(shop, past.platform, at="08:00", **past.options)
            await floor.knows(QUESTION, "付款后两天内从杭州仓发出。", shop=shop)
            await _live(floor, shop, past, agents)


def write(data: Path, shops: dict[str, Past]) -> None:
    """Write shops with what they lived through into a data folder; the owner, two agents and a supervisor are there."""
    # The browser's driver keeps a loop in the tests' own thread.
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, _written(data, shops)).result()
