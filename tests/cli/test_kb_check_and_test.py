"""``kb check`` and ``kb test``: a FAQ kept in a repository is checked where it is kept, by exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import miaohui

FAQ = "编号,标准问,相似问法,答案\nship,什么时候发货,多久能发出|今天能发吗,两天内发出。\nfee,运费多少钱,包邮吗,满 59 包邮。\n"
SET = "问题,期望\n多久能发出,ship\n包邮吗,运费多少钱\n我要人工,\n"

MAP = """
ruleset: xiaohongshu
zone: Asia/Shanghai
time_format: ["%Y-%m-%d %H:%M:%S"]
columns: {time: 时间, conversation: 会话号, sender: 角色, text: 内容}
senders:
  - {is: 买家, actor: buyer}
  - {is: 客服, actor: agent}
"""
CHAT = """时间,会话号,角色,内容
2026-05-20 14:00:00,c1,买家,多久能发出
2026-05-20 14:00:40,c1,客服,两天内就能发出的
2026-05-20 14:10:00,c2,买家,包邮吗
2026-05-20 14:10:40,c2,客服,这款暂时没货了
2026-05-20 14:20:00,c3,买家,能便宜点不
2026-05-20 14:20:40,c3,客服,已经是最低价，领券再减 5 元
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faq.csv").write_text(FAQ, "utf-8")
    (tmp_path / "set.csv").write_text(SET, "gbk")
    return tmp_path


def test_a_sound_faq_and_a_set_all_right_end_with_nothing(folder: Path):
    checked = miaohui("kb", "check", folder / "faq.csv")
    assert (checked.returncode, "0 处错误" in checked.stdout) == (0, True), checked.stdout
    played = miaohui("kb", "test", folder / "set.csv", "--faq", folder / "faq.csv")
    assert (played.returncode, "3 questions: 3 right" in played.stdout) == (0, True), played.stdout


def test_faults_are_named_by_row_and_column_and_end_with_one(folder: Path):
    bad = FAQ + "lost,还能改地址吗,多久能发出？,可以。\nship,什么时候发货,x,y\n"
    (folder / "faq.csv").write_text(bad, "utf-8")
    told = miaohui("kb", "check", folder / "faq.csv", "--json", "--pack", "food")
    assert told.returncode == 1
    found = json.loads(told.stdout)
    places = {(one["code"], one["row"], one["column"]) for one in found["items"]}
    assert {("phrasing_twice", 4, "相似问法"), ("row", 5, "编号")} <= places
    assert "topic_missing" in {code for code, _, _ in places}
    assert found["errors"] == len([one for one in found["items"] if one["level"] == "error"])


def test_a_set_that_breaks_says_which_questions_and_ends_with_one(folder: Path):
    (folder / "set.csv").write_text(SET + "运费多少钱,ship\n能便宜吗,fee\n多重,nothing\n", "utf-8")
    told = miaohui("kb", "test", folder / "set.csv", "--faq", folder / "faq.csv", "--json")
    assert told.returncode == 1
    found = json.loads(told.stdout)
    assert (found["right"], found["wrong"], found["silent"], found["total"]) == (3, 1, 1, 5)
    assert {one["row"]: one["verdict"] for one in found["items"]}[5] == "wrong"
    assert [one["row"] for one in found["errors"]] == [7]


def test_a_shops_faq_is_checked_and_played_as_it_stands(folder: Path):
    setup = (
        "version: 1\nshops: [{id: play, name: 店, platform: xiaohongshu, simulated: true}]\n"
        "faq: [{shop: play, file: faq.csv}]\n"
    )
    (folder / "setup.yaml").write_text(setup, "utf-8")
    assert miaohui("init", folder / "setup.yaml", "--data", folder / "data").returncode == 0
    assert miaohui("kb", "check", "--shop", "play", "--data", folder / "data").returncode == 0
    assert miaohui("kb", "test", folder / "set.csv", "--shop", "play", "--data", folder / "data").returncode == 0
    strict = miaohui(
        "kb", "test", folder / "set.csv", "--shop", "play", "--threshold", "100", "--data", folder / "data"
    )
    assert strict.returncode == 1
    assert miaohui("kb", "check", "--shop", "nowhere", "--data", folder / "data").returncode == 2


def test_bad_usage_and_files_that_cannot_be_read_end_with_two_in_words(folder: Path):
    faq = folder / "faq.csv"
    for arguments in (
        ("check",),
        ("check", faq, "--shop", "play"),
        ("check", faq, "--pack", "nothing"),
        ("check", folder / "none.csv"),
        ("check", folder / "faq.txt"),
        ("test", folder / "set.csv"),
        ("test", folder / "none.csv", "--faq", faq),
        ("test", faq, "--faq", faq, "--threshold", "101"),
    ):
        told = miaohui("kb", *arguments)
        assert (told.returncode, told.stdout) == (2, ""), arguments
        assert told.stderr.strip()
        assert "Traceback" not in told.stderr


def test_an_exported_month_is_played_silently(folder: Path):
    setup = (
        "version: 1\nshops: [{id: play, name: 店, platform: xiaohongshu, simulated: true}]\n"
        "faq: [{shop: play, file: faq.csv}]\n"
    )
    (folder / "setup.yaml").write_text(setup, "utf-8")
    assert miaohui("init", folder / "setup.yaml", "--data", folder / "data").returncode == 0
    (folder / "map.yaml").write_text(MAP, "utf-8")
    (folder / "chat.csv").write_text(CHAT, "utf-8")
    arguments = ("--shop", "play", "--import", folder / "chat.csv", "--data", folder / "data")
    told = miaohui("kb", "replay", *arguments, "--map", folder / "map.yaml", "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert (found["questions"], found["would_answer"], found["agrees"], found["disagrees"]) == (3, 2, 1, 1)
    assert found["rates"]["off"]["numerator"] < found["rates"]["always"]["numerator"]
    words = miaohui("kb", "replay", *arguments, "--map", folder / "map.yaml").stdout
    assert "3 questions: 2 answered" in words
    assert miaohui("kb", "replay", *arguments).returncode == 2
