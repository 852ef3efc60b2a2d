"""A write sent twice under one key is done once and answered twice the same."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.service import once as keys
from bot.service.once import Once
from bot.service.refusal import Because, Refusal
from bot.store import once as stored
from bot.store.vault import Vault
from bot.web.problem import Problem
from bot.web.route import Auth, Route, Shape

PASSWORD = "一个谁也想不到的密码"


class Wish(Shape):
    """What to do."""

    what: str = ""


class Counter:
    """A handler that counts how often it really ran."""

    def __init__(self) -> None:
        self.ran = 0

    async def __call__(self, call):
        self.ran += 1
        ran = self.ran
        match call.body.what:
            case "slow":
                await asyncio.sleep(0.2)
            case "refuse":
                raise Problem(409, "no", "不行。", "No.")
            case "break":
                raise RuntimeError("broken")
            case "cookie":
                response = web.json_response({"ran": ran})
                response.set_cookie("a", "b")
                return response
        return {"ran": ran, "secret": "MARKER-IN-AN-ANSWER"}


@pytest.fixture
async def shop(open_door, people, owner):
    """A door with one command, the counter behind it, and the owner's headers."""
    counter = Counter()
    client = await open_door([Route("POST", path, counter, Auth.PERSON, body=Wish) for path in ("/do", "/other")])
    secret = await people.login("店主", PASSWORD, "here")
    return client, counter, {"Cookie": f"__Host-mh_sid={secret}"}


async def send(shop, key, what="", path="/do", headers=None):
    client, _, own = shop
    more = {"Idempotency-Key": key} if key else {}
    answer = await client.post(path, json={"what": what}, headers={**(headers or own), **more})
    return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("first", "second", "runs"),
    [
        pytest.param({"key": "a"}, {"key": "a"}, 1, id="the same again"),
        pytest.param({"key": "a"}, {"key": "b"}, 2, id="another key"),
        pytest.param({"key": ""}, {"key": ""}, 2, id="no key"),
        pytest.param({"key": "a"}, {"key": "a", "what": "more"}, 2, id="another body under the same key"),
        pytest.param({"key": "a"}, {"key": "a", "path": "/other"}, 2, id="another command under the same key"),
        pytest.param({"key": "a", "what": "refuse"}, {"key": "a", "what": "refuse"}, 2, id="refused: nothing was done"),
        pytest.param({"key": "a", "what": "break"}, {"key": "a", "what": "break"}, 2, id="our own fault"),
        pytest.param({"key": "a", "what": "cookie"}, {"key": "a", "what": "cookie"}, 2, id="an answer with a cookie"),
    ],
)
async def test_what_counts_as_the_same_command(shop, first, second, runs):
    answers = [await send(shop, **first), await send(shop, **second)]
    assert shop[1].ran == runs
    if runs == 1:
        assert answers[0] == answers[1]


async def test_a_key_belongs_to_who_sent_it(shop, people):
    token = {"Authorization": "Bearer " + (await people.add_token("脚本", "admin", ["*"]))["value"]}
    assert await send(shop, "a") != await send(shop, "a", headers=token)


async def test_sent_a_thousand_times_at_once_it_runs_once(shop):
    for number in range(20):
        answers = await asyncio.gather(*(send(shop, f"key {number}") for _ in range(50)))
        assert len({(status, body["ran"]) for status, body in answers}) == 1
    assert shop[1].ran == 20


async def test_the_second_waits_for_a_slow_first(shop):
    first, second = await asyncio.gather(send(shop, "a", "slow"), send(shop, "a", "slow"))
    assert first == second == (200, {"ran": 1, "secret": "MARKER-IN-AN-ANSWER"})


async def test_answers_are_sealed_on_disk(shop, tmp_path):
    await send(shop, "a")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files)
    for file in files:
        assert b"MARKER-IN-AN-ANSWER" not in file.read_bytes(), file.name


async def test_one_that_never_finished_is_not_done_again(store, people, tmp_path, clock):
    once = Once(store, people.clocks, Vault.at(tmp_path / "key"))
    assert await once.claim("a") is None
    clock.later(seconds=keys.PATIENCE_S)
    with pytest.raises(Refusal) as refused:
        await once.claim("a")
    assert (refused.value.because, refused.value.code) == (Because.CONFLICT, "outcome_unknown")


async def test_answers_are_forgotten_after_a_day(store, people, tmp_path, clock):
    once = Once(store, people.clocks, Vault.at(tmp_path / "key"))
    await once.claim("a")
    await once.keep("a", 200, b"{}")
    clock.later(hours=24)
    assert (await once.claim("a")).status == 200
    clock.later(seconds=1)
    assert await once.claim("b") is None
    assert await store.read(stored.begun, "a") is None
