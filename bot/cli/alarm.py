"""``miaohui alarm``: where a shop's alarms go, and whether they arrive."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from bot.cli.shared import ELSEWHERE, existing, fail, opening, settings_of

app = typer.Typer(
    no_args_is_help=True,
    epilog=ELSEWHERE,
    help="手机提醒：列出通知地址，发一条测试 / alarms: list sinks, send a test",
)
ShopArgument = Annotated[str, typer.Argument(help="店铺编号 / the shop's id")]


@app.command(name="list")
def listing(context: typer.Context, shop: ShopArgument) -> None:
    """列出一个店铺的通知地址（不显示密钥） / list a shop's sinks (never their secrets)"""
    for sink in _run(context, shop, None):
        state = "启用 / on" if sink["enabled"] else "停用 / off"
        typer.echo(f"{sink['id']}  {sink['way']:<10}  {sink['name']}  {sink['place']}  {state}")


@app.command(name="test")
def try_out(
    context: typer.Context,
    shop: ShopArgument,
    sink: Annotated[str, typer.Option("--sink", help="只测这一个 / this sink only")] = "",
) -> None:
    """给每个通知地址发一条测试消息，逐条说明结果 / send a test to each sink and say how it ended"""
    results = _run(context, shop, sink)
    for name, told in results:
        typer.echo(f"{'✓' if told.ok else '✗'} {name}：{told.zh} / {told.en}")
    if not results or not all(told.ok for _, told in results):
        raise typer.Exit(1)


def _run(context: typer.Context, shop: str, sink: str | None) -> list[Any]:
    """A shop's sinks (``sink`` None), or the results of testing all of them ("" ) or one."""
    settings, _ = settings_of(context.obj)
    with opening(settings):
        return asyncio.run(_act(settings, shop, sink))


async def _act(settings: Any, shop: str, sink: str | None) -> list[Any]:
    from bot.app import App

    existing(settings.data)
    app = App(settings)
    await app.open()
    try:
        if shop not in app.directory.shops:
            fail(f"没有店铺 {shop} / there is no shop {shop}")
        sinks = await app.alarms.sinks(shop)
        if sink is None:
            return sinks
        chosen = [one for one in sinks if sink in ("", one["id"])]
        if not chosen:
            fail(
                f"店铺 {shop} 没有这个通知地址；先在 设置 → 通知 里添加 / "
                f"the shop {shop} has no such sink; add one under Settings → Alarms"
            )
        return [(one["name"], await app.alarms.test(shop, one["id"])) for one in chosen]
    finally:
        app.alarms.close()
        for client in app.clients.values():
            await client.close()
        await app.store.close()
