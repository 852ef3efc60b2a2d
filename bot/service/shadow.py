"""Shadow replay: a past month played silently. What the bot would have answered, whether people said the same, and what
the reply rate would have been under each way of following up. Nothing is sent or kept.

Each line of a buyer is read by itself, as if the bot were on and free. Rates come from the functions of the books.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from rapidfuzz import fuzz

from bot.accounting.dated import RulesAt, judge_dated
from bot.accounting.event import BUYER, Event, order_key
from bot.accounting.exports import Record
from bot.accounting.inquiry import ALL_SEEN, ChannelFacts
from bot.accounting.scorecard import Rate
from bot.accounting.spare import own_line, spare
from bot.core.message import Sender
from bot.service.books import events_of
from bot.service.chat_records import read_record
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.figures import rate_facts, ruleset_facts, tier_on
from bot.service.playing import play, policy_of
from bot.service.shelf import Shelf
from bot.store import conversations as convs
from bot.store import messages
from bot.store.engine import Store
from bot.store.ids import to_ms
from bot.store.reading import rates
from knowledge_base.characters import fold, strip
from knowledge_base.gate import Answered, sample

CONVERSATIONS_AT_MOST = 5_000
"""Of more stored conversations a choice that is always the same is played."""
CHUNK = 200
LISTED = 200
ALIKE = 60
"""A person's reply is taken to say the same as our answer from this likeness of their letters on (0–100); the others
are listed, to be read."""
REPLY_WITHIN = timedelta(days=1)
AFTER = timedelta(seconds=1)
"""How soon the bot would have answered."""


@dataclass(slots=True)
class Past:
    """Conversations as events, by id, and what their channels see."""

    talks: dict[str, list[Event]] = field(default_factory=dict)
    facts: dict[str, ChannelFacts] = field(default_factory=dict)


def past_of(record: Record) -> Past:
    """A chat record from elsewhere as conversations."""
    past = Past()
    for event in record.events:
        past.talks.setdefault(event.conversation, []).append(event)
    return past


@dataclass(frozen=True, slots=True)
class _Would:
    """An answer the bot would have given to a line, and the first thing a person said after that line."""

    line: Event
    entry: str
    text: str
    said: str | None


class Shadow:
    """Plays the past."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, shelf: Shelf) -> None:
        self._store, self._directory, self._clocks, self._shelf = store, directory, clocks, shelf

    async def stored(self, shop: str, days: int) -> dict[str, Any]:
        """Play what was said in a shop in the last days."""
        now = self._clocks.now(shop)
        past = await self._store.read(self._past, shop, to_ms(now - timedelta(days=days)))
        return {"days": days, **await self.play(shop, past, now)}

    async def exported(self, shop: str, data: bytes, name: str, mapping: bytes) -> dict[str, Any]:
        """Play a chat record that was exported elsewhere, read by a map of its columns; ``unreadable`` counts rows.

        Raises:
            Refusal: the record or its map cannot be read.
        """
        record, until = await asyncio.to_thread(read_record, data, name, mapping)
        return {**await self.play(shop, past_of(record), until), "unreadable": len(record.problems)}

    def _past(self, conn: sa.Connection, shop: str, since: int) -> Past:
        ids = sample(rates.conversations(conn, shop, since), CONVERSATIONS_AT_MOST)
        past = Past()
        for start in range(0, len(ids), CHUNK):
            loaded = convs.load(conn, ids[start : start + CHUNK])
            said = messages.of_conversations(conn, dict.fromkeys(loaded, since))
            for cid, one in loaded.items():
                channel = self._directory.channels[one.channel]
                able = self._directory.adapter(channel).capabilities(channel)
                past.talks[cid] = events_of(said[cid])
                past.facts[cid] = ChannelFacts(able.sees_human_replies, able.api_sent_counts)
        return past

    async def play(self, shop: str, past: Past, as_of: datetime) -> dict[str, Any]:
        """Play conversations against a shop's FAQ and rules as they are, as things stood at ``as_of``."""
        shelved = await self._shelf.get(shop)
        lines = [event for talk in past.talks.values() for event in talk if _asks(event)]
        answered = await play(shelved.base, policy_of(shelved), (event.text for event in lines), as_of)
        say, entries = shelved.compose(shelved.config.platform), {entry.id: entry for entry in shelved.base.entries}
        texts = {key: say(entries[key])[0] for found in answered.values() for key in found}
        would = {cid: _would(talk, answered, texts) for cid, talk in past.talks.items()}
        rated = await asyncio.to_thread(self._rated, shop, past, would, as_of)
        found = [one for talk in would.values() for one in talk]
        replied = [one for one in found if one.said is not None]
        other = [one for one in replied if not _alike(one.text, one.said or "")]
        return {
            "shop": shop,
            "conversations": len(past.talks),
            "questions": len(lines),
            "would_answer": len(found),
            "left_to_people": len(lines) - len(found),
            "agrees": len(replied) - len(other),
            "disagrees": len(other),
            "nobody_replied": len(found) - len(replied),
            "to_read": [
                {
                    "conversation": one.line.conversation,
                    "at": one.line.at.isoformat(),
                    "question": one.line.text,
                    "entry": {"id": one.entry, "question": entries[one.entry].question},
                    "answer": one.text,
                    "people_said": one.said,
                }
                for one in other[:LISTED]
            ],
            **rated,
        }

    def _rated(self, shop: str, past: Past, would: Mapping[str, Sequence[_Would]], as_of: datetime) -> dict[str, Any]:
        """The reply rate if people follow up on every answer of the bot, on none, and on those the budget cannot spare."""
        rules_at = self._directory.rules_at(shop)
        rules = rules_at(as_of)
        always = _rate(past, would, rules_at, as_of, followed=True)
        none = _rate(past, would, rules_at, as_of, followed=False)
        line = own_line(rules, tier_on(self._directory.shops[shop], as_of.astimezone(ZONE).date(), rules))
        owed = max(0, always.numerator - none.numerator)
        told = spare(always, line, handoffs=0, owed=owed)
        within = Rate(always.numerator - (owed - told.listed), always.denominator)
        return {
            "ruleset": ruleset_facts(rules),
            "rates": {
                "always": rate_facts(always),
                "within_budget": rate_facts(within),
                "off": rate_facts(none),
            },
            "line": None if line is None else float(line.percent),
            "followed_up": {"always": owed, "within_budget": told.listed, "off": 0},
        }


def _asks(event: Event) -> bool:
    return event.actor == BUYER and event.kind == "text" and bool(event.text.strip())


def _would(talk: Iterable[Event], answered: Mapping[str, Answered], texts: Mapping[str, str]) -> list[_Would]:
    ordered = sorted(talk, key=order_key)
    found = []
    for place, event in enumerate(ordered):
        if not _asks(event) or not (entries := answered[event.text]):
            continue
        later = (one for one in ordered[place + 1 :] if one.actor == Sender.AGENT.value and one.kind == "text")
        said = next((one.text for one in later if one.at - event.at <= REPLY_WITHIN), None)
        found.append(_Would(event, entries[0], "\n".join(texts[key] for key in entries), said))
    return found


def _alike(ours: str, theirs: str) -> bool:
    return fuzz.partial_ratio(strip(fold(ours)), strip(fold(theirs))) >= ALIKE


def _rate(
    past: Past, would: Mapping[str, Sequence[_Would]], rules_at: RulesAt, as_of: datetime, *, followed: bool
) -> Rate:
    counted = denominator = 0
    for cid, talk in past.talks.items():
        played = _played(talk, would[cid], followed=followed)
        found = judge_dated(played, rules_at, as_of, past.facts.get(cid, ALL_SEEN)).inquiries
        counted += sum(one.counted for one in found)
        denominator += sum(one.in_denominator for one in found)
    return Rate(counted, denominator)


def _played(talk: Iterable[Event], would: Sequence[_Would], *, followed: bool) -> list[Event]:
    """A conversation as it would have gone: with the bot's answers in the place of those it gave, and, where nobody
    follows up, without what people said to a line that the bot answers."""
    answers = {one.line.id: one for one in would}
    events: list[Event] = []
    answered = False
    for event in sorted(talk, key=order_key):
        if event.actor == Sender.BOT.value or (answered and not followed and event.actor == Sender.AGENT.value):
            continue
        events.append(event)
        if event.actor == BUYER:
            answered = event.id in answers
        if one := answers.get(event.id):
            at = event.at + AFTER
            events.append(Event(f"{event.id}/shadow", at, event.conversation, Sender.BOT.value, "text", one.text))
    return sorted(events, key=order_key)
