"""What a person may send after the bot has answered: substantive, short, different, never words already said.

They are proposals: a person reads one, presses send, and it is assisted in the books. Each carries facts of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from bot.accounting.ruleset import meaningless
from bot.core.message import Kind
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.shelf import Shelf

_CLAUSE = re.compile(r"[^。！？!?；;\n]+")
FACT_CHARS = 6
_ADDRESS = re.compile(r"^(亲亲?|您好|你好|哈喽)[，,~～！!\s]*")
_FRAMES = (
    "关于「{topic}」，再跟你确认一下：{fact}。",
    "{fact}。如果你的情况不一样，把订单号发我，我来查。",
    "「{topic}」补充说明：{fact}。",
)


class FollowUps:
    """Makes follow-ups from the entries a shop's bot has answered with."""

    def __init__(self, shelf: Shelf, directory: Directory, clocks: Clocks) -> None:
        self._shelf, self._directory, self._clocks = shelf, directory, clocks

    async def make(
        self, shop: str, entries: Sequence[str], said: Collection[str], at_most: int
    ) -> list[dict[str, Any]]:
        """Return up to ``at_most`` texts ``{text, entry}``; none that the shop's ruleset calls meaningless."""
        shelved, config = await self._shelf.get(shop), self._directory.shops[shop]
        ruleset = self._directory.ruleset(config, self._clocks.now(shop).astimezone(ZONE).date())
        compose, known = shelved.compose(config.platform), {e.id: e for e in shelved.base.entries}
        out: list[dict[str, Any]] = []
        for entry in (known[i] for i in entries if i in known):
            answer, missing = compose(entry)
            if missing:
                continue
            for frame, fact in zip(_FRAMES, _facts(answer), strict=False):
                text = frame.format(topic=entry.question, fact=fact)
                if text not in said and not meaningless(text, Kind.TEXT.value, ruleset):
                    out.append({"text": text, "entry": entry.id})
        return out[:at_most]


def _facts(answer: str) -> list[str]:
    """The clauses of an answer that say something, one for each frame: a follow-up is no second copy of the answer."""
    clauses = [_ADDRESS.sub("", clause.strip()) for clause in _CLAUSE.findall(answer)]
    facts = [clause for clause in clauses if len(clause) >= FACT_CHARS] or [answer.rstrip("。！？!?；; ")]
    return [facts[i % len(facts)] for i in range(len(_FRAMES))]
