"""``miaohui settings``: every setting with its value and where the value came from."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from bot.cli.shared import settings_of
from bot.settings import listing


def settings(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 数组 / one JSON array")] = False,
) -> None:
    """列出所有设置：名称、含义、默认值、当前值、来源 / list all settings"""
    found, origins = settings_of(context.obj)
    rows = listing(found, origins)
    if as_json:
        typer.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        typer.echo(
            f"{row['name']:22}{row['value']!s:24}[{row['from']}]  {row['meaning']} (默认 default {row['default']})"
        )
