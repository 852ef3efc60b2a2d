"""``miaohui routes``: every route, who may call it and in which scope."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer


def routes(
    as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 数组 / one JSON array")] = False,
) -> None:
    """列出所有接口和权限 / list all routes and rights"""
    from bot.web.openapi import listing
    from bot.web.routes import ALL

    rows = listing(ALL)
    if as_json:
        typer.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        roles = ",".join(row["roles"]) or "-"
        typer.echo(f"{row['method']:7}{row['path']:60}{row['auth']:10}{row['scope']:14}{roles}")
