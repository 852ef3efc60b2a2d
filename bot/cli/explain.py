"""``miaohui explain``: how one inquiry counts and why, from the store itself."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
import typer

from bot.cli.shared import existing, opening, settings_of
from bot.settings import Settings


def explain(
    context: typer.Context,
    inquiry: Annotated[
        str, typer.Argument(help="咨询编号：第一条买家消息的编号 / the id of the message that opened it")
    ],
    json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """说明一次咨询怎么计、为什么 / say how one inquiry counts, and why"""
    settings, _ = settings_of(context.obj)
    with opening(settings):
        existing(settings.data)
        found = asyncio.run(_explained(settings, inquiry))
    if found is None:
        typer.echo(
            f"没有咨询 {inquiry}；编号见台账导出或指标页 / no inquiry {inquiry}; see the exported ledger", err=True
        )
        raise typer.Exit(1)
    if json:
        typer.echo(orjson.dumps(found).decode())
        return
    for line in [*found["lines"]["zh"], "", *found["lines"]["en"]]:
        typer.echo(line)


async def _explained(settings: Settings, inquiry: str) -> dict[str, Any] | None:
    from bot.app import opened

    async with opened(settings) as app:
        return await app.services.explaining.explain(inquiry)
