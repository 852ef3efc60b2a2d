"""One inquiry explained out of the store: to the page, and to the command line, the same."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.service.desk import Reply
from tests.service.shop_floor import Floor, opened_floor


async def a_talk(floor: Floor) -> dict:
    """The bot answers at once, a person after a minute; the explanation."""
    await floor.open_shop()
    await floor.knows("什么时候发货", "付款后两天内从杭州仓发出。")
    await floor.asks("b", "什么时候发货")
    await floor.passes(60)
    await floor.app.services.desk.reply(floor.cid("b"), "amei", Reply("今天下午发，单号稍后给你。", then="release"))
    await floor.quiet()
    [row] = await floor.rows("inquiry")
    found = await floor.app.services.explaining.explain(row["id"])
    assert found is not None
    return found


async def test_what_is_told(floor) -> None:
    found = await a_talk(floor)
    assert (found["reason"], found["rule"], found["value"], found["basis"]) == (
        "valid",
        "deadline.seconds",
        180,
        "fact",
    )
    assert found["text"] == "什么时候发货"
    assert [(one["class"], one["after_s"], one["counts"], one["reason"]) for one in found["replies"]] == [
        ("automatic", 0, False, "automatic"),
        ("human", 60, True, "first_valid"),
    ]
    clock = found["clock"]
    assert (clock["inside"], clock["response_s"], clock["inclusive"]) == (True, 60, True)
    assert clock["from"] == clock["opened_at"] < clock["due_at"]
    assert clock["decided_by"] == found["replies"][1]["message"]
    assert found["ruleset"]["version"] == "xiaohongshu@2025-01-01"
    assert len(found["lines"]["zh"]) == len(found["lines"]["en"]) == 6


async def test_an_inquiry_nobody_knows(floor) -> None:
    assert await floor.app.services.explaining.explain("nothing") is None


@pytest.fixture
def used(tmp_path: Path) -> tuple[Path, dict]:
    """A folder whose service has stopped, and what it explained while it ran."""

    async def live() -> dict:
        async with opened_floor(tmp_path / "used") as opened:
            return await a_talk(opened)

    return tmp_path / "used", asyncio.run(live())


def test_the_command_says_the_same(used, capsys) -> None:
    data, found = used
    for more in ([], ["--json"]):
        with pytest.raises(SystemExit) as end:
            main(["explain", found["id"], "--data", str(data), *more])
        assert not end.value.code
        out = capsys.readouterr().out
        if more:
            assert json.loads(out) == found
        else:
            assert out.splitlines() == [*found["lines"]["zh"], "", *found["lines"]["en"]]


def test_the_command_does_not_find_it(used, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        main(["explain", "nothing", "--data", str(used[0])])
    told = capsys.readouterr()
    assert (end.value.code, told.out) == (1, "")
    assert "没有咨询 nothing" in told.err
