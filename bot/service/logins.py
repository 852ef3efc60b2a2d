"""Logging in and being recognised afterwards.

Nothing about a login is remembered here between two calls: each asks the store, so a logout, a new password or a
disabled account holds from the next request on, also when another process or the command line did it.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.service.names import checked_name
from bot.service.passwords import Passwords
from bot.service.principal import Principal
from bot.service.record import MINUTE, Record
from bot.service.refusal import Because, Refusal
from bot.store import people as stored
from bot.store.ids import digest_id

IDLE_MS, LONGEST_MS = 60 * MINUTE, 12 * 60 * MINUTE
LINK_MS = 10 * MINUTE
SHORT = 12
"""So much of a session's digest names it to its owner."""
SEEN_EVERY_MS = MINUTE
QUIET_MS = 15 * MINUTE
GUESSES = {"name": 10, "place": 100}
"""Wrong passwords within a quarter of an hour: for one name from one place, and from one place for all names."""


@dataclass(slots=True)
class Logins(Record):
    """Sessions, one-time links and guesses."""

    passwords: Passwords = field(default_factory=Passwords)

    async def login(self, name: str, password: str, place: str) -> str:
        """Check a name and its password; the secret of a new session.

        ``place`` is where the caller comes from (an address): guesses are limited by name and place, so that nobody
        far away can lock a person out here. A name nobody has takes as long and gets the same answer.

        Raises:
            Refusal: ``not_recognised``, or ``too_often`` with the minutes to wait.
        """
        name = unicodedata.normalize("NFKC", name).strip()
        key, now = digest_id("name", name), self.clocks.real_ms()
        if not await self.store.write(stored.take_guess, key, place, now, quiet_ms=QUIET_MS, most=GUESSES):
            raise _too_many()
        known = await self.store.read(stored.person_named, name)
        fits = await self.passwords.fits(known["password"] if known else None, password)
        secret = _secret()
        row = self._session(secret, known["id"] if known else "", place)
        came_in = await self.store.write(self._enter, row, key, known["password"] if known and fits else None)
        if not came_in:
            raise _not_recognised()
        return secret

    def _enter(self, conn: sa.Connection, row: dict[str, Any], key: str, password: str | None) -> bool:
        """Open the session if the password still is the one that was checked; put it on record either way."""
        place, who = row["from_where"], row["person"]
        fits = password is not None and stored.open_session(conn, row, password, row["created_at"] - LONGEST_MS)
        if fits:
            stored.forgive_guess(conn, key, place)
        stored.add_audit(conn, self.clocks.real(), who, "login" if fits else "login_failed", place=place)
        return fits

    async def open_session(self, person_id: str, place: str) -> str:
        """Log somebody in without a password (the new owner); the secret of the session.

        Raises:
            Refusal: no such person, or disabled.
        """
        secret = _secret()
        row = self._session(secret, person_id, place)
        if not await self.on_record(_opening(row), person_id, "login", place=place):
            raise _not_recognised()
        return secret

    async def login_link(self, name: str, *, by: str = "", place: str = "") -> str:
        """Make a one-time secret that logs a person in, within 10 minutes.

        Raises:
            Refusal: no such person, or disabled.
        """
        known = await self.store.read(stored.person_named, checked_name(name))
        secret = _secret()
        row = self._session(secret, known["id"] if known else "", place, link=True)
        if not await self.on_record(_opening(row), by, "login_link_made", ref=row["person"], place=place):
            raise Refusal(
                Because.UNKNOWN,
                "no_such_person",
                f"没有“{name}”这个人，或者已停用。",
                f"There is nobody called {name}, or the account is disabled.",
            )
        return secret

    async def enter_by_link(self, link: str, place: str) -> str:
        """Turn a one-time secret into a session; the session's secret. The link is used up.

        Raises:
            Refusal: unknown, used, too old, or the person is disabled.
        """
        oldest = self.clocks.real_ms() - LINK_MS
        person_id = await self.store.write(stored.take_link, digest_id("session", link), oldest)
        if person_id is None:
            await self.audit("", "login_failed", place=place, detail={"by": "link"})
            raise Refusal(
                Because.NOT_RECOGNISED,
                "link_used",
                "这个登录链接已经用过或过期了，请重新生成一个。",
                "This login link was used or is too old. Make a new one.",
            )
        return await self.open_session(person_id, place)

    async def logout(self, secret: str, *, place: str = "") -> None:
        """End a session; one that is gone already is fine."""
        digest, now = digest_id("session", secret), self.clocks.real()

        def leave(conn: sa.Connection) -> None:
            who = stored.end_session(conn, digest)
            if who is not None:
                stored.add_audit(conn, now, who, "logout", place=place)

        await self.store.write(leave)

    async def sessions(self, person_id: str, secret: str | None) -> list[dict[str, Any]]:
        """A person's live sessions, the last used first. ``id`` tells them apart and opens nothing; ``here`` is the one
        that ``secret`` belongs to."""
        now, own = self.clocks.real_ms(), digest_id("session", secret) if secret else ""
        return [
            {**row, "id": row["digest"][:SHORT], "here": row["digest"] == own}
            for row in await self.store.read(stored.sessions_of, person_id)
            if now - row["seen_at"] < IDLE_MS and now - row["created_at"] < LONGEST_MS
        ]

    async def end_session(self, person_id: str, session: str, *, place: str = "") -> None:
        """End one of a person's sessions, named as ``sessions`` names it.

        Raises:
            Refusal: there is none.
        """
        for row in await self.store.read(stored.sessions_of, person_id):
            if row["digest"][:SHORT] == session:
                act = partial(stored.end_session, digest=row["digest"])
                await self.on_record(act, person_id, "session_ended", ref=session, place=place)
                return
        raise Refusal(Because.UNKNOWN, "no_such_session", "这个登录已经结束了。", "This session has ended already.")

    async def who(self, secret: str, *, touch: bool = True) -> Principal | None:
        """Who a session's secret belongs to; None once it ended, was idle for an hour or is 12 hours old.

        ``touch`` False looks without counting as use (a feed that checks whether its listener may still listen).
        """
        digest, now = digest_id("session", secret), self.clocks.real_ms()
        row = await self.store.read(stored.session_of, digest)
        if row is None or now - row["seen_at"] >= IDLE_MS or now - row["created_at"] >= LONGEST_MS:
            return None
        if touch and now - row["seen_at"] >= SEEN_EVERY_MS:
            await self.store.write(stored.touch_session, digest, now)
        return Principal(row["person"], row["name"], _by_shop(row["roles"]), row["lang"])

    def _session(self, secret: str, person_id: str, place: str, *, link: bool = False) -> dict[str, Any]:
        now, digest = self.clocks.real_ms(), digest_id("session", secret)
        times = {"created_at": now, "seen_at": now}
        return {"digest": digest, "person": person_id, "from_where": place, "link": link, **times}


def _opening(row: dict[str, Any]) -> Callable[[sa.Connection], bool]:
    return partial(stored.open_session, row=row, password=None, forget_before=row["created_at"] - LONGEST_MS)


def _secret() -> str:
    return secrets.token_urlsafe(24)


def _by_shop(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    roles: dict[str, frozenset[str]] = {}
    for shop, role in pairs:
        roles[shop] = roles.get(shop, frozenset()) | {role}
    return roles


def _not_recognised() -> Refusal:
    return Refusal(
        Because.NOT_RECOGNISED, "not_recognised", "名字或密码不对。", "The name or the password is not right."
    )


def _too_many() -> Refusal:
    minutes = QUIET_MS // MINUTE
    return Refusal(
        Because.TOO_OFTEN,
        "too_many_guesses",
        f"密码错得太多次了，请 {minutes} 分钟后再试；忘记密码请找管理员。",
        f"Too many wrong passwords. Try again in {minutes} minutes; an admin can give you a new one.",
        retry_after_s=QUIET_MS // 1000,
    )
