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
    from bot.service.plain_yaml import DocumentError
    from bot.service.trying import options_in

    try:
        return options_in(_bytes(file).decode())
    except UnicodeDecodeError:
        fail(f"{file} 不是 UTF-8 / {file} is not UTF-8")
    except DocumentError as error:
        fail(f"{file}：{error}")


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
    from bot.store import errands

    async with opened(settings) as app:
        keys = [key for key, one in app.directory.channels.items() if name in (key, one.shop)]
        if not keys:
            known = "、".join(app.directory.channels) or "（没有 / none）"
            fail(f"没有渠道 {name}；已有 {known} / there is no channel {name}; there are {known}")
        asked = {key: await app.store.read(errands.of_channel, key) for key in keys}
        found = [
            (key, *told)
            for key in keys
            for told in (*_told(app, key, settings.public_url), *_able(app, key), *_asked(asked[key]))
        ]
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
    return said


def _able(app: Any, key: str) -> list[tuple[bool, str, str]]:
    """What a channel's wire can and cannot do."""
    one = app.directory.channels[key]
    able, said = app.directory.adapter(one).capabilities(one), []
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
    if able.hands_over:
        said.append(
            (True, "要人时把会话交给平台那边的客服", "what needs a person is handed to the desk on the platform")
        )
    if able.blind_after_handover:
        said.append((True, "转给平台的客服以后看不到对话", "after a hand-over the conversation is not seen"))
    for quota in able.quotas:
        hours = f"{quota.window.total_seconds() / 3600:g}"
        zh = f"买家说话后 {hours} 小时内最多发 {quota.sends} 条，发送前核对"
        said.append((True, zh, f"at most {quota.sends} sends within {hours} h of the buyer's message"))
    signature = one.options.get("signature")
    if one.options.get("accept_weak") or (isinstance(signature, dict) and signature.get("accept_weak")):
        zh = "接受不能证明内容没改过的推送：见过地址的人可以换内容重放"
        said.append((True, zh, "it takes deliveries that do not prove their content: a replay may change it"))
    return said


def _asked(errands: list[dict[str, Any]]) -> list[tuple[bool, str, str]]:
    """How pulls and hand-overs went: what could not be done, and why."""
    said = []
    for row in errands:
        pull = row["kind"] == "pull"
        if row["detail"]:
            zh, _, en = row["detail"].partition(" · ")
            what = ("拉取消息", "pulling") if pull else ("转给平台客服", "handing over")
            again = ("，会再试", ", will be tried again") if row["due_at"] else ("，不再试", ", not tried again")
            said.append((False, f"{what[0]}没成{again[0]}：{zh}", f"{what[1]} failed{again[1]}: {en or zh}"))
        elif pull:
            said.append((True, f"客服账号 {row['ref']} 已拉到最新", f"account {row['ref']} is pulled up to date"))
    return said
