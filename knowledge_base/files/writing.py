"""Entries written to a file that people open elsewhere and that reads back to the letter."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from knowledge_base.entry import WORD_LISTS, Entry, Keywords, Mode
from knowledge_base.files.cells import by_platform, listed, neutral
from knowledge_base.files.columns import COLUMNS
from knowledge_base.files.rows import MODE_WORDS, STATUS_WORDS

FORMATS = ("xlsx", "csv", "yaml", "json")
_CELL_AT_MOST = 30_000  # a workbook's cell holds 32,767 characters
_WIDE = {"标准问": 28, "相似问法": 40, "答案": 60, "平台答案": 30}
_ROWS_WITH_LISTS = 2_000


def export(entries: Iterable[Entry], kind: str, statuses: Mapping[str, str] | None = None) -> bytes:
    """Write entries as ``xlsx``, ``csv`` (UTF-8 with BOM, as spreadsheets expect), ``yaml`` or ``json``.

    Cells that a spreadsheet would take for a formula get a quote before them, which the import takes away.
    ``statuses`` is id → on, off, draft.

    Raises:
        ValueError: another kind.
    """
    statuses = statuses or {}
    listed_entries = list(entries)
    if kind in ("yaml", "json"):
        whole = {"version": 1, "entries": [_record(entry, statuses.get(entry.id, "on")) for entry in listed_entries]}
        return _yaml(whole) if kind == "yaml" else json.dumps(whole, ensure_ascii=False, indent=1).encode()
    records = [_cells(entry, statuses.get(entry.id, "on")) for entry in listed_entries]
    more = max((len(record) for record in records), default=0) - len(COLUMNS)
    headers = [*COLUMNS.values(), *(f"相似问法 {number}" for number in range(2, more + 2))]
    if kind == "csv":
        return _csv([headers, *records])
    if kind == "xlsx":
        return _workbook(headers, records)
    raise ValueError(f"不能导出为「{kind}」；可用：{'、'.join(FORMATS)}")


def template() -> bytes:
    """Return a workbook to fill in: the headings, three examples, drop-downs, and a sheet that explains each column."""
    examples = [
        Entry("", "什么时候发货", "亲，付款后{发货时效}发出，发出后订单页能看到运单号。", ("啥时候发货", "多久能发出", "今天能发吗"), category="物流"),
        Entry("", "能开发票吗", "亲，可以开电子发票，请在订单页点「申请开票」。", ("开票吗", "有发票吗"), Keywords(any=("发票", "开票")), "售后"),
        Entry("", "收到破损怎么办", "", ("坏了怎么办", "外壳碎了"), category="售后", mode=Mode.OFF),
    ]  # fmt: skip
    return _workbook(list(COLUMNS.values()), [_cells(entry, "on") for entry in examples], _EXPLAINED)


def _cells(entry: Entry, status: str) -> list[str]:
    """Lay an entry out under ``COLUMNS``; phrasings too long for one cell go on in further cells at the end."""
    first, *more = _chunks(entry.phrasings)
    words = entry.keywords
    return [
        entry.id, entry.question, first, entry.answer, entry.category,
        *(listed(getattr(words, kind)) for kind in WORD_LISTS), str(words.priority or ""), listed(entry.not_this), listed(entry.products), by_platform(entry.variants),
        "" if entry.threshold is None else repr(entry.threshold), MODE_WORDS[entry.mode], "是" if entry.then_person else "否",
        entry.valid_from.isoformat() if entry.valid_from else "", entry.valid_to.isoformat() if entry.valid_to else "",
        STATUS_WORDS[status], *more,
    ]  # fmt: skip


def _chunks(phrasings: Sequence[str]) -> list[str]:
    chunks = [""]
    for phrasing in phrasings:
        if len(chunks[-1]) + len(phrasing) > _CELL_AT_MOST:
            chunks.append("")
        chunks[-1] += f"{phrasing}\n"
    return chunks


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _workbook(
    headers: Sequence[str], records: Sequence[Sequence[str]], explained: Sequence[tuple[str, str]] = ()
) -> bytes:
    from xlsxwriter import Workbook

    held = io.BytesIO()
    book = Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("知识")
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
        sheet.set_column(column, column, _WIDE.get(header, 12))
    for row, record in enumerate(records, 1):
        for column, cell in enumerate(record):
            if cell:
                sheet.write_string(row, column, neutral(cell), wrap)
    sheet.freeze_panes(1, 0)
    last = max(len(records), _ROWS_WITH_LISTS)
    for header, words in (
        ("方式", list(MODE_WORDS.values())),
        ("答后转人工", ["是", "否"]),
        ("状态", list(STATUS_WORDS.values())),
    ):
        column = headers.index(header)
        sheet.data_validation(1, column, last, column, {"validate": "list", "source": words})
    if explained:
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 14)
        notes.set_column(1, 1, 80)
        for row, (header, meaning) in enumerate(explained):
            notes.write_string(row, 0, header, bold)
            notes.write_string(row, 1, meaning, wrap)
    book.close()
    return held.getvalue()


def _yaml(whole: Mapping[str, Any]) -> bytes:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(whole, Dumper=dumper, allow_unicode=True, sort_keys=False, width=120)).encode()


def _record(entry: Entry, status: str) -> dict[str, Any]:
    words: dict[str, Any] = {kind: list(getattr(entry.keywords, kind)) for kind in WORD_LISTS}
    words["priority"] = entry.keywords.priority
    record: dict[str, Any] = {
        "id": entry.id,
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "answer": entry.answer,
        "category": entry.category,
        "keywords": {kind: said for kind, said in words.items() if said},
        "not_this": list(entry.not_this),
        "products": list(entry.products),
        "variants": dict(entry.variants),
        "threshold": entry.threshold,
        "mode": entry.mode.value,
        "then_person": entry.then_person,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "status": status,
    }
    return {name: value for name, value in record.items() if value not in (None, [], {}, "")}


_EXPLAINED = (
    ("编号", "可以不填。再次导入时按编号更新同一条；不填就按标准问找。"),
    ("标准问", "必填。买家会问的一句话。"),
    ("相似问法", "同一个意思的其他问法，一行一个（Alt+Enter 换行），或用 | 隔开。写 5 个以上效果好。"),
    ("答案", "必填（方式为 关闭 时可不填）。可以用 {发货时效} 这样的字段，在店铺设置里填一次。"),
    ("分类", "例如 物流、价格、商品、售后。"),
    ("必含词", "问题里必须全部出现的词，用 、 隔开。"),
    ("关键词", "出现任何一个就更倾向这条知识，用 、 隔开。"),
    ("排除词", "问题里出现任何一个就不用这条知识，用 、 隔开。"),
    ("顺序词", "几个词按这个顺序出现就用这条知识，词之间写 …，例如 退…运费；一行一个。"),
    ("完全一致", "整句和它一样就用这条知识，一行一句。"),
    ("正则", "RE2 正则表达式，一行一个；能匹配问题就用这条知识。"),
    ("优先级", "两条知识的关键词同样命中时，数字大的回答；一样大就交给人。"),
    ("反例问", "看着像、其实不是这条知识的问法，一行一个；更像反例的问题不会用这条回答。"),
    ("商品编号", "只对这些商品有效，用 、 隔开；不填对所有商品有效。"),
    ("平台答案", "某个平台用另一个答案：先写一行 [平台]，下面写答案。"),
    ("阈值", "这条知识自己的把握阈值，0 到 100；不填用店铺的。"),
    ("方式", "自动：机器人直接回答。推荐：给客服一份草稿。关闭：认得出，但总是转人工。"),
    ("答后转人工", "是：机器人回答后还要人工跟进。"),
    ("生效日", "第一天，例如 2026-11-01；不填就一直有效。"),
    ("失效日", "最后一天，例如 2026-11-11。"),
    ("状态", "启用、停用 或 草稿。"),
)
