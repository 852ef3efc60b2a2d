"""People: who there is and what they may do. How they are recognised is in ``logins``, machines' keys in ``tokens``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec

import sqlalchemy as sa

from bot.service import passwords
from bot.service.logins import Logins
from bot.service.names import checked_name, checked_roles
from bot.service.refusal import Because, Refusal
from bot.service.tokens import Tokens
from bot.store import people as stored
from bot.store.ids import new_id

P = ParamSpec("P")

LANGS = ("zh-CN", "en")

Roles = Iterable[tuple[str, str]]
"""Pairs of shop (or ``*``) and role."""


class People(Logins, Tokens):
    """Everything about people that is kept: ``People(store, clocks)``."""

    __slots__ = ()

    async def has_owner(self) -> bool:
        """Say whether somebody enabled is admin of all shops."""
        return bool(await self.store.read(stored.count_admins))

    async def make_owner(self, name: str, password: str, lang: str = "zh-CN", *, place: str = "") -> str:
        """Make the first admin of all shops; the new person's id.

        Raises:
            Refusal: there is one already, or name, password or language cannot be.
        """
        row = await self.prepared(name, password, lang)
        act = _in_words(stored.add_owner, row)
        if not await self.on_record(act, row["id"], "owner_made", ref=row["id"], place=place):
            raise Refusal(
                Because.CONFLICT,
                "has_owner",
                "管理员已经有了，请直接登录。",
                "There is an owner already. Log in instead.",
            )
        return str(row["id"])

    async def add(
        self, name: str, password: str, roles: Roles, *, lang: str = "zh-CN", by: str = "", place: str = ""
    ) -> str:
        """Add somebody; the new person's id.

        Raises:
            Refusal: name taken, or name, password, language or a role cannot be.
        """
        row = await self.prepared(name, password, lang)
        pairs = checked_roles(roles)
        act = _in_words(stored.add_person, row, pairs)
        await self.on_record(act, by, "person_added", ref=row["id"], place=place, detail={"roles": pairs})
        return str(row["id"])

    async def prepared(self, name: str, password: str, lang: str = "zh-CN") -> dict[str, Any]:
        """A new person's row, checked and hashed, for ``store.people.add_person`` within a larger write.

        Raises:
            Refusal: name, password or language cannot be.
        """
        name = checked_name(name)
        passwords.check(password, name)
        _check_lang(lang)
        now = self.clocks.real()
        hashed = await self.passwords.hashed(password)
        facts = {"password": hashed, "lang": lang, "disabled": False, "created_at": self.clocks.real_ms()}
        return {"id": new_id(now), "name": name, **facts}

    async def change(
        self,
        person_id: str,
        *,
        name: str | None = None,
        lang: str | None = None,
        roles: Roles | None = None,
        password: str | None = None,
        disabled: bool | None = None,
        by: str = "",
        place: str = "",
    ) -> None:
        """Change what is given. New roles, a new password and disabling end all sessions of the person at once.

        Raises:
            Refusal: no such person, name taken, nobody would be left to manage, or a value cannot be.
        """
        known = await self.store.read(stored.person_by_id, person_id)
        if known is None:
            raise _no_such_person()
        if lang is not None:
            _check_lang(lang)
        given = {"name": name and checked_name(name), "lang": lang, "disabled": disabled}
        values = {column: value for column, value in given.items() if value is not None}
        if password is not None:
            passwords.check(password, str(values.get("name", known["name"])))
            values["password"] = await self.passwords.hashed(password)
        pairs = None if roles is None else checked_roles(roles)
        ends = pairs is not None or password is not None or disabled is True
        detail = {"changed": sorted(values), **({} if pairs is None else {"roles": pairs})}
        act = _in_words(stored.change_person, person_id, values, pairs, end_sessions=ends)
        if not await self.on_record(act, by, "person_changed", ref=person_id, place=place, detail=detail):
            raise _no_such_person()

    async def disable(self, person_id: str, *, by: str = "", place: str = "") -> None:
        """Shut somebody out, from the next request on. Raises as ``change``."""
        await self.change(person_id, disabled=True, by=by, place=place)

    async def set_password(self, person_id: str, password: str, *, by: str = "", place: str = "") -> None:
        """Give somebody a new password; all their sessions end. Raises as ``change``."""
        await self.change(person_id, password=password, by=by, place=place)

    async def everybody(self) -> list[dict[str, Any]]:
        """All people: ``id name lang disabled created_at seen_at roles``, times in ms, roles as (shop, role)."""
        return await self.store.read(stored.all_people)

    async def named(self, name: str) -> str:
        """The id of the person of a name.

        Raises:
            Refusal: there is none.
        """
        row = await self.store.read(stored.person_named, checked_name(name))
        if row is None:
            raise _no_such_person()
        return str(row["id"])

    async def desk_of(self, shop: str, roles: tuple[str, ...]) -> list[dict[str, str]]:
        """Enabled people holding one of ``roles`` in a shop or in all: ``{id, name}``, by name."""
        return [dict(row) for row in await self.store.read(stored.people_in, shop, roles)]


def _check_lang(lang: str) -> None:
    if lang not in LANGS:
        raise Refusal(
            Because.INVALID,
            "lang_unknown",
            f"没有这种语言：{lang}。可选 zh-CN 或 en。",
            f"No such language: {lang}. Use zh-CN or en.",
            pointer="/lang",
        )


def _no_such_person() -> Refusal:
    return Refusal(Because.UNKNOWN, "no_such_person", "没有这个人。", "There is no such person.")


def _in_words(
    act: Callable[Concatenate[sa.Connection, P], bool], *args: P.args, **kwargs: P.kwargs
) -> Callable[[sa.Connection], bool]:
    """An act in the store whose clashes are put into words."""

    def do(conn: sa.Connection) -> bool:
        try:
            return act(conn, *args, **kwargs)
        except stored.NameTaken as taken:
            raise _name_taken(taken) from taken
        except stored.LastAdmin as last:
            raise _last_admin(last) from last

    return do


def _name_taken(name: Exception) -> Refusal:
    return Refusal(
        Because.CONFLICT,
        "name_taken",
        f"已经有人叫“{name}”，请换一个名字。",
        f"Somebody is called {name} already. Choose another name.",
        pointer="/name",
    )


def _last_admin(name: Exception) -> Refusal:
    return Refusal(
        Because.CONFLICT,
        "last_admin",
        f"“{name}”是最后一位全店管理员。请先让另一个人成为管理员，再改这一位。",
        f"{name} is the last admin of all shops. Make somebody else admin first.",
    )
