"""What WeChat's and WeCom's APIs answer: an ``errcode`` inside a 200, and the tokens that calls are made with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from adapters.answers import read_answer
from adapters.base import SendResult, Sent

_TOKEN_GONE = frozenset({40001, 40014, 42001})
BUSY = -1


@dataclass(frozen=True, slots=True)
class Code:
    """What one errcode means: words, and whether trying again can help (``again``), after how long."""

    zh: str
    en: str
    again: bool = False
    after: timedelta | None = None


def told_in(body: bytes) -> dict[str, Any]:
    """The object of an answer; empty where there is none."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def errcode(body: bytes) -> int | None:
    """The errcode of an answer; None where the answer has none (a half answer, or another server's)."""
    code = told_in(body).get("errcode")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def token_gone(body: bytes) -> bool:
    """Whether an answer says that the access token is not good (any more): nothing was done, a fresh one may do."""
    return errcode(body) in _TOKEN_GONE


def read_sent(
    status: int, headers: Mapping[str, str], body: bytes, codes: Mapping[int, Code], now: datetime
) -> SendResult:
    """Say how a call ended. Only codes that are declared count as surely not done; any other one is unclear."""
    result = read_answer(status, headers, body, now)
    if result.outcome is not Sent.SENT:
        return result
    code = errcode(body)
    if code == 0:
        return SendResult(Sent.SENT)
    if code is None:
        return SendResult(
            Sent.UNKNOWN, detail="答复看不懂，可能已送达 · the answer cannot be read, it may have been delivered"
        )
    known = codes.get(code)
    words = str(told_in(body).get("errmsg", ""))[:120]
    if known is None:
        return SendResult(
            Sent.UNKNOWN,
            detail=f"平台返回没有收录的错误码 {code}（{words}），可能已送达 · the platform answered {code}, a code we do not "
            f"know ({words}); it may have been delivered",
        )
    return SendResult(
        Sent.REFUSED,
        detail=f"平台拒收（{code}）：{known.zh} · refused ({code}): {known.en}",
        retry_after=known.after,
        permanent=not known.again,
    )


def read_token(status: int, body: bytes, codes: Mapping[int, Code]) -> tuple[str, float] | SendResult:
    """Read an access token and for how many seconds it is good; or why there is none. Nothing was sent in either case."""
    told = told_in(body)
    token, lasts = told.get("access_token"), told.get("expires_in")
    if status == 200 and isinstance(token, str) and token and isinstance(lasts, int):
        return token, float(lasts)
    code = errcode(body)
    known = codes.get(code) if code is not None else None
    if known:
        detail = f"取不到 access_token（{code}）：{known.zh} · no access token ({code}): {known.en}"
        return SendResult(Sent.REFUSED, detail=detail, permanent=not known.again)
    detail = f"取不到 access_token（HTTP {status}，errcode {code}） · no access token (HTTP {status}, errcode {code})"
    return SendResult(Sent.REFUSED, detail=detail)


def no_token(ending: SendResult) -> SendResult:
    """However the asking for a token ended, nothing was sent without one: it is tried again."""
    return SendResult(Sent.REFUSED, detail=f"取不到 access_token：{ending.detail}")
