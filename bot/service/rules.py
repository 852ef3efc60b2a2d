"""A shop's own rules: a parameter set otherwise, with who, when and why, and the books counted again under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from bot.accounting.checks import time_of_day
from bot.accounting.parameters import BadParameter, accept, check_of, flatten
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.recounting import Recounting
from bot.service.refusal import Because, Refusal
from bot.service.shops import Shops
from bot.store import rules as stored
from bot.store.engine import Store


class Rules:
    """Changes rules, and shows what was changed."""

    def __init__(
        self, store: Store, directory: Directory, clocks: Clocks, shops: Shops, recounting: Recounting
    ) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._shops, self._recounting = shops, recounting

    async def change(self, shop: str, name: str, value: Any, why: str, *, by: str) -> None:
        """Set one parameter otherwise (``value`` None gives it back): ``change_all`` for one."""
        _check(name, value)
        await self.change_all(shop, {name: value}, why, by=by)

    async def change_all(self, shop: str, values: Mapping[str, Any], why: str, *, by: str) -> None:
        """Set parameters otherwise together (None gives one back); all of the shop's books are counted again.

        The change holds when this returns. The counting goes on behind it; what comes out differently is reversed and
        posted anew. Doing the same once more is harmless.

        Raises:
            Refusal: no such parameter, a value of the wrong kind, or one that does not fit the others.
        """
        config = self._directory.shops[shop]
        rules = dict(flatten(config.options.get("rules") or {}))
        rules.update(values)
        rules = {name: value for name, value in rules.items() if value is not None}
        try:
            self._directory.newest_rules(config.platform, rules)
        except BadParameter as error:
            raise _wrong("/value", str(error)) from None
        at = self._clocks.real_ms()

        def also(conn: sa.Connection) -> None:
            for name, value in values.items():
                stored.add_change(conn, shop, at, name, value, by, why)

        await self._shops.change(shop, {}, {"rules": rules or None}, by=by, also=also)
        self._recounting.ring()

    async def overrides(self, shop: str) -> list[dict[str, Any]]:
        """Each parameter that is otherwise in this shop: ``name``, ``value``, ``platform_value``, and ``by``, ``at``
        (ms) and ``why`` where a person changed it (None where the setup file did)."""
        config = self._directory.shops[shop]
        plain = self._directory.newest_rules(config.platform, {})
        known = await self._store.read(stored.changes, shop)
        return [
            {
                "name": name,
                "value": value,
                "platform_value": _shown(name, plain.values.get(name)),
                **_who(known, name, value),
            }
            for name, value in sorted(flatten(config.options.get("rules") or {}))
        ]


def _check(name: str, value: Any) -> None:
    if check_of(name) is None:
        raise Refusal(
            Because.INVALID, "rule_unknown", f"没有参数 {name}。", f"There is no parameter {name}.", pointer="/name"
        )
    if value is not None:
        try:
            accept(name, value)
        except BadParameter as error:
            raise _wrong("/value", error.why) from None


def _wrong(pointer: str, words: str) -> Refusal:
    zh, _, en = words.partition(" / ")
    return Refusal(Because.INVALID, "rule", zh, en or zh, pointer=pointer)


def _who(known: Sequence[Mapping[str, Any]], name: str, value: Any) -> dict[str, Any]:
    last = next((one for one in known if one["name"] == name), None)
    if last is None or last["value"] != value:
        return {"by": None, "at": None, "why": None}
    return {part: last[part] for part in ("by", "at", "why")}


def _shown(name: str, value: Any) -> Any:
    """A working value as JSON: times of day as they are written, exact numbers as numbers, lists as lists."""
    if check_of(name) is time_of_day and value is not None:
        return f"{value // 3600:02d}:{value // 60 % 60:02d}:{value % 60:02d}"
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [_shown("", item) for item in value]
    return float(value) if isinstance(value, Fraction) else str(value)
