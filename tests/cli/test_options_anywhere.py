"""Global options may stand before the subcommand or after it; twice the same is one, two different ones are an error."""

from __future__ import annotations

import pytest

from bot.cli.shared import brought_forward
from bot.settings import SettingsError

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
