"""What was said rather than when: topics left unanswered, forbidden words, and transfers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.accounting.books import fold_all
from bot.accounting.event import Event
from bot.accounting.inquiry import Fold, Standing
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate

TRANSFER_NO_REASON = "transfer_no_reason"


@dataclass(frozen=True, slots=True)
class Completeness:
    """Topics a buyer asked about, and those of them that no person spoke to in the same inquiry, in checklist order."""

    asked: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """A forbidden phrase in a message by a person."""

    message: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Transfers:
    """Inquiries that an agent passed on, of all; and what was wrong with it."""

    rate: Rate
    flags: tuple[str, ...]


def folded(text: str) -> str:
    """Return a text as words are looked for in it: NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def contains_any(text: str, words: Iterable[str]) -> bool:
    """Say whether one of the words occurs in a text, width and case apart."""
    plain = folded(text)
    return any(folded(word) in plain for word in words)


def completeness(
    events: Iterable[Event], checklist: Iterable[Mapping[str, Any]], ruleset: Ruleset, as_of: datetime | None = None
) -> Completeness:
    """Hold each inquiry against a checklist of topics ``{id, ask, answer}``.

    A topic is asked where an ask word occurs in what the buyer wrote, covered where an answer word occurs in what
    people answered in the same inquiry, all their messages together; automatic and recalled ones do not count.
    """
    spoken = [pair for fold in fold_all(events, ruleset, as_of) for pair in _spoken(fold)]
    asked, missing = [], []
    for topic in checklist:
        in_question = [(buyer, people) for buyer, people in spoken if contains_any(buyer, topic["ask"])]
        if in_question:
            asked.append(topic["id"])
        if any(not contains_any(people, topic["answer"]) for _, people in in_question):
            missing.append(topic["id"])
    return Completeness(tuple(asked), tuple(missing))


def _spoken(fold: Fold) -> list[tuple[str, str]]:
    """Give for each inquiry all the buyer wrote and all that people answered, a line a message."""
    people: dict[str, list[str]] = {}
    for reply in fold.replies:
        by_person = reply.event.actor == "agent" and reply.standing is not Standing.RECALLED
        if by_person and reply.inquiry is not None:
            people.setdefault(reply.inquiry.opening.id, []).append(reply.event.text)
    return [
        ("\n".join(event.text for event in one.said), "\n".join(people.get(one.opening.id, ())))
        for one in fold.inquiries
    ]


def wording(events: Iterable[Event], ruleset: Ruleset, as_of: datetime | None = None) -> tuple[Violation, ...]:
    """List the forbidden phrases in messages by people, in time order; recalled messages were never sent."""
    said = (reply for reply in _replies(events, ruleset, as_of) if reply.actor == "agent")
    return tuple(Violation(reply.id, phrase) for reply in said for phrase in forbidden(reply.text, ruleset))


def forbidden(text: str, ruleset: Ruleset) -> list[str]:
    """List the ruleset's forbidden phrases that a text holds (or is, where ``wording.match`` is ``whole``)."""
    whole = ruleset["wording.match"] == "whole"
    plain = folded(text).strip()
    return [p for p in ruleset["wording.list"] if (plain == folded(p) if whole else folded(p) in plain)]


def _replies(events: Iterable[Event], ruleset: Ruleset, as_of: datetime | None) -> list[Event]:
    replies = [reply for fold in fold_all(events, ruleset, as_of) for reply in fold.replies]
    replies.sort(key=lambda reply: (reply.event.at, reply.event.id))
    return [reply.event for reply in replies if reply.standing is not Standing.RECALLED]


def passed_on(transfer: Event) -> bool:
    """Say whether it was the shop's side that passed the buyer on, not the buyer who asked for it."""
    return bool(transfer.meta.get("by") != "buyer")


def transfers(events: Iterable[Event], ruleset: Ruleset, as_of: datetime | None = None) -> Transfers:
    """Count the inquiries that an agent passed on; a transfer the buyer asked for is none of them."""
    count = total = 0
    unexplained = False
    for fold in fold_all(events, ruleset, as_of):
        for inquiry in fold.inquiries:
            by_agent = [one for one in inquiry.transfers if passed_on(one)]
            unexplained = unexplained or any(not str(one.meta.get("reason") or "").strip() for one in by_agent)
            count += bool(by_agent)
            total += 1
    return Transfers(Rate(count, total), (TRANSFER_NO_REASON,) if unexplained else ())
