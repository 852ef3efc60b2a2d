"""The facts that fill answers, such as 发货时效: what is known, what is only a sample, and who needs it.

A sample value is valid in simulated shops only; a person's confirmation makes it the shop's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.directory import Directory, ShopConfig
from bot.service.entries import refused
from bot.service.shelf import HOURS_FIELD, Shelf
from bot.store import faq
from bot.store.conversations import Conversation
from bot.store.engine import Store
from knowledge_base.fields import names_in

OF_CARDS = {"order": "订单号", "title": "商品名", "status": "订单状态", "amount": "订单金额", "tracking": "运单号"}
"""What a card tells, by its names on the wire, and the field it fills."""
OF_THE_TALK = frozenset({"买家昵称", *OF_CARDS.values()})
"""Fields that a conversation fills, not the shop."""
NAME_MAX = 40
VALUE_MAX = 300
FIELDS_MAX = 300
_NAME = re.compile(r"[^{}\n\x00-\x1f]{1,40}")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a shop. ``sample``: nobody has confirmed the value yet. ``used_by`` counts entries and phrases."""

    name: str
    value: str
    sample: bool
    confirmed: bool
    hint: str
    hint_en: str
    used_by: int


def card_facts(meta: Mapping[str, Any]) -> dict[str, str]:
    """What a card tells, by field; values of more than 300 characters are none."""
    told = {field: str(meta[name]).strip() for name, field in OF_CARDS.items() if meta.get(name) is not None}
    return {field: value for field, value in told.items() if 0 < len(value) <= VALUE_MAX}


def facts_of(one: Conversation) -> dict[str, str]:
    """The fields that a conversation fills: the buyer's name and what the last card told."""
    return {"买家昵称": one.buyer_name, **one.facts} if one.buyer_name else dict(one.facts)


class Fields:
    """Reads and confirms the facts of a shop."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory, shelf: Shelf) -> None:
        self._store, self._clocks, self._directory, self._shelf = store, clocks, directory, shelf

    async def all(self, shop: str) -> list[Fact]:
        """Every fact known or needed in a shop: those in use first, most used on top."""
        return await self._store.read(_facts, self._directory.shops[shop])

    async def confirm(
        self, shop: str, values: Mapping[str, str], by: str, also: Callable[[sa.Connection], None] | None = None
    ) -> list[Fact]:
        """Set values that a person vouches for; an empty one takes the fact back. Answers use them at once. ``also``
        joins the same commit.

        Raises:
            Refusal: a name that cannot stand in braces, a value too long, too many.
        """
        for index, (name, value) in enumerate(values.items()):
            if not _NAME.fullmatch(name):
                raise refused(
                    f"/fields/{index}/name",
                    f"字段名 1 到 {NAME_MAX} 个字，不含花括号和换行。",
                    f"A field name has 1 to {NAME_MAX} characters, no braces, no line breaks.",
                )
            if len(value) > VALUE_MAX:
                raise refused(
                    f"/fields/{index}/value",
                    f"「{name}」最多 {VALUE_MAX} 个字，现在是 {len(value)} 个。",
                    f"“{name}” has at most {VALUE_MAX} characters; this has {len(value)}.",
                )
        if len(values) > FIELDS_MAX:
            raise refused("/fields", f"一次最多 {FIELDS_MAX} 个字段。", f"At most {FIELDS_MAX} fields at once.")
        rows = [
            {"name": name, "value": value.replace("\x00", "\ufffd"), "sample": False} for name, value in values.items()
        ]

        def act(conn: sa.Connection) -> None:
            faq.write_fields(conn, shop, rows, by=by, at=self._clocks.now_ms(shop))
            if also is not None:
                also(conn)

        await self._store.write(act)
        await self._shelf.refresh_fields(shop)
        return await self.all(shop)


def _facts(conn: sa.Connection, config: ShopConfig) -> list[Fact]:
    rows = {row["name"]: row for row in faq.fields_of(conn, config.id)}
    used = _used(conn, config.id)
    facts = []
    for name in {**rows, **used}:
        if name in OF_THE_TALK:
            continue
        row = rows.get(name, {"value": "", "sample": False, "hint": "", "hint_en": ""})
        value, sample = row["value"], bool(row["sample"])
        if name == HOURS_FIELD and config.hours:
            value, sample = config.hours.words(), False
        confirmed = bool(value.strip()) and not sample
        facts.append(Fact(name, value, sample, confirmed, row["hint"], row["hint_en"], used.get(name, 0)))
    return sorted(facts, key=lambda fact: (-fact.used_by, fact.name))


def _used(conn: sa.Connection, shop: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for row in faq.live_entries(conn, shop):
        counted.update(_names((row.data["answer"], *row.data["variants"].values())))
    for phrase in faq.phrases_of(conn, shop):
        counted.update(names_in(phrase["text"]))
    return counted


def _names(texts: Iterable[str]) -> Sequence[str]:
    return tuple(dict.fromkeys(name for text in texts for name in names_in(text)))


def missing_in(texts: Iterable[str], fields: Mapping[str, str]) -> list[str]:
    """The shop's fields that these texts use and for which there is no value that may be said, each once."""
    return [name for name in _names(texts) if name not in OF_THE_TALK and not fields.get(name, "").strip()]
