"""``miaohui user`` on a data folder, as an admin types it."""

from __future__ import annotations

import asyncio
import json

import pytest
from typer.testing import CliRunner

from bot.app import opened
from bot.cli.people import users
from bot.service.refusal import Refusal
from bot.settings import Settings

PASSWORD = "一个谁也想不到的密码\n"


@pytest.fixture
def user(tmp_path, monkeypatch):
    """Run ``miaohui user …`` on a data folder; its exit code and output."""
    monkeypatch.delenv("MIAOHUI_DATA", raising=False)

    def run(*words, typed="", data=tmp_path):
        done = CliRunner().invoke(users, [*words, "--data", str(data)], input=typed)
        return done.exit_code, done.output

    return run


def within(data, act):
    """Do something with the people of a data folder, as the running service would."""

    async def do():
        async with opened(Settings(data=data)) as app:
            return await act(app.services.people)

    return asyncio.run(do())


def test_an_account_from_beginning_to_end(user, tmp_path):
    assert user("add", "店主", "--role", "admin", typed=PASSWORD)[0] == 0
    assert user("add", "小北", typed=PASSWORD)[0] == 0
    code, output = user("list", "--json")
    people = {one["name"]: one for one in json.loads(output)}
    assert (code, people["小北"]["roles"]) == (0, [{"role": "agent", "shop": "*"}])
    assert user("list")[1] == "店主\tadmin@*\n小北\tagent@*\n"
    secret = within(tmp_path, lambda people: people.login("小北", PASSWORD.strip(), "here"))
    assert user("reset-password", "小北", typed="另一个想不到的密码\n")[0] == 0
    assert within(tmp_path, lambda people: people.who(secret)) is None
    assert within(tmp_path, lambda people: people.login("小北", "另一个想不到的密码", "here"))
    assert user("disable", "小北")[0] == 0
    with pytest.raises(Refusal):
        within(tmp_path, lambda people: people.login("小北", "另一个想不到的密码", "here"))
    assert user("disable", "小北", "--undo")[0] == 0


def test_a_login_link_lets_in_once(user, tmp_path):
    user("add", "店主", "--role", "admin", typed=PASSWORD)
    code, output = user("login-link", "店主", "--url", "https://shop.example/")
    address, link = output.strip().split("#link=")
    assert (code, address) == (0, "https://shop.example/login")
    assert within(tmp_path, lambda people: people.enter_by_link(link, "here"))


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        pytest.param(["add", "店主"], PASSWORD, "已经有人叫", id="a name in use"),
        pytest.param(["add", "小北"], "12345678\n", "太常见", id="a common password"),
        pytest.param(["add", "小北"], "", "至少 8 个字符", id="no password"),
        pytest.param(["add", "小北", "--shop", "west"], PASSWORD, "没有店铺 west", id="a shop there is not"),
        pytest.param(["add", "小北", "--lang", "fr"], PASSWORD, "没有这种语言", id="a language there is not"),
        pytest.param(["disable", "店主"], "", "最后一位", id="the last admin"),
        pytest.param(["disable", "陌生人"], "", "没有这个人", id="nobody"),
        pytest.param(["login-link", "陌生人"], "", "没有“陌生人”这个人", id="a link for nobody"),
    ],
)
def test_what_goes_wrong_is_said_in_both_languages(user, words, typed, said):
    user("add", "店主", "--role", "admin", typed=PASSWORD)
    code, output = user(*words, typed=typed)
    assert (code, said in output, " / " in output) == (2, True, True), output


def test_a_folder_that_is_not_there_is_not_made(user, tmp_path):
    code, output = user("list", data=tmp_path / "missing")
    assert (code, "missing" in output, (tmp_path / "missing").exists()) == (2, True, False)
