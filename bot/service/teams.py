"""A shop's groups: who is in them, how many conversations each may hold, and the rules that send conversations there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.assigning import Rule
from bot.core.reasons import HandoffReason
from bot.service.clocks import Clocks
from bot.service.refusal import Because, Refusal
from bot.store import people as persons
from bot.store import reading
from bot.store import team as stored
from bot.store.engine import Store
from bot.store.ids import new_id
from bot.store.journal import Line, append

CAP = 5
"""How many conversations a member holds at most where nothing else is said."""
GROUPS_AT_MOST = 30
RULES_AT_MOST = 100
NAME_AT_MOST = 30


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group; ``cap`` None means the group's."""

    person: str
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group as somebody writes it. Without an ``id`` a new one is made."""

    name: str
    members: tuple[Member, ...] = ()
    cap: int = CAP
    supervisors: bool = False
    id: str = ""


class Teams:
    """Keeps groups and rules."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks

    async def of(self, shop: str) -> dict[str, Any]:
        """A shop's groups with the members' names, and its rules in the order in which they are asked."""
        return await self._store.read(_told, shop)

    async def put(
        self, shop: str, groups: Sequence[Group], rules: Sequence[Rule], *, by: str, desk: tuple[str, ...]
    ) -> None:
        """Replace a shop's groups and rules. A rule names its group by id or by name.

        Raises:
            Refusal: a name is missing or taken, a member does not work in the shop (holds none of ``desk`` there), two
                groups are the supervisors', or a rule names no group.
        """
        await self._store.write(self._put, shop, groups, rules, by, desk)

    def _put(
        self,
        conn: sa.Connection,
        shop: str,
        groups: Sequence[Group],
        rules: Sequence[Rule],
        by: str,
        desk: tuple[str, ...],
    ) -> None:
        _check(groups, rules, {row["id"] for row in persons.people_in(conn, shop, desk)})
        known = {row["id"] for row in stored.groups(conn, shop)}
        rows = [
            {
                "shop": shop,
                "id": one.id if one.id in known else new_id(self._clocks.real()),
                "name": one.name.strip(),
                "supervisors": one.supervisors,
                "cap": one.cap,
                "members": [{"person": member.person, "cap": member.cap} for member in one.members],
                "place": place,
            }
            for place, one in enumerate(groups)
        ]
        stored.save(conn, shop, rows, _rule_rows(shop, rules, groups, rows))
        now = self._clocks.now_ms(shop)
        append(conn, [Line(shop, now, "setting", "team", None, {"by": by, "groups": len(rows), "rules": len(rules)})])


def _rule_rows(
    shop: str, rules: Sequence[Rule], groups: Sequence[Group], rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    ids: dict[str, str] = {}
    for one, row in zip(groups, rows, strict=True):
        ids |= {one.name.strip(): row["id"], one.id or row["id"]: row["id"]}
    found = []
    for place, rule in enumerate(rules):
        if rule.group not in ids:
            raise _wrong(f"/rules/{place}/group", "规则指向的分组不存在。", "The rule names a group that is not there.")
        found.append(
            {
                "shop": shop,
                "place": place,
                "group_id": ids[rule.group],
                "reasons": sorted(rule.reasons),
                "categories": sorted(rule.categories),
            }
        )
    return found


def _check(groups: Sequence[Group], rules: Sequence[Rule], desk: set[str]) -> None:
    if len(groups) > GROUPS_AT_MOST or len(rules) > RULES_AT_MOST:
        raise _wrong(
            "/groups",
            f"最多 {GROUPS_AT_MOST} 个分组、{RULES_AT_MOST} 条规则。",
            f"At most {GROUPS_AT_MOST} groups and {RULES_AT_MOST} rules.",
        )
    seen: set[str] = set()
    for place, one in enumerate(groups):
        name = one.name.strip()
        if not name or len(name) > NAME_AT_MOST or name in seen:
            raise _wrong(
                f"/groups/{place}/name",
                f"分组要有 1 到 {NAME_AT_MOST} 个字的名字，不能重名。",
                f"A group has a name of 1 to {NAME_AT_MOST} characters that no other one has.",
            )
        seen.add(name)
        for which, member in enumerate(one.members):
            if member.person not in desk:
                raise _wrong(
                    f"/groups/{place}/members/{which}",
                    "这位成员不能接待这家店铺。",
                    "This member cannot work in this shop.",
                )
    if sum(one.supervisors for one in groups) > 1:
        raise _wrong("/groups", "主管组只能有一个。", "Only one group can be the supervisors'.")
    known = set(HandoffReason)
    for place, rule in enumerate(rules):
        if strange := sorted(rule.reasons - known):
            raise _wrong(
                f"/rules/{place}/reasons", f"没有转人工原因 {strange[0]}。", f"There is no handoff reason {strange[0]}."
            )


def _told(conn: sa.Connection, shop: str) -> dict[str, Any]:
    rows = stored.groups(conn, shop)
    names = reading.names(conn, {member["person"] for row in rows for member in row["members"]})
    return {
        "groups": [
            {
                **{name: row[name] for name in ("id", "name", "cap", "supervisors")},
                "members": [
                    {"person": member["person"], "name": names[member["person"]], "cap": member["cap"]}
                    for member in row["members"]
                ],
            }
            for row in rows
        ],
        "rules": [
            {"group": row["group_id"], "reasons": row["reasons"], "categories": row["categories"]}
            for row in stored.rules(conn, shop)
        ],
    }


def _wrong(pointer: str, zh: str, en: str) -> Refusal:
    return Refusal(Because.INVALID, "team", zh, en, pointer=pointer)
