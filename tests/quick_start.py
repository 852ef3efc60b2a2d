"""Real processes of ours without the second that importing takes: they are forked from one that has imported already.

Each has its own memory, environment, standard streams and end, as if the interpreter had been started for it.
The walks through the READMEs start the interpreter itself.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NoReturn

ROOT = Path(__file__).parents[1]
IMPORTED = ("bot.cli.serve", "bot.app", "bot.web.server", "bot.service.setup", "asyncpg", "adapters.standard.client")
BEGUN_WITHIN_S = 60
Ended = subprocess.CompletedProcess[str]


class Process:
    """A process that was begun here; of ``subprocess.Popen`` it has what the tests use."""

    def __init__(self, told: socket.socket, stdout: IO[bytes] | None) -> None:
        self._told, self.stdout = told, stdout
        self.returncode: int | None = None
        self.pid = int(self._hear(BEGUN_WITHIN_S) or b"0")
        assert self.pid, "no process could be begun"

    def _hear(self, within_s: float | None) -> bytes | None:
        """What is told next; None when nothing is in time."""
        heard, _, _ = select.select([self._told], [], [], within_s)
        return self._told.recv(64) if heard else None

    def poll(self) -> int | None:
        """Its exit code (minus the signal that ended it); None while it runs."""
        if self.returncode is None and (told := self._hear(0)) is not None:
            self._end(told)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended.

        Raises:
            subprocess.TimeoutExpired: it runs still.
        """
        if self.returncode is None:
            if (told := self._hear(timeout)) is None:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self._end(told)
        assert self.returncode is not None
        return self.returncode

    def _end(self, told: bytes) -> None:
        self.returncode = os.waitstatus_to_exitcode(int(told))
        self._told.close()

    def rest(self, timeout: float) -> bytes:
        """What else it printed, once it has ended."""
        self.wait(timeout)
        assert self.stdout
        with self.stdout as stdout:
            return stdout.read()

    def send_signal(self, signum: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it at once, without a word."""
        self.send_signal(signal.SIGKILL)


def begin(
    words: Sequence[Any], *, env: Mapping[str, str], module: str = "bot", stdin: int | None = None,
    stdout: int | None = None, stderr: int | None = None,
) -> Process:  # fmt: skip
    """Begin ``python -m module *words`` in the root of the project. Standard output is a pipe unless given."""
    ours, theirs = socket.socketpair()
    out, into = (None, stdout) if stdout is not None else os.pipe()
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        asked = json.dumps({"module": module, "words": [str(word) for word in words], "env": dict(env)}).encode()
        streams = [nothing if stdin is None else stdin, into, nothing if stderr is None else stderr]
        socket.send_fds(_imported_already(), [asked], [theirs.fileno(), *streams])
    finally:
        theirs.close()
        os.close(nothing)
        if stdout is None:
            os.close(into)
    return Process(ours, None if out is None else os.fdopen(out, "rb"))


def run(words: Sequence[Any], *, env: Mapping[str, str], typed: str | bytes = "", timeout: float = 60) -> Ended:
    """Run ``python -m bot *words`` to its end."""
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(typed.encode() if isinstance(typed, str) else typed)
        stdin.seek(0)
        files = {"stdin": stdin.fileno(), "stdout": stdout.fileno(), "stderr": stderr.fileno()}
        code = begin(words, env=env, **files).wait(timeout)
        for file in (stdout, stderr):
            file.seek(0)
        return subprocess.CompletedProcess([*map(str, words)], code, stdout.read().decode(), stderr.read().decode())


@cache
def _imported_already() -> socket.socket:
    """The way to the process that has imported all; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    fd = theirs.fileno()
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "tests.quick_start", str(fd)], cwd=ROOT, env=env, pass_fds=[fd])
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _asked(door: socket.socket) -> dict[str, Any]:
    """Come back in a new process for each that is asked for, with what it is to be."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, fds, _, _ = socket.recv_fds(door, 1 << 20, 4)
        if not data:
            os._exit(0)
        if os.fork() == 0:
            door.close()
            asked: dict[str, Any] = json.loads(data)
            _kept(*fds)
            return asked
        for fd in fds:
            os.close(fd)


def _kept(told: int, *streams: int) -> None:
    """Come back in a child; stay here to tell its number and, once it has ended, how."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
        for fd in (told, *streams):
            os.close(fd)
        return
    _keep(pid, told, streams)


def _keep(pid: int, told: int, streams: Sequence[int]) -> NoReturn:
    for fd in streams:
        os.close(fd)
    os.write(told, str(pid).encode())
    heard, _, _ = select.select([os.pidfd_open(pid), told], [], [])
    if told in heard:
        # Nobody asks for it any more: a test that failed half way leaves no server behind.
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(told, str(status).encode())
    os._exit(0)


if __name__ == "__main__":
    way = socket.socket(fileno=int(sys.argv[1]))
    for name in IMPORTED:
        importlib.import_module(name)
    importlib.import_module("bot.cli").register()
    gc.collect()
    gc.freeze()
    wanted = _asked(way)
    os.environ.clear()
    os.environ.update(wanted["env"])
    sys.argv = [wanted["module"], *wanted["words"]]
    runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)
