"""The ledger as files: one row an inquiry and one a reply, as two sheets of a workbook or two .csv files.

No cell is ever taken for a formula: buyers write ``=HYPERLINK(…)`` too.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from bot.accounting.verdict import Reason, ReplyReason
from bot.accounting.words import reason_words, reply_reason_words
from bot.service.directory import ZONE
from bot.store.ids import from_ms
from knowledge_base.files.cells import neutral

Entry = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]
Cell = str | int | float | None
Column = tuple[str, Callable[[Mapping[str, Any]], Cell]]

ROWS_AT_MOST = 1_048_575
"""What a sheet of a workbook holds below its header."""
CELL_AT_MOST = 32_000
CLASSES = {"human": "人工", "assisted": "采用推荐", "automatic": "自动", "unknown": "来源未知"}
SENDERS = {"agent": "客服", "bot": "机器人", "platform_auto": "平台自动", "other_app": "其他工具", "unknown": "未知"}
NIGHTS = {"met": "已按时回复", "missed": "未按时回复", "pending": "待回复"}


class TooManyRows(ValueError):
    """More than a sheet holds. ``str()`` says what to do."""


def _time(ms: int | None) -> str:
    return "" if ms is None else from_ms(ms).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _yes(value: bool) -> str:
    return "是" if value else "否"


INQUIRY_COLUMNS: tuple[Column, ...] = (
    ("咨询 inquiry", lambda row: row["id"]),
    ("会话 conversation", lambda row: row["conversation"]),
    ("渠道 channel", lambda row: row["channel"]),
    ("买家 buyer", lambda row: row["buyer_name"] or row["buyer_id"]),
    ("日期 day", lambda row: row["day"]),
    ("进线时间 opened at", lambda row: _time(row["opened_at"])),
    ("第一句 first words", lambda row: row["text"] or ""),
    ("判定 verdict", lambda row: reason_words(Reason(row["reason"]))[0]),
    ("判定代码 reason", lambda row: row["reason"]),
    ("应考核 eligible", lambda row: _yes(row["eligible"])),
    ("计入分母 in denominator", lambda row: int(row["in_denominator"])),
    ("计入分子 in numerator", lambda row: int(row["counted"])),
    ("首次有效回复秒数 response s", lambda row: None if row["response_ms"] is None else row["response_ms"] / 1000),
    ("首次打开秒数 opened s", lambda row: None if row["opened_ms"] is None else row["opened_ms"] / 1000),
    ("期限 due at", lambda row: _time(row["due_at"])),
    ("夜间咨询 night duty", lambda row: NIGHTS.get(row["night"] or "", "")),
    ("虚假回复风险 fake reply risk", lambda row: _yes(row["fake_reply_risk"])),
    ("仍需人工 owed", lambda row: _yes(row["owed"])),
    ("关闭原因 closed because", lambda row: row["waived"] or ""),
    ("决定消息 decided by", lambda row: row["decided_by"] or ""),
    ("参数 rule", lambda row: row["rule"]),
    ("规则版本 ruleset", lambda row: row["ruleset"]),
)
REPLY_COLUMNS: tuple[Column, ...] = (
    ("消息 message", lambda row: row["message"]),
    ("咨询 inquiry", lambda row: row["inquiry"]),
    ("会话 conversation", lambda row: row["conversation"]),
    ("时间 at", lambda row: _time(row["at"])),
    ("发送方 sender", lambda row: SENDERS.get(row["sender"], row["sender"])),
    ("客服 agent", lambda row: (row["by"] or "") if row["sender"] == "agent" else ""),
    ("类别 class", lambda row: CLASSES[row["class"]]),
    ("类别代码 class code", lambda row: row["class"]),
    ("计入 counts", lambda row: _yes(row["counts"])),
    ("原因 why", lambda row: reply_reason_words(ReplyReason(row["reason"]))[0]),
    ("原因代码 reason", lambda row: row["reason"]),
    ("内容 text", lambda row: row["text"]),
)
SHEETS = (("咨询 inquiries", INQUIRY_COLUMNS), ("回复 replies", REPLY_COLUMNS))


def write_workbook(file: IO[bytes], entries: Iterable[Entry], scratch: Path) -> None:
    """Write both sheets of a workbook; rows wait in a file of the folder ``scratch`` meanwhile, not in memory.

    Raises:
        TooManyRows: a sheet would be longer than workbooks can be; the file is then of no use.
    """
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(scratch)}
    with Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        pages = [book.add_worksheet(name) for name, _ in SHEETS]
        for page, (_, columns) in zip(pages, SHEETS, strict=True):
            page.freeze_panes(1, 0)
            page.write_row(0, 0, [header for header, _ in columns], bold)
        filled = [0, 0]
        for entry in entries:
            for which, cells in _rows(entry):
                filled[which] += 1
                pages[which].write_row(filled[which], 0, cells)
            if max(filled) > ROWS_AT_MOST:
                break
    if max(filled) > ROWS_AT_MOST:
        raise TooManyRows(
            f"超过 {ROWS_AT_MOST} 行，一张表放不下；缩短时段，或导出 .csv / "
            f"more than {ROWS_AT_MOST} rows do not fit in a sheet; shorten the period, or export .csv"
        )


def write_tables(inquiries: IO[bytes], replies: IO[bytes], entries: Iterable[Entry]) -> None:
    """Write both tables as .csv (UTF-8 with a mark, so that spreadsheets read Chinese)."""
    texts = [io.TextIOWrapper(file, "utf-8-sig", newline="") for file in (inquiries, replies)]
    writers = [csv.writer(text) for text in texts]
    for writer, (_, columns) in zip(writers, SHEETS, strict=True):
        writer.writerow([header for header, _ in columns])
    for entry in entries:
        for which, cells in _rows(entry):
            writers[which].writerow(cells)
    for text in texts:
        text.flush()
        text.detach()


def beside(path: Path) -> tuple[Path, Path]:
    """Name the two .csv files that go by one name: ``books.csv`` → ``books.inquiries.csv``, ``books.replies.csv``."""
    return path.with_suffix(".inquiries.csv"), path.with_suffix(".replies.csv")


def packed(entries: Iterable[Entry], kind: str, scratch: Path) -> bytes:
    """Return the ledger as one file: a workbook (``xlsx``), or both .csv tables in a zip (``csv``).

    Raises:
        TooManyRows: as ``write_workbook``.
    """
    held = io.BytesIO()
    if kind == "xlsx":
        write_workbook(held, entries, scratch)
        return held.getvalue()
    tables = io.BytesIO(), io.BytesIO()
    write_tables(*tables, entries)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, table in zip(("inquiries.csv", "replies.csv"), tables, strict=True):
            pack.writestr(name, table.getvalue())
    return held.getvalue()


def _rows(entry: Entry) -> Iterable[tuple[int, list[Cell]]]:
    row, replies = entry
    yield 0, [_safe(cell(row)) for _, cell in INQUIRY_COLUMNS]
    for reply in replies:
        whole = {**reply, "inquiry": row["id"], "conversation": row["conversation"]}
        yield 1, [_safe(cell(whole)) for _, cell in REPLY_COLUMNS]


def _safe(cell: Cell) -> Cell:
    return neutral(cell[:CELL_AT_MOST]) if isinstance(cell, str) else cell
