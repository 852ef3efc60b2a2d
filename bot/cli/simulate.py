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

from adapters.signing import sign
from bot.service.intake import message_id

SECRET_IN_ENV = "MIAOHUI_SIMULATE_SECRET"  # noqa: S105  (a variable's name)
OUTCOMES = {
    "answer": "answered",
    "suggest": "suggested",
    "handoff": "handed_off",
    "silence": "silent",
    "wait": "waiting",
}
SETTLE_S = 15.0
AT_ONCE = 64


@dataclass(slots=True)
class Line:
    """One line of the file, and what became of it."""

    buyer: str
    text: str
    after_s: float = 0.0
    expect: str | None = None
    has_expect: bool = False
    platform_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    sent_at: float = 0.0
    done_at: float = 0.0
    outcome: str = ""
    reason: str = ""
    decision: str = ""
    entry: str | None = None

    @property
    def right(self) -> bool:
        """Whether the outcome is what the file expects: this entry, or no answer at all."""
        return (self.entry if self.outcome in ("answer", "suggest") else None) == self.expect


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
    failures: int = 0

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
        failures = asyncio.run(_run(url.rstrip("/"), token, channel, secret, rate, lines))
    except (aiohttp.ClientError, OSError, PermissionError) as error:
        typer.echo(f"连不上或被拒绝：{error} / cannot reach it, or refused: {error}", err=True)
        raise typer.Exit(2) from None
    if report:
        report.write_bytes(b"".join(orjson.dumps(_row(line)) + b"\n" for line in lines))
    _tell_wrong(lines)
    typer.echo(orjson.dumps(summary(lines, failures)).decode())
    if failures:
        raise typer.Exit(1)


def read_lines(text: str) -> list[Line]:
    """Read the file's lines. A line of text is a buyer of its own.

    Raises:
        ValueError: a JSON line without text, with its number.
    """
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        if not raw.lstrip().startswith("{"):
            lines.append(Line(f"sim-{number}", raw.strip()))
            continue
        try:
            found = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"第 {number} 行不是 JSON / line {number} is not JSON: {error}") from error
        if not isinstance(found.get("text"), str):
            raise ValueError(f"第 {number} 行没有 text / line {number} has no text")
        lines.append(
            Line(
                str(found.get("buyer") or f"sim-{number}"),
                found["text"],
                float(found.get("after_s") or 0),
                found.get("expect"),
                "expect" in found,
            )
        )
    return lines


def summary(lines: list[Line], failures: int = 0) -> dict[str, Any]:
    """Count outcomes and give the time from sending to the decision, in milliseconds."""
    counts = Counter(OUTCOMES.get(line.outcome, "undecided") for line in lines if line.sent_at)
    took = sorted(1000 * (line.done_at - line.sent_at) for line in lines if line.done_at)
    expected = [line for line in lines if line.has_expect]
    return {
        "sent": sum(bool(line.sent_at) for line in lines) - failures,
        **{name: counts[name] for name in OUTCOMES.values()},
        "p50_ms": round(took[len(took) // 2], 1) if took else None,
        "p99_ms": round(took[min(len(took) - 1, len(took) * 99 // 100)], 1) if took else None,
        **({"failed": failures} if failures else {}),
        **(_score(expected) if expected else {}),
    }


def _score(lines: list[Line]) -> dict[str, int]:
    answered = [line for line in lines if line.outcome in ("answer", "suggest")]
    return {
        "expected_answer": sum(line.expect is not None for line in lines),
        "right_answers": sum(line.right for line in answered),
        "wrong_answers": sum(not line.right for line in answered),
    }


async def _run(url: str, token: str, channel: str, secret: str, rate: float, lines: list[Line]) -> int:
    async with aiohttp.ClientSession() as session:
        run = Run(url, token, channel, secret, rate, lines, session)
        run.in_process = await _is_sandbox(run)
        if not secret and not run.in_process:
            raise PermissionError(f"这个渠道需要 --secret 或 {SECRET_IN_ENV} / this channel needs --secret")
        by_id = {message_id(channel, line.platform_id): line for line in lines}
        cursor = (await _get(run, "/api/v1/feed/poll"))["cursor"]
        listener = asyncio.create_task(_listen(run, cursor, by_id))
        await _send_all(run, by_id)
        await _settle(lines)
        listener.cancel()
        await _name_entries(run)
        return run.failures


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


async def _send_all(run: Run, by_id: dict[str, Line]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    started, tasks = time.perf_counter(), []
    for number, line in enumerate(run.lines):
        if line.after_s:
            await asyncio.sleep(line.after_s)
        elif run.rate:
            await asyncio.sleep(max(0.0, started + number / run.rate - time.perf_counter()))
        await gate.acquire()
        tasks.append(asyncio.create_task(_send(run, line, by_id, gate)))
        _progress(number + 1, len(run.lines))
    await asyncio.gather(*tasks)
    sys.stderr.write("\n")


async def _send(run: Run, line: Line, by_id: dict[str, Line], gate: asyncio.Semaphore) -> None:
    line.sent_at = time.perf_counter()
    try:
        if run.in_process:
            body = {"buyer": line.buyer, "text": line.text}
            path = f"{run.url}/api/v1/sim/{run.channel}/say"
            async with run.session.post(path, json=body, headers=run.headers) as answer:
                told = await answer.json()
                run.failures += answer.status != 200
            platform_id = orjson.loads(told["delivery"]["request"]["body"])["data"]["id"]
            by_id[message_id(run.channel, platform_id)] = line
        else:
            raw = orjson.dumps({"type": "message", "data": _data(line)})
            headers = sign((run.secret,), uuid.uuid4().hex, datetime.now(UTC), raw)
            async with run.session.post(f"{run.url}/webhooks/{run.channel}", data=raw, headers=headers) as answer:
                run.failures += not 200 <= answer.status < 300
    except (aiohttp.ClientError, KeyError, ValueError):
        run.failures += 1
    finally:
        gate.release()


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


async def _listen(run: Run, cursor: str, by_id: dict[str, Line]) -> None:
    """Follow the feed; a decision about one of our messages is what became of it (the last one, after a wait)."""
    while True:
        told = await _get(run, f"/api/v1/feed/poll?after={cursor}")
        cursor = told["cursor"]
        now = time.perf_counter()
        for event in told["events"]:
            if event["kind"] != "decision":
                continue
            for message in event["body"]["messages"]:
                line = by_id.get(message)
                if line:
                    line.outcome, line.reason = event["body"]["outcome"], event["body"]["reason"]
                    line.decision, line.done_at = event["ref"], now
        if not told["events"]:
            await asyncio.sleep(0.02)


async def _settle(lines: list[Line]) -> None:
    """Wait until every message is decided, or nothing has come for a while."""
    deadline = time.perf_counter() + SETTLE_S
    while any(line.sent_at and line.outcome in ("", "wait") for line in lines) and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)


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
