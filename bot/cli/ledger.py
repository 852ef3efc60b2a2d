"""``miaohui ledger``: is the journal what was written, and the books as a table."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.shared import existing, fail, opening, settings_of
from bot.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

FIRST, LAST = date(1970, 1, 1), date(9999, 12, 31)

app = typer.Typer(help="台账 / the reply ledger", no_args_is_help=True)


@app.command()
def verify(context: typer.Context) -> None:
    """核对每家店的台账链，指出第一条被改动的记录 / check every shop's chain, name the first tampered row"""
    settings, _ = settings_of(context.obj)
    with opening(settings):
        existing(settings.data)
        broken = asyncio.run(_verify(settings))
    for shop, seq in broken.items():
        typer.echo(f"{shop}: 第 {seq} 条被改动 / line {seq} was tampered with", err=True)
    if broken:
        raise typer.Exit(1)
    typer.echo("台账完好 / the ledger is intact")


@app.command()
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx|.csv", help="写到哪里 / the file to write")],
    shop: Annotated[str, typer.Option(help="店铺编号 / the shop's id")],
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="第一天 / first day")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="最后一天 / last day")] = None,
) -> None:
    """每次咨询一行，每条回复一行 / one row an inquiry, one a reply"""
    if out.suffix.lower() not in (".xlsx", ".csv"):
        fail(f"{out.name}: 只写 .xlsx 和 .csv / only .xlsx and .csv are written")
    days = (first.date() if first else FIRST, last.date() if last else LAST)
    if days[0] > days[1]:
        fail(f"--from {days[0]} 在 --to {days[1]} 之后 / --from {days[0]} lies behind --to {days[1]}")
    settings, _ = settings_of(context.obj)
    with opening(settings):
        existing(settings.data)
        written = asyncio.run(_export(settings, shop, days, out))
    for path in written:
        typer.echo(str(path))


async def _export(settings: Settings, shop: str, days: tuple[date, date], out: Path) -> tuple[Path, ...]:
    from bot.app import opened
    from bot.service.ledger_files import TooManyRows

    async with opened(settings) as app:
        if shop not in app.directory.shops:
            known = "、".join(app.directory.shops)
            fail(f"没有店铺 {shop}，现有：{known} / no shop {shop}; there are: {known}")
        try:
            return await app.store.read(_write, shop, days, out)
        except OSError as error:
            fail(f"{out} 写不了：{error} / cannot be written: {error}")
        except TooManyRows as error:
            fail(str(error))


def _write(conn: sa.Connection, shop: str, days: tuple[date, date], out: Path) -> tuple[Path, ...]:
    from bot.service.ledger_files import TooManyRows, beside, write_tables, write_workbook
    from bot.store.reading.ledger import entries

    found = entries(conn, shop, days[0].isoformat(), days[1].isoformat())
    if out.suffix.lower() == ".xlsx":
        try:
            with out.open("wb") as file:
                write_workbook(file, found, out.parent)
        except TooManyRows:
            out.unlink(missing_ok=True)
            raise
        return (out,)
    paths = beside(out)
    with paths[0].open("wb") as inquiries, paths[1].open("wb") as replies:
        write_tables(inquiries, replies, found)
    return paths


async def _verify(settings: Settings) -> dict[str, int]:
    from bot.app import opened
    from bot.service.shops import INSTALLATION
    from bot.store import journal

    async with opened(settings) as app:
        found = {}
        for shop in (INSTALLATION, *app.directory.shops):
            seq = await app.store.read(journal.verify, shop)
            if seq is not None:
                found[shop] = seq
        return found
