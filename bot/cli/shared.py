"""What the commands share: global options, before or after the subcommand, and the settings they make."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from bot.settings import Settings, SettingsError, load, without_password

DataOption = Annotated[Path | None, typer.Option("--data", help="数据目录 / data folder [./miaohui-data]")]
HostOption = Annotated[str | None, typer.Option("--host", help="监听地址 / address to listen on [127.0.0.1]")]
PortOption = Annotated[int | None, typer.Option("--port", help="端口，0 为任意空闲 / port, 0 = any free one [8080]")]
NoOpenOption = Annotated[bool, typer.Option("--no-open", help="不自动打开浏览器 / do not open a browser")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="设置文件（YAML） / settings file (YAML)")]
DatabaseOption = Annotated[str | None, typer.Option("--database", help="数据库地址 / database URL")]
ELSEWHERE = "全局选项（--data --port --config …）写在命令前后都可以，见 miaohui --help / global options may stand before or after"


class AnywhereGroup(TyperGroup):
    """A command whose own options may also stand after the subcommand."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Bring its options to the front; what a subcommand is given stays in its order.

        Raises:
            SettingsError: the same option stands twice with different values.
        """
        takes = {name: not getattr(p, "is_flag", False) for p in self.get_params(ctx) for name in p.opts}
        takes = {name: value for name, value in takes.items() if name not in ("--help", "--version")}
        return super().parse_args(ctx, brought_forward(args, takes))


def brought_forward(args: Sequence[str], takes: Mapping[str, bool]) -> list[str]:
    """Put the options of ``takes`` (name → whether a value follows) before all else, each once."""
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    left = list(args)
    while left and left[0] != "--":
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if name not in takes or (takes[name] and not equals and not left):
            rest.append(word)
            continue
        given = [name, value if equals else left.pop(0)] if takes[name] else [word]
        if found.setdefault(name, given) != given:
            raise SettingsError(
                f"{name} 给了两个不同的值：{found[name][1]} 和 {given[1]} / "
                f"{name} was given two different values: {found[name][1]} and {given[1]}"
            )
    return [word for given in found.values() for word in given] + rest + left


def given(context: typer.Context, **options: Any) -> dict[str, Any]:
    """The global options that were given, those a subcommand has read itself among them."""
    return (context.obj or {}) | {
        name: value for name, value in options.items() if value is not None and value is not False
    }


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
    if origins["data"] == "default" and os.environ.get("MIAOHUI_DATA"):
        origins["data"] = "environment"
    return settings, origins


@contextlib.contextmanager
def opening(settings: Settings) -> Iterator[None]:
    """Put into words (exit 2) that a store cannot be opened: no right, no folder, no server, no store of ours."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
    except DBAPIError as error:
        why = str(error.orig)
    except ModuleNotFoundError as error:
        why = f"缺少 {error.name}：pip install 'miaohui[postgres]' / {error.name} is not installed"
    else:
        return
    if settings.database:
        where = without_password(settings.database)
        fail(f"数据库 {where} 打不开：{why} / cannot open the database {where}: {why}")
    fail(f"数据目录 {settings.data} 打不开：{why} / cannot open the data folder {settings.data}: {why}")


def existing(data: Path) -> Path:
    """The data folder, which must be there: looking at a folder does not make one."""
    if not data.is_dir():
        fail(
            f"没有数据目录 {data}；先运行 miaohui，或用 --data 指明 / no data folder {data}; "
            "run miaohui first, or name it with --data"
        )
    return data


def fail(words: str) -> NoReturn:
    """End with exit code 2 and a sentence."""
    typer.echo(words, err=True)
    raise typer.Exit(2)
