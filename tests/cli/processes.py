"""The command line as a shop's engineer uses it: real processes, real ports, real folders."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import quick_start

READY_WITHIN_S = 30
STOPPED_WITHIN_S = 10
TOKEN = "a-token-for-tests-0123456789"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without settings of ours, and with these."""
    return {k: v for k, v in os.environ.items() if not k.startswith("MIAOHUI_")} | dict(more or {})


def miaohui(*words: Any, env: Mapping[str, str] | None = None, typed: str = "") -> quick_start.Ended:
    """Run one command to its end."""
    return quick_start.run(words, env=environment(env), typed=typed)


@dataclass
class Served:
    """A running service, and what it printed."""

    process: quick_start.Process
    first_line: str
    log: Path

    @property
    def ready(self) -> dict[str, Any]:
        """The ready line."""
        found: dict[str, Any] = json.loads(self.first_line)
        return found

    @property
    def url(self) -> str:
        """Where it is reached."""
        return str(self.ready["url"])

    def call(self, method: str, path: str, body: Any = None, token: str = TOKEN) -> tuple[int, Any]:
        """Call the people's door; status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def until(self, path: str, good: Any, within_s: float) -> Any:
        """Ask until the answer is good; the last answer when it never is."""
        end = time.monotonic() + within_s
        while True:
            _, found = self.call("GET", path)
            if good(found) or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float, str]:
        """Stop it; exit code, how long it took, and what else stood on standard output."""
        began = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(STOPPED_WITHIN_S + 5)
        return code, time.monotonic() - began, self.process.rest(0).decode()


@contextlib.contextmanager
def serving(data: Path, *words: Any, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Run the service on a folder until the block ends. Words may stand anywhere: ``serve`` among them or not."""
    given = words or ("serve",)
    command = [*given, "--data", data, "--port", "0", "--no-open"]
    log = data.parent / f"{data.name}.log"
    with log.open("w") as errors:
        process = quick_start.begin(command, env=environment(env), stderr=errors.fileno())
    try:
        assert process.stdout
        seen, _, _ = select.select([process.stdout], [], [], READY_WITHIN_S)
        line = process.stdout.readline().decode() if seen else ""
        assert line, f"not ready within {READY_WITHIN_S} s:\n{log.read_text()[-3000:]}"
        yield Served(process, line, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.rest(STOPPED_WITHIN_S + 5)
        elif process.stdout:
            process.stdout.close()
