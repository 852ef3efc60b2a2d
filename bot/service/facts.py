"""What a shop knows beside its rates: fake replies found, the course passed, the application handed in. On record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.accounting.ladder import Rectification
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.refusal import Because, Refusal
from bot.service.shops import Shops
from bot.store.ids import from_ms, iso
from bot.store.journal import Line, append

FAKE, COURSE, APPLICATION = "fake_reply_detected", "training_completed", "application_submitted"
FACTS = (FAKE, COURSE, APPLICATION)


class Facts:
    """Writes what is known of a shop."""

    def __init__(self, directory: Directory, clocks: Clocks, shops: Shops) -> None:
        self._directory, self._clocks, self._shops = directory, clocks, shops

    async def state(self, shop: str, name: str, value: bool | date, *, by: str) -> list[dict[str, Any]]:
        """Put a fact of a shop on record and return all of them; ``application_submitted`` takes the day it went in,
        or True for the first day it may. The same value again changes nothing.

        Raises:
            Refusal: no such fact, or a value that cannot be.
        """
        _check(name, value, self._clocks.now(shop).astimezone(ZONE).date())
        known = dict(self._directory.shops[shop].options.get("facts") or {})
        written = value.isoformat() if isinstance(value, date) else value
        if known.get(name, {"value": False})["value"] == written:
            return stated(known)
        known[name] = {"value": written, "by": by, "at": self._clocks.real_ms()}
        line = Line(shop, self._clocks.now_ms(shop), "fact", shop, None, {"name": name, "value": written, "by": by})

        def also(conn: sa.Connection) -> None:
            append(conn, [line])

        await self._shops.change(shop, {}, {"facts": known}, by=by, also=also)
        return stated(known)


def _check(name: str, value: bool | date, today: date) -> None:
    if name not in FACTS:
        known = ", ".join(FACTS)
        raise Refusal(
            Because.INVALID,
            "fact",
            f"没有 {name}，有：{known}。",
            f"No fact {name}; there are {known}.",
            pointer="/name",
        )
    if isinstance(value, date) and (name != APPLICATION or value > today):
        raise Refusal(
            Because.INVALID,
            "fact",
            "要 true 或 false；整改申请可以写递交的日期，不能晚于今天。",
            "true or false; for the application the day it went in, not after today.",
            pointer="/value",
        )


def stated(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each fact with its value, and who stated it when (UTC; None where nobody did)."""
    return [
        {
            "name": name,
            "value": known[name]["value"] if name in known else False,
            "by": known[name]["by"] if name in known else None,
            "at": iso(from_ms(known[name]["at"])) if name in known else None,
        }
        for name in FACTS
    ]


def rectification(options: Mapping[str, Any]) -> Rectification:
    """The facts as the ladder takes them, from a shop's options."""
    values = {one["name"]: one["value"] for one in stated(options.get("facts") or {})}
    submitted = values[APPLICATION]
    return Rectification(
        fake_reply_detected=bool(values[FAKE]),
        training_completed=bool(values[COURSE]),
        application_submitted=date.fromisoformat(submitted) if isinstance(submitted, str) else submitted,
    )
