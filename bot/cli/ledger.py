"""``miaohui ledger``: is the journal what was written?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.cli.shared import existing, opening, settings_of

app = typer.Typer(help="台账 / the reply ledger", no_args_is_help=True)


@app.command()
def verify(context: typer.Context) -> None:
    """核对每家店的台账链，指出第一条被改动的记录 / check every shop's chain, name the first tampered row"""
    settings, _ = settings_of(context.obj)
    with opening(settings.data):
        broken = asyncio.run(_verify(existing(settings.data)))
    for shop, seq in broken.items():
        typer.echo(f"{shop}: 第 {seq} 条被改动 / line {seq} was tampered with", err=True)
    if broken:
        raise typer.Exit(1)
    typer.echo("台账完好 / the ledger is intact")


async def _verify(data: Path) -> dict[str, int]:
    from bot.app import opened
    from bot.service.shops import INSTALLATION
    from bot.store import journal

    async with opened(data) as app:
        found = {}
        for shop in (INSTALLATION, *app.directory.shops):
            seq = await app.store.read(journal.verify, shop)
            if seq is not None:
                found[shop] = seq
        return found
