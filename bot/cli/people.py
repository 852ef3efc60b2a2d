"""``miaohui user``: accounts from the command line, also while the service runs (it asks the store on every request)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import orjson
import typer

from bot.cli.shared import DataOption, given, opening, settings_of
from bot.service.people import LANGS, People
from bot.service.refusal import Refusal
from bot.settings import Settings
from bot.store.ids import from_ms

T = TypeVar("T")

BY = "cli"

users = typer.Typer(name="user", help="账号：新增、列出、改密码、停用、登录链接 / accounts", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="登录名 / login name")]


class RoleName(StrEnum):
    """The roles there are."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    ADMIN = "admin"


@users.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[RoleName, typer.Option(help="角色 / role")] = RoleName.AGENT,
    shop: Annotated[
        list[str] | None, typer.Option(help="店铺编号，可重复；* 为全部 / shop, repeatable; * = all")
    ] = None,
    lang: Annotated[str, typer.Option(help="界面语言 / language: zh-CN, en")] = LANGS[0],
    data: DataOption = None,
) -> None:
    """新增账号；密码从终端或标准输入读 / add an account; the password is asked for, or read from standard input."""
    shops = shop or ["*"]
    password = _password()

    async def act(people: People, known: list[str]) -> str:
        for one in shops:
            if one != "*" and one not in known:
                raise _Wrong(f"没有店铺 {one}；现有：{_list(known)} / no shop {one}; there are: {_list(known)}")
        return await people.add(name, password, [(one, str(role)) for one in shops], lang=lang, by=BY)

    made = _run(context, data, act)
    typer.echo(f"已新增 / added: {name} ({made})")


@users.command("list")
def list_all(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    data: DataOption = None,
) -> None:
    """列出账号 / list the accounts."""
    rows = _run(context, data, lambda people, _known: people.everybody())
    if as_json:
        roles = [{**row, "roles": [{"role": role, "shop": shop} for shop, role in row["roles"]]} for row in rows]
        typer.echo(orjson.dumps([_with_times(row) for row in roles]).decode())
        return
    for row in rows:
        held = ", ".join(f"{role}@{shop}" for shop, role in row["roles"])
        state = "已停用 / disabled" if row["disabled"] else ""
        typer.echo("\t".join(part for part in (row["name"], held, state) if part))


@users.command("reset-password")
def reset_password(context: typer.Context, name: Name, data: DataOption = None) -> None:
    """改密码，原有登录立即失效 / give a new password; all logins of the account end."""
    password = _password()

    async def act(people: People, _known: list[str]) -> None:
        await people.set_password(await people.named(name), password, by=BY)

    _run(context, data, act)
    typer.echo(f"密码已改 / new password set: {name}")


@users.command("disable")
def disable(
    context: typer.Context,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="重新启用 / enable again")] = False,
    data: DataOption = None,
) -> None:
    """停用账号，立即生效 / shut an account out at once."""

    async def act(people: People, _known: list[str]) -> None:
        await people.change(await people.named(name), disabled=not undo, by=BY)

    _run(context, data, act)
    typer.echo(f"{'已启用 / enabled' if undo else '已停用 / disabled'}: {name}")


@users.command("login-link")
def login_link(
    context: typer.Context,
    name: Name,
    url: Annotated[str, typer.Option(help="服务地址 / where the service is reached")] = "http://127.0.0.1:8080",
    data: DataOption = None,
) -> None:
    """生成一次性登录链接，10 分钟内有效 / make a one-time login link, good for 10 minutes."""
    link = _run(context, data, lambda people, _known: people.login_link(name, by=BY))
    typer.echo(f"{url.rstrip('/')}/login#link={link}")


class _Wrong(Exception):
    """What cannot be done, in words."""


def _run(context: typer.Context, data: Path | None, act: Callable[[People, list[str]], Awaitable[T]]) -> T:
    """Open the data folder, do something with its people, and put what goes wrong into words (exit 2)."""
    settings = _settings(context, data)
    try:
        with opening(settings):
            return asyncio.run(_with_people(settings, act))
    except Refusal as no:
        _fail(f"{no.zh} / {no.en}")
    except _Wrong as wrong:
        _fail(str(wrong))


async def _with_people(settings: Settings, act: Callable[[People, list[str]], Awaitable[T]]) -> T:
    from bot.app import opened

    async with opened(settings) as app:
        return await act(app.services.people, list(app.directory.shops))


def _settings(context: typer.Context, data: Path | None) -> Settings:
    """The settings, as for every command; the data folder must be there."""
    settings, _ = settings_of(given(context, data=data))
    if not settings.data.is_dir():
        _fail(
            f"没有数据目录 {settings.data}；先运行 miaohui，或用 --data 指明 / no data folder {settings.data}; "
            "run miaohui first, or name it with --data"
        )
    return settings


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("密码 / password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: row[name] and from_ms(row[name]).isoformat() for name in ("created_at", "seen_at")}
    return row | times


def _list(shops: list[str]) -> str:
    return ", ".join(shops) or "—"


def _fail(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(2)
