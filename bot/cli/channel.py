"""``miaohui channel``: whether a channel is set up so that messages can come and replies can go."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.shared import ELSEWHERE, existing, fail, opening, settings_of

app = typer.Typer(no_args_is_help=True, epilog=ELSEWHERE, help="渠道检查 / checking channels")


@app.command(name="check")
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="渠道编号，或店铺编号 / a channel's key, or a shop's id")],
) -> None:
    """逐条说明一个渠道好不好 / say in words whether a channel is fit"""
    settings, _ = settings_of(context.obj)
    existing(settings.data)
    with opening(settings):
        fine = asyncio.run(_check(settings, name))
    if not fine:
        raise typer.Exit(1)


@app.command(name="try")
def try_file(
    file: Annotated[Path, typer.Argument(help="渠道选项或映射（YAML、JSON） / a channel's options or mapping")],
    payload: Annotated[Path, typer.Option("--payload", help="一次推送的请求体 / the body of one delivery")],
    header: Annotated[list[str] | None, typer.Option("--header", help="请求头 / header, name: value")] = None,
) -> None:
    """看一份映射会读出什么，不存 / show what a mapping would read from a payload; nothing is stored"""
    from datetime import UTC, datetime

    from adapters.registry import ADAPTERS
    from bot.service.trying import try_payload

    headers = dict(_header(one) for one in header or [])
    told = try_payload(ADAPTERS["standard"].adapter, _options(file), _bytes(payload), headers, datetime.now(UTC))
    for line in told["wrong"]:
        where, _, words = line.partition(": ")
        typer.echo(f"✗ {where}：{words.replace(' · ', ' / ')}", err=True)
    for one in told["messages"]:
        typer.echo(f"✓ {one['sender']} {one['kind']} {one['text']!r}")
        typer.echo("  " + json.dumps({k: v for k, v in one.items() if v not in ("", None, {})}, ensure_ascii=False))
    for one in told["odd"]:
        typer.echo(f"✗ {one['where']}：{one['why'].replace(' · ', ' / ')}")
    if told["answer"] is not None:
        typer.echo(f"{'握手' if told['handshake'] else '答复'} / answer: {told['answer']}")
    if not told["messages"] and not told["odd"] and not told["wrong"] and not told["handshake"]:
        typer.echo("没有消息 / no message in it")
    if told["wrong"] or told["odd"]:
        raise typer.Exit(2 if told["wrong"] else 1)


def _options(file: Path) -> dict[str, Any]:
    """A file holds a channel's options, or the mapping alone."""
    from yaml import YAMLError, safe_load

    try:
        given = safe_load(_bytes(file).decode())
    except (YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        fail(f"{file} 不是 YAML 或 JSON：{error} / {file} is neither YAML nor JSON")
    if not isinstance(given, dict):
        fail(f"{file} 要是对象 / {file} must hold an object")
    return given if "conversation" not in given else {"mapping": given}


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"读不了 {file}：{error.strerror} / cannot read {file}")


def _header(words: str) -> tuple[str, str]:
    name, colon, value = words.partition(":")
    if not colon:
        fail(f"请求头写成 name: value，不是 {words} / a header is name: value, not {words}")
    return name.strip(), value.strip()


async def _check(settings: Any, name: str) -> bool:
    from bot.app import opened

    async with opened(settings) as app:
        keys = [key for key, one in app.directory.channels.items() if name in (key, one.shop)]
        if not keys:
            known = "、".join(app.directory.channels) or "（没有 / none）"
            fail(f"没有渠道 {name}；已有 {known} / there is no channel {name}; there are {known}")
        found = [(key, *told) for key in keys for told in _told(app, key, settings.public_url)]
    for key, fit, zh, en in found:
        typer.echo(f"{'✓' if fit else '✗'} {key}：{zh} / {en}")
    return all(fit for _, fit, _, _ in found)


def _told(app: Any, key: str, public_url: str | None) -> list[tuple[bool, str, str]]:
    """What is to be said of one channel: fit or not, in Chinese and English."""
    one, facts = app.directory.channels[key], app.directory.channel_facts[key]
    adapter = app.directory.adapter(one)
    wrong = [words.partition(" · ") for words in adapter.check(one)]
    said = [(False, zh, en or zh) for zh, _, en in wrong] or [(True, "设置齐全", "its settings are complete")]
    if public_url:
        said.append((True, f"投递地址 {public_url.rstrip('/')}/webhooks/{key}", "that is its address"))
    else:
        said.append(
            (
                True,
                "没有设置 public_url，平台要能从外面访问到本机",
                "public_url is not set; platforms must reach this machine",
            )
        )
    last, bad = facts["last_delivery_at"], facts["bad_signatures"]
    if last is None:
        said.append((True, "还没有收到消息", "no message received yet"))
    else:
        ago = round((app.clocks.now_ms(one.shop) - last) / 1000)
        said.append((True, f"最近一条消息 {ago} 秒前", f"last message {ago} s ago"))
    said.append(
        (
            not bad,
            f"签名不符 {bad} 次" + ("，检查密钥和时钟" if bad else ""),
            f"{bad} bad signatures" + (": check secret and clock" if bad else ""),
        )
    )
    able = adapter.capabilities(one)
    if not able.can_send:
        said.append((True, "只收不发", "it takes messages only; replies are sent elsewhere"))
    if not able.sees_human_replies:
        said.append(
            (
                True,
                "看不到客服在平台上打的字，人工回复无法统计",
                "it does not see what people type on the platform, so replies cannot be counted",
            )
        )
    return said
