"""The command line: ``miaohui [serve]`` and its helpers. Global options may stand before or after the subcommand."""

from __future__ import annotations

import os
import sys
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


def _register() -> None:
    """Commands that are heavy to import are thin here and import when run."""
    from bot.cli import (
        account,
        alarm,
        backup,
        buyer,
        channel,
        doctor,
        explain,
        init,
        kb,
        kb_check,
        ledger,
        people,
        routes,
        settings,
        simulate,
    )

    app.command(name="account", epilog=ELSEWHERE)(account.account)
    app.command(name="explain", epilog=ELSEWHERE)(explain.explain)
    app.command(name="init", epilog=ELSEWHERE)(init.init)
    app.command(name="simulate", epilog=ELSEWHERE)(simulate.simulate)
    app.command(name="routes", epilog=ELSEWHERE)(routes.routes)
    app.command(name="settings", epilog=ELSEWHERE)(settings.settings)
    app.command(name="backup", epilog=ELSEWHERE)(backup.backup)
    app.command(name="restore", epilog=ELSEWHERE)(backup.restore)
    app.command(name="doctor", epilog=ELSEWHERE)(doctor.doctor)
    app.add_typer(alarm.app, name="alarm")
    app.add_typer(buyer.app, name="buyer")
    app.add_typer(channel.app, name="channel")
    kb.app.command(name="check", epilog=ELSEWHERE)(kb_check.check)
    kb.app.command(name="test", epilog=ELSEWHERE)(kb_check.play_set)
    app.add_typer(kb.app, name="kb")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(people.users, name="user")


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line. A setting or option that cannot be ends with exit code 2, in words."""
    _register()
    try:
        app(args=arguments, prog_name="miaohui")
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
