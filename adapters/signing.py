"""Standard Webhooks signatures: sign what we send, verify what comes in. Pure: bytes and a given ``now``.

The scheme: HMAC-SHA256 over ``id.timestamp.body`` with the decoded secret, base64, written ``v1,<base64>``; the header
holds a space-separated list so that a secret can be rotated. Source: standard-webhooks/standard-webhooks,
``spec/standard-webhooks.md``, read on 2026-11-22.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from adapters.base import BadSignature

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
MAX_SKEW_S = 300
MAX_ID_LENGTH = 200
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


@lru_cache(maxsize=1024)
def decode_secret(secret: str) -> bytes:
    """Return the key behind a ``whsec_…`` secret: base64, with or without the prefix and the padding.

    Raises:
        ValueError: the secret is empty or not base64; the text never repeats it.
    """
    encoded = secret.strip().removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(
            "密钥不是 base64：请填 whsec_ 开头的密钥 · the secret is not base64: enter one that begins with whsec_"
        ) from None
    if not key:
        raise ValueError("密钥是空的：请填 whsec_ 开头的密钥 · the secret is empty: enter one that begins with whsec_")
    return key


def sign(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers for a body sent at ``at`` (aware), one signature per secret.

    Raises:
        ValueError: no secret, or one that cannot be decoded.
    """
    timestamp = str(int(at.timestamp()))
    keys = [decode_secret(secret) for secret in secrets]
    if not keys:
        raise ValueError("没有密钥，无法签名 · there is no secret to sign with")
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = " ".join(_signature(key, content) for key in keys)
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: signatures}


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Check that one of ``secrets`` signed these raw bytes within 300 s of ``now``; return the ``webhook-id``.

    Header names are lower case. Times are whole seconds, both ends included. Signatures of versions we do not know
    are skipped. Every signature is compared in constant time.

    Raises:
        BadSignature: a header is missing or odd, the time is outside, no signature fits, or no secret is usable.
    """
    message_id, timestamp = _id(headers), _timestamp(headers, now)
    keys = _usable(secrets)
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = [_signature(key, content).encode() for key in keys]
    fits = False
    for given in headers.get(SIGNATURE, "").split(" "):
        candidate = given.encode("utf-8", "surrogatepass")
        for one in expected:
            fits |= hmac.compare_digest(one, candidate)
    if not fits:
        raise BadSignature(
            "签名不符：请核对密钥，并对原始请求体签名 · no signature fits: check the secret and sign the raw body"
        )
    return message_id


def _signature(key: bytes, content: bytes) -> str:
    # ``hmac.digest`` lets another thread run each time, and waits for its turn: that costs more than the digest.
    keyed = _keyed(key).copy()
    keyed.update(content)
    return "v1," + base64.b64encode(keyed.digest()).decode()


@lru_cache(maxsize=1024)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def _id(headers: Mapping[str, str]) -> str:
    """The id may become a dedupe key, so it must be short, printable and valid text."""
    message_id = headers.get(ID, "")
    if not message_id or len(message_id) > MAX_ID_LENGTH or not message_id.isprintable():
        raise BadSignature(
            f"缺少请求头 {ID}，或超过 {MAX_ID_LENGTH} 个字符 · {ID} is missing, unprintable or over {MAX_ID_LENGTH} characters"
        )
    return message_id


def _timestamp(headers: Mapping[str, str], now: datetime) -> str:
    timestamp = headers.get(TIMESTAMP, "")
    if not _SECONDS.fullmatch(timestamp):
        raise BadSignature(f"请求头 {TIMESTAMP} 要填 Unix 秒 · {TIMESTAMP} is missing or not a number of Unix seconds")
    skew = abs(int(now.timestamp()) - int(timestamp))
    if skew > MAX_SKEW_S:
        zh, en = (f"{skew // 60} 分钟", f"{skew // 60} min") if skew >= 600 else (f"{skew} 秒", f"{skew} s")
        raise BadSignature(
            f"签名不符：时间戳相差 {zh}，超过 {MAX_SKEW_S} 秒，请校时 · "
            f"no signature fits: the request's time is {en} off ours, over {MAX_SKEW_S} s; set the clocks"
        )
    return timestamp


def _usable(secrets: Iterable[str]) -> list[bytes]:
    keys = []
    for secret in secrets:
        try:
            keys.append(decode_secret(secret))
        except ValueError:
            continue  # a broken old secret must not lock out the good new one
    if not keys:
        raise BadSignature("渠道没有可用的密钥，一律拒收 · this channel has no usable secret, so nothing is accepted")
    return keys
