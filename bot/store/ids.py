"""Identifiers and times as they are stored."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""Where days begin and end."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds UTC of an aware moment, rounded down.

    Raises:
        ValueError: the moment has no offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a stored time needs an offset")
    return (moment - _EPOCH) // _MS


def from_ms(stored: int) -> datetime:
    """The aware UTC moment of whole milliseconds."""
    return _EPOCH + timedelta(milliseconds=stored)


def day_of(stored: int) -> str:
    """The local date of whole milliseconds UTC, as ``YYYY-MM-DD``."""
    return from_ms(stored).astimezone(ZONE).date().isoformat()


def iso(moment: datetime) -> str:
    """An aware UTC moment as ISO 8601 with milliseconds and Z, as the API and exports write it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(now: datetime) -> str:
    """A new identifier that sorts by time: 10 characters of milliseconds, 10 of chance (50 bits)."""
    return _base32(to_ms(now).to_bytes(6, "big"), 10)[:10] + _base32(secrets.token_bytes(7), 12)[:10]


def digest_id(*parts: str) -> str:
    """The identifier that the same parts always give (125 bits), such as a message's (channel, platform id)."""
    seen = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16)
    return _base32(seen.digest(), 26)[:25]


def _base32(data: bytes, width: int) -> str:
    return base64.b32hexencode(data).decode().rstrip("=").lower().ljust(width, "0")
