"""The FAQ's back door: tables imported and exported, starter packs, the ways to wire a platform."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, unquote

import orjson
import yaml
from aiohttp import BodyPartReader, web

from bot.service.importing import FILE_AT_MOST
from bot.web.api.faq_shapes import ReasonQuery
from bot.web.api.file_shapes import (
    AppliedOut,
    ApplyQuery,
    ExportQuery,
    ImportQuery,
    ImportsOut,
    PackAppliedOut,
    PackOut,
    PreviewOut,
    ProgressOut,
    UndoneOut,
)
from bot.web.heads import time_left
from bot.web.problem import Problem
from bot.web.recording import recorded
from bot.web.route import EDITORS, Auth, Call, Handler, Route, Scope

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "yaml": "application/yaml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}


FORM_FILES = 4
"""A form with more files than this is read no further."""


async def preview(call: Call) -> Any:
    """Read a table (.xlsx .xls .csv .yaml .json) and say what importing it would do; nothing is changed yet."""
    name = unquote(call.request.headers.get("X-Filename", ""))
    columns = _columns(call.query.columns)
    data = await uploaded(call.request, call.services.settings.body_deadline_s)
    return await call.services.publishing.imports.preview(call.shop, data, name, columns, by=call.principal.id)


async def apply(call: Call) -> Any:
    """Do what a preview said, all of it or nothing; rows with errors stop it unless they shall be skipped."""
    return await call.services.publishing.imports.apply(
        call.shop,
        call.path("import"),
        by=call.principal.id,
        skip_errors=call.query.skip_errors,
        reason=call.query.reason,
    )


async def undo(call: Call) -> Any:
    """Take an import back; entries that were edited after it stay as they are."""
    return await call.services.publishing.imports.undo(call.shop, call.path("import"), by=call.principal.id)


async def export(call: Call) -> Any:
    """Entries of a shop's own as a file that can be imported again: all, or what the table is narrowed to."""
    query = call.query
    kind, ids = query.format, tuple(filter(None, query.ids.split(",")))
    data = await call.services.publishing.imports.export(
        call.shop, kind, text=query.q, category=query.category, status=query.status, ids=ids
    )
    return _download(data, f"{call.services.directory.shops[call.shop].name}-知识库.{kind}", kind)


async def progress(call: Call) -> Any:
    """How far the shop's import is, preview or act; nothing where this process works on none."""
    return call.services.publishing.imports.progress(call.shop)


async def lately(call: Call) -> Any:
    """The last imports that were applied: whose, when, what; each can still be taken back."""
    return {"items": await call.services.publishing.imports.lately(call.shop)}


async def template(call: Call) -> Any:
    """An empty table with examples and drop-downs."""
    return _download(await call.services.publishing.imports.template(), "知识库导入模板.xlsx", "xlsx")


async def packs(call: Call) -> Any:
    """The starter packs."""
    return await call.services.publishing.packs.all()


async def apply_pack(call: Call) -> Any:
    """Take a starter pack into a shop: entries, phrases, sample facts. What people wrote stays."""
    return await call.services.publishing.packs.apply(
        call.shop, call.path("pack"), by=call.principal.id, reason=call.query.reason
    )


async def ways(_call: Call) -> Any:
    """How each platform can be wired today: way, effort, what can be measured."""
    return await asyncio.to_thread(_ways)


@cache
def _ways() -> Any:
    listed = yaml.safe_load(files("adapters").joinpath("ways.yaml").read_text("utf-8"))["ways"]
    return [
        {
            "platform": way["id"],
            "shipped": way["shipped"],
            "planned": way["planned"],
            "human_replies": way["human_replies"],
            **{
                lang: {
                    "name": way["name"][lang],
                    "way": way["today"][lang],
                    "effort": way["effort"][lang],
                    "measurable": way["measurable"][lang],
                }
                for lang in ("zh", "en")
            },
        }
        for way in listed
    ]


def _columns(given: str) -> dict[str, str] | None:
    if not given:
        return None
    try:
        columns = orjson.loads(given)
    except orjson.JSONDecodeError:
        columns = None
    if not isinstance(columns, dict) or not all(isinstance(header, str) for header in columns.values()):
        raise Problem(
            422,
            "invalid",
            "columns 要写成 JSON：{我们的列名: 表头}。",
            "columns is JSON: {our column: header}.",
            pointer="/columns",
        )
    return columns


async def uploaded(request: web.Request, within_s: float) -> bytes:
    """Read the upload piece by piece, so that one too large costs no more than the limit."""
    async with _in_time(request, within_s):
        return await _pieces(request.content.iter_chunked(1 << 16))


async def form_files(request: web.Request, within_s: float) -> dict[str, tuple[bytes, str]]:
    """Read the files of a form piece by piece: the bytes and the name of each, by field."""
    if not request.content_type.startswith("multipart/"):
        raise Problem(422, "invalid", "要以表单（multipart）上传文件。", "Upload the files as a multipart form.")
    found: dict[str, tuple[bytes, str]] = {}
    try:
        async with _in_time(request, within_s):
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader) and part.name and len(found) < FORM_FILES:
                    found[part.name] = (await _pieces(_chunks(part)), part.filename or "")
    except ValueError:
        raise Problem(422, "invalid", "表单读不懂。", "The form cannot be read.") from None
    return found


@contextlib.asynccontextmanager
async def _in_time(request: web.Request, within_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(time_left(request, within_s)):
            yield
    except TimeoutError:
        raise Problem(408, "too_slow", "文件没有按时传完。", "The file did not arrive in time.") from None


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(1 << 16):
        yield piece


async def _pieces(pieces: AsyncIterable[bytes]) -> bytes:
    data = bytearray()
    async for piece in pieces:
        data += piece
        if len(data) > FILE_AT_MOST:
            mib = FILE_AT_MOST >> 20
            raise Problem(
                413,
                "too_large",
                f"文件超过 {mib} MiB，请拆成几个再导入。",
                f"The file is over {mib} MiB; split it and import the parts.",
            )
    if not data:
        raise Problem(422, "invalid", "没有收到文件内容。", "No file arrived.", pointer="/")
    return bytes(data)


def _download(data: bytes, name: str, kind: str) -> web.Response:
    headers = {"Content-Disposition": f"attachment; filename=\"faq.{kind}\"; filename*=UTF-8''{quote(name)}"}
    return web.Response(body=data, headers=headers | {"Content-Type": _TYPES[kind]})


def _route(method: str, path: str, handler: Handler, returns: Any = None, **more: Any) -> Route:
    more = {"roles": EDITORS, "scope": Scope.SHOP, "tags": ("faq",)} | more
    return Route(method, f"/api/v1{path}", handler, Auth.PERSON, returns=returns, **more)


_ANYBODY: dict[str, Any] = {"roles": (), "scope": Scope.NONE}
_UPLOAD: dict[str, Any] = {"query": ImportQuery, "raw": True, "limit": FILE_AT_MOST}
_IMPORT = "/shops/{shop}/import/{import}"

ROUTES: list[Route] = [
    _route("POST", "/shops/{shop}/import/preview", preview, PreviewOut, **_UPLOAD),
    _route("POST", f"{_IMPORT}/apply", recorded("import_applied", apply), AppliedOut, query=ApplyQuery),
    _route("POST", f"{_IMPORT}/undo", recorded("import_undone", undo), UndoneOut),
    _route("GET", "/shops/{shop}/import/progress", progress, ProgressOut),
    _route("GET", "/shops/{shop}/imports", lately, ImportsOut),
    _route("GET", "/shops/{shop}/export", recorded("faq_exported", export), query=ExportQuery),
    _route("GET", "/import/template.xlsx", template, **_ANYBODY),
    _route("GET", "/packs", packs, list[PackOut], **_ANYBODY),
    _route(
        "POST", "/shops/{shop}/packs/{pack}", recorded("pack_applied", apply_pack), PackAppliedOut, query=ReasonQuery
    ),
    _route("GET", "/ways", ways, list[dict[str, Any]], **_ANYBODY),
]
