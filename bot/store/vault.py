"""Shop secrets at rest: AES-256-GCM under a key kept in a file beside, not in, the database."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import orjson
from Crypto.Cipher import AES

KEY_BYTES = 32
_NONCE = 12
_TAG = 16


class Vault:
    """Seals and opens the secrets of channels."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key must have {KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    @classmethod
    def at(cls, path: Path) -> Vault:
        """Open the key file, making it (readable by its owner only) the first time.

        Raises:
            ValueError: the file is not a key.
        """
        if not path.exists():
            _make(path)
        return cls(path.read_bytes())

    def digest(self, text: str) -> str:
        """A digest of a text that nobody can guess without the key file."""
        return hashlib.blake2b(text.encode(), digest_size=16, key=self._key, person=b"gone").hexdigest()

    def seal(self, secrets: Sequence[str]) -> str:
        """Encrypt a list of secrets to one text."""
        nonce = os.urandom(_NONCE)
        cipher = AES.new(self._key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
        body, tag = cipher.encrypt_and_digest(orjson.dumps(list(secrets)))
        return base64.b64encode(nonce + tag + body).decode()

    def open(self, sealed: str) -> tuple[str, ...]:
        """Decrypt what ``seal`` made.

        Raises:
            ValueError: another key sealed it, or it was changed.
        """
        if not sealed:
            return ()
        raw = base64.b64decode(sealed)
        nonce, tag, body = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
        plain = AES.new(self._key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG).decrypt_and_verify(body, tag)
        return tuple(orjson.loads(plain))


def _make(path: Path) -> None:
    """Make a key file, whole from its first moment; of several processes that begin at once one makes it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
