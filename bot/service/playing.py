"""Questions played against a FAQ: decided as if a buyer wrote each of them first in a conversation. Nothing is kept or sent.

The bot is taken to be on and free, whatever the shop's mode is now: what is asked is what the FAQ knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import TypeVar

from bot.core.conversation import State
from bot.core.decide import Answer, Policy, Talk, decide
from bot.core.message import Kind
from bot.service.directory import ZONE
from bot.service.fields import OF_THE_TALK
from bot.service.shelf import Shelved
from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Context, Mode, Reading
from knowledge_base.gate import NOBODY, Answered

T = TypeVar("T")
AT_ONCE = 40
"""Questions read in one go; between two goes the event loop has its turn."""
_ALONE = Talk(State.BOT, waited=True)


def policy_of(shelved: Shelved, threshold: float | None = None) -> Policy:
    """What a shop allows when its bot is on and free, with another threshold if one is given. What only a conversation
    knows (an order's number) is taken to be known."""
    config = shelved.config
    sure = config.threshold if threshold is None else threshold
    compose = shelved.compose(config.platform, dict.fromkeys(OF_THE_TALK, "…"))
    return Policy(Mode.AUTO, sure, config.margin, compose, False, config.partial_answers)


def answered_by(reading: Reading, policy: Policy, now: datetime) -> Answered:
    """The entries that answer what was read, in the order asked; nobody where a person is asked for."""
    decision = decide(Kind.TEXT, reading, _ALONE, policy, now)
    return tuple(match.entry.id for match in decision.matches) if isinstance(decision, Answer) else NOBODY


async def _of_each(do: Callable[[str], T], questions: Iterable[str]) -> dict[str, T]:
    """What a function makes of each question, off the event loop, which has its turn again and again."""
    found: dict[str, T] = {}
    left = iter(dict.fromkeys(questions))
    while some := list(islice(left, AT_ONCE)):
        found |= zip(some, await asyncio.to_thread(list, map(do, some)), strict=True)
    return found


def _context(now: datetime) -> Context:
    return Context(today=now.astimezone(ZONE).date())


async def near(
    before: KnowledgeBase, after: KnowledgeBase, changed: Collection[str], questions: Iterable[str], now: datetime
) -> list[str]:
    """Of these questions those whose reading may be another in the FAQ after some entries (ids) changed."""
    context = _context(now)
    alike = await _of_each(lambda text: before.reads_alike(after, changed, text, context), questions)
    return [question for question, same in alike.items() if not same]


async def read_all(base: KnowledgeBase, questions: Iterable[str], now: datetime) -> dict[str, Reading]:
    """Read questions on a local day, each by itself, off the event loop."""
    context = _context(now)
    return await _of_each(lambda question: base.read(question, context), questions)


async def play(base: KnowledgeBase, policy: Policy, questions: Iterable[str], now: datetime) -> dict[str, Answered]:
    """Say which entries answer each question."""
    readings: Mapping[str, Reading] = await read_all(base, questions, now)
    return {question: answered_by(reading, policy, now) for question, reading in readings.items()}
