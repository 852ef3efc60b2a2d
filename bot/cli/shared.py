"""What the commands share: global options before and after the subcommand, and the settings they make."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.settings import Settings, SettingsError, load

DataOption = Annotated[Path | None, typer.Option("--data", help="数据目录 / data folder [./miaohui-data]")]
HostOption = Annotated[str | None, typer.Option("--host", help="监听地址 / address to listen on [127.0.0.1]")]
PortOption = Annotated[int | None, typer.Option("--port", help="端口，0 为任意空闲 / port, 0 = any free one [8080]")]
NoOpenOption = Annotated[bool, typer.Option("--no-open", help="不自动打开浏览器 / do not open a browser")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="设置文件（YAML） / settings file (YAML)")]
DatabaseOption = Annotated[str | None, typer.Option("--database", help="数据库地址 / database URL")]


def given(context: typer.Context | None = None, **options: Any) -> dict[str, Any]:
    """The options that were given, joined with those before the subcommand.

    Raises:
        SettingsError: the same option stands on both sides with different values.
    """
    here = {name: value for name, value in options.items() if value is not None and value is not False}
    before: dict[str, Any] = (context.obj or {}) if context else {}
    for name in here.keys() & before.keys():
        if here[name] != before[name]:
            flag = f"--{name.replace('_', '-')}"
            raise SettingsError(
                f"{flag} 给了两个不同的值：{before[name]} 和 {here[name]} / "
                f"{flag} was given two different values: {before[name]} and {here[name]}"
            )
    return before | here


def settings_of(options: dict[str, Any]) -> tuple[Settings, dict[str, str]]:
    """The settings that these options, the environment and the settings file make.

    Raises:
        SettingsError: a value that cannot be.
    """
    options = dict(options)
    config = options.pop("config", None)
    if options.pop("no_open", False):
        options["open_browser"] = False
    settings, origins = load(options, config)
    if settings.database and not settings.database.startswith("sqlite"):
        raise SettingsError(
            "这个版本只支持内置存储（数据目录），请去掉 --database / "
            "this version has the embedded store only (the data folder); leave --database out"
        )
    if origins["data"] == "default" and os.environ.get("MIAOHUI_DATA"):
        origins["data"] = "environment"
    return settings, origins
