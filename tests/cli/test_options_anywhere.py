"""Global options may stand before the subcommand or after it; twice the same is one, two different ones are an error."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot import cli
from bot.cli.shared import brought_forward
from bot.settings import SettingsError
from tests.cli.processes import miaohui

TAKES = {"--data": True, "--port": True, "--no-open": False}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("serve", "serve", id="none"),
        pytest.param("--data d serve", "--data d serve", id="before"),
        pytest.param("serve --data d", "--data d serve", id="after"),
        pytest.param("serve --data=d", "--data d serve", id="after, in one word"),
        pytest.param("--data d serve --port 0 --no-open", "--data d --port 0 --no-open serve", id="on both sides"),
        pytest.param("--data d serve --data=d", "--data d serve", id="twice the same"),
        pytest.param("user add 小北 --shop west --data d", "--data d user add 小北 --shop west", id="others stay"),
        pytest.param("init --data", "init --data", id="a value lacks: for the parser to say"),
        pytest.param("init -- --data d", "init -- --data d", id="after -- nothing is an option"),
    ],
)
def test_brought_forward(typed, read):
    assert brought_forward(typed.split(), TAKES) == read.split()


@pytest.mark.parametrize("typed", ["--port 1 serve --port 2", "serve --port=1 --port 2", "--data a --data b"])
def test_two_different_values(typed):
    with pytest.raises(SettingsError, match="给了两个不同的值"):
        brought_forward(typed.split(), TAKES)


@pytest.mark.parametrize("words", [["buyer", "--help"], ["--data", "d", "ledger", "verify"], ["doctor"]])
def test_a_command_imports_no_other_ones_service(words: list[str]) -> None:
    script = f"import sys\nfrom bot import cli\ncli.register({words!r})\nprint([m for m in sys.modules if 'bot.service' in m])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_an_unknown_command_and_help_know_them_all() -> None:
    assert all(f"\n  {name}" in miaohui("--help").stdout for name in ("serve", *cli.COMMANDS))
    ran = miaohui("nothing")
    assert (ran.returncode, "No such command 'nothing'" in ran.stderr) == (2, True)
