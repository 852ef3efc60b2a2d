"""What an HTTP answer to our send means. Pure: status, headers and body in, an outcome out.

``refused`` is said only where the peer surely did nothing (RFC 9110 and RFC 8470: 408, 425, 429, 503 with Retry-After,
and every other 4xx); any other failure after the request was written is ``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from adapters.base import SendResult, Sent

LONGEST_WAIT = timedelta(days=1)
MAX_ID = 200
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_NOT_NOW = frozenset({408, 425, 429})


def read_answer(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SendResult:
    """Say how a send ended from the answer to it. Header names in any case the mapping accepts."""
    wait = retry_after(headers.get("Retry-After"), now)
    if 200 <= status < 300:
        return _sent(body)
    if 300 <= status < 400:
        return refused_for_good(
            f"对方返回跳转（{status}），不跟随：请填最终地址 · answered with a redirect ({status}), which is never "
            "followed: enter the final address"
        )
    if status in _NOT_NOW or (status == 503 and wait is not None):
        later = f"，{wait // timedelta(seconds=1)} 秒后再试" if wait else "，稍后再试"
        return SendResult(
            Sent.REFUSED,
            detail=f"对方暂不接收（{status}）{later} · not accepted now ({status}), will be tried again",
            retry_after=wait,
        )
    if 400 <= status < 500:
        return refused_for_good(f"对方拒收（{status}）：{_hint(status)[0]} · refused ({status}): {_hint(status)[1]}")
    return SendResult(
        Sent.UNKNOWN,
        detail=f"对方出错（{status}），可能已送达 · the peer failed ({status}), it may have been delivered",
        retry_after=wait,
    )


def refused_for_good(detail: str) -> SendResult:
    """Return a refusal that trying again cannot heal."""
    return SendResult(Sent.REFUSED, detail=detail, permanent=True)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header, seconds or an HTTP date; at least 0, at most a day; None where it says nothing.

    Source: RFC 9110 §10.2.3.
    """
    if value is None:
        return None
    value = value.strip()
    if _DIGITS.fullmatch(value):
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(aware - now, timedelta()), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _sent(body: bytes) -> SendResult:
    """A yes is a yes whatever its body; ``{"id": …, "sent_at": …}`` adds the platform's own id and time."""
    told = _object(body)
    platform_id = told.get("id")
    if not isinstance(platform_id, str) or not 0 < len(platform_id) <= MAX_ID or not platform_id.isprintable():
        platform_id = None
    return SendResult(Sent.SENT, platform_id=platform_id, at=_moment(told.get("sent_at")))


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo and 2000 <= moment.year < 2100 else None


def _hint(status: int) -> tuple[str, str]:
    if status in (401, 403):
        return "请核对渠道密钥和对方的权限", "check the channel's secret and the peer's permissions"
    if status in (404, 410):
        return "请核对发送地址", "check the send address"
    if status == 413:
        return "消息太长", "the message is too long"
    return "对方不接受这条消息", "the peer does not take this message"
