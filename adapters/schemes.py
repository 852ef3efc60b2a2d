"""The signature schemes beside Standard Webhooks, read from ``schemes.yaml``: verify what comes in, sign what goes out.

Pure: bytes and a given ``now``. A scheme without a signed time cannot refuse a replay by its age: what stops it is the
stored id. Where the sender names no id, the body's own digest is it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Literal
from urllib.parse import parse_qsl

import orjson
import yaml
from Crypto.Cipher import AES
from pydantic import BaseModel, ConfigDict

from adapters import signing
from adapters.base import BadSignature, Delivery

_PLACE = re.compile(r"\{(\w+)\}")
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_DIGESTS = {"md5": hashlib.md5, "sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512}
_SORTED = ("md5", "hmac", "hmac-sha256")
_NO_FIT = "签名不符：请核对密钥，并对原始请求体签名 · no signature fits: check the secret and sign the raw body"
_NO_SECRET = "渠道没有可用的密钥，一律拒收 · this channel has no usable secret, so nothing is accepted"  # noqa: S105


class Scheme(BaseModel):
    """One scheme; the fields are explained at the head of ``schemes.yaml``. ``skew_s``: how old a signed time may be."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    how: Literal["standard-webhooks", "hmac", "digest", "equal", "sorted", "aes-cbc"]
    hash: Literal["md5", "sha1", "sha256", "sha512"] = "sha256"
    content: str = "{body}"
    encoding: Literal["hex", "HEX", "base64"] = "hex"
    header: str = ""
    prefix: str = ""
    id_header: str = ""
    timestamp_header: str = ""
    skew_s: int | None = None
    weak: bool = False
    confidence: Literal["S", "D", "T"]
    vectors: tuple[str, ...]


class Schemes(BaseModel):
    """All schemes by name, and the day their facts were read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    read_on: date
    schemes: dict[str, Scheme]


@dataclass(frozen=True, slots=True)
class Verified:
    """A body that its sender signed: the id to know a repeat by, and the body to read (decrypted, where it was not)."""

    id: str
    body: bytes


@cache
def load_schemes() -> dict[str, Scheme]:
    """Return the schemes shipped with this version, by name.

    Raises:
        pydantic.ValidationError: the data file lacks a field or holds an unknown one.
    """
    return Schemes.model_validate(yaml.safe_load(files("adapters").joinpath("schemes.yaml").read_text("utf-8"))).schemes


def wrong_secret(scheme: Scheme, secret: str) -> str:
    """Return what is wrong with a secret for this scheme, in words; empty when it can be used."""
    if not secret:
        return "密钥是空的 · the secret is empty"
    if scheme.how == "standard-webhooks":
        try:
            signing.decode_secret(secret)
        except ValueError as error:
            return str(error)
    if scheme.how == "aes-cbc" and _aes_key(secret) is None:
        return "要是 base64 的 16、24 或 32 字节密钥 · must be a base64 key of 16, 24 or 32 bytes"
    return ""


def verify(scheme: Scheme, secrets: Iterable[str], delivery: Delivery, now: datetime, app_key: str = "") -> Verified:
    """Check that one of ``secrets`` signed this delivery; every comparison takes constant time.

    Raises:
        BadSignature: unsigned, forged, outside the scheme's window, or no secret is usable.
    """
    usable = [secret for secret in secrets if not wrong_secret(scheme, secret)]
    if not usable:
        raise BadSignature(_NO_SECRET)
    if scheme.how == "standard-webhooks":
        return Verified(signing.verify(usable, delivery.headers, delivery.body, now), delivery.body)
    if scheme.how == "aes-cbc":
        body = _decrypted(usable, delivery.body)
        return Verified(_id(scheme, delivery.headers, body), body)
    if scheme.how == "sorted":
        return _verify_sorted(usable, delivery)
    given = delivery.headers.get(scheme.header, "").encode("utf-8", "surrogatepass")
    _check_time(scheme, delivery.headers, now)
    fits = False
    for secret in usable:
        expected = _signature(scheme, secret, delivery.headers, delivery.body, app_key)
        fits |= hmac.compare_digest(expected.encode(), given)
    if not given or not fits:
        raise BadSignature(_NO_FIT)
    return Verified(_id(scheme, delivery.headers, delivery.body), delivery.body)


def sign(scheme: Scheme, secret: str, message_id: str, at: datetime, body: bytes, app_key: str = "") -> dict[str, str]:
    """Return the headers that this scheme puts beside a body sent at ``at`` (aware).

    Raises:
        ValueError: the secret cannot be used, or the scheme does not sign by headers.
    """
    if wrong := wrong_secret(scheme, secret):
        raise ValueError(wrong)
    if scheme.how == "standard-webhooks":
        return signing.sign([secret], message_id, at, body)
    if scheme.how in ("sorted", "aes-cbc"):
        raise ValueError("这种签名不用于发送 · this scheme does not sign by headers")
    headers = {}
    if scheme.timestamp_header:
        headers[scheme.timestamp_header] = str(int(at.timestamp()))
    if scheme.id_header:
        headers[scheme.id_header] = message_id
    return {**headers, scheme.header: _signature(scheme, secret, headers, body, app_key)}


def sign_sorted(params: Mapping[str, str], secret: str, method: str = "md5") -> str:
    """Return the signature over parameters in the order of their names (``sign`` itself left out), upper-case hex.

    ``method``: md5 wraps the text in the secret, hmac (MD5) and hmac-sha256 use it as key. Source: Taobao open
    platform, article 101617, read on 2026-11-22.
    """
    joined = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign")
    text, key = joined.encode("utf-8", "replace"), secret.encode()
    if method == "md5":
        return hashlib.md5(key + text + key, usedforsecurity=False).hexdigest().upper()
    return hmac.digest(key, text, "md5" if method == "hmac" else "sha256").hex().upper()


def _verify_sorted(secrets: Iterable[str], delivery: Delivery) -> Verified:
    """Parameters of address and form become one object, which is what is read then."""
    try:
        form = parse_qsl(delivery.body.decode(), keep_blank_values=True, max_num_fields=200)
    except (UnicodeDecodeError, ValueError):
        form = []
    params = {**delivery.query, **dict(form)}
    method, given = params.get("sign_method", "md5"), params.get("sign", "").encode("utf-8", "surrogatepass")
    fits = False
    for secret in secrets:
        expected = sign_sorted(params, secret, method if method in _SORTED else "md5").encode()
        fits |= hmac.compare_digest(expected, given)
    if not fits or method not in _SORTED:
        raise BadSignature(_NO_FIT)
    body = orjson.dumps({name: value.encode("utf-8", "replace").decode() for name, value in params.items()})
    return Verified(_digest_id(body), body)


def _signature(scheme: Scheme, secret: str, headers: Mapping[str, str], body: bytes, app_key: str) -> str:
    if scheme.how == "equal":
        return secret
    parts = {
        "body": body,
        "secret": secret.encode(),
        "app_key": app_key.encode(),
        "timestamp": headers.get(scheme.timestamp_header, "").encode("utf-8", "surrogatepass"),
        "id": headers.get(scheme.id_header, "").encode("utf-8", "surrogatepass"),
    }
    pieces = _PLACE.split(scheme.content)
    content = b"".join(parts[one] if index % 2 else one.encode() for index, one in enumerate(pieces))
    if scheme.how == "hmac":
        digest = hmac.digest(secret.encode(), content, scheme.hash)
    else:
        digest = _DIGESTS[scheme.hash](content, usedforsecurity=False).digest()
    if scheme.encoding == "base64":
        return scheme.prefix + base64.b64encode(digest).decode()
    return scheme.prefix + (digest.hex().upper() if scheme.encoding == "HEX" else digest.hex())


def _check_time(scheme: Scheme, headers: Mapping[str, str], now: datetime) -> None:
    if scheme.skew_s is None:
        return
    given = headers.get(scheme.timestamp_header, "")
    if not _SECONDS.fullmatch(given):
        raise BadSignature(
            f"请求头 {scheme.timestamp_header} 要填 Unix 秒 · {scheme.timestamp_header} is missing or not Unix seconds"
        )
    skew = abs(int(now.timestamp()) - int(given))
    if skew > scheme.skew_s:
        raise BadSignature(
            f"签名不符：时间戳相差 {skew} 秒，超过 {scheme.skew_s} 秒，请校时 · "
            f"no signature fits: the request's time is {skew} s off ours, over {scheme.skew_s} s; set the clocks"
        )


def _id(scheme: Scheme, headers: Mapping[str, str], body: bytes) -> str:
    """The sender's own id where it is fit for a key; else the body's digest, so that a repeat is known as one."""
    given = headers.get(scheme.id_header, "") if scheme.id_header else ""
    fit = 0 < len(given) <= signing.MAX_ID_LENGTH and given.isprintable()
    return given if fit else _digest_id(body)


def _digest_id(body: bytes) -> str:
    return "body-" + hashlib.sha256(body).hexdigest()[:40]


def _aes_key(secret: str) -> bytes | None:
    try:
        key = base64.b64decode(secret, validate=True)
    except ValueError:
        return None
    return key if len(key) in (16, 24, 32) else None


def _decrypted(secrets: Iterable[str], body: bytes) -> bytes:
    """AES-CBC with an IV of zeros; that JSON comes out is the only proof there is."""
    try:
        sealed = base64.b64decode(body, validate=True)
    except ValueError:
        sealed = b""
    for secret in secrets:
        key = _aes_key(secret)
        if key is None or not sealed or len(sealed) % AES.block_size:
            continue
        plain = AES.new(key, AES.MODE_CBC, iv=bytes(16)).decrypt(sealed)
        padding = plain[-1]
        text = plain[:-padding]
        if 1 <= padding <= AES.block_size and plain.endswith(bytes([padding]) * padding) and _is_object(text):
            return text
    raise BadSignature("解密失败：请核对密钥 · it does not decrypt: check the secret")


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict | list)
    except orjson.JSONDecodeError:
        return False
