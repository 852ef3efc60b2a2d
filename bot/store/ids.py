"""Identifiers and times as they are stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
    return _day_of_quarter(stored // _QUARTER_MS)


_QUARTER_MS = 15 * 60_000
"""No zone's day begins within a quarter of an hour."""


@lru_cache(maxsize=1024)
def _day_of_quarter(quarter: int) -> str:
    return from_ms(quarter * _QUARTER_MS).astimezone(ZONE).date().isoformat()


def iso(moment: datetime) -> str:
    """An aware UTC moment as ISO 8601 with milliseconds and Z, as the API and exports write it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(now: datetime) -> str:
    """A new identifier that sorts by time: 10 characters of milliseconds, 10 of chance (50 bits)."""
    return _ten(to_ms(now) << 2) + _ten(_fifty_bits())


def digest_id(*parts: str) -> str:
    """The identifier that the same parts always give (125 bits), such as a message's (channel, platform id)."""
    seen = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16)
    bits = int.from_bytes(seen.digest(), "big") >> 3
    return "".join(_THREE[bits >> shift & 0x7FFF] for shift in range(110, 0, -15)) + _DIGITS[bits & 31]


_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_THREE = [one + two + three for one in _DIGITS for two in _DIGITS for three in _DIGITS]
"""15 bits as three digits of base 32."""
_AT_ONCE = 512
_chance: list[int] = []


def _ten(bits: int) -> str:
    """50 bits as ten digits of base 32."""
    return _THREE[bits >> 35] + _THREE[bits >> 20 & 0x7FFF] + _THREE[bits >> 5 & 0x7FFF] + _DIGITS[bits & 31]


def _fifty_bits() -> int:
    """Bits from the system's source of chance, which is asked for many at a time."""
    while True:
        try:
            return _chance.pop()
        except IndexError:
            raw = secrets.token_bytes(7 * _AT_ONCE)
            _chance.extend(int.from_bytes(raw[at : at + 7], "big") >> 6 for at in range(0, len(raw), 7))
