"""``miaohui kb``: the FAQ from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import kb_check, kb_replay
from bot.cli.shared import ELSEWHERE, existing, fail, opening, settings_of
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, epilog=ELSEWHERE, help="知识库 / the FAQ")
app.command(name="check", epilog=ELSEWHERE)(kb_check.check)
app.command(name="test", epilog=ELSEWHERE)(kb_check.play_set)
app.command(name="replay", epilog=ELSEWHERE)(kb_replay.replay)
STATES = ("open", "ignored", "merged", "adopted")
KINDS = (".csv", ".xlsx")
MOST = 10_000
_HEADERS = ("问法 question", "次数 times", "近 7 天 in 7 days", "最早 first", "最近 last", "状态 state", "编号 id")


@app.command(epilog=ELSEWHERE)
def gaps(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="店铺编号 / the shop's id")],
    state: Annotated[str, typer.Option(help="open ignored merged adopted：待处理、已忽略、已合并、已收录")] = "open",
    out: Annotated[
        Path | None, typer.Option(metavar="OUT.csv|.xlsx", help="写成表格 / write a table instead of printing it")
    ] = None,
) -> None:
    """列出没答上的问题，问得多的在前 / list what the FAQ could not answer, most asked first"""
    if state not in STATES:
        fail(f"--state 只能是 {' '.join(STATES)} / --state is one of {' '.join(STATES)}")
    if out is not None and out.suffix.lower() not in KINDS:
        fail(f"{out}：只写 .csv 和 .xlsx / only .csv and .xlsx are written")
    settings, _ = settings_of(context.obj)
    with opening(settings):
        existing(settings.data)
        rows = asyncio.run(_groups(settings, shop, state))
    if out is None:
        for row in rows:
            typer.echo(f"{row['count']:>6} {row['week']:>6}  {row['text']}")
        typer.echo(
            f"共 {len(rows)} 组（次数、近 7 天、问法） / {len(rows)} groups (times, in 7 days, question)", err=True
        )
        return
    _write(out, rows)
    typer.echo(str(out))


async def _groups(settings: Settings, shop: str, state: str) -> list[dict[str, Any]]:
    from bot.app import opened

    async with opened(settings) as app:
        if shop not in app.directory.shops:
            fail(f"没有店铺 {shop} / there is no shop {shop}")
        await app.gap_intake.take_in()
        found = await app.services.gaps.table(shop, state=state, sort="week", offset=0, limit=MOST)
        return list(found["items"])


def _write(out: Path, rows: list[dict[str, Any]]) -> None:
    from bot.service.sheet_files import written
    from bot.store.ids import from_ms, iso

    table = [
        (row["text"], row["count"], row["week"], iso(from_ms(row["first_at"])), iso(from_ms(row["last_at"])),
         row["state"], row["id"])
        for row in rows
    ]  # fmt: skip
    try:
        out.write_bytes(written(out.suffix.lower()[1:], "gaps", _HEADERS, table))
    except OSError as error:
        fail(f"{out} 写不了：{error.strerror} / cannot be written: {error.strerror}")
