"""``miaohui account``: events in, verdicts out, by the very functions the running service uses."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot import rulesets
from bot.accounting.request import answer
from bot.accounting.request.chat import books_shown

_BOM = b"\xef\xbb\xbf"


FileArgument = Annotated[
    str | None, typer.Argument(help="请求文件，- 为标准输入 / file of requests, - for standard input")
]
ImportOption = Annotated[
    Path | None, typer.Option("--import", help="导出的聊天记录（.csv .xlsx） / an exported chat record")
]
MapOption = Annotated[Path | None, typer.Option("--map", help="各列的含义（.yaml） / what its columns mean")]
XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="另存为工作簿 / write the audit as a workbook")]


def account(
    file: FileArgument = None, import_: ImportOption = None, map_: MapOption = None, xlsx: XlsxOption = None
) -> None:
    """核算咨询与回复：不存储、不需要服务 / judge inquiries and replies: nothing is stored, no server is needed."""
    gc.disable()  # the books hold no cycles, and looking for some in a million objects takes a fifth of the time
    if file is not None and import_ is None and map_ is None and xlsx is None:
        failed = _print(respond(_read(file)))
    elif file is None and import_ is not None and map_ is not None:
        failed = _print(_audit(import_, map_, xlsx))
    else:
        typer.echo(
            "给一个请求文件，或者 --import 和 --map 一起给 / give a file of requests, or --import together with --map",
            err=True,
        )
        raise typer.Exit(2)
    if failed:
        raise typer.Exit(1)


def _print(lines: Iterable[dict[str, Any]]) -> bool:
    """Write one JSON line each; say whether one of them was an error."""
    failed = False
    for line in lines:
        failed = failed or "error" in line
        sys.stdout.buffer.write(_written(line))
    sys.stdout.buffer.flush()
    return failed


def _written(line: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # only what was echoed can be nested too deeply
        return orjson.dumps({**line, "id": None}, option=orjson.OPT_APPEND_NEWLINE)


def _audit(record: Path, map_file: Path, xlsx: Path | None) -> Iterator[dict[str, Any]]:
    """Judge an exported chat record: the verdicts as a line of JSON, the summary in words on standard error."""
    from bot.cli.audit import AuditError, audit, save, summary
    from bot.cli.sheets import SheetError

    try:
        found = audit(record, map_file)
        if xlsx is not None:
            save(found, xlsx)
    except (AuditError, SheetError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for line in summary(found):
        typer.echo(line, err=True)
    unreadable = [{"row": one.row, "column": one.column, "message": one.why} for one in found.record.problems]
    result = {**books_shown(found.books, found.as_of), "unreadable": unreadable}
    yield {"id": record.name, "as_of": found.as_of, "ruleset": found.books.ruleset.version, "result": result}


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        typer.echo(f"读不了 {file}：{error.strerror} / cannot read {file}: {error.strerror}", err=True)
        raise typer.Exit(2) from None


def respond(data: bytes) -> Iterator[dict[str, Any]]:
    """Answer every request in a document: one object, an array, ``{"requests": […]}`` or JSON lines, in input order.

    What cannot be decoded is answered with ``id`` null and the line.
    """
    data = data.removeprefix(_BOM)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        yield from _respond_to_lines(data, error)
        return
    if isinstance(document, dict) and isinstance(document.get("requests"), list) and "kind" not in document:
        document = document["requests"]
    for request in document if isinstance(document, list) else [document]:
        yield answer(request, rulesets.load)


def _respond_to_lines(data: bytes, whole: orjson.JSONDecodeError) -> Iterator[dict[str, Any]]:
    """Answer JSON lines; where it begins as a list, or no line is an object, it was one broken document, and ``whole``
    says where."""
    decoded = [(number, _decode(line)) for number, line in enumerate(data.splitlines(), start=1) if line.strip()]
    if data.lstrip().startswith(b"[") or not any(isinstance(value, dict) for _, value in decoded):
        yield _undecodable(whole.lineno, str(whole))
        return
    for number, value in decoded:
        if isinstance(value, orjson.JSONDecodeError):
            yield _undecodable(number, str(value))
        else:
            yield answer(value, rulesets.load)


def _decode(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return error


def _undecodable(line: int, why: str) -> dict[str, Any]:
    return {"id": None, "error": {"where": f"line {line}", "message": f"不是 JSON / not JSON: {why}"}}
