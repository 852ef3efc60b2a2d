"""``python -m tests.bench.faq``: what an operator waits for in a large FAQ, at two real server processes on one PostgreSQL.

``FAQ_ENTRIES`` entries (10,000), 1,000 cases, 5,000 questions of the last 30 days, a table of ``FAQ_ROWS`` rows (50,000).
While each act runs the other process is asked whether it answers anew, and this one how long a small request takes.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from bot.store.engine import Store
from bot.store.ids import digest_id
from bot.store.statements import insert
from bot.store.tables import decision, message
from knowledge_base import packs
from knowledge_base.words import rarities
from tests import postgres
from tests.flow.house import FAQ, SECRET
from tests.flow.serving import TOKEN, Server, document

ENTRIES = int(os.environ.get("FAQ_ENTRIES", "10000"))
ROWS = int(os.environ.get("FAQ_ROWS", "50000"))
CASES, ASKED, PAGES, SAVES = 1_000, 5_000, 40, 5
_BEFORE = ("", "", "", "亲，", "请问", "你好，")
_BEHIND = ("", "", "", "呀", "？", "谢谢")
_PER_THING = 50
"""So many entries speak of one thing, each of another question about it."""
_OWN = [
    (entry.question, *entry.phrasings[:2])
    for name in packs.names()
    for entry in packs.load(name).entries
    if len(entry.question) <= 20
]


def entries(count: int, dice: random.Random) -> dict[str, dict[str, Any]]:
    """Entries of a shop with many things, each asked of as buyers ask of all."""
    words = sorted(word for word, rarity in rarities().items() if len(word) == 2 and rarity < 11)
    things = dice.sample(words, count // _PER_THING + 1)
    made = {}
    for nth in range(count):
        thing, (question, *others) = things[nth // _PER_THING], _OWN[nth % len(_OWN)]
        made[f"e{nth}"] = {
            "question": thing + question,
            "phrasings": [thing + other for other in others],
            "answer": f"第 {nth} 条的答案。",
        }
    return made


def asked(faq: dict[str, dict[str, Any]], count: int, dice: random.Random) -> list[tuple[str, str]]:
    """Questions as buyers write them, each with the id of the entry it is about."""
    keys = list(faq)
    found = []
    for key in dice.choices(keys, k=count):
        text = dice.choice([faq[key]["question"], *faq[key]["phrasings"]])
        found.append((dice.choice(_BEFORE) + text + dice.choice(_BEHIND), key))
    return found


async def remember(url: str, shop: str, questions: list[tuple[str, str]]) -> None:
    """Put questions into the store as if buyers had asked them in the last hours."""
    now = int(time.time() * 1000)
    said, decided = [], []
    for nth, (text, _) in enumerate(questions):
        one, talk, at = digest_id("bench", str(nth)), digest_id("bench-talk", str(nth % 500)), now - nth * 5_000
        said.append(
            {"id": one, "shop": shop, "channel": "shop.main", "conversation": talk, "platform_id": one,
             "sender": "buyer", "kind": "text", "text": text, "at": at, "accepted_at": at, "seq": nth,
             "meta": {}, "parts": [], "content": "", "waiting": False, "worker": "", "doubtful": False}
        )  # fmt: skip
        decided.append(
            {"id": one, "shop": shop, "conversation": talk, "message": one, "outcome": "handoff", "reason": "no_match",
             "at": at, "explain": {}}
        )  # fmt: skip
    store = Store(url)
    await store.open()
    try:
        await store.write(lambda conn: insert(conn, message, said))
        await store.write(lambda conn: insert(conn, decision, decided))
    finally:
        await store.close()


class Door:
    """The API of two processes."""

    def __init__(self, session: aiohttp.ClientSession, here: Server, there: Server) -> None:
        self._session, self.here, self.there = session, here, there

    async def ask(self, method: str, path: str, body: Any = None, *, at: Server | None = None, **more: Any) -> Any:
        """Call and insist."""
        headers = {"Authorization": f"Bearer {TOKEN}", **more.pop("headers", {})}
        url = f"{(at or self.here).url}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=headers, **more) as answer:
            told = await answer.json()
            if answer.status >= 300:
                raise SystemExit(f"{method} {path}: {answer.status} {str(told)[:500]}")
            return told

    async def answers(self, text: str, *, at: Server) -> str | None:
        """The entry that would answer a text at a process."""
        told = await self.ask("POST", "/shops/shop/match", {"text": text}, at=at)
        return (told.get("entry") or {}).get("id") if told["outcome"] == "answer" else None

    async def slowest(self, until: asyncio.Event) -> float:
        """The longest that a small request waited at this process, in seconds."""
        worst = 0.0
        while not until.is_set():
            began = time.perf_counter()
            async with self._session.get(f"{self.here.url}/healthz") as answer:
                await answer.read()
            worst = max(worst, time.perf_counter() - began)
            await asyncio.sleep(0.01)
        return worst


async def timed(door: Door, act: Callable[[], Awaitable[Any]]) -> tuple[float, float, Any]:
    """Seconds that an act took, the longest that a small request waited meanwhile, and what the act gave."""
    done = asyncio.Event()
    watch = asyncio.create_task(door.slowest(done))
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    given = await act()
    took = time.perf_counter() - began
    done.set()
    return took, await watch, given


def row(name: str, figure: str) -> None:
    """One line of the table."""
    print(f"{name:<52}{figure}", flush=True)


def told(times: list[float]) -> str:
    """Median and worst of some seconds."""
    return f"{statistics.median(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms"


async def _until(answers: Callable[[], Awaitable[bool]], within_s: float = 60) -> float:
    began = time.perf_counter()
    while not await answers():
        if time.perf_counter() - began > within_s:
            return float("inf")
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def saves(door: Door, faq: dict[str, dict[str, Any]], dice: random.Random) -> None:
    """Save entries one after another, each with a phrasing more."""
    took, waited, elsewhere, previews, preview_waits = [], [], [], [], []
    for nth, key in enumerate(dice.sample(list(faq), SAVES)):
        text = f"{faq[key]['question'][:2]}第{nth}号问法怎么算"
        now = await door.ask("GET", f"/shops/shop/entries/{key}")
        change = faq[key] | {"phrasings": [*faq[key]["phrasings"], text], "status": "on"}
        look = {"entry": change | {"id": key}}
        seconds, worst, _ = await timed(door, lambda look=look: door.ask("POST", "/shops/shop/gate/preview", look))
        previews.append(seconds)
        preview_waits.append(worst)
        body = change | {"version": now["version"], "reason": "bench"}
        path = f"/shops/shop/entries/{key}"
        seconds, worst, _ = await timed(door, lambda path=path, body=body: door.ask("PUT", path, body))
        took.append(seconds)
        waited.append(worst)

        async def there(text: str = text, key: str = key) -> bool:
            return await door.answers(text, at=door.there) == key

        elsewhere.append(await _until(there))
    row("preview of one entry", told(previews))
    row("  a small request meanwhile, at the slowest", told(preview_waits))
    row("saving one entry, the gate included", told(took))
    row("  a small request meanwhile, at the slowest", told(waited))
    row("  until another process answers with it", told(elsewhere))


async def imported(door: Door, count: int, dice: random.Random) -> None:
    """Bring a large table into a shop that has none."""
    made = entries(count, dice)
    lines = ["编号,标准问,相似问法,答案"]
    lines += [
        f'{key},{one["question"]},"{chr(10).join(one["phrasings"])}",{one["answer"]}' for key, one in made.items()
    ]
    data = "\n".join(lines).encode()
    headers = {"X-Filename": "large.csv"}

    async def look() -> Any:
        url = f"{door.here.url}/api/v1/shops/second/import/preview"
        key = {"Authorization": f"Bearer {TOKEN}"}
        async with door._session.post(url, data=data, headers=headers | key) as answer:
            return await answer.json()

    took, worst, found = await timed(door, look)
    row(f"preview of a table of {count} rows", f"{took:.1f} s, a small request at the slowest {worst * 1000:.0f} ms")
    assert found["new"] == count, found["errors"][:3]
    path = f"/shops/second/import/{found['id']}/apply"
    took, worst, _ = await timed(door, lambda: door.ask("POST", path))
    row("  taking it in", f"{took:.1f} s, a small request at the slowest {worst * 1000:.0f} ms")


async def measure(folder: Path, url: str) -> None:
    """Start two processes, fill them, and print what each act costs."""
    dice = random.Random(20261130)
    faq = entries(ENTRIES, dice)
    setup = document("http://127.0.0.1:9/send", SECRET, FAQ)
    setup["shops"].append({"id": "second", "name": "二店", "platform": "xiaohongshu"})
    setup["faq"] = [{"shop": "shop", "entries": [{"id": key, **one} for key, one in faq.items()]}]
    here = Server(folder / "data", setup, database=url)
    there = here.twin()
    await remember(url, "shop", asked(faq, ASKED, dice))
    timeout = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        door = Door(session, here, there)
        try:
            for server in (here, there):
                await asyncio.to_thread(server.start)
            began = time.perf_counter()
            await door.answers("什么时候发货", at=here)
            row(f"first answer with {ENTRIES} entries", f"{time.perf_counter() - began:.1f} s")
            await door.answers("什么时候发货", at=there)
            cases = b"\n".join(orjson.dumps({"question": q, "expected": e}) for q, e in asked(faq, CASES, dice))
            keep = "/shops/shop/bench/set?keep=true"
            headers = {"X-Filename": "set.jsonl", "Authorization": f"Bearer {TOKEN}"}
            async with session.post(f"{here.url}/api/v1{keep}", data=cases, headers=headers) as answer:
                tried = await answer.json()
            row("cases", f"{tried['total']}, right {tried['right']}, wrong {tried['wrong']}, silent {tried['silent']}")
            pages = []
            for nth in range(PAGES):
                began = time.perf_counter()
                await door.ask("GET", "/shops/shop/entries", params={"limit": 100, "q": "" if nth % 2 else "发货"})
                pages.append(time.perf_counter() - began)
            row("a page of the table", f"p95 {sorted(pages)[int(PAGES * 0.95)] * 1000:.0f} ms")
            await saves(door, faq, dice)
            await imported(door, ROWS, dice)
        finally:
            for server in (here, there):
                with suppress(AttributeError, AssertionError):
                    await asyncio.to_thread(server.stop)


def main() -> None:
    """Print the table."""
    with postgres.database() as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), url))


if __name__ == "__main__":
    main()
