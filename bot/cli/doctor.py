"""``miaohui doctor``: what is fit and what is not, in words, with what to do."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.figures import of_the_process, of_the_store
from bot.cli.shared import existing, opening, settings_of
from bot.settings import Settings

FREE_AT_LEAST = 1 << 30
SILENT_AFTER_S = 20 * 60


def doctor(context: typer.Context) -> None:
    """检查环境、数据目录、渠道，逐条说明 / check the surroundings, the data folder and the channels"""
    settings, _ = settings_of(context.obj)
    if settings.data.exists():
        existing(settings.data)
    fine = [_tell(*found) for found in _surroundings(settings.data)]
    with opening(settings):
        fine += [_tell(*found) for found in asyncio.run(_inside(settings))]
    fine += [_tell(*found) for found in of_the_process(f"http://{_host(settings.host)}:{settings.port}")]
    if not all(fine):
        raise typer.Exit(1)


def _host(host: str) -> str:
    """Where a service that listens everywhere is asked on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (asked, not bound)
    return f"[{host}]" if ":" in host else host


def _tell(fit: bool, words: str) -> bool:
    typer.echo(f"{'✓' if fit else '✗'} {words}")
    return fit


def _surroundings(data: Path) -> Iterator[tuple[bool, str]]:
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}（需要 3.11 以上 / 3.11 or newer is needed）"
    folder = data if data.exists() else data.parent
    free = shutil.disk_usage(folder if folder.exists() else Path()).free
    yield free > FREE_AT_LEAST, f"磁盘剩余 {free >> 20} MiB / free disk space"
    yield datetime.now(UTC).year >= 2025, f"系统时间 {datetime.now(UTC):%Y-%m-%d %H:%M} UTC / system clock"


async def _inside(settings: Settings) -> list[tuple[bool, str]]:
    if not settings.database and not (settings.data / "miaohui.db").exists():
        words = f"数据目录 {settings.data} 还是空的，运行 miaohui 开始 / the data folder is empty: run miaohui to begin"
        return [(True, words)]
    from bot.app import opened
    from bot.store.reading import journal

    async with opened(settings) as app:
        owner = await app.services.people.has_owner()
        found = [
            (
                owner,
                "有管理员账号 / there is an owner"
                if owner
                else "还没有管理员：打开 miaohui 启动时给出的链接 / no owner yet: open the link miaohui prints",
            )
        ]
        for key, facts in app.directory.channel_facts.items():
            last, bad = facts["last_delivery_at"], facts["bad_signatures"]
            if last is None:
                found.append((True, f"渠道 {key}：还没有收到消息 / no message received yet"))
            else:
                ago = round(app.clocks.now_ms(facts["shop"]) / 1000 - last / 1000)
                found.append((True, f"渠道 {key}：最近一条消息 {ago} 秒前 / last message {ago} s ago"))
            if bad:
                found.append(
                    (
                        False,
                        f"渠道 {key}：{bad} 次签名不符，检查密钥和时钟 / {bad} bad signatures: check secret and clock",
                    )
                )
        status = await app.store.read(journal.status, list(app.directory.shops))
        oldest_s = max(0, app.clocks.real_ms() - status["oldest"]) / 1000 if status["oldest"] else 0.0
        return found + of_the_store(status, oldest_s)
