"""Errors as people and programs read them: problem+json with a pointer, words in two languages and an id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web
from pydantic import ValidationError

from bot.service.refusal import Because, Refusal

_STATUS = {
    Because.INVALID: 422,
    Because.UNKNOWN: 404,
    Because.CONFLICT: 409,
    Because.NOT_RECOGNISED: 401,
    Because.TOO_OFTEN: 429,
}


class Problem(Exception):
    """An answer that says no: what, where, what to do. ``zh`` and ``en`` are sentences for people."""

    def __init__(self, status: int, code: str, zh: str, en: str, *, pointer: str | None = None, **extra: Any) -> None:
        super().__init__(en)
        self.status, self.code, self.zh, self.en, self.pointer, self.extra = status, code, zh, en, pointer, extra


def not_found() -> Problem:
    """Nothing here, or nothing you may see: both look alike."""
    return Problem(404, "not_found", "没有找到，或者你没有权限查看。", "Not found, or not yours to see.")


def refused(refusal: Refusal) -> Problem:
    """What the service refused, as an answer."""
    status = _STATUS[refusal.because]
    return Problem(status, refusal.code, refusal.zh, refusal.en, pointer=refusal.pointer, **refusal.extra)


def too_large(limit: int) -> Problem:
    """More was sent than the route takes."""
    return Problem(413, "too_large", f"内容超过 {limit} 字节。", f"The body is over {limit} bytes.")


def invalid(error: ValidationError) -> Problem:
    """The first thing wrong with a body, with its JSON pointer, and all of them in ``errors``."""
    found = [
        {"pointer": "/" + "/".join(str(p) for p in e["loc"]), "message": e["msg"]}
        for e in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    first = found[0]
    return Problem(
        422,
        "invalid",
        f"请求内容有误，位置 {first['pointer']}：{first['message']}",
        f"The request is not valid at {first['pointer']}: {first['message']}",
        pointer=first["pointer"],
        errors=found,
    )


def language(request: web.Request) -> str:
    """The language of the reader: ``zh`` unless English is asked for first."""
    asked = request.headers.get("Accept-Language", "").strip().lower()
    return "en" if asked.startswith("en") else "zh"


def answer(problem: Problem, request: web.Request, trace: str) -> web.Response:
    """Put a problem into problem+json in the reader's language."""
    zh = language(request) == "zh"
    body: dict[str, Any] = {
        "type": f"urn:miaohui:{problem.code}",
        "title": problem.zh if zh else problem.en,
        "status": problem.status,
        "detail": problem.zh if zh else problem.en,
        "code": problem.code,
        "id": trace,
        **({"pointer": problem.pointer} if problem.pointer else {}),
        **problem.extra,
    }
    headers: Mapping[str, str] = (
        {"Retry-After": str(problem.extra.get("retry_after_s", 1))} if problem.status in (429, 503) else {}
    )
    return web.Response(
        status=problem.status, body=orjson.dumps(body), content_type="application/problem+json", headers=dict(headers)
    )
