"""``miaohui buyer export|erase``: what is kept of one buyer, handed out or taken away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot.cli.shared import existing, fail, opening, settings_of
from bot.settings import Settings

app = typer.Typer(help="一位买家的数据 / the data of one buyer", no_args_is_help=True)
ShopOption = Annotated[str, typer.Option(help="店铺编号 / the shop's id")]
BuyerArgument = Annotated[str, typer.Argument(help="平台给买家的编号 / the platform's id of the buyer")]
BY = "cli"


@app.command()
def export(
    context: typer.Context,
    buyer: BuyerArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.json", help="写到哪里 / the file to write")],
    shop: ShopOption,
) -> None:
    """导出一位买家的全部数据 / write down all that is kept of a buyer"""
    found = _run(context, "export", shop, buyer)
    try:
        out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    except OSError as error:
        fail(f"{out} 写不了：{error} / cannot be written: {error}")
    typer.echo(str(out))


@app.command()
def erase(context: typer.Context, buyer: BuyerArgument, shop: ShopOption) -> None:
    """删除一位买家的全部数据；台账和汇总不变 / erase a buyer; the ledger and the sums stay"""
    counts = _run(context, "erase", shop, buyer)
    talks, said, raw = counts["conversations"], counts["messages"], counts["deliveries"]
    typer.echo(
        f"已删除 {talks} 个会话、{said} 条消息、{raw} 条原始推送；之前的备份里仍有 / "
        f"erased: {talks} conversations, {said} messages, {raw} raw deliveries; earlier backups still hold them"
    )


def _run(context: typer.Context, act: str, shop: str, buyer: str) -> dict[str, Any]:
    from bot.service.refusal import Refusal

    settings, _ = settings_of(context.obj)
    try:
        with opening(settings):
            existing(settings.data)
            return asyncio.run(_act(settings, act, shop, buyer))
    except Refusal as no:
        fail(f"{no.zh} / {no.en}")


async def _act(settings: Settings, act: str, shop: str, buyer: str) -> dict[str, Any]:
    from bot.app import opened

    async with opened(settings) as app:
        if shop not in app.directory.shops:
            fail(f"没有店铺 {shop} / there is no shop {shop}")
        do = app.erasing.export if act == "export" else app.erasing.erase
        return dict(await do(shop, buyer, by=BY))
