"""``miaohui init FILE``: shops, channels, people, tokens and FAQs from one file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot.cli.shared import fail, opening, settings_of
from bot.settings import Settings


def init(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="设置文件（YAML 或 JSON） / setup file (YAML or JSON)")],
) -> None:
    """按文件建好店铺、渠道、人员、令牌和知识；可重复运行 / set up shops, channels, people, tokens, FAQs; repeatable"""
    from bot.service.document import read
    from bot.service.plain_yaml import DocumentError, line_of
    from bot.service.refusal import Refusal

    settings, _ = settings_of(context.obj)
    try:
        text = file.read_text("utf-8-sig")
        document, lines = read(text)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"读不了 {file}：{error} / cannot read {file}: {error}")
    except DocumentError as error:
        typer.echo(f"{file}:{error.line}: {error.where}: {error.message}", err=True)
        raise typer.Exit(1) from None
    try:
        with opening(settings):
            result = asyncio.run(_apply(settings, document, file.parent))
    except Refusal as no:
        where = no.pointer or "/"
        typer.echo(f"{file}:{line_of(where, lines)}: {where}: {no.zh} / {no.en}", err=True)
        raise typer.Exit(1) from None
    typer.echo(orjson.dumps(result).decode())


async def _apply(settings: Settings, document: Any, folder: Path) -> dict[str, Any]:
    from bot.app import opened

    async with opened(settings) as app:
        return await app.setup.apply(document, folder)
