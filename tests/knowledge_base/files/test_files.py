"""Files of entries: what is read, what is refused in words, and that nothing is lost on the way out and back."""

from __future__ import annotations

import io
import string
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from knowledge_base.entry import Entry, Keywords, Mode
from knowledge_base.files import (
    BadTable,
    ImportRows,
    Table,
    export,
    guess_columns,
    limits,
    plan,
    read_table,
    template,
    to_entries,
)

HERE = Path(__file__).parent


def imported(data: bytes, name: str) -> ImportRows:
    table = read_table(data, name)
    return to_entries(table, guess_columns(table))


def workbook(rows: list[list[object]], before: list[list[object]] | None = None) -> bytes:
    held = io.BytesIO()
    book = Workbook(held, {"in_memory": True})
    for sheet_rows in filter(None, (before, rows)):
        sheet = book.add_worksheet()
        for at, row in enumerate(sheet_rows):
            sheet.write_row(at, 0, row)
    book.close()
    return held.getvalue()


CSV = "标准问,相似问法,答案,分类,状态\n什么时候发货,啥时候发|多久发货,付款后 48 小时内,物流,启用\n能开发票吗,,可以,售后,停用\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_says_its_own_encoding(encoding: str) -> None:
    rows = imported(CSV.encode(encoding), "faq.CSV").rows
    assert [(row.row, row.entry.question, row.status) for row in rows] == [
        (2, "什么时候发货", "on"),
        (3, "能开发票吗", "off"),
    ]
    assert rows[0].entry.phrasings == ("啥时候发", "多久发货")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        # As spreadsheets save: line ends of Windows, cells of several lines in quotes, empty columns and rows behind.
        pytest.param(
            '标准问,相似问法,答案,,\r\n什么时候发货,"啥时候发\n多久发货","付款后 ""48 小时"" 内",,\r\n,,,,\r\n'.encode(
                "gbk"
            ),
            "WPS.csv",
            id="WPS and Chinese Excel: GBK",
        ),
        pytest.param(
            '\ufeff标准问,相似问法,答案\r\n什么时候发货,"啥时候发\n多久发货","付款后 ""48 小时"" 内"\r\n'.encode(),
            "utf8.csv",
            id="Excel: CSV UTF-8",
        ),
        pytest.param(
            '标准问\t相似问法\t答案\r\n什么时候发货\t"啥时候发\n多久发货"\t"付款后 ""48 小时"" 内"\r\n'.encode(
                "utf-16"
            ),
            "unicode.csv",
            id="Excel: Unicode text",
        ),
        pytest.param((HERE / "excel_97.xls").read_bytes(), "旧.xls", id="Excel 97"),
    ],
)
def test_files_as_spreadsheets_write_them(data: bytes, name: str) -> None:
    rows = imported(data, name)
    assert rows.errors == ()
    assert [(e.question, e.phrasings, e.answer) for e in rows.entries] == [
        ("什么时候发货", ("啥时候发", "多久发货"), '付款后 "48 小时" 内')
    ]


@pytest.mark.parametrize(
    ("headers", "guess"),
    [
        (["问题", "回复", "类别"], {"question": "问题", "answer": "回复", "category": "类别"}),
        (["Question", "Answer", "keywords"], {"question": "Question", "answer": "Answer", "keywords_any": "keywords"}),
        (
            ["标准问法", "相似问1", "相似问2", "话术"],
            {"question": "标准问法", "phrasings": "相似问1", "answer": "话术"},
        ),
        (["买家说", "我们说"], {"question": "买家说", "answer": "我们说"}),
        (
            ["登记日期", "分组", "快捷编码", "快捷短语"],
            {"category": "分组", "question": "快捷编码", "answer": "快捷短语"},
        ),
        (["快捷编码", "问题", "快捷短语"], {"question": "问题", "answer": "快捷短语"}),
        (["【标准问】", "答 案"], {"question": "【标准问】", "answer": "答 案"}),
    ],
)
def test_columns_are_guessed(headers: list[str], guess: dict[str, str]) -> None:
    assert guess_columns(Table(tuple(headers), (), ())) == guess


def test_canned_responses_of_another_desk_are_read() -> None:
    told = '[{"id": 7, "account_id": 1, "short_code": "能开发票吗", "content": "能。", "created_at": "2026-05-01"}]'
    for text in (told, f'{{"payload": {told}}}'):
        assert imported(text.encode(), "canned.json").entries == (Entry("7", "能开发票吗", "能。"),)


def test_several_columns_of_phrasings_are_one_list() -> None:
    rows = imported("问题,相似问1,相似问2,答案\n包邮吗,要邮费吗,运费谁出,包邮\n".encode(), "a.csv")
    assert rows.entries[0].phrasings == ("要邮费吗", "运费谁出")


def test_the_header_may_stand_below_a_title_and_on_the_second_sheet() -> None:
    data = workbook(
        [["我们店的问答"], [], ["问题", "答案"], ["包邮吗", "满 59 包邮"], [88, 3.0]], before=[["说明"], ["随便写写"]]
    )
    table = read_table(data, "店铺.xlsx")
    assert table.headers == ("问题", "答案")
    assert table.rows == (("包邮吗", "满 59 包邮"), ("88", "3"))
    assert table.numbers == (4, 5)


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("编号,标准问,答案\n,,可以\n", "标准问", "没有标准问。请写一句买家会问的话"),
        ("编号,标准问,答案\n,包邮吗,\n", "答案", "没有答案。请写答案；只想转人工就把「方式」写成 关闭"),
        ("标准问,答案,阈值\n包邮吗,包,120\n", "阈值", "「120」不在 0 到 100 之间"),
        ("标准问,答案,方式\n包邮吗,包,随便\n", "方式", "「随便」请写 自动、推荐 或 关闭"),
        ("标准问,答案,生效日\n包邮吗,包,2026-02-30\n", "生效日", "「2026-02-30」不是日历上的一天"),
        ("标准问,答案,生效日,失效日\n包邮吗,包,2026-02-03,2026-02-01\n", "失效日", "早于生效日"),
        ("标准问,答案,状态\n包邮吗,包,也许\n", "状态", "「也许」请写 启用、停用 或 草稿"),
        ("标准问,答案,平台答案\n包邮吗,包,都包\n", "平台答案", "平台答案要先写一行 [平台]，下面写这个平台的答案"),
    ],
)
def test_an_error_names_row_column_and_what_to_do(line: str, column: str, why: str) -> None:
    (error,) = imported(line.encode(), "a.csv").errors
    assert (error.row, error.column, error.why) == (2, column, why)
    assert error.why_en
    assert not any("\u4e00" <= char <= "\u9fff" for char in error.why_en if char not in line), "English is English"


def test_a_repeated_question_is_an_error_of_the_second_row() -> None:
    rows = imported("问题,答案\n包邮吗,包\n包邮吗？,不包\n".encode(), "a.csv")
    assert [e.answer for e in rows.entries] == ["包"]
    assert rows.errors[0].why.startswith("和第 2 行重复")


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (limits.UNPACKED_AT_MOST + 1))
    return held.getvalue()


def liar() -> bytes:
    """A bomb whose directory says that it is small."""
    data = bytearray(bomb())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def far_cell() -> bytes:
    held = io.BytesIO()
    book = Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "问题")
    sheet.write(1_048_575, 16_383, "远")
    book.close()
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        pytest.param(b"", "a.csv", "文件是空的", id="empty"),
        pytest.param(b"a" * (limits.PACKED_AT_MOST + 1), "a.csv", "超过上限 10 MiB", id="too large"),
        pytest.param(b"a", "a.pdf", "不认识「.pdf」文件", id="another kind"),
        pytest.param(bomb(), "a.xlsx", "解压后超过 100 MiB", id="bomb"),
        pytest.param(liar(), "a.xlsx", "解压后超过 100 MiB", id="bomb that says it is small"),
        pytest.param(far_cell(), "a.xlsx", "范围太大", id="cell far away"),
        pytest.param(b"PK\x03\x04broken", "a.xlsx", "已损坏", id="broken zip"),
        pytest.param(b"\xd0\xcf\x11\xe0broken", "a.xls", "打不开这个表格", id="broken xls"),
        pytest.param(b"\x81\x20\xff\xff", "a.csv", "文字编码", id="unknown encoding"),
        pytest.param("问题,答案\n".encode(), "a.csv", "没有数据行", id="header only"),
        pytest.param(("问题,答案\n" + "问,答\n" * 50_001).encode(), "a.csv", "超过", id="too many rows"),
        pytest.param(b"entries: [", "a.yaml", "不是正确的 YAML", id="broken yaml"),
        pytest.param(b"[" * 100_000, "a.yaml", "不是正确的 YAML", id="deep yaml"),
        pytest.param(b"entries: [1]", "a.yaml", "第 1 条", id="yaml of numbers"),
        pytest.param(b'[{"question": ', "a.json", "不是正确的 JSON", id="broken json"),
        pytest.param(b"[" * 100_000, "a.json", "不是正确的 JSON", id="deep json"),
        pytest.param(b'{"question": "a"}', "a.json", "没有条目", id="json without entries"),
        pytest.param(b"!!python/object/apply:os.system [ls]", "a.yaml", "不是正确的 YAML", id="yaml that wants to run"),
    ],
)
def test_refused_in_words(data: bytes, name: str, why: str) -> None:
    with pytest.raises(BadTable, match=why) as caught:
        read_table(data, name)
    assert caught.value.en
    assert not any("\u4e00" <= char <= "\u9fff" for char in caught.value.en), "English is English"


def test_shared_yaml_lists_do_not_multiply() -> None:
    words = ", ".join("问" * 100 for _ in range(1000))
    rows = "".join(f"- {{question: q{n}, answer: a, phrasings: *all}}\n" for n in range(2000))
    with pytest.raises(BadTable, match="展开后超过 100 MiB"):
        read_table(f"- {{question: q, answer: a, phrasings: &all [{words}]}}\n{rows}".encode(), "a.yaml")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "''", "'"])
def test_formulas_are_made_harmless_and_come_back(formula: str) -> None:
    entry = Entry("a", f"问题{formula}", formula)
    for kind in ("csv", "xlsx"):
        data = export([entry], kind)
        assert imported(data, f"a.{kind}").entries == (entry,)
    assert b'"=1' not in export([entry], "csv")


LINE = st.text(
    string.ascii_letters + string.digits + "什么时候发货，。？ '=+-@｜|;；\"{}[]:#&*!%", min_size=1, max_size=12
)
QUESTION = st.builds(lambda text: f"问{' '.join(text.split())}", LINE)
WORDS = st.lists(LINE.map(lambda text: text.strip()).filter(bool), max_size=3, unique=True).map(tuple)
ANSWER = st.lists(LINE, min_size=1, max_size=3).map(lambda lines: "\n".join(lines).strip()).filter(bool)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Entry, ...]:
    questions = draw(
        st.lists(QUESTION, min_size=1, max_size=4, unique_by=lambda text: "".join(filter(str.isalnum, text.lower())))
    )
    return tuple(
        Entry(
            id=f"id-{number}",
            question=question,
            answer=draw(ANSWER),
            phrasings=tuple(p for p in draw(st.lists(QUESTION, max_size=4, unique=True)) if p != question),
            keywords=Keywords(
                draw(WORDS), draw(WORDS), draw(WORDS), draw(WORDS), draw(WORDS), draw(WORDS), draw(st.integers(-9, 9))
            ),
            not_this=draw(WORDS),
            category=draw(st.sampled_from(["", "物流", "=售后"])),
            products=draw(WORDS),
            variants=tuple(sorted(draw(st.dictionaries(st.sampled_from(["one", "two"]), ANSWER, max_size=2)).items())),
            threshold=draw(st.none() | st.floats(0, 100)),
            mode=draw(st.sampled_from(Mode)),
            then_person=draw(st.booleans()),
            valid_from=draw(st.none() | st.dates(date(2000, 1, 1), date(2020, 1, 1))),
            valid_to=draw(st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1))),
        )
        for number, question in enumerate(questions)
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml", "json"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_entries=entries())
def test_what_is_written_reads_back_the_same(kind: str, given_entries: tuple[Entry, ...]) -> None:
    rows = imported(export(given_entries, kind, {"id-0": "draft"}), f"a.{kind}")
    assert rows.errors == ()
    assert rows.entries == given_entries
    assert [row.status for row in rows.rows] == ["draft", *["on"] * (len(given_entries) - 1)]


def test_many_long_phrasings_go_on_in_further_columns() -> None:
    entry = Entry("a", "包邮吗", "包", tuple(f"{number}{'长' * 198}" for number in range(200)))
    assert imported(export([entry], "xlsx"), "a.xlsx").entries == (entry,)


def test_the_template_can_be_imported_as_it_is() -> None:
    rows = imported(template(), "template.xlsx")
    assert [entry.question for entry in rows.entries] == ["什么时候发货", "能开发票吗", "收到破损怎么办"]
    assert rows.errors == ()


def test_plan_tells_new_changed_unchanged_and_keeps_what_the_file_does_not_give() -> None:
    there = [
        Entry("a", "包邮吗", "包", ("要运费吗",), category="价格"),
        Entry("b", "什么时候发货", "48 小时内"),
    ]
    rows = imported("标准问,答案\n包邮吗？,满 59 包\n什么时候发货,48 小时内\n能开票吗,能\n,无\n".encode(), "a.csv")
    planned = plan(there, rows)
    assert [change.entry.question for change in planned.new] == ["能开票吗"]
    assert [change.entry.id for change in planned.unchanged] == ["b"]
    assert [(c.entry.id, c.entry.answer, c.entry.phrasings, c.entry.category) for c in planned.changed] == [
        ("a", "满 59 包", ("要运费吗",), "价格")
    ]
    assert [error.row for error in planned.errors] == [5]


def test_importing_the_export_again_changes_nothing() -> None:
    there = (Entry("a", "包邮吗", "包", ("要运费吗",)), Entry("b", "什么时候发货", "48 小时内"))
    statuses = {"a": "off"}
    planned = plan(there, imported(export(there, "xlsx", statuses), "a.xlsx"), statuses)
    assert (planned.new, planned.changed, planned.errors) == ((), (), ())
    assert len(planned.unchanged) == 2


def test_a_changed_status_is_a_change() -> None:
    there = (Entry("a", "包邮吗", "包"),)
    planned = plan(there, imported(export(there, "csv"), "a.csv"), {"a": "off"})
    assert [(change.entry.id, change.status) for change in planned.changed] == [("a", "on")]
