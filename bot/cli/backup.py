"""``miaohui backup`` and ``miaohui restore``: the whole store as one file, made while the service runs."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import bot
from bot.cli.ledger import told
from bot.cli.shared import existing, fail, opening, settings_of
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.store.proof import Flaw

FileArgument = Annotated[Path, typer.Argument(metavar="FILE.zip", help="备份文件 / the backup")]


def backup(context: typer.Context, file: FileArgument) -> None:
    """把全部数据和密钥写成一个文件，服务不用停 / write all data and the key to one file; the service may run"""
    settings, _ = settings_of(context.obj)
    if file.exists():
        fail(f"{file} 已存在 / {file} is there already")
    with opening(settings):
        existing(settings.data)
        rows = asyncio.run(_backup(settings, file))
    typer.echo(
        f"{file}：{rows} 行；内有密钥和买家资料，请妥善保管 / rows; it holds the key and buyers' data, keep it safe"
    )


async def _backup(settings: Settings, file: Path) -> int:
    from bot.app import opened
    from bot.store.backup import write

    async with opened(settings) as app:
        about = {"version": bot.__version__, "made_at": datetime.now(UTC).isoformat()}
        counts = await app.store.read(write, file, settings.data / "secret.key", about)
    return sum(counts.values())


def restore(context: typer.Context, file: FileArgument) -> None:
    """把备份读回空的数据目录或数据库，并核对台账 / read a backup into an empty folder or database, verify the ledger"""
    from bot.store.backup import NotRestored

    settings, _ = settings_of(context.obj)
    try:
        _put_key(settings.data, file)
        with opening(settings):
            rows, broken = asyncio.run(_restore(settings, file))
    except NotRestored as no:
        fail(str(no))
    for shop, flaw in broken.items():
        typer.echo(f"{shop}: {told(flaw)}", err=True)
    if broken:
        raise typer.Exit(1)
    typer.echo(f"已恢复 {rows} 行，台账完好 / restored {rows} rows; the ledger is intact")


def _put_key(data: Path, file: Path) -> None:
    """Put the backup's key into the data folder, which must not have another one."""
    from bot.store.backup import NotRestored, key_of

    key, path = key_of(file), data / "secret.key"
    if path.exists() and path.read_bytes() != key:
        raise NotRestored(f"{data} 里已有另一把密钥 / there is another key in {data}")
    data.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key)


async def _restore(settings: Settings, file: Path) -> tuple[int, dict[str, Flaw]]:
    from bot.app import opened
    from bot.store import proof
    from bot.store.backup import read
    from bot.store.tables import journal_head

    async with opened(settings) as app:
        counts = await app.store.write(read, file)
        shops = await app.store.read(
            lambda conn: list(conn.scalars(journal_head.select().with_only_columns(journal_head.c.shop)))
        )
        found = {shop: await app.store.read(proof.check, shop) for shop in shops}
    return sum(counts.values()), {shop: flaw for shop, flaw in found.items() if flaw is not None}
