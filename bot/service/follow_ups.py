"""What a person may send after the bot has answered: substantive, short, different, never words already said.

They are proposals: a person reads one, presses send, and it is assisted in the books. Each carries a fact of the entry,
and the buyer's order where the platform has told of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.accounting.holding_lines import is_substantive
from bot.accounting.substance import bare
from bot.core.conversation import State
from bot.core.message import Kind
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.phrases import known_in
from bot.service.shelf import Shelf
from bot.store.engine import Store
from bot.store.reading import buyers, thread

_CLAUSE = re.compile(r"[^。！？!?；;\n]+")
FACT_CHARS = 6
FACT_AT_MOST = 60
"""A longer clause is no short follow-up."""
NEAR_FROM = 40.0
"""Of less sureness an entry is no help to who reads it (0 to 100)."""
_ADDRESS = re.compile(r"^(亲亲?|您好|你好|哈喽)[，,~～！!\s]*")
_FRAMES = (
    "关于「{topic}」，再跟你确认一下：{fact}。",
    "{fact}。如果你的情况不一样，把订单号发我，我来查。",
    "「{topic}」补充说明：{fact}。",
    "刚才说的{fact}，按你的情况也是这样；有出入就告诉我。",
)
_WITH_ORDER = (
    "你的订单 {order}：{fact}。",
    "看了你的订单 {order}，{fact}。",
    "{fact}，订单 {order} 也按这个来。",
)


class FollowUps:
    """Makes follow-ups from the entries a shop's bot has answered with."""

    def __init__(self, store: Store, shelf: Shelf, directory: Directory, clocks: Clocks) -> None:
        self._store, self._shelf, self._directory, self._clocks = store, shelf, directory, clocks

    async def near(
        self, talk: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], at_most: int
    ) -> list[dict[str, Any]]:
        """What the entries would say that came near the last question, where nobody has answered it yet: up to
        ``at_most``, the surest first, each ``{text, entry, question, sureness, missing}``.

        ``talk`` is a conversation's row, ``lines`` its latest lines. A vetoed entry, one below ``NEAR_FROM``, words
        the buyer has read already and what an agent rejected are left out.
        """
        decision = thread.unanswered(lines)
        if talk["state"] == State.CLOSED.value or decision is None:
            return []
        shop, told = talk["shop"], await self._store.read(thread.why, decision)
        shelved = await self._shelf.get(shop)
        said = {bare(text) for text in await self._store.read(buyers.said_to, shop, talk["buyer_id"])}
        said |= {bare(text) for text in await self._store.read(thread.rejected, talk["id"])}
        facts = await self._store.read(known_in, shop, talk["id"])
        compose = shelved.compose(self._directory.shops[shop].platform, facts)
        known = {entry.id: entry for entry in shelved.base.entries}
        found: dict[str, dict[str, Any]] = {}
        for one in told["explain"].get("candidates", ()) if told else ():
            entry = known.get(one["id"])
            if entry is None or one["vetoes"] or one["sureness"] < NEAR_FROM:
                continue
            text, missing = compose(entry)
            if text and bare(text) not in said:
                what = {"text": text, "entry": entry.id, "question": entry.question, "missing": list(missing)}
                found.setdefault(text, {**what, "sureness": one["sureness"]})
        return list(found.values())[:at_most]

    async def make(self, shop: str, buyer: str, entries: Sequence[str], at_most: int) -> list[dict[str, Any]]:
        """Return up to ``at_most`` texts ``{text, entry}`` for a buyer, each of another frame; none that the shop's
        ruleset calls meaningless, none that only asks to wait, none of the words the buyer has read from the shop."""
        shelved, config = await self._shelf.get(shop), self._directory.shops[shop]
        ruleset = self._directory.ruleset(config, self._clocks.now(shop).astimezone(ZONE).date())
        said = {bare(text) for text in await self._store.read(buyers.said_to, shop, buyer)}
        orders = await self._store.read(buyers.orders_of, shop, buyer)
        order = next((str(meta["order"]) for meta in orders if meta.get("order")), "")
        compose, known = shelved.compose(config.platform), {e.id: e for e in shelved.base.entries}
        answers = [(entry, *compose(entry)) for entry in (known[i] for i in entries if i in known)]
        found: dict[str, dict[str, Any]] = {}
        for entry, frame, fact in _combined([(entry, text) for entry, text, missing in answers if not missing], order):
            text = frame.format(topic=entry.question, fact=fact, order=order)
            fresh = bare(text) not in said and frame not in found
            if fresh and is_substantive(text, Kind.TEXT.value, ruleset):
                found[frame] = {"text": text, "entry": entry.id}
        return list(found.values())[:at_most]


def _combined(answers: Sequence[tuple[Any, str]], order: str) -> Iterator[tuple[Any, str, str]]:
    """Every fact in every frame: first each frame with a fact of its own, then the rest."""
    frames = (*_WITH_ORDER, *_FRAMES) if order else _FRAMES
    facts = [(entry, fact) for entry, text in answers for fact in _facts(text)]
    for shift in range(len(facts)):
        for place, frame in enumerate(frames):
            entry, fact = facts[(place + shift) % len(facts)]
            yield entry, frame, fact


def _facts(answer: str) -> list[str]:
    """The clauses of an answer that say something, each short: a follow-up is no second copy of the answer."""
    clauses = [_ADDRESS.sub("", clause.strip()) for clause in _CLAUSE.findall(answer)]
    facts = [clause for clause in clauses if FACT_CHARS <= len(clause) <= FACT_AT_MOST]
    return facts or [answer.rstrip("。！？!?；; ")[:FACT_AT_MOST]]
