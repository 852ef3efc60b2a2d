"""``miaohui simulate FILE``: plays each line as a buyer's message against a running service and counts what happened."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import orjson
import typer

from adapters.signing import decode_secret, sign
from bot.cli.played import Line, read_lines, summary
from bot.service.arrivals import message_id

SECRET_IN_ENV = "MIAOHUI_SIMULATE_SECRET"  # noqa: S105  (a variable's name)
SETTLE_S = 15.0
AT_ONCE = 64


@dataclass(slots=True)
class Run:
    """One run: where to, as whom, over which channel."""

    url: str
    token: str
    channel: str
    secret: str
    rate: float
    lines: list[Line]
    session: aiohttp.ClientSession
    in_process: bool = False
    heard: dict[str, tuple[dict[str, Any], float]] = field(default_factory=dict)
    """Each message's latest decision, and when we heard of it."""
    failed: Counter[str] = field(default_factory=Counter)
    """What went wrong on the way in, and how often."""

    @property
    def headers(self) -> dict[str, str]:
        """Who we are at the people's door."""
        return {"Authorization": f"Bearer {self.token}"}


def simulate(
    file: Annotated[
        Path, typer.Argument(help="每行一条：文字，或 JSON {buyer,text,after_s,expect} / one message a line")
    ],
    url: Annotated[str, typer.Option(help="服务地址 / the service's address")],
    token: Annotated[str, typer.Option(help="令牌 / a token")],
    channel: Annotated[str, typer.Option(help="渠道编号 / the channel's key")],
    secret: Annotated[str, typer.Option(help="渠道密钥 / the channel's secret", envvar=SECRET_IN_ENV)] = "",
    rate: Annotated[float, typer.Option(help="每秒条数，0 为不限 / messages a second, 0 = no limit")] = 0.0,
    report: Annotated[Path | None, typer.Option(help="逐条结果写到这个文件 / write each line's outcome here")] = None,
) -> None:
    """扮演买家逐条提问，统计结果 / play buyers and count what happens"""
    try:
        lines = read_lines(file.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        typer.echo(f"读不了 {file}：{error} / cannot read {file}: {error}", err=True)
        raise typer.Exit(2) from None
    try:
        failed = asyncio.run(_run(url.rstrip("/"), token, channel, secret, rate, lines))
    except (aiohttp.ClientError, OSError, PermissionError) as error:
        typer.echo(f"连不上或被拒绝：{error} / cannot reach it, or refused: {error}", err=True)
        raise typer.Exit(2) from None
    if report:
        report.write_bytes(b"".join(orjson.dumps(_row(line)) + b"\n" for line in lines))
    _tell_wrong(lines)
    for what, times in failed.most_common():
        typer.echo(f"✗ {times} × {what}", err=True)
    typer.echo(orjson.dumps(summary(lines, failed.total())).decode())
    if failed:
        raise typer.Exit(1)


async def _run(url: str, token: str, channel: str, secret: str, rate: float, lines: list[Line]) -> Counter[str]:
    async with aiohttp.ClientSession() as session:
        run = Run(url, token, channel, secret, rate, lines, session)
        run.in_process = await _is_sandbox(run)
        if not secret and not run.in_process:
            raise PermissionError(f"这个渠道需要 --secret 或 {SECRET_IN_ENV} / this channel needs --secret")
        if not run.in_process:
            _check_secret(secret)
        listener = asyncio.create_task(_listen(run, (await _get(run, "/api/v1/feed/poll"))["cursor"]))
        await _send_all(run)
        await _settle(run, listener)
        listener.cancel()
        await _name_entries(run)
        return run.failed


def _check_secret(secret: str) -> None:
    try:
        decode_secret(secret)
    except ValueError as error:
        raise PermissionError(f"--secret：{error}") from error


async def _is_sandbox(run: Run) -> bool:
    for shop in await _get(run, "/api/v1/shops"):
        for one in shop["channels"]:
            if one["key"] == run.channel:
                return bool(one["adapter"] == "sandbox")
    raise PermissionError(f"没有渠道 {run.channel}，或令牌看不到它 / no such channel, or not yours to see")


async def _get(run: Run, path: str) -> Any:
    async with run.session.get(run.url + path, headers=run.headers) as answer:
        if answer.status != 200:
            raise PermissionError(f"{path}: HTTP {answer.status}")
        return await answer.json()


async def _send_all(run: Run) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    started, tasks = time.perf_counter(), []
    former: dict[str, asyncio.Task[None]] = {}
    for number, line in enumerate(run.lines):
        if line.after_s:
            await asyncio.sleep(line.after_s)
        elif run.rate:
            await asyncio.sleep(max(0.0, started + number / run.rate - time.perf_counter()))
        await gate.acquire()
        former[line.buyer] = asyncio.create_task(_send(run, line, gate, former.get(line.buyer)))
        tasks.append(former[line.buyer])
        _progress(number + 1, len(run.lines))
    await asyncio.gather(*tasks)
    sys.stderr.write("\n")


async def _send(run: Run, line: Line, gate: asyncio.Semaphore, former: asyncio.Task[None] | None) -> None:
    """Send a line once the same buyer's line before it has been taken in."""
    try:
        if former:
            await former
        line.sent_at = time.perf_counter()
        failed = await (_say(run, line) if run.in_process else _post(run, line))
    except (aiohttp.ClientError, KeyError, ValueError) as error:
        failed = type(error).__name__
    finally:
        gate.release()
    if failed:
        run.failed[failed] += 1
        line.outcome = "failed"


async def _say(run: Run, line: Line) -> str:
    """Let the server play the buyer and sign; what went wrong, if anything."""
    path = f"{run.url}/api/v1/sim/{run.channel}/say"
    async with run.session.post(path, json={"buyer": line.buyer, "text": line.text}, headers=run.headers) as answer:
        if answer.status != 200:
            return f"HTTP {answer.status}"
        told = await answer.json()
    line.message = message_id(run.channel, orjson.loads(told["delivery"]["request"]["body"])["data"]["id"])
    return ""


async def _post(run: Run, line: Line) -> str:
    """Sign and post as the platform would; what went wrong, if anything."""
    line.message = message_id(run.channel, line.platform_id)
    raw = orjson.dumps({"type": "message", "data": _data(line)})
    headers = sign((run.secret,), uuid.uuid4().hex, datetime.now(UTC), raw)
    async with run.session.post(f"{run.url}/webhooks/{run.channel}", data=raw, headers=headers) as answer:
        return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"


def _data(line: Line) -> dict[str, Any]:
    return {
        "id": line.platform_id,
        "conversation": line.buyer,
        "buyer": {"id": line.buyer, "name": line.buyer},
        "sender": "buyer",
        "kind": "text",
        "text": line.text,
        "sent_at": datetime.now(UTC).isoformat(),
    }


async def _listen(run: Run, cursor: str) -> None:
    """Follow the feed; a decision about a message is what became of it (the last one, after a wait)."""
    while True:
        told = await _get(run, f"/api/v1/feed/poll?after={cursor}")
        cursor = told["cursor"]
        now = time.perf_counter()
        for event in told["events"]:
            if event["kind"] == "decision":
                for message in event["body"]["messages"]:
                    run.heard[message] = (event, now)
        if not told["events"]:
            await asyncio.sleep(0.02)


async def _settle(run: Run, listener: asyncio.Task[None]) -> None:
    """Wait until every message is decided, or nothing has come for a while. A listener that failed is told of."""
    before, until = -1, 0.0
    while left := sum(not _settled(run, line) for line in run.lines):
        if listener.done():
            listener.result()
        if left != before:
            before, until = left, time.perf_counter() + SETTLE_S
        if time.perf_counter() > until:
            return
        await asyncio.sleep(0.1)


def _settled(run: Run, line: Line) -> bool:
    """Take in what was heard of a line; True once it is decided, or has failed."""
    if line.message in run.heard:
        event, line.done_at = run.heard[line.message]
        line.outcome, line.reason, line.decision = event["body"]["outcome"], event["body"]["reason"], event["ref"]
    return line.outcome not in ("", "wait")


async def _name_entries(run: Run) -> None:
    """Ask for the entry behind each answer, where the file says what it expects."""
    for line in run.lines:
        if line.has_expect and line.outcome in ("answer", "suggest"):
            why = await _get(run, f"/api/v1/decisions/{line.decision}")
            line.entry = why["entry"]["id"] if why["entry"] else None


def _progress(done: int, total: int) -> None:
    if done == total or done % max(1, total // 100) == 0:
        filled = 30 * done // total
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total}")
        sys.stderr.flush()


def _row(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {"buyer": line.buyer, "text": line.text, "outcome": line.outcome, "reason": line.reason}
    if line.has_expect:
        row |= {"entry": line.entry, "expect": line.expect, "right": line.right}
    return row


def _tell_wrong(lines: list[Line]) -> None:
    for line in lines:
        if line.has_expect and line.outcome in ("answer", "suggest") and not line.right:
            typer.echo(f"✗ {line.text} → {line.entry}（应为 expected {line.expect}）", err=True)
