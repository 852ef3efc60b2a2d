"""Giving waiting conversations to people: by group, to who is on duty and has the fewest open.

What is assigned is a row beside the conversation; nothing of who holds it changes, and everybody who may can still
take it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.assigning import Candidate, Mark, Presence, Rule, mark_of, next_free, rule_for
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.presences import Presences
from bot.service.shelf import Shelf
from bot.store import team as stored
from bot.store.engine import Store
from bot.store.journal import Line, append

Row = Mapping[str, Any]


@dataclass(slots=True)
class _Floor:
    """What an assignment is worked out from: a shop's groups and rules, who works, and how much each has open."""

    groups: dict[str, Row]
    rules: list[Rule]
    presences: Mapping[str, Row]
    loads: dict[str, int]

    @property
    def supervisors(self) -> str | None:
        return next((group_id for group_id, row in self.groups.items() if row["supervisors"]), None)

    def candidates(self, group_id: str) -> list[Candidate]:
        row = self.groups[group_id]
        return [
            Candidate(
                member["person"],
                self.presence(member["person"]),
                self.loads.get(member["person"], 0),
                row["cap"] if member["cap"] is None else member["cap"],
            )
            for member in row["members"]
        ]

    def presence(self, person: str) -> Presence:
        found = self.presences.get(person)
        return Presence(found["state"]) if found else Presence.OFFLINE


class Assigning:
    """Assigns what waits."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf, presences: Presences) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf
        self._presences = presences
        self._shops: list[str] = []

    async def look(self) -> None:
        """Put off duty who is gone, find the shops that have groups, and assign what waits in them."""
        await self._presences.sweep()
        self._shops = await self._store.read(stored.shops_with_groups)
        await self.assign()

    async def assign(self) -> None:
        """Assign what waits in the shops that are known to have groups."""
        for shop in self._shops:
            if shop in self._directory.shops:
                categories = await self._categories(shop)
                if await self._store.read(self._planned, shop, categories):
                    await self._store.write(self._assign, shop, categories)

    async def _categories(self, shop: str) -> Mapping[str, str]:
        """Which category each entry is in."""
        return {entry.id: entry.category for entry in (await self._shelf.get(shop)).base.entries}

    def _assign(self, conn: sa.Connection, shop: str, categories: Mapping[str, str]) -> None:
        rows = self._planned(conn, shop, categories)
        stored.assign(conn, rows)
        now = self._clocks.now_ms(shop)
        append(
            conn,
            [
                Line(shop, now, "assigned", row["conversation"], row["conversation"], _told(row))
                for row in rows
            ],
        )  # fmt: skip

    def _planned(self, conn: sa.Connection, shop: str, categories: Mapping[str, str]) -> list[dict[str, Any]]:
        """What is to be assigned now, and differs from what is."""
        waiting = stored.waiting(conn, shop)
        if not waiting:
            return []
        floor = self._floor(conn, shop)
        now = self._clocks.now_ms(shop)
        out = []
        for row in waiting:
            group, rule, mark = self._group(conn, floor, row, categories)
            person = self._person(floor, row, group)
            if person != row["assignee"]:
                _move(floor.loads, row["assignee"], person)
            if (group, person, mark) != (row["group_id"], row["assignee"], row["mark"] or ""):
                facts = {"conversation": row["id"], "shop": shop, "epoch": row["epoch"], "reason": row["reason"] or ""}
                wanted = {"group_id": group, "assignee": person, "mark": mark, "rule": rule}
                out.append({**facts, **wanted, "pinned": bool(row["pinned"]), "at": now})
        return out

    def _floor(self, conn: sa.Connection, shop: str) -> _Floor:
        groups = stored.groups(conn, shop)
        rules = [
            Rule(row["group_id"], frozenset(row["reasons"]), frozenset(row["categories"]))
            for row in stored.rules(conn, shop)
        ]
        people = {member["person"] for row in groups for member in row["members"]}
        loads = stored.loads(conn, list(self._directory.shops))
        return _Floor({row["id"]: row for row in groups}, rules, stored.presences(conn, people), loads)

    def _group(
        self, conn: sa.Connection, floor: _Floor, row: Row, categories: Mapping[str, str]
    ) -> tuple[str | None, int | None, str]:
        """Which group a conversation is for, by which rule, and its mark. A person's own choice stands."""
        mark = mark_of(row["reason"], row["reason_detail"]) or (Mark(row["mark"]) if row["mark"] else None)
        if row["pinned"] and row["group_id"] in floor.groups:
            return row["group_id"], None, mark or ""
        if mark is not None and floor.supervisors is not None:
            return floor.supervisors, None, mark
        if row["group_id"] in floor.groups and row["assigned_for"] == (row["reason"] or ""):
            return row["group_id"], row["rule"], mark or ""
        near = stored.entry_near(conn, row["id"]) if any(rule.categories for rule in floor.rules) else None
        place = rule_for(floor.rules, row["reason"] or "", categories.get(near or "", ""))
        return (None if place is None else floor.rules[place].group), place, mark or ""

    def _person(self, floor: _Floor, row: Row, group: str | None) -> str | None:
        """Who gets it: who has it already while on duty and in the group, else the next who is free."""
        if group is None:
            return None
        candidates = floor.candidates(group)
        if any(one.person == row["assignee"] and one.presence is Presence.ONLINE for one in candidates):
            return str(row["assignee"])
        return next_free(candidates)


def _move(loads: dict[str, int], one: str | None, other: str | None) -> None:
    if one is not None:
        loads[one] = loads.get(one, 0) - 1
    if other is not None:
        loads[other] = loads.get(other, 0) + 1


def _told(row: Row) -> dict[str, Any]:
    return {"to": row["assignee"], "group": row["group_id"], "rule": row["rule"], "mark": row["mark"]}
