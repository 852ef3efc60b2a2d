"""What the bot does with one buyer message: answer, hand off, stay silent or wait for the next line. And why.

Pure: the page that explains a decision and the service that acts on it call the same function. Precedence, first that
fits: a person holds it · not text · asks for a person, sensitive, upset · the bot is off · nothing to answer ·
unfinished · several questions · sureness and margin · the entry's own wishes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.conversation import State
from bot.core.message import CARDS, Kind
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason, SilenceReason
from knowledge_base.entry import Entry, Match, Mode, Reading, Signal, stricter

WAIT_AFTER_LINE = timedelta(seconds=3)
WAIT_AT_MOST = timedelta(seconds=8)

Compose = Callable[[Entry], tuple[str, tuple[str, ...]]]
"""Fill an entry's answer for this shop: the text, and the names of fields without a valid value."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a shop allows: how far the bot may go, how sure it must be, and how answers are filled."""

    mode: Mode
    threshold: float
    margin: float
    compose: Compose
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the conversation stands as this message arrives.

    ``inquiry_open``: after this message some inquiry still lacks a valid reply under the shop's ruleset.
    ``waiting_since``: time of the first line of an unfinished burst. ``waited``: its wait is over, decide now.
    ``answered``: normalised questions the bot has answered in this inquiry.
    """

    state: State
    reason: HandoffReason | None = None
    inquiry_open: bool = True
    waiting_since: datetime | None = None
    waited: bool = False
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """Say ``text`` now (``mode`` auto) or offer it to a person (``mode`` suggest)."""

    match: Match
    text: str
    mode: Mode
    reason: str = "sure"
    then_person: bool = False


@dataclass(frozen=True, slots=True)
class Handoff:
    """Bring a person. ``missing`` names what the FAQ lacked: fields, or the parts nobody could answer."""

    reason: HandoffReason
    words: str = ""
    missing: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Silence:
    """Say nothing, for a reason that is kept."""

    reason: SilenceReason


@dataclass(frozen=True, slots=True)
class Wait:
    """The message looks unfinished: decide when the next line comes, or at ``until``."""

    until: datetime


Decision = Answer | Handoff | Silence | Wait


def decide(kind: Kind, reading: Reading, talk: Talk, policy: Policy, now: datetime) -> Decision:
    """Decide one buyer message. ``reading`` is of the whole unfinished burst where there is one."""
    if talk.state is State.AGENT:
        return Silence(SilenceReason.PERSON_HOLDS)
    if kind is not Kind.TEXT and not reading.text:
        return _wordless(kind, talk, policy, now)
    if signalled := _signalled(reading):
        return signalled
    if talk.state is State.WAITING and talk.reason in KEEPS_BOT_QUIET:
        return Handoff(talk.reason)
    if _is_off(policy):
        return Handoff(HandoffReason.BOT_OFF)
    if reading.small_talk and not talk.inquiry_open:
        return Silence(SilenceReason.SMALL_TALK_SETTLED)
    if not reading.complete and not talk.waited:
        return Wait(_until(talk, now))
    return _from_matches(reading, talk, policy)


def _is_off(policy: Policy) -> bool:
    return policy.stopped or policy.mode is Mode.OFF


def _until(talk: Talk, now: datetime) -> datetime:
    return min(now + WAIT_AFTER_LINE, (talk.waiting_since or now) + WAIT_AT_MOST)


def _wordless(kind: Kind, talk: Talk, policy: Policy, now: datetime) -> Decision:
    """A picture goes to a person; a card is context, so its question is awaited first."""
    if kind in CARDS and not talk.waited and not _is_off(policy):
        return Wait(_until(talk, now))
    if talk.state is State.WAITING and talk.reason in KEEPS_BOT_QUIET:
        return Handoff(talk.reason)
    return Handoff(HandoffReason.BOT_OFF if _is_off(policy) else HandoffReason.MEDIA)


def _signalled(reading: Reading) -> Handoff | None:
    for signal, reason in (
        (Signal.ASKED_FOR_PERSON, HandoffReason.ASKED_FOR_PERSON),
        (Signal.SENSITIVE, HandoffReason.SENSITIVE),
        (Signal.UPSET, HandoffReason.UPSET),
    ):
        if heard := reading.hears(signal):
            return Handoff(reason, words=heard.words)
    return None


def _from_matches(reading: Reading, talk: Talk, policy: Policy) -> Decision:
    if several := _several(reading, policy):
        return several
    if not reading.matches or reading.small_talk:
        return Handoff(HandoffReason.NO_MATCH)
    best = reading.matches[0]
    if best.sureness < needed(best.entry, policy):
        close = best.sureness >= policy.threshold / 2
        return Handoff(HandoffReason.UNSURE if close else HandoffReason.NO_MATCH, words=best.entry.question)
    second = reading.matches[1] if len(reading.matches) > 1 else None
    if second and best.sureness - second.sureness < policy.margin:
        return Handoff(HandoffReason.TWO_ALIKE, words=f"{best.entry.question} / {second.entry.question}")
    if reading.normalized in talk.answered:
        # The same question again means that our answer did not help: once more would be noise, a person is due.
        if talk.inquiry_open:
            return Handoff(HandoffReason.UNSURE, words=best.entry.question)
        return Silence(SilenceReason.DUPLICATE_QUESTION)
    return _say(best, policy)


def needed(entry: Entry, policy: Policy) -> float:
    """The sureness an entry needs here: its own threshold, else the shop's."""
    return policy.threshold if entry.threshold is None else entry.threshold


def _several(reading: Reading, policy: Policy) -> Handoff | None:
    """Two entries sure in different parts of one message: a person answers all of it at once."""
    if len(reading.parts) < 2:
        return None
    sure: dict[str, str] = {}
    missing: list[str] = []
    for part in reading.parts:
        best = part.matches[0] if part.matches else None
        if best and best.sureness >= needed(best.entry, policy):
            sure[best.entry.id] = best.entry.question
        else:
            missing.append(part.text)
    if len(sure) < 2:
        return None
    return Handoff(HandoffReason.SEVERAL_QUESTIONS, words=" / ".join(sure.values()), missing=tuple(missing))


def _say(best: Match, policy: Policy) -> Decision:
    entry = best.entry
    mode = stricter(policy.mode, entry.mode)
    if mode is Mode.OFF:
        return Handoff(HandoffReason.ENTRY_WANTS_PERSON, words=entry.question)
    text, missing = policy.compose(entry)
    if missing:
        return Handoff(HandoffReason.MISSING_FIELD, words=entry.question, missing=missing)
    return Answer(best, text, mode, then_person=entry.then_person)
