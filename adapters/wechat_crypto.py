"""The envelope that WeChat and WeCom push in: signature, AES, and their flat XML. Pure.

Signature: SHA-1 hex of the sorted parts, joined. Sealed text: AES-256-CBC, the key is base64 of the 43-character
EncodingAESKey, the IV its first 16 bytes, padding PKCS#7 to 32 bytes; inside 16 random bytes, the length as 4 bytes,
the message, the id of the app or corp it is for. Source: developers.weixin.qq.com message-push, developer.work.weixin.qq.com
path 90930, read on 2026-11-22; wechatpy/wechatpy @5b8502e3.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.parsers import expat

from Crypto.Cipher import AES

from adapters.base import BadSignature, Unreadable, named
from adapters.json_body import parse, repaired

BLOCK = 32
MAX_SKEW_S = 300
MAX_DEPTH = 6
MAX_NODES = 500
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_NO_FIT = "签名不符：请核对令牌（Token） · no signature fits: check the token"


def good_aes_key(key: str) -> bool:
    """Say whether this is an EncodingAESKey: 43 characters of base64."""
    return _AES_KEY.fullmatch(key) is not None


def signature(token: str, *parts: str) -> str:
    """Return the SHA-1 hex of the sorted parts, the token among them."""
    joined = "".join(sorted((token, *parts)))
    return hashlib.sha1(joined.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def check_signature(tokens: Iterable[str], query: Mapping[str, str], name: str, now: datetime, *more: str) -> str:
    """Check the signature parameter ``name`` over timestamp, nonce and ``more``; return the token that fits.

    The time may be 300 s off. Every comparison takes constant time.

    Raises:
        BadSignature: no token fits, the time is outside, or there is no token.
    """
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    given = query.get(name, "").encode("utf-8", "surrogatepass")
    found = ""
    for token in tokens:
        if token and hmac.compare_digest(signature(token, timestamp, nonce, *more).encode(), given):
            found = token
    if not found:
        raise BadSignature(_NO_FIT)
    if not _SECONDS.fullmatch(timestamp):
        raise BadSignature("timestamp 要是 Unix 秒 · timestamp must be Unix seconds")
    skew = abs(int(now.timestamp()) - int(timestamp))
    if skew > MAX_SKEW_S:
        raise BadSignature(
            f"签名不符：时间戳相差 {skew} 秒，超过 {MAX_SKEW_S} 秒，请校时 · "
            f"no signature fits: the request's time is {skew} s off ours, over {MAX_SKEW_S} s; set the clocks"
        )
    return found


def unseal(keys: Iterable[str], sealed: str, owner: str) -> tuple[bytes, str]:
    """Decrypt a sealed text; return the message and the key that opened it.

    Raises:
        BadSignature: no key opens it, or it is for another app or corp than ``owner``.
    """
    other = ""
    for key in keys:
        plain = _decrypted(key, sealed) if good_aes_key(key) else None
        if plain is None or len(plain) < 20:
            continue
        size = int.from_bytes(plain[16:20], "big")
        message, whose = plain[20 : 20 + size], plain[20 + size :]
        if len(message) == size and whose and hmac.compare_digest(whose, owner.encode()):
            return message, key
        other = whose.decode("utf-8", "replace")[:60] if len(message) == size else other
    if other:
        raise BadSignature(f"是 {other} 的消息，不是 {owner} 的 · it is for {other}, not for {owner}")
    raise BadSignature("解密失败：请核对 EncodingAESKey · it does not decrypt: check the EncodingAESKey")


def seal(key: str, owner: str, message: bytes, random: bytes) -> str:
    """Encrypt a message for ``owner``; ``random`` are 16 bytes."""
    plain = random + len(message).to_bytes(4, "big") + message + owner.encode()
    padding = BLOCK - len(plain) % BLOCK
    return base64.b64encode(_cipher(key).encrypt(plain + bytes([padding]) * padding)).decode()


def _cipher(key: str) -> Any:
    raw = base64.b64decode(key + "=")
    return AES.new(raw, AES.MODE_CBC, iv=raw[:16])


def _decrypted(key: str, sealed: str) -> bytes | None:
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError:
        return None
    if not raw or len(raw) % AES.block_size:
        return None
    plain: bytes = _cipher(key).decrypt(raw)
    padding = plain[-1]
    return plain[:-padding] if 1 <= padding <= BLOCK and plain.endswith(bytes([padding]) * padding) else None


def read_body(body: bytes) -> dict[str, Any]:
    """Read a push's body, XML or JSON, as an object; text that no store can hold is repaired.

    Raises:
        Unreadable: neither, or not an object.
    """
    told = read_xml(body) if body.lstrip()[:1] == b"<" else parse(body)
    if not isinstance(told, dict):
        raise Unreadable("/: 要是对象 · must be an object")
    return dict(repaired(told))


def read_xml(body: bytes) -> dict[str, Any]:
    """Read flat XML as an object: elements with elements inside are objects, all others text; of equal names the first.

    A document type is refused, so there are no entities to expand.

    Raises:
        Unreadable: not XML, with a document type, or too deep or too large.
    """
    builder = _Builder()
    reader = expat.ParserCreate(encoding="utf-8")
    reader.buffer_text = True
    reader.StartElementHandler = builder.start
    reader.EndElementHandler = builder.end
    reader.CharacterDataHandler = builder.text
    reader.StartDoctypeDeclHandler = _refuse_doctype
    try:
        reader.Parse(body, True)
    except expat.ExpatError as error:
        raise Unreadable(f"/: 不是 XML · not XML: {error}") from None
    return builder.root


def _refuse_doctype(*_more: Any) -> None:
    raise Unreadable("/: XML 里不能有 DOCTYPE · XML with a document type is not read")


class _Builder:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._stack: list[tuple[str, dict[str, Any], list[str]]] = []
        self._nodes = 0

    def start(self, name: str, _attributes: Any) -> None:
        self._nodes += 1
        if len(self._stack) >= MAX_DEPTH or self._nodes > MAX_NODES:
            raise Unreadable("/: XML 太深或太大 · the XML is too deep or too large")
        self._stack.append((name, {}, []))

    def text(self, text: str) -> None:
        if self._stack:
            self._stack[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, members, texts = self._stack.pop()
        if not self._stack:
            self.root = members
        else:
            self._stack[-1][1].setdefault(name, members or "".join(texts))


def sealed_of(told: Mapping[str, Any]) -> str:
    """The sealed text of a push.

    Raises:
        BadSignature: there is none.
    """
    sealed = told.get("Encrypt")
    if not isinstance(sealed, str) or not sealed:
        raise BadSignature("没有加密的内容（Encrypt） · there is no sealed content (Encrypt)")
    return sealed


def wrong_secrets(secrets: Sequence[str], needed: Sequence[str]) -> list[str]:
    """What is wrong with named secrets (``name=value``): those that were not entered, and AES keys that are none."""
    missing = [name for name in needed if not any(named(secrets, name))]
    wrong = [f"secrets: 填 {name}=… · enter {name}=…" for name in missing]
    return wrong + [
        "secrets: aes_key 要是 43 个字符的 EncodingAESKey · aes_key must be the EncodingAESKey of 43 characters"
        for key in named(secrets, "aes_key")
        if not good_aes_key(key)
    ]
