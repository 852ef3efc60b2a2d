"""A shop's exported chat record: the two worked maps, GBK and UTF-8, real cells of a sheet, and what cannot be read."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from bot.accounting.event import order_key
from bot.accounting.export_map import read_map
from bot.accounting.exports import Broken, read_rows
from bot.accounting.request.reading import RequestError
from bot.cli.sheets import read_table
from tests import quick_start

ROOT = Path(__file__).parents[2]
MAPS = ROOT / "docs" / "account-maps"
BY_ROLE = MAPS / "by-role.yaml"
BY_NICKNAME = MAPS / "by-nickname.yaml"
RECORD = """\
日期,时间,会话号,消息号,角色,类型,内容,已撤回
2026/5/1,14:00:05,C1001,M1,买家,文字,支持七天无理由吗,否
2026/5/1,14:00:06,C1001,M2,机器人,文字,支持的,否
2026/5/1,14:01:00,C1001,M3,客服-小青,文字,发错了,是
2026/5/1,14:02:15,C1001,M4,客服-小青,文字,签收后七天内都可以申请,否

2026-05-01,15:00:00,C1002,M5,买家,图片,,否
2026/5/1,15:00,C1002,M6,客服-小青,文字,时间少了秒,否
2026/5/1,15:00:10,C1002,M7,路人,文字,=1+1,否
2026/5/1,15:00:10,,M8,客服-小青,文字,没有会话号,否
2026/5/1,15:00:10,C1002,M9,客服-小青,跳舞,没有这种类型,否
"""
UNREADABLE = [(8, "日期"), (9, "角色"), (10, "会话号"), (11, "类型")]


def run(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    done = quick_start.run(["account", *arguments], env=os.environ)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_record_with_roles(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "chats.csv"
    file.write_bytes(RECORD.encode(encoding))
    code, (line,), told = run("--import", str(file), "--map", str(BY_ROLE))
    result = line["result"]
    assert code == 0
    assert [line["id"], line["ruleset"]] == ["chats.csv", "kuaishou@2025-01-01"]
    assert line["as_of"] == "2026-05-01T23:59:59.999999+08:00"
    assert [(one["opened_by"], one["reason"], one["response_s"]) for one in result["inquiries"]] == [
        ("M1", "valid", 130),
        ("M5", "no_reply", None),
    ]
    assert result["rate"] == {"numerator": 1, "denominator": 2}
    assert [one["reason"] for one in result["replies"]] == ["automatic", "recalled", "first_valid"]
    assert [(one["row"], one["column"]) for one in result["unreadable"]] == UNREADABLE
    assert "1/2 = 50.00%" in told
    assert "第 9 行 / row 9, 角色: '路人' 不知道是谁" in told


def test_a_record_with_nicknames_and_the_workbook(tmp_path: Path) -> None:
    file, out = tmp_path / "chats.xlsx", tmp_path / "audit.xlsx"
    book = Workbook(str(file), {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    book.add_worksheet("别的")
    page = book.add_worksheet("聊天记录")
    rows = [
        ["买家昵称", "发送人", "发送时间", "消息内容"],
        ["小雨", "小雨", datetime(2026, 5, 1, 14, 0, 5), "=1+1"],
        ["小雨", "某某旗舰店:机器人", datetime(2026, 5, 1, 14, 0, 6), "支持的"],
        ["小雨", "某某旗舰店:小青", "2026-05-01 14:02:15", "[表情]"],
        ["小云", "小云", datetime(2026, 5, 2), "半夜在吗"],
    ]
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            page.write_string(number, place, cell) if isinstance(cell, str) else page.write(number, place, cell)
    book.close()
    code, (line,), _ = run("--import", str(file), "--map", str(BY_NICKNAME), "--xlsx", str(out))
    assert code == 0
    assert [(one["reason"], one["response_s"]) for one in line["result"]["inquiries"]] == [
        ("valid", 130),
        ("outside_hours", None),
    ]
    audit = CalamineWorkbook.from_path(str(out))
    assert audit.sheet_names == ["汇总 Summary", "咨询 Inquiries", "回复 Replies", "未读行 Unreadable"]
    inquiries = audit.get_sheet_by_name("咨询 Inquiries").to_python()
    assert inquiries[1][:7] == ["小雨", "row 000002", "2026-05-01 14:00:05", True, True, "valid", 130]
    assert str(inquiries[1][10]).startswith("14:00:05 进线，130 秒后有有效回复")
    assert len(audit.get_sheet_by_name("回复 Replies").to_python()) == 3


def test_a_formula_in_a_conversation_name_stays_text(tmp_path: Path) -> None:
    file, out = tmp_path / "chats.csv", tmp_path / "audit.xlsx"
    file.write_text(RECORD.replace("C1001", "=HYPERLINK(1)"), encoding="utf-8")
    run("--import", str(file), "--map", str(BY_ROLE), "--xlsx", str(out))
    inquiries = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("咨询 Inquiries").to_python()
    assert inquiries[1][0] == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "--import together with --map", id="nothing"),
        pytest.param(["--import", "chats.csv"], "--import together with --map", id="no map"),
        pytest.param(["x.json", "--map", "map.yaml"], "--import together with --map", id="a map for requests"),
        pytest.param(["--import", "nowhere.csv", "--map", "map.yaml"], "nowhere.csv", id="no record"),
        pytest.param(["--import", "chats.csv", "--map", "nowhere.yaml"], "nowhere.yaml", id="no map file"),
        pytest.param(["--import", "chats.txt", "--map", "map.yaml"], "only .csv and .xlsx", id="another kind of file"),
        pytest.param(["--import", "broken.xlsx", "--map", "map.yaml"], "cannot be opened", id="a broken workbook"),
        pytest.param(["--import", "empty.csv", "--map", "map.yaml"], "the table is empty", id="an empty table"),
        pytest.param(
            ["--import", "other.csv", "--map", "map.yaml"], "no column '日期'; there are: 甲、乙", id="columns"
        ),
        pytest.param(["--import", "head.csv", "--map", "map.yaml"], "not one row could be read", id="a header only"),
    ],
)
def test_usage_errors(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "chats.csv").write_text(RECORD, encoding="utf-8")
    (tmp_path / "chats.txt").write_text(RECORD, encoding="utf-8")
    (tmp_path / "broken.xlsx").write_bytes(b"not a workbook")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    (tmp_path / "head.csv").write_text(RECORD.splitlines()[0], encoding="utf-8")
    (tmp_path / "map.yaml").write_bytes(BY_ROLE.read_bytes())
    placed = [word if word.startswith("--") else str(tmp_path / word) for word in arguments]
    code, lines, told = run(*placed)
    assert (code, lines) == (2, [])
    assert words in told


def role_map(**changes: Any) -> dict[str, Any]:
    return {**yaml.safe_load(BY_ROLE.read_text(encoding="utf-8")), **changes}


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        pytest.param([], "", id="no mapping"),
        pytest.param(role_map(columns=None), "/columns", id="no columns"),
        pytest.param(role_map(columns={"sender": "角色"}), "/columns/time", id="no time"),
        pytest.param(role_map(zone="Mars/Base"), "/zone", id="no such zone"),
        pytest.param(role_map(senders=[{"is": "买家", "actor": "customer"}]), "/senders/0/actor", id="no such actor"),
        pytest.param(role_map(senders=[{"actor": "buyer"}]), "/senders/0", id="no test"),
        pytest.param(role_map(senders=[{"is": "a", "contains": "b", "actor": "buyer"}]), "/senders/0", id="two tests"),
        pytest.param(role_map(kinds={"文字": "words"}), "/kinds/文字", id="no such kind"),
        pytest.param(role_map(recalled={"column": "已撤回"}), "/recalled", id="recalled without a test"),
        pytest.param(role_map(kinds={"撤回": "recall"}), "/kinds/撤回", id="a kind that would have to name a message"),
        pytest.param(role_map(recaled={"is": "是"}), "/recaled", id="a misspelt name"),
        pytest.param(
            role_map(columns={"time": "t", "conversation": "c", "sender": "s", "text": "x", "knd": "k"}),
            "/columns/knd",
            id="a misspelt column",
        ),
        pytest.param(role_map(senders=[{"is": "a", "acter": "b"}]), "/senders/0/actor", id="a misspelt actor"),
        pytest.param(role_map(time_format=[5]), "/time_format/0", id="a time format that is no text"),
    ],
)
def test_a_bad_map_says_where(raw: Any, where: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_map(raw)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("cells", "at"),
    [
        pytest.param(["2026/5/1", "14:00:05"], "14:00:05", id="two texts"),
        pytest.param([date(2026, 5, 1), time(14, 0, 5)], "14:00:05", id="a date cell and a time cell"),
        pytest.param([datetime(2026, 5, 1), time(14, 0, 5)], "14:00:05", id="a midnight cell and a time cell"),
        pytest.param([date(2026, 5, 1), "14:00:05"], "14:00:05", id="a date cell and a text"),
    ],
)
def test_times_in_two_columns(cells: list[Any], at: str) -> None:
    record = read_rows(
        ["日期", "时间", "会话号", "消息号", "角色", "类型", "内容", "已撤回"],
        [[*cells, 1001.0, 7.0, "买家", "", "在吗"]],
        read_map(role_map()),
    )
    (event,) = record.events
    assert event.at == datetime.fromisoformat(f"2026-05-01T{at}+08:00")
    assert (event.id, event.conversation, event.kind) == ("7", "1001", "text")


def test_quick_phrases_and_suggested_texts_keep_their_class() -> None:
    senders = [
        {"is": "短语", "actor": "agent", "quick_phrase": True},
        {"is": "推荐", "actor": "agent", "suggested": True},
    ]
    record = read_rows(
        ["日期", "时间", "会话号", "消息号", "角色", "类型", "内容", "已撤回"],
        [["2026/5/1", "14:00:05", "C", name, name, "文字", "在吗", ""] for name in ("短语", "推荐")],
        read_map(role_map(senders=senders)),
    )
    assert [event.meta for event in record.events] == [{"quick_phrase": True}, {"source": "bot_suggested"}]


HEADER = ["日期", "时间", "会话号", "消息号", "角色", "类型", "内容", "已撤回"]


def events_of(*rows: list[Any], **changes: Any) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """The events that rows become (id, conversation), and the rows that were listed (number, column)."""
    record = read_rows(HEADER, rows, read_map(role_map(**changes)))
    return (
        [(event.id, event.conversation) for event in record.events],
        [(one.row, one.column) for one in record.problems],
    )


def row(conversation: str, id: str, text: str = "在吗", at: str = "14:00:05", day: str = "2026/5/1") -> list[str]:
    return [day, at, conversation, id, "买家", "文字", text, ""]


def test_ids_that_begin_anew_in_each_conversation_are_told_apart() -> None:
    events, listed = events_of(row("C1", "1"), row("C1", "2"), row("C2", "1"), row("C2", "2"))
    assert events == [("1", "C1"), ("2", "C1"), ("C2/1", "C2"), ("C2/2", "C2")]
    assert listed == []


def test_a_repeated_row_is_left_out_and_listed() -> None:
    events, listed = events_of(row("C1", "1"), row("C1", "1", "又来"), row("C2", "1"), row("C2", "1"))
    assert events == [("1", "C1"), ("C2/1", "C2")]
    assert listed == [(3, "消息号"), (5, "消息号")]


@pytest.mark.parametrize(
    ("day", "read"),
    [("1970/12/31", False), ("1971/1/1", True), ("9000/12/30", True), ("9001/1/1", False), ("9999/12/31", False)],
)
def test_a_year_nobody_wrote_is_no_time(day: str, read: bool) -> None:
    events, listed = events_of(row("C1", "1", day=day))
    assert (len(events), listed) == ((1, []) if read else (0, [(2, "日期")]))


def test_where_clocks_are_changed_the_time_between_is_the_true_one() -> None:
    """Half past one to three in the night in which New York skips an hour: half an hour."""
    record = read_rows(
        HEADER,
        [row("C1", "1", at="01:30:00", day="2026/3/8"), row("C1", "2", at="03:00:00", day="2026/3/8")],
        read_map(role_map(zone="America/New_York")),
    )
    first, second = record.events
    assert (second.at - first.at).total_seconds() == 1800


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(RequestError, match="2 columns are called '内容'"):
        read_rows([*HEADER, "内容"], [], read_map(role_map()))
    read_rows([*HEADER, "备注", "备注"], [], read_map(role_map()))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param('a,b,c\n1,"多\n行",3\n', [["1", "多\n行", "3"]], id="a cell of several lines"),
        pytest.param('a,b,c\n1,"多,\n行",3\n', [["1", "多,\n行", "3"]], id="with a comma in it"),
        pytest.param('a,b,c\n1,"他说""好""",3\n', [["1", '他说"好"', "3"]], id="quotation marks written twice"),
        pytest.param('a,b,c\n1,"S号,3\n4,5,6\n', [None, ["4", "5", "6"]], id="one that never closes"),
        pytest.param('a,b,c\n1,"S号,3\n4,5,6\n7,L"码,9\n', [None, ["4", "5", "6"], None], id="closed by chance"),
        pytest.param('a,b,c\n1,"S号,3\n4,5,6\n7,8,9"\n', [None, ["4", "5", "6"], None], id="closed at an end"),
        pytest.param("a,b,c\r1,2,3\r", [["1", "2", "3"]], id="line ends of old"),
        pytest.param("a,b,c\n1,2\r2,3\n", [["1", "2 2", "3"]], id="half a line end in a cell"),
        pytest.param("a,b,c\n\n1,2,3\n", [[], ["1", "2", "3"]], id="an empty row keeps its number"),
        pytest.param(f"a,b,c\n1,{'长' * 200_000},3\n", [["1", "长" * 200_000, "3"]], id="a very long cell"),
    ],
)
def test_a_stray_quotation_mark_costs_its_own_row_only(tmp_path: Path, text: str, rows: list[Any]) -> None:
    file = tmp_path / "chats.csv"
    file.write_bytes(text.encode())
    _, *found = read_table(file)
    assert [None if isinstance(one, Broken) else list(one) for one in found] == rows


def test_rows_of_one_second_stand_in_the_order_of_the_file() -> None:
    export = role_map(columns={"time": ["日期", "时间"], "conversation": "会话号", "sender": "角色", "text": "内容"})
    record = read_rows(HEADER, [row("C1", "", str(nth)) for nth in range(12)], read_map(export | {"recalled": None}))
    assert [event.text for event in sorted(record.events, key=order_key)] == [str(nth) for nth in range(12)]
