"""The command line: ``miaohui [serve]`` and its helpers. Global options may stand before or after the subcommand."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

import bot
from bot.cli.shared import (
    ELSEWHERE,
    AnywhereGroup,
    ConfigOption,
    DatabaseOption,
    DataOption,
    HostOption,
    NoOpenOption,
    PortOption,
)
from bot.settings import SettingsError

app = typer.Typer(
    cls=AnywhereGroup,
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="秒回 miaohui：买家提问即时回答，该人工的及时叫人，账目清楚 / answers buyers, brings a person in time, keeps the books",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(bot.__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    data: DataOption = None,
    host: HostOption = None,
    port: PortOption = None,
    no_open: NoOpenOption = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 / print the version")
    ] = False,
) -> None:
    """Without a subcommand: serve."""
    # The matcher's products are small: on several threads they cost four times as much on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = {"data": data, "host": host, "port": port, "no_open": no_open, "config": config, "database": database}
    context.obj = {name: value for name, value in options.items() if value is not None and value is not False}
    if context.invoked_subcommand is None:
        from bot.cli.serve import run

        run(context.obj)


@app.command(epilog=ELSEWHERE)
def serve(context: typer.Context) -> None:
    """运行服务（默认命令） / run the service (the default command)"""
    from bot.cli.serve import run

    run(context.obj)


# Where each command is: a command of its own, or a group of them (``Typer``).
COMMANDS = {
    "account": "account.account",
    "explain": "explain.explain",
    "init": "init.init",
    "simulate": "simulate.simulate",
    "routes": "routes.routes",
    "settings": "settings.settings",
    "backup": "backup.backup",
    "restore": "backup.restore",
    "doctor": "doctor.doctor",
    "alarm": "alarm.app",
    "buyer": "buyer.app",
    "channel": "channel.app",
    "kb": "kb.app",
    "ledger": "ledger.app",
    "user": "people.users",
}


def register(words: Sequence[str] = ()) -> None:
    """Add the commands named among these words, or all where none is: what is not asked for is not imported."""
    known = {"serve", *COMMANDS}
    named = known.intersection(words) or known
    for name in filter(named.__contains__, COMMANDS):
        module, _, what = COMMANDS[name].partition(".")
        command = getattr(import_module(f"bot.cli.{module}"), what)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name=name, epilog=ELSEWHERE)(command)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line. A setting or option that cannot be ends with exit code 2, in words."""
    register(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=arguments, prog_name="miaohui")
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
