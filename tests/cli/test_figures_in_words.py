"""Each figure of status and metrics in words: fit or not on both sides of its limit, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.figures import _felt, of_the_process, of_the_store
from tests.cli.processes import miaohui, serving

QUIET = {
    "accepted": 12, "repeats": 3, "refused": 0, "waiting": 0, "owed": 2,
    "sends": {"pending": 0, "sending": 0, "sent": 9, "refused": 0, "unknown": 0},
}  # fmt: skip


def test_a_quiet_house_is_fit_and_every_figure_is_told():
    told = of_the_store(QUIET, 0)
    assert all(fit for fit, _ in told)
    words = " ".join(words for _, words in told)
    for part in (
        "收下 12 条",
        "重复 3 次",
        "签名不符 0 次",
        "还没判断 0 条",
        "仍需人工 2 个",
        "已发 9",
        "发送失败 0",
        "结果未知 0",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("change", "oldest_s", "says"),
    [
        ({"refused": 1}, 0, "检查密钥和时钟"),
        ({"waiting": 5}, 61, "服务没在跑或卡住了"),
        ({"sends": QUIET["sends"] | {"refused": 2}}, 0, "已转人工"),
        ({"sends": QUIET["sends"] | {"unknown": 1}}, 0, "到平台核实，不会自动重发"),
    ],
)
def test_what_is_not_fit_says_what_to_do(change, oldest_s, says):
    [(_, words)] = [one for one in of_the_store(QUIET | change, oldest_s) if not one[0]]
    assert says in words
    assert " / " in words, "in English too"


def test_messages_just_come_in_are_no_trouble():
    assert all(fit for fit, _ in of_the_store(QUIET | {"waiting": 5}, 60))


@pytest.mark.parametrize(
    ("gauge", "value", "fit"),
    [
        ("event_loop_lag_worst_seconds", 0.1, True),
        ("event_loop_lag_worst_seconds", 0.101, False),
        ("turned_away", 0, True),
        ("turned_away", 1, False),
    ],
)
def test_what_the_process_feels(gauge, value, fit):
    assert all(one for one, _ in _felt({gauge: value})) is fit


def test_a_service_that_runs_is_asked_and_one_that_does_not_is_said(tmp_path: Path):
    with serving(tmp_path / "data") as served:
        assert any("个进程在跑" in words for _, words in of_the_process(served.url))
        port = served.ready["port"]
        run = miaohui("doctor", "--data", tmp_path / "data", "--port", port)
        assert "事件循环最近一分钟最多迟" in run.stdout
        assert "仍需人工 0 个会话" in run.stdout
    assert of_the_process(served.url) == [(True, f"{served.url} 上没有服务在跑 / no service answers at {served.url}")]
