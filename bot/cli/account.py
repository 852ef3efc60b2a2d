"""``miaohui account``: events in, verdicts out, by the very functions the running service uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot import rulesets
from bot.accounting.request import answer

_BOM = b"\xef\xbb\xbf"


def account(
    file: Annotated[str, typer.Argument(help="请求文件，- 为标准输入 / file of requests, - for standard input")],
) -> None:
    """核算咨询与回复：一行一个结果，不存储、不需要服务 / judge inquiries and replies, one result a line."""
    failed = False
    for line in respond(_read(file)):
        failed = failed or "error" in line
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
    if failed:
        raise typer.Exit(1)


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
    """Answer JSON lines; where most lines are no objects it was one broken document, and ``whole`` says where."""
    decoded = [(number, _decode(line)) for number, line in enumerate(data.splitlines(), start=1) if line.strip()]
    if 2 * sum(isinstance(value, dict) for _, value in decoded) < max(1, len(decoded)):
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


if __name__ == "__main__":
    typer.run(account)
