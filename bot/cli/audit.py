"""The audit of an exported chat record: the same verdicts as ``miaohui account``, a summary in words, a workbook."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
import yaml

from bot import rulesets
from bot.accounting import BadParameter, Books, explain, explain_reply, judge
from bot.accounting.export_map import ExportMap, read_map
from bot.accounting.exports import Broken, Record, read_rows
from bot.accounting.request.reading import RequestError, day
from bot.accounting.ruleset import Ruleset
from bot.accounting.words import reason_words
from bot.cli.sheets import SheetError, read_table, write_workbook
from bot.service import chat_records


@dataclass(frozen=True, slots=True)
class Audit:
    """A judged chat record. ``as_of`` is the end of its last local day."""

    record: Record
    books: Books
    as_of: datetime


class AuditError(ValueError):
    """The record or its map cannot be used. ``str()`` says what, where and what to do."""


def audit(file: Path, map_file: Path) -> Audit:
    """Read a chat record by its map and judge it as of the end of its last local day.

    Raises:
        AuditError: a file cannot be read, the map is wrong, or the record lacks what the map names.
    """
    export, ruleset = _map(map_file)
    record = _record(file, export)
    as_of = end_of_last_day(record, ruleset)
    return Audit(record, judge(record.events, ruleset, as_of=as_of), as_of)


def record_of(file: Path, map_file: Path) -> tuple[Record, datetime]:
    """Read a chat record by its map without judging it; and the end of its last local day.

    Raises:
        AuditError: as ``audit``.
    """
    export, ruleset = _map(map_file)
    record = _record(file, export)
    return record, end_of_last_day(record, ruleset)


def _map(map_file: Path) -> tuple[ExportMap, Ruleset]:
    try:
        export = read_map(yaml.safe_load(map_file.read_text(encoding="utf-8")))
        return export, _ruleset(export)
    except (RequestError, BadParameter, rulesets.RulesetError) as error:
        raise AuditError(f"{map_file.name}: {error}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AuditError(f"{map_file}: 读不了 / cannot be read: {error}") from None


def _record(file: Path, export: ExportMap) -> Record:
    try:
        header, *rows = read_table(file, export.sheet)
        if isinstance(header, Broken):
            raise SheetError(header.why)
        with typer.progressbar(rows, label=file.name, file=sys.stderr) as shown:
            return read_rows(header, shown, export)
    except (RequestError, SheetError, OSError) as error:
        raise AuditError(f"{file.name}: {error}") from None


def _ruleset(export: ExportMap) -> Ruleset:
    name, at, text = export.ruleset.partition("@")
    on = day(text, "/ruleset") if at else None
    ruleset = rulesets.load(name, on, export.params)
    if not ruleset.chat:
        raise RequestError("/ruleset", f"{name} 没有会话规则", f"{name} has no chat rules")
    return ruleset


def end_of_last_day(record: Record, ruleset: Ruleset) -> datetime:
    """The end of the last local day on which anything was said.

    Raises:
        AuditError: nothing was.
    """
    until = chat_records.end_of_last_day(record, ruleset.zone)
    if until is None:
        raise AuditError("一行也没读出来，先看映射对不对 / not one row could be read; check the map")
    return until


def summary(found: Audit) -> Iterator[str]:
    """Say in words what an audit found, a line each, Chinese before English."""
    books, record = found.books, found.record
    rate = books.rate(found.as_of)
    percent = "无数据 / no data" if rate.percent is None else f"{float(rate.percent):.2f}%"
    identity = books.ruleset.identity
    yield f"规则 / rules: {identity.title_zh} / {identity.title_en} · {books.ruleset.version} · {identity.source_zh} / {identity.source_en}"
    last = found.as_of.astimezone(books.ruleset.zone).date()
    days = books.ruleset.period_days
    yield f"有效回复率（到 {last} 的 {days} 天） / rate of the {days} days up to {last}: {rate.numerator}/{rate.denominator} = {percent}"
    yield f"咨询 / inquiries: {len(books.inquiries)}, 商家消息 / shop messages: {len(books.replies)}"
    for reason, count in Counter(one.reason for one in books.inquiries).most_common():
        zh, en = reason_words(reason)
        yield f"  {count:>6}  {zh} / {en}"
    if record.problems:
        yield f"没读出来的行 / unreadable rows: {len(record.problems)}"
    for problem in record.problems[:20]:
        where = f", {problem.column}" if problem.column else ""
        yield f"  第 {problem.row} 行 / row {problem.row}{where}: {problem.why}"


def save(found: Audit, path: Path) -> None:
    """Write an audit as a workbook: summary, inquiries, replies, unreadable rows.

    Raises:
        SheetError: the file cannot be written.
    """
    rules = found.books.ruleset
    write_workbook(
        path,
        [
            ("汇总 Summary", ["秒回 miaohui"], [[line] for line in summary(found)]),
            ("咨询 Inquiries", _INQUIRY_HEADER, _inquiry_rows(found.books, rules)),
            ("回复 Replies", _REPLY_HEADER, _reply_rows(found.books, rules)),
            ("未读行 Unreadable", ["行 row", "列 column", "原因 reason"], _problem_rows(found.record)),
        ],
    )


_INQUIRY_HEADER = [
    "会话 conversation",
    "首条消息 opened by",
    "进线时间 opened at",
    "应计 due",
    "计入 counted",
    "结论 reason",
    "响应秒数 response s",
    "夜间 night",
    "虚假回复风险 fake risk",
    "依据消息 decided by",
    "说明",
    "explanation",
]
_REPLY_HEADER = [
    "消息 message",
    "时间 at",
    "类别 class",
    "计入 counts",
    "原因 reason",
    "咨询 inquiry",
    "说明",
    "explanation",
]


def _inquiry_rows(books: Books, rules: Ruleset) -> Iterator[Sequence[Any]]:
    for one in books.inquiries:
        words = explain(one, rules)
        yield [
            one.conversation,
            one.opened_by,
            _local(one.opened_at, rules),
            one.in_denominator,
            one.counted,
            str(one.reason),
            one.response_s,
            one.night and str(one.night),
            one.fake_reply_risk,
            one.decided_by,
            words["zh"],
            words["en"],
        ]


def _reply_rows(books: Books, rules: Ruleset) -> Iterator[Sequence[Any]]:
    settled = {one.opened_by: one.rule for one in books.inquiries}
    for one in books.replies:
        words = explain_reply(one, rules, settled.get(one.inquiry or "", ""))
        at = _local(one.at, rules)
        yield [
            one.message, at, str(one.reply_class), one.counts, str(one.reason), one.inquiry, words["zh"], words["en"]
        ]  # fmt: skip


def _problem_rows(record: Record) -> Iterator[Sequence[Any]]:
    for problem in record.problems:
        yield [problem.row, problem.column, problem.why]


def _local(at: datetime, rules: Ruleset) -> str:
    return at.astimezone(rules.zone).strftime("%Y-%m-%d %H:%M:%S")
