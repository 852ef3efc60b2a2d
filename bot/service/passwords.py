"""Passwords: which ones are taken, how they are hashed, and how a guess is checked without telling who exists."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from bot.service.refusal import Because, Refusal

T = TypeVar("T")

LEAST, MOST = 8, 256
"""Characters of a password. There is no other rule but that common ones are refused."""
AT_ONCE = 2
WAITING = 64
"""How many may wait to be hashed; more are asked to come back, so that nobody waits for ever."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
_COMMON = Path(__file__).with_name("common_passwords.txt")


@cache
def common() -> frozenset[str]:
    """Passwords that are tried first, folded; from the list beside this file."""
    lines = _COMMON.read_text("utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if line and not line.startswith("#"))


def normal(password: str) -> str:
    """A password as it is hashed: full-width letters are the same as narrow ones (NFKC); spaces stay."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, common, or the name itself.

    Raises:
        Refusal: with what is wrong, in words.
    """
    password = normal(password)
    if len(password) < LEAST:
        raise _refuse("password_short", f"密码至少 {LEAST} 个字符。", f"A password has at least {LEAST} characters.")
    if len(password) > MOST:
        raise _refuse("password_long", f"密码最多 {MOST} 个字符。", f"A password has at most {MOST} characters.")
    folded = password.casefold()
    if folded in common() or folded == name.casefold() or len(set(folded)) == 1:
        raise _refuse(
            "password_common",
            "这个密码太常见，很容易被猜到，请换一个；用几个不相关的词连起来就很好。",
            "This password is among the first to be guessed. Choose another: a few unrelated words do well.",
        )


def _refuse(code: str, zh: str, en: str) -> Refusal:
    return Refusal(Because.INVALID, code, zh, en, pointer="/password")


class Passwords:
    """Hashes and verifies in two threads of its own (argon2id, 19 MiB, 2 passes), away from the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._waiting = 0
        self._nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to keep of a password."""
        return await self._run(lambda: _HASHER.hash(normal(password)))

    async def fits(self, kept: str | None, password: str) -> bool:
        """Say whether a password fits the kept hash; with None it never does, and takes as long to say so."""
        return await self._run(lambda: self._verify(kept, normal(password)))

    def _verify(self, kept: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = _HASHER.hash("nobody has this password")
        try:
            return _HASHER.verify(kept or self._nobody, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Refusal(
                Because.TOO_OFTEN,
                "login_busy",
                "现在登录的人太多，请过几秒再试。",
                "Too many people are logging in at once, please try again in a few seconds.",
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
