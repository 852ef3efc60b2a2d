"""``miaohui serve``: one process over one data folder, from the ready line to a clean end."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import gc
import json
import os
import signal
import socket
import sys
import webbrowser
from pathlib import Path
from typing import IO, Any, NoReturn

import aiohttp
import structlog
import typer
from aiohttp import web

import bot
from bot import logs
from bot.cli.shared import fail, opening, settings_of
from bot.settings import Settings

STOP_WITHIN_S = 8.0
CALLS_END_WITHIN_S = 2.0
KEEP_ALIVE_S = 75.0
READY_AGAIN_S = 0.2
YOUNG = 20_000
"""So many new objects before the collector looks at them; a message makes a few hundred that go by themselves."""


def run(options: dict[str, Any]) -> None:
    """Serve until told to stop; exit 2, in words, when it cannot begin."""
    settings, _ = settings_of(options)
    logs.set_up(settings.log_level)
    with opening(settings):
        settings.data.mkdir(parents=True, exist_ok=True)
        lock = None if settings.database else _lock(settings.data)
    bound = _bind(settings)
    try:
        import uvloop

        uvloop.run(_serve(settings, bound))
    except ImportError:
        asyncio.run(_serve(settings, bound))
    finally:
        bound.close()
        if lock:
            lock.close()


def _lock(data: Path) -> IO[str]:
    file = (data / "serve.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fail(
            f"数据目录 {data} 正被另一个 miaohui 使用；换一个 --data，或先停掉它 / "
            f"another miaohui is using the data folder {data}; choose another --data or stop it first"
        )
    return file


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        busy = error.errno == errno.EADDRINUSE
        why = "端口已被占用 / the port is taken" if busy else str(error.strerror or error)
        fail(
            f"不能监听 {settings.host}:{settings.port}：{why}；换一个 --port，或用 --port 0 / choose another --port, or 0"
        )
    bound.setblocking(False)
    return bound


async def _serve(settings: Settings, bound: socket.socket) -> None:
    from bot.app import App
    from bot.web.heads import Runner
    from bot.web.server import build

    ended = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, ended.set)
    with opening(settings):
        app = App(settings)
        await app.start()
    _spare_the_collector()
    runner = Runner(
        build(app.services), access_log=None, keepalive_timeout=KEEP_ALIVE_S, shutdown_timeout=CALLS_END_WITHIN_S
    )
    await runner.setup()
    await web.SockSite(runner, bound).start()
    port = bound.getsockname()[1]
    announcing = asyncio.create_task(_announce(app.services.start_token, settings, _url(settings, port), port))
    stopping = asyncio.create_task(ended.wait())
    await asyncio.wait({announcing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if announcing.done():
        announcing.result()  # a fault there must not leave a service that nobody was told of
    await stopping
    announcing.cancel()
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            app.services.feed.close()
            await runner.cleanup()
            await app.stop()
    except TimeoutError:
        structlog.get_logger("serve").warning("stopped_late")
        _leave()


def _leave() -> NoReturn:
    """End now. What was accepted is on disk and found at the next start; threads that wait for a store which is slow or
    hangs would be waited for, and the end would come too late."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _spare_the_collector() -> None:
    """What is in memory now stays: the collector need not look at it again, nor look often at what comes and goes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)


def _url(settings: Settings, port: int) -> str:
    host = settings.host
    if host in ("0.0.0.0", "::"):  # noqa: S104  (shown to a person, not bound)
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _until_ready(address: str) -> None:
    """Ask until the service says yes; what it lacks is told, for that may be for people to mend."""
    told = ""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(address) as answer:
                if answer.status == 200:
                    return
                lacks = ", ".join((await answer.json())["reasons"])
            if lacks != told:
                typer.echo(f"还没就绪：{lacks} / not ready yet: {lacks}", err=True)
                told = lacks
            await asyncio.sleep(READY_AGAIN_S)


async def _announce(token: str, settings: Settings, url: str, port: int) -> None:
    """Print the one line of standard output, once the service says that it is ready."""
    await _until_ready(f"{url}/readyz")
    link = f"{url}/start#token={token}" if token else None
    ready = {
        "event": "ready",
        "url": url,
        "host": settings.host,
        "port": port,
        "link": link,
        "pid": os.getpid(),
        "version": bot.__version__,
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    page = link or url
    typer.echo(f"秒回已就绪，打开 / ready, open:\n  {page}", err=True)
    if os.environ.get("SSH_CONNECTION"):
        typer.echo(
            f"在自己的电脑上先运行 / on your own machine first run:\n  ssh -L {port}:127.0.0.1:{port} <server>",
            err=True,
        )
    elif settings.open_browser and sys.stderr.isatty():
        await asyncio.to_thread(webbrowser.open, page)
