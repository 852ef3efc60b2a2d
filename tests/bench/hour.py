"""``make hour``: an hour of a shop under Xiaohongshu's rules, 120 inquiries, three scripted agents.

A real server, a simulated shop whose clock runs ``HOUR_RATE`` times as fast (12), buyers' questions as they were
written, agents over HTTP who take what stands first in the queue, need time to read and to write, and follow up what the
bot has answered. Prints the rate, the time to open, and what nobody claimed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser.driving import NAME, PASSWORD, ROOT, serving

INQUIRIES, HOUR_S, AGENTS = 120, 3600, 3
RATE = float(os.environ.get("HOUR_RATE", "12"))
OWED_TAKES_S, HANDOFF_TAKES_S = (8, 20), (25, 60)
"""Reading and sending a follow-up; reading, finding out and writing an answer (shop seconds, from and to)."""
LOOKS_EVERY_S = 2.0
DEADLINE_S, SLOW_S = 180, 30
ASKS = "我看了你问的「{asked}」，方便发一下订单号吗？我按订单查清楚再回你。"


@dataclass
class Hour:
    """What was seen: seconds from a buyer's first question until an agent opened it, and replies by kind."""

    opened: list[float] = field(default_factory=list)
    replies: dict[str, int] = field(default_factory=lambda: {"handed off": 0, "bot-answered": 0})
    races_lost: int = 0
    over: bool = False


@dataclass
class Door:
    """The API of one shop, as one caller."""

    session: aiohttp.ClientSession
    base: str
    key: str = ""
    cookie: str = ""

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call; the status and the answer."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {"Cookie": self.cookie, "Origin": self.base}
        async with self.session.request(method, f"{self.base}/api/v1{path}", json=body, headers=headers) as answer:
            # Named for https only, so it is carried by hand.
            self.cookie = "; ".join(f"{one.key}={one.value}" for one in answer.cookies.values()) or self.cookie
            return answer.status, await answer.json()

    async def must(self, method: str, path: str, body: Any = None) -> Any:
        """Call and insist."""
        status, answer = await self.ask(method, path, body)
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {answer}")
        return answer


def moment(iso: str) -> float:
    """A time of the API in seconds."""
    return datetime.fromisoformat(iso).timestamp()


async def opened_shop(door: Door, token: str) -> tuple[str, str]:
    """An owner, the example shop, the clothing pack; the shop and its channel."""
    first = {"token": token, "name": NAME, "password": PASSWORD, "platform": "xiaohongshu", "lang": "zh-CN"}
    await door.must("POST", "/start/owner", first)
    shop = (await door.must("GET", "/shops"))[0]
    await door.must("POST", f"/shops/{shop['id']}/packs/clothing")
    return shop["id"], shop["channels"][0]["key"]


async def agent(door: Door, shop: str, nth: int, hour: Hour) -> None:
    """Work down the queue until the hour is over and the queue is empty."""
    luck = random.Random(nth)
    while True:
        queue = (await door.must("GET", f"/conversations?tab=waiting&shop={shop}&limit=10"))["items"]
        if not queue and hour.over:
            return
        taken = await _claimed(door, queue, hour)
        if taken is None:
            await asyncio.sleep(LOOKS_EVERY_S / RATE)
            continue
        await _serve(door, taken, luck, hour)


async def _claimed(door: Door, queue: list[dict[str, Any]], hour: Hour) -> dict[str, Any] | None:
    for talk in queue:
        status, _ = await door.ask("POST", f"/conversations/{talk['id']}/takeover")
        if status < 300:
            return talk
        hour.races_lost += 1
    return None


async def _serve(door: Door, talk: dict[str, Any], luck: random.Random, hour: Hour) -> None:
    path = f"/conversations/{talk['id']}"
    seen = await door.must("GET", path)
    await door.must("POST", f"{path}/read")
    hour.opened.append(moment(seen["clock"]["now"]) - moment(talk["opened_at"]))
    owed = bool(talk["bot_answered"] and seen["follow_ups"])
    ready = [one for one in seen["recommended"] if not one["missing"]]
    body: dict[str, Any] = {"text": ASKS.format(asked=talk["last"]["text"][:10]), "origin": "typed"}
    if chosen := (seen["follow_ups"] if owed else ready):
        body = {"text": chosen[0]["text"], "origin": "suggested", "entry": chosen[0]["entry"]}
    await asyncio.sleep(luck.uniform(*(OWED_TAKES_S if owed else HANDOFF_TAKES_S)) / RATE)
    await door.must("POST", f"{path}/reply", {**body, "then": "release"})
    hour.replies["bot-answered" if owed else "handed off"] += 1


async def buyers(door: Door, channel: str) -> None:
    """120 buyers come at random times of the hour, each with a question as buyers write them."""
    luck = random.Random(2025)
    lines = (ROOT / "tests/questions/clothing.jsonl").read_text("utf-8").splitlines()
    asked = luck.sample([json.loads(line)["text"] for line in lines], INQUIRIES)
    came = sorted(luck.uniform(0, HOUR_S) for _ in asked)
    before = 0.0
    for nth, (at, text) in enumerate(zip(came, asked, strict=True)):
        await asyncio.sleep((at - before) / RATE)
        before = at
        await door.must("POST", f"/sim/{channel}/say", {"buyer": f"buyer-{nth}", "name": f"买家{nth}", "text": text})


async def play(url: str, token: str) -> None:
    """Play the hour and print what came of it."""
    hour = Hour()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        door = Door(session, url)
        shop, channel = await opened_shop(door, token)
        keys = [
            (await door.must("POST", "/tokens", {"name": f"agent-{nth}", "role": "agent", "shops": [shop]}))["value"]
            for nth in range(AGENTS)
        ]
        await door.must("POST", f"/sim/{channel}/clock", {"rate": RATE})
        desk = [asyncio.create_task(agent(Door(session, url, key), shop, nth, hour)) for nth, key in enumerate(keys)]
        await buyers(door, channel)
        await asyncio.sleep(60 / RATE)
        hour.over = True
        await asyncio.gather(*desk)
        _print(hour, await door.must("GET", f"/rates?shop={shop}"), await _left(door, shop))


async def _left(door: Door, shop: str) -> int:
    return len((await door.must("GET", f"/conversations?tab=waiting&shop={shop}&limit=200"))["items"])


def _print(hour: Hour, rates: dict[str, Any], left: int) -> None:
    rate, took = rates["rate"], sorted(hour.opened)
    print(f"an hour at {RATE:g} times the speed: {INQUIRIES} inquiries, {AGENTS} agents, {rates['ruleset']['version']}")
    print(f"rate             {rate['percent']} %  {rate['numerator']}/{rate['denominator']}")
    print(
        f"time to open     median {statistics.median(took):.0f} s, p95 {took[int(len(took) * 0.95)]:.0f} s, worst {took[-1]:.0f} s"
    )
    print(
        f"unclaimed        {sum(s > SLOW_S for s in took)} after {SLOW_S} s, {sum(s > DEADLINE_S for s in took)} after {DEADLINE_S} s, {left} at the end"
    )
    print(f"replies          {hour.replies}, races lost at takeover {hour.races_lost}")


def main() -> None:
    """Start a server of its own and play."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        asyncio.run(play(server.url, server.token))


if __name__ == "__main__":
    main()
