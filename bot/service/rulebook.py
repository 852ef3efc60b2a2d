"""A shop's rules, parameter by parameter: each value with what it rests on, what it may be, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.accounting.parameters import flatten
from bot.accounting.raw import raw, shape_of
from bot.accounting.ruleset import Ruleset
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.figures import ruleset_facts
from bot.store import rules as stored
from bot.store.engine import Store
from bot.store.reading import rates


class Rulebook:
    """Reads rules."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def shown(self, shop: str) -> dict[str, Any]:
        """The rules in force in a shop today: where they come from, every parameter, and every change ever made.

        A parameter has ``name``, ``value``, ``platform_value`` (what holds without the shop's change), ``basis``
        (``fact``: the source says so, ``default``: we settled it, ``override``: the shop did), ``kind`` and
        ``choices`` (see ``bot.accounting.raw.Shape``), and ``changed``, the shop's change of it, or None.
        """
        config = self._directory.shops[shop]
        ruleset = self._directory.ruleset(config, self._clocks.now(shop).astimezone(ZONE).date())
        plain = self._directory.newest_rules(config.platform, {})
        changes = await self._store.read(_changes, shop)
        own = dict(flatten(config.options.get("rules") or {}))
        latest = {one["name"]: one for one in reversed(changes)}
        return {
            "shop": shop,
            "ruleset": ruleset_facts(ruleset),
            "grading": ruleset.grading,
            "parameters": [
                _parameter(name, ruleset, plain, own, latest)
                for name in sorted(ruleset.values.keys() | plain.values.keys())
            ],
            "changes": changes,
        }


def _changes(conn: Any, shop: str) -> list[dict[str, Any]]:
    found = stored.changes(conn, shop)
    names = rates.names(conn, sorted({one["by"] for one in found}))
    return [{**one, "by_name": names.get(one["by"], one["by"])} for one in found]


def _parameter(
    name: str,
    ruleset: Ruleset,
    plain: Ruleset,
    own: Mapping[str, Any],
    latest: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    shape, stated = shape_of(name), plain.basis(name)
    change = latest.get(name) if name in own else None
    return {
        "name": name,
        "value": raw(name, ruleset.values.get(name)),
        "platform_value": raw(name, plain.values.get(name)),
        "basis": "override" if name in own else "default" if stated == "override" else stated,
        "kind": shape.kind,
        "choices": list(shape.choices),
        "changed": change if change and change["value"] == own[name] else {"by": None} if name in own else None,
    }
