"""``miaohui kb check`` and ``kb test``: a FAQ checked and tested, as a file in a repository or as it stands in a shop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from bot.cli.shared import existing, fail, opening, settings_of

if TYPE_CHECKING:
    from bot.service.shelf import Shelved
    from knowledge_base.base import KnowledgeBase
    from knowledge_base.files import ImportRows, RowError
    from knowledge_base.gate import Case

ShopOption = Annotated[
    str | None, typer.Option("--shop", help="店铺编号：查店里现在的知识 / a shop's FAQ as it stands")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
PackOption = Annotated[
    str | None,
    typer.Option("--pack", help="行业模板编号，查它的必答要点 / a pack whose must-answer topics are asked for"),
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        min=0, max=100, help="把握阈值，不写用店铺的或默认的 / sureness needed [the shop's, or the shipped one]"
    ),
]
FaqOption = Annotated[Path | None, typer.Option("--faq", help="知识库文件 / the FAQ's file (.xlsx .xls .csv .yaml)")]
ROW_WORDS = ("第 {} 行", "row {}")


def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="知识库文件 / the FAQ's file (.xlsx .xls .csv .yaml)")] = None,
    shop: ShopOption = None,
    pack: PackOption = None,
    threshold: ThresholdOption = None,
    json: JsonOption = False,
) -> None:
    """查重复、互相挡住、到不了、缺字段、缺要点；有错误退出码 1 / find what is wrong in a FAQ; errors end with 1"""
    if (file is None) == (shop is None) or (shop is not None and (pack or threshold is not None)):
        fail("给一个文件（可加 --pack、--threshold），或者 --shop / give a file (with --pack, --threshold), or --shop")
    found = _of_shop(context, shop) if shop else _of_file(file or Path(), pack, threshold)
    if json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(found)
    if found["errors"]:
        raise typer.Exit(1)


def _tell(found: dict[str, Any]) -> None:
    for one in found["items"]:
        where = " / ".join(words.format(one["row"]) for words in ROW_WORDS) if one.get("row") else one["entry"] or "–"
        mark = "✗" if one["level"] == "error" else "!"
        typer.echo(f"{mark} {where} · {one['column']} · {one['why']['zh']} / {one['why']['en']}")
    zh = (
        f"{found['errors']} 处错误，{found['warnings']} 处提醒；读了 {found['read']} 句问法，共 {found['phrasings']} 句"
    )
    en = f"{found['errors']} errors, {found['warnings']} warnings; {found['read']} of {found['phrasings']} phrasings read"
    typer.echo(f"{zh} / {en}")


def _of_file(file: Path, pack: str | None, threshold: float | None) -> dict[str, Any]:
    from bot.service.faq_check import shown
    from knowledge_base import packs
    from knowledge_base.base import DEFAULT_MARGIN, DEFAULT_THRESHOLD
    from knowledge_base.gate.checking import Around
    from knowledge_base.gate.checking import check as check_faq

    if pack is not None and pack not in packs.names():
        fail(f"没有模板 {pack}；可选 {'、'.join(packs.names())} / no pack {pack}; there are {', '.join(packs.names())}")
    topics = packs.load(pack).must_answer if pack else ()
    rows, base = _read(file)
    sure = DEFAULT_THRESHOLD if threshold is None else threshold
    found = shown(check_faq(base, Around(sure, DEFAULT_MARGIN, _today(), None, topics)))
    numbers = {row.entry.id: row.row for row in rows.rows}
    wrong = [
        {"code": "row", "level": "error", "entry": None, "other": None, "row": error.row, "column": error.column,
         "text": "", "why": {"zh": error.why, "en": error.why_en}}
        for error in (*rows.errors, *_unsound(rows))
    ]  # fmt: skip
    items = [
        {**one, "row": numbers.get(one["entry"] or ""), "column": _heading(one["column"])} for one in found["items"]
    ]
    return {**found, "errors": found["errors"] + len(wrong), "items": [*wrong, *items]}


def _heading(column: str) -> str:
    from knowledge_base.files import COLUMNS

    return COLUMNS.get(column, column)


def _today() -> date:
    from bot.service.directory import ZONE

    return datetime.now(ZONE).date()


def _read(file: Path) -> tuple[ImportRows, KnowledgeBase]:
    """Read a file's rows, and the base that those which are on make."""
    from knowledge_base.base import KnowledgeBase
    from knowledge_base.files import BadTable, guess_columns, read_table, to_entries

    try:
        table = read_table(file.read_bytes(), file.name)
        rows = to_entries(table, guess_columns(table))
    except OSError as error:
        fail(f"读不了 {file}：{error.strerror} / cannot read {file}: {error.strerror}")
    except BadTable as bad:
        fail(f"{file}：{bad.zh} / {bad.en}")
    return rows, KnowledgeBase(row.entry for row in rows.rows if row.status == "on")


def _unsound(rows: ImportRows) -> Sequence[Any]:
    """Rows that an import would refuse."""
    from bot.service.entries import data_of, entry_of, sound
    from bot.service.import_plan import heading
    from bot.service.refusal import Refusal
    from knowledge_base.files import RowError

    wrong = []
    for row in rows.rows:
        try:
            sound(entry_of(row.entry.id, data_of(row.entry)))
        except Refusal as no:
            wrong.append(RowError(row.row, heading(no.pointer or ""), no.zh, no.en))
    return wrong


def _of_shop(context: typer.Context, shop: str) -> dict[str, Any]:
    from bot.service.faq_check import shown

    async def act(services: Any) -> dict[str, Any]:
        found = shown(await services.publishing.check.check(shop))
        return {**found, "items": [{**one, "column": _heading(one["column"])} for one in found["items"]]}

    return dict(in_shop(context, shop, act))


def in_shop(context: typer.Context, shop: str, act: Any) -> Any:
    """Run something with the services over a store that has this shop; exit code 2, in words, where there is none."""

    async def run() -> Any:
        from bot.app import opened

        async with opened(settings) as running:
            if shop not in running.directory.shops:
                fail(f"没有店铺 {shop} / there is no shop {shop}")
            return await act(running.services)

    settings, _ = settings_of(context.obj or {})
    with opening(settings):
        if not settings.database:
            existing(settings.data)
        return asyncio.run(run())


def play_set(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="SET", help="问题和期望 / questions and what must answer them")],
    faq: FaqOption = None,
    shop: ShopOption = None,
    threshold: ThresholdOption = None,
    json: JsonOption = False,
) -> None:
    """拿一套问题试：答对、答错、没答；没有全对退出码 1 / play a set: right, wrong, silent; not all right ends with 1"""
    if (faq is None) == (shop is None):
        fail("用 --faq 给知识库文件，或用 --shop 指店铺 / name the FAQ with --faq FILE, or a shop with --shop")
    if shop:
        found = in_shop(context, shop, lambda services: _played_in_shop(services, shop, file, threshold))
    else:
        found = _played_on_file(faq or Path(), file, threshold)
    if json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell_played(found)
    if found["right"] < found["total"] or found["errors"]:
        raise typer.Exit(1)


def _played_on_file(faq: Path, file: Path, threshold: float | None) -> dict[str, Any]:
    from bot.core.decide import Policy
    from knowledge_base.base import DEFAULT_MARGIN, DEFAULT_THRESHOLD
    from knowledge_base.entry import Mode

    rows, base = _read(faq)
    if rows.errors:
        first = rows.errors[0]
        fail(f"{faq} 第 {first.row} 行「{first.column}」：{first.why}；先用 kb check / row {first.row}: {first.why_en}")
    sure = DEFAULT_THRESHOLD if threshold is None else threshold
    policy = Policy(Mode.AUTO, sure, DEFAULT_MARGIN, lambda entry: (entry.answer, ()))
    return asyncio.run(_played(base, policy, file))


async def _played_in_shop(services: Any, shop: str, file: Path, threshold: float | None) -> dict[str, Any]:
    from bot.service.playing import policy_of

    shelved: Shelved = await services.shelf.get(shop)
    return await _played(shelved.base, policy_of(shelved, threshold), file)


def _set(file: Path, base: KnowledgeBase) -> tuple[list[Case], list[RowError]]:
    from knowledge_base.files import BadTable
    from knowledge_base.gate import read_set

    try:
        return read_set(file.read_bytes(), file.name, base.entries)
    except OSError as error:
        fail(f"读不了 {file}：{error.strerror} / cannot read {file}: {error.strerror}")
    except BadTable as bad:
        fail(f"{file}：{bad.zh} / {bad.en}")


async def _played(base: KnowledgeBase, policy: Any, file: Path) -> dict[str, Any]:
    from bot.service.directory import ZONE
    from bot.service.playing import play
    from knowledge_base.gate import Verdict, verdict

    cases, errors = _set(file, base)
    answered = await play(base, policy, (case.question for case in cases), datetime.now(ZONE))
    went = [(case, answered[case.question], verdict(case, answered[case.question])) for case in cases]
    counts = {name.value: sum(one is name for _, _, one in went) for name in Verdict}
    items = [
        {"row": int(case.id), "question": case.question, "expected": case.expected, "answered": list(by), "verdict": one.value}
        for case, by, one in went
    ]  # fmt: skip
    told = [{"row": e.row, "column": e.column, "why": {"zh": e.why, "en": e.why_en}} for e in errors]
    return {"total": len(cases), **counts, "threshold": policy.threshold, "errors": told, "items": items}


def _tell_played(found: dict[str, Any]) -> None:
    words = {"wrong": "答错 wrong", "silent": "没答 silent"}
    for one in found["errors"]:
        typer.echo(f"✗ {ROW_WORDS[0].format(one['row'])} · {one['column']} · {one['why']['zh']} / {one['why']['en']}")
    for one in found["items"]:
        if one["verdict"] != "right":
            by, must = "、".join(one["answered"]) or "人工 person", one["expected"] or "人工 person"
            typer.echo(
                f"✗ {ROW_WORDS[0].format(one['row'])} · {words[one['verdict']]} · {one['question']} → {by}（应 must be {must}）"
            )
    total = found["total"]
    typer.echo(
        f"共 {total} 题：对 {found['right']}，错 {found['wrong']}，没答 {found['silent']}（阈值 {found['threshold']:g}） / "
        f"{total} questions: {found['right']} right, {found['wrong']} wrong, {found['silent']} silent"
    )
