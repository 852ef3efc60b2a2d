"""Machines' keys: made once, shown once, kept as a digest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.service.names import checked_name, checked_roles
from bot.service.principal import Principal
from bot.service.record import Record
from bot.service.refusal import Because, Refusal
from bot.store import people as stored
from bot.store.ids import digest_id


class Tokens(Record):
    """Tokens by name."""

    __slots__ = ()

    async def add_token(
        self, name: str, role: str, shops: Sequence[str], *, by: str = "", place: str = ""
    ) -> dict[str, Any]:
        """Make a token with one role in some shops, or in all (``["*"]``).

        Gives ``name role shops created_at created_by`` (as ``tokens``) and ``value``, which is not kept.

        Raises:
            Refusal: the name is taken, or name, role or shops cannot be.
        """
        value = "mh_" + secrets.token_urlsafe(30)
        row = self.token_row(name, value, role, shops, by=by)
        try:
            detail = {"role": role, "shops": row["shops"]}
            act = partial(stored.add_token, row=row)
            await self.on_record(act, by, "token_added", ref=row["name"], place=place, detail=detail)
        except stored.NameTaken as taken:
            raise Refusal(
                Because.CONFLICT,
                "name_taken",
                f"已经有一个令牌叫“{taken}”，请换一个名字。",
                f"There is a token called {taken} already. Choose another name.",
                pointer="/name",
            ) from taken
        return {key: kept for key, kept in row.items() if key != "digest"} | {"value": value}

    def token_row(self, name: str, value: str, role: str, shops: Sequence[str], *, by: str = "") -> dict[str, Any]:
        """A token's row, checked, for ``store.people.keep_token`` within a larger write.

        Raises:
            Refusal: name, role or shops cannot be.
        """
        pairs = checked_roles((shop, role) for shop in shops)
        facts = {"created_at": self.clocks.real_ms(), "created_by": by}
        named = {"digest": digest_id("token", value), "name": checked_name(name)}
        return {**named, "role": role, "shops": [shop for shop, _role in pairs], **facts}

    async def tokens(self) -> list[dict[str, Any]]:
        """All tokens: ``name role shops created_at created_by``, times in ms."""
        return [dict(row) for row in await self.store.read(stored.all_tokens)]

    async def remove_token(self, name: str, *, by: str = "", place: str = "") -> None:
        """Take a token away; it is refused from the next request on.

        Raises:
            Refusal: there is none of this name.
        """
        act = partial(stored.remove_token, name=name)
        if not await self.on_record(act, by, "token_removed", ref=name, place=place):
            raise Refusal(Because.UNKNOWN, "no_such_token", "没有这个令牌。", "There is no such token.")

    async def who_token(self, value: str) -> Principal | None:
        """Which machine a bearer token belongs to, None if it is unknown."""
        row = await self.store.read(stored.token_of, digest_id("token", value))
        if row is None:
            return None
        roles = {shop: frozenset((row["role"],)) for shop in row["shops"]}
        return Principal(f"token:{row['name']}", row["name"], roles, is_person=False)
