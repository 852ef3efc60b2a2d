"""What buyers asked lately in a shop, each different question once: what changes of the FAQ are played against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.service.clocks import Clocks
from bot.service.entries import same_question
from bot.store import gate
from bot.store.engine import Store
from knowledge_base.gate import sample

DAYS = 30
LOOKED_AT = 20_000
"""So many of the latest questions of the last 30 days are looked at."""
PLAYED = 2_000
"""So many different ones of them are played; of more a choice that is always the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of the last 30 days as they were last written, each with every time it was asked, latest first."""

    questions: Mapping[str, Sequence[Mapping[str, Any]]]
    counts: Mapping[str, int]
    """``{days, asked, different, played}``."""
    since: int


async def asked_lately(store: Store, clocks: Clocks, shop: str) -> Asked:
    """Return what was asked in a shop in the last 30 days."""
    since = clocks.now_ms(shop) - DAYS * 86_400_000
    rows = await store.read(gate.asked, shop, since, LOOKED_AT)
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(same_question(row["text"]), []).append(row)
    chosen = sample(groups, PLAYED)
    counts = {"days": DAYS, "asked": len(rows), "different": len(groups), "played": len(chosen)}
    return Asked({groups[key][0]["text"]: groups[key] for key in chosen}, counts, since)
