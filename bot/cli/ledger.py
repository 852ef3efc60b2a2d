"""``miaohui ledger``: is the journal what was written, and the books as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from bot.cli.shared import existing, fail, opening, settings_of
from bot.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bot.store.proof import Flaw

FIRST, LAST = date(1970, 1, 1), date(9999, 12, 31)

app = typer.Typer(help="台账 / the reply ledger", no_args_is_help=True)


@app.command()
def verify(
    context: typer.Context,
    heads: Annotated[
        Path | None,
        typer.Option(
            help="每条链的末行记在这里（放在别处）；下次先核对它，整条重写也能发现 / "
            "each chain's last line is noted here (keep it elsewhere) and checked next time: finds a chain written anew"
        ),
    ] = None,
) -> None:
    """核对每家店的台账链、咨询和汇总，指出第一处改动 / check every shop's chain, inquiries and sums, name the first tampered row"""
    settings, _ = settings_of(context.obj)
    noted = _noted(heads) if heads else {}
    with opening(settings):
        existing(settings.data)
        flaws, now = asyncio.run(_verify(settings, noted))
    for shop, flaw in flaws.items():
        typer.echo(f"{shop}: {told(flaw)}", err=True)
    if flaws:
        raise typer.Exit(1)
    if heads:
        heads.write_bytes(orjson.dumps({**noted, **now}, option=orjson.OPT_INDENT_2))
    typer.echo("台账完好 / the ledger is intact")


def told(flaw: Flaw) -> str:
    """What does not fit, in words."""
    line = f"（第 {flaw.posted} 条 / line {flaw.posted}）" if flaw.posted else ""
    return {
        "line": f"第 {flaw.where} 条被改动 / line {flaw.where} was tampered with",
        "inquiry": f"咨询 {flaw.where} 和入账的不一样 / inquiry {flaw.where} is not what was posted{line}",
        "sum": f"{flaw.where} 的汇总和咨询对不上 / the sums of {flaw.where} are not those of its inquiries",
        "rewritten": f"第 {flaw.where} 条不再是记下的那一条 / line {flaw.where} is no longer the one that was noted",
    }[flaw.what.value]


def _noted(file: Path) -> dict[str, tuple[int, str]]:
    """The last lines noted earlier, by shop; none if there is no such file yet."""
    if not file.exists():
        return {}
    try:
        return {shop: (int(seq), str(known)) for shop, (seq, known) in orjson.loads(file.read_bytes()).items()}
    except (ValueError, TypeError, AttributeError, OSError) as error:
        fail(f"{file}: 不是 ledger verify 记下的文件 / not a file that ledger verify has noted ({error})")


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


async def _verify(
    settings: Settings, noted: Mapping[str, tuple[int, str]]
) -> tuple[dict[str, Flaw], dict[str, tuple[int, str]]]:
    """The first flaw of each shop that has one, and every chain's last line."""
    from bot.app import opened
    from bot.service.shops import INSTALLATION
    from bot.store import proof

    async with opened(settings) as app:
        flaws, heads = {}, {}
        for shop in {INSTALLATION: 0, **dict.fromkeys(app.directory.shops), **dict.fromkeys(noted)}:
            flaw = await app.store.read(proof.held, shop, *noted[shop]) if shop in noted else None
            flaw = flaw or await app.store.read(proof.check, shop)
            if flaw is not None:
                flaws[shop] = flaw
            head = await app.store.read(proof.head, shop)
            if head is not None:
                heads[shop] = head
        return flaws, heads
