"""A reply in the sender's own form: the request a mapping describes, and what the answer to it means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from adapters.answers import MAX_ID, read_answer, refused_for_good
from adapters.base import Channel, Outgoing, SendResult, Sent
from adapters.schemes import load_schemes, sign
from adapters.standard.mapped import fill, holds
from adapters.standard.mapping import Send
from adapters.standard.paths import MISSING, Source, find, scalar
from adapters.standard.plan import Plan, api_token, signing_secrets


@dataclass(frozen=True, slots=True)
class Request:
    """A POST as it goes out."""

    url: str
    headers: dict[str, str]
    body: bytes


def request_of(send: Send, plan: Plan, channel: Channel, message: Outgoing, now: datetime) -> Request:
    """Build the request that sends a reply. Only path, headers and body are filled in, never the host.

    Raises:
        ValueError: it cannot be signed, or a header would hold what no header may.
    """
    values: dict[str, Any] = {
        "id": message.id,
        "conversation": message.conversation,
        "buyer": message.buyer,
        "text": message.text,
        "in_reply_to": message.in_reply_to,
        "class": message.reply_class,
        "now_s": int(now.timestamp()),
        "now_ms": int(now.timestamp() * 1000),
        "secret": api_token(channel.secrets),
    }
    path = fill(send.path, lambda name: quote(scalar(values.get(name)) or "", safe=""))
    body = orjson.dumps(fill(send.body, lambda name: values.get(name, MISSING)))
    headers = {"content-type": "application/json; charset=utf-8", "accept-encoding": "identity"}
    for name, text in send.headers.items():
        headers[name.lower()] = str(fill(text, lambda name: values.get(name, MISSING)) or "")
    if send.sign:
        secrets = signing_secrets(channel.secrets)
        if not secrets:
            raise ValueError("没有密钥，无法签名 · there is no secret to sign with")
        headers.update(sign(_outward(send, plan), secrets[-1], message.id, now, body, plan.app_key))
    if any(not text.isprintable() for text in headers.values()):
        raise ValueError("请求头里有不可见字符 · a header holds characters that no header may")
    return Request(channel.send_url.rstrip("/") + path if path else channel.send_url, headers, body)


def read_mapped_answer(send: Send, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SendResult:
    """Say how a send ended: by the status first, then by the mapping's own tests of a 2xx."""
    result = read_answer(status, headers, body, now)
    if result.outcome is not Sent.SENT:
        return result
    told = _parsed(body)
    source = Source(told, told, {}, {})
    for refused in send.refused:
        if holds(refused.when, source):
            words = f"对方答复没有收下 · the peer answered that it did not take it ({body[:120].decode('utf-8', 'replace')})"
            return SendResult(Sent.REFUSED, detail=words) if refused.again else refused_for_good(words)
    if send.success is not None and not holds(send.success.when, source):
        return SendResult(
            Sent.UNKNOWN,
            detail=f"答复里没有成功的标志，可能已送达 · the answer ({status}) does not say it was taken, it may have been delivered",
        )
    if send.id is None:
        return result
    name = scalar(find(send.id, source)) or ""
    return replace(result, platform_id=name if 0 < len(name) <= MAX_ID and name.isprintable() else None)


def _outward(send: Send, plan: Plan) -> Any:
    """The channel's own scheme keeps the header names its admin gave; any other is as it is shipped."""
    scheme = load_schemes()[send.sign]
    return plan.scheme if plan.scheme.zh == scheme.zh else scheme


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
