"""What the browser tests drive with: a real server process, and a page under watch."""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests import quick_start

READY_WITHIN_S = 30
STOPPED_WITHIN_S = 10
NAME, PASSWORD = "店主小秒", "miaohui-test-9527"


@dataclass(frozen=True)
class Server:
    """A running server: its address and its one-time link."""

    url: str
    link: str

    @property
    def token(self) -> str:
        """The secret of the one-time link."""
        return self.link.partition("#token=")[2]


@contextmanager
def serving(folder: Path, now: str | None = None) -> Iterator[Server]:
    """Run the server on a data folder until the block ends; ``now`` is the real time it believes in."""
    env = {**os.environ, **({"MIAOHUI_CLOCK_STARTS_AT": now} if now else {})}
    words = ["--no-open", "--port", "0", "--data", folder]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = quick_start.begin(words, env=env, stderr=log.fileno())
        try:
            yield _ready(process, Path(log.name))
        finally:
            _stop(process)


def _stop(process: quick_start.Process) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOPPED_WITHIN_S)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _ready(process: quick_start.Process, log: Path) -> Server:
    assert process.stdout
    seen, _, _ = select.select([process.stdout], [], [], READY_WITHIN_S)
    line = process.stdout.readline() if seen else b""
    assert line, f"the server did not get ready within {READY_WITHIN_S} s:\n{log.read_text('utf-8', 'replace')[-3000:]}"
    told = json.loads(line)
    return Server(told["url"], told["link"] or "")


@dataclass
class Visit:
    """A page under watch: whatever it complains of is kept. ``expected`` are addresses whose refusal is part of the test."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    # /healthz, where tests begin, names no icon, so the browser sometimes asks for the usual one.
    expected: list[str] = field(default_factory=lambda: ["/favicon.ico"])
    requests: list[str] = field(default_factory=list)

    def watch(self) -> Callable[[], None]:
        """Keep what the page complains of and asks for; what is given back ends it."""
        heard: dict[str, Callable[[Any], None]] = {
            "console": self._console,
            "pageerror": lambda error: self.complaints.append(f"error: {error}"),
            "request": lambda request: self.requests.append(request.url),
            "websocket": lambda socket: self.requests.append(socket.url),
        }
        for event, listener in heard.items():
            self.page.on(event, listener)  # type: ignore[call-overload]

        def end() -> None:
            for event, listener in heard.items():
                self.page.remove_listener(event, listener)

        return end

    def _console(self, message: Any) -> None:
        where = message.location.get("url", "")
        if message.type in ("error", "warning") and not any(part in where for part in self.expected):
            self.complaints.append(f"{message.type}: {message.text} ({where})")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API as the page would, with its cookie."""
        answer = self.page.evaluate(
            """async ([method, path, body]) => {
              const headers = {"Content-Type": "application/json", "Idempotency-Key": String(Math.random()) + path};
              const answer = await fetch("/api/v1" + path, {method, headers, body: body === null ? undefined : JSON.stringify(body)});
              return {status: answer.status, body: await answer.json().catch(() => null)};
            }""",
            [method, path, body],
        )
        assert answer["status"] < 300, f"{method} {path}: {answer}"
        return answer["body"]

    def quiet(self) -> None:
        """Say that the page complained of nothing and broke no line of its policy."""
        violations = self.page.evaluate("window.violations || []")
        assert not self.complaints + violations, self.complaints + violations


OpenPage = Callable[..., Visit]


def own(page: Page, server: Server, platform: str = "xiaohongshu") -> Visit:
    """Become the owner of a server nobody has used yet, with a simulated shop of a platform."""
    first = Visit(page)
    page.goto("/healthz")
    owner = {"token": server.token, "name": NAME, "password": PASSWORD, "platform": platform, "lang": "zh-CN"}
    first.call("POST", "/start/owner", owner)
    return first


def say(someone: Visit, text: str, buyer: str) -> str:
    """Write as a simulated buyer and wait for the conversation; its id."""
    shop = someone.call("GET", "/shops")[0]
    channel = next(one["key"] for one in shop["channels"] if one["simulated"])
    someone.call("POST", f"/sim/{channel}/say", {"buyer": buyer, "name": buyer, "text": text})
    for _ in range(50):
        for tab in ("waiting", "bot"):
            for talk in someone.call("GET", f"/conversations?tab={tab}&limit=200")["items"]:
                if talk["buyer"]["id"] == buyer and talk["last"]["at"]:
                    return str(talk["id"])
        someone.page.wait_for_timeout(100)
    raise AssertionError(f"no conversation of {buyer} came up")
