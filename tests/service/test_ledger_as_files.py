"""The exported ledger, read back as a spreadsheet reads it."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bot.cli import main
from bot.service import ledger_files
from bot.service.desk import Reply
from bot.service.ledger_files import TooManyRows
from bot.store.reading import ledger
from tests.service.shop_floor import opened_floor

FORMULAS = ("=1+1", "+8613800000000", "-2", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "\t=1", "'quoted")


@pytest.fixture
async def floor(tmp_path: Path):
    async with opened_floor(tmp_path / "data") as opened:
        await opened.open_shop()
        await opened.knows("什么时候发货", "付款后两天内从杭州仓发出。")
        yield opened


async def a_day(floor) -> None:
    """One answered by the bot and, in time, by a person; one too late; one that is only asked."""
    desk = floor.app.services.desk
    await floor.asks("quick", "什么时候发货")
    await floor.passes(60)
    await desk.reply(floor.cid("quick"), "amei", Reply("=HYPERLINK(1)今天发", then="release"))
    await floor.asks("slow", "转人工")
    await floor.passes(200)
    await desk.reply(floor.cid("slow"), "amei", Reply("在的，今天发", then="release"))
    await floor.asks("waits", "=1+1 转人工")
    await floor.quiet()


def sheets(data: bytes) -> list[list[dict[str, str]]]:
    """Both sheets of a workbook, each row by its header."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    out = []
    for name in book.sheet_names:
        header, *rows = book.get_sheet_by_name(name).to_python()
        out.append([dict(zip(header, row, strict=True)) for row in rows])
    return out


def tables(data: bytes) -> list[list[dict[str, str]]]:
    """Both tables of a zip of .csv."""
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        assert pack.namelist() == ["inquiries.csv", "replies.csv"]
        texts = [pack.read(name).decode("utf-8-sig") for name in pack.namelist()]
    return [list(csv.DictReader(io.StringIO(text))) for text in texts]


@pytest.mark.parametrize(("kind", "read"), [("xlsx", sheets), ("csv", tables)])
async def test_one_row_an_inquiry_and_one_a_reply(floor, kind, read) -> None:
    await a_day(floor)
    inquiries, replies = read(
        await floor.app.services.scorecards.export("demo", floor.app.services.scorecards.period("demo", 1), kind)
    )
    told = [
        (row["买家 buyer"], row["判定 verdict"], int(row["计入分子 in numerator"]), row["首次有效回复秒数 response s"])
        for row in inquiries
    ]
    assert [(*one[:3], float(one[3]) if one[3] != "" else None) for one in told] == [
        ("quick", "及时有效", 1, 60.0),
        ("slow", "有效但超时", 0, 200.0),
        ("waits", "期限未到", 0, None),
    ]
    assert inquiries[0]["进线时间 opened at"].endswith(" 14:00:00"), "in the shop's local time"
    assert {row["规则版本 ruleset"] for row in inquiries} == {"xiaohongshu@2025-01-01"}
    assert [(row["类别 class"], row["计入 counts"], row["原因代码 reason"], row["客服 agent"]) for row in replies] == [
        ("自动", "否", "automatic", ""),
        ("人工", "是", "first_valid", "amei"),
        ("人工", "否", "late", "amei"),
    ]
    assert [row["咨询 inquiry"] for row in replies] == [inquiries[n]["咨询 inquiry"] for n in (0, 0, 1)]
    assert inquiries[2]["第一句 first words"] == "'=1+1 转人工"
    assert replies[1]["内容 text"] == "'=HYPERLINK(1)今天发"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("said", FORMULAS)
def test_no_cell_begins_like_a_formula(tmp_path: Path, kind: str, said: str) -> None:
    row = dict.fromkeys(("id", "conversation", "channel", "buyer_name", "buyer_id", "text", "rule", "ruleset"), said)
    row |= {"day": "2026-05-01", "opened_at": 0, "reason": "valid", "decided_by": said, "waived": said, "replies": []}
    row |= dict.fromkeys(("eligible", "in_denominator", "counted", "fake_reply_risk", "owed"), True)
    row |= {"response_ms": 1, "opened_ms": None, "due_at": None, "night": None}
    reply = {"message": said, "class": "human", "counts": True, "reason": "late", "at": 0, "sender": "agent"}
    reply |= {"by": said, "text": said}
    data = ledger_files.packed([(row, [reply])], kind, tmp_path)
    for table in (sheets if kind == "xlsx" else tables)(data):
        for cell in table[0].values():
            assert str(cell)[:1] not in tuple("=+-@\t\r\n＝＋－＠"), cell


async def test_what_a_sheet_cannot_hold_is_refused_and_not_cut(floor, tmp_path, monkeypatch) -> None:
    await a_day(floor)
    found = await floor.app.store.read(lambda conn: list(ledger.entries(conn, "demo", "1970-01-01", "9999-12-31")))
    monkeypatch.setattr(ledger_files, "ROWS_AT_MOST", 3)
    assert ledger_files.packed(found, "xlsx", tmp_path), "three rows of each fit"
    monkeypatch.setattr(ledger_files, "ROWS_AT_MOST", 2)
    with pytest.raises(TooManyRows, match="缩短时段"):
        ledger_files.packed(found, "xlsx", tmp_path)
    assert ledger_files.packed(found, "csv", tmp_path)


@pytest.mark.parametrize("page", [1, 2, 3, 50])
async def test_pages_lose_nothing_and_repeat_nothing(floor, monkeypatch, page: int) -> None:
    for buyer in ("a", "b", "c", "d", "e"):  # all in the same millisecond of a clock that stands
        await floor.asks(buyer, "什么时候发货")
    monkeypatch.setattr(ledger, "PAGE", page)
    found = await floor.app.store.read(lambda conn: list(ledger.entries(conn, "demo", "1970-01-01", "9999-12-31")))
    assert sorted(row["buyer_id"] for row, _ in found) == ["a", "b", "c", "d", "e"]
    assert all(len(replies) == 1 for _, replies in found)
    assert [row["id"] for row, _ in found] == sorted(row["id"] for row, _ in found)


async def test_only_the_days_asked_for(floor) -> None:
    await a_day(floor)
    today = floor.now().date().isoformat()
    for first, last, expected in ((today, today, 3), ("1970-01-01", "1970-01-02", 0), ("2100-01-01", "2100-01-02", 0)):
        found = await floor.app.store.read(
            lambda conn, first=first, last=last: list(ledger.entries(conn, "demo", first, last))
        )
        assert len(found) == expected


def run(capsys, *words: str) -> tuple[int, str, str]:
    """Run a command; exit code, what it printed, what it complained about."""
    with pytest.raises(SystemExit) as end:
        main([*words])
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A folder in which a day has been lived and the service has stopped."""
    import asyncio

    async def live() -> None:
        async with opened_floor(tmp_path / "used") as opened:
            await opened.open_shop()
            await a_day(opened)

    asyncio.run(live())
    return tmp_path / "used"


def test_the_command(used: Path, tmp_path: Path, capsys) -> None:
    export = ("ledger", "export", "--data", str(used), "--shop", "demo")
    book = tmp_path / "book.xlsx"
    assert run(capsys, *export, str(book)) == (0, f"{book}\n", "")
    assert [len(sheet) for sheet in sheets(book.read_bytes())] == [3, 2]
    code, out, _ = run(capsys, *export, "--from", "2100-01-01", str(tmp_path / "empty.csv"))
    assert (code, out) == (0, f"{tmp_path}/empty.inquiries.csv\n{tmp_path}/empty.replies.csv\n")
    assert (tmp_path / "empty.replies.csv").read_text("utf-8-sig").startswith("消息 message,咨询 inquiry")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("--shop", "nowhere", "a.csv"), "没有店铺 nowhere，现有：demo", id="no such shop"),
        pytest.param(("--shop", "demo", "a.pdf"), "只写 .xlsx 和 .csv", id="another kind of file"),
        pytest.param(("--shop", "demo", "--from", "2026-02-01", "--to", "2026-01-01", "a.csv"), "之后", id="backwards"),
        pytest.param(("--shop", "demo", "missing/folder/a.xlsx"), "写不了", id="no such folder"),
        pytest.param(("--shop", "demo", "missing/folder/a.csv"), "写不了", id="no such folder for tables"),
    ],
)
def test_the_command_says_what_is_wrong(used: Path, capsys, monkeypatch, words, told) -> None:
    monkeypatch.chdir(used.parent)
    code, out, err = run(capsys, "ledger", "export", "--data", str(used), *words)
    assert (code, out) == (2, "")
    assert told in err
