"""What the bot does with one buyer message: answer, hand off, stay silent or wait for the next line. And why.

Pure: the page that explains a decision and the service that acts on it call the same function. Precedence, first that
fits: a person holds it · not text · asks for a person, sensitive, upset · the bot is off · small talk with nothing left
open · unfinished · small talk · several questions · sureness and margin · the entry's own wishes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.conversation import State
from bot.core.joining import join_answers
from bot.core.message import CARDS, Kind
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason, SilenceReason
from knowledge_base.entry import Entry, Match, Mode, Part, Reading, Signal, stricter

WAIT_AFTER_LINE = timedelta(seconds=3)
WAIT_AT_MOST = timedelta(seconds=8)
_FAINTLY = 5.0

Compose = Callable[[Entry], tuple[str, tuple[str, ...]]]
"""Fill an entry's answer for this shop: the text, and the names of fields without a valid value."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a shop allows: how far the bot may go, how sure it must be, and how answers are filled.

    ``partial``: of several questions those that are known are answered though a person must answer the rest.
    """

    mode: Mode
    threshold: float
    margin: float
    compose: Compose
    stopped: bool = False
    partial: bool = False


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
    """Say ``text`` now (``mode`` auto) or offer it to a person (``mode`` suggest).

    ``also`` has the matches of further questions that the text answers too, in the order asked.
    """

    match: Match
    text: str
    mode: Mode
    reason: str = "sure"
    then_person: bool = False
    also: tuple[Match, ...] = ()

    @property
    def matches(self) -> tuple[Match, ...]:
        """All that is answered, in the order asked."""
        return (self.match, *self.also)


@dataclass(frozen=True, slots=True)
class Handoff:
    """Bring a person. ``missing`` names what the FAQ lacked: fields, or the parts nobody could answer.

    ``partial`` is what is said all the same: the answer to the known parts.
    """

    reason: HandoffReason
    words: str = ""
    missing: tuple[str, ...] = field(default=())
    partial: Answer | None = None


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
    # What a buyer writes opens a closed conversation again: where it is closed now, a person ended it during the wait.
    if talk.state is State.AGENT or (talk.waited and talk.state is State.CLOSED):
        return Silence(SilenceReason.PERSON_HOLDS)
    if kind is not Kind.TEXT and not reading.text:
        return _wordless(kind, talk, policy, now)
    if signalled := _signalled(reading):
        return signalled
    if talk.state is State.WAITING and talk.reason in KEEPS_BOT_QUIET:
        return Handoff(talk.reason)
    if _is_off(policy):
        return Handoff(HandoffReason.BOT_OFF)
    if reading.small_talk and not reading.matches and not talk.inquiry_open:
        return Silence(SilenceReason.SMALL_TALK_SETTLED)
    if not reading.complete and not talk.waited:
        return Wait(_until(talk, now))
    if reading.small_talk:
        return _own_line(reading, talk, policy)
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
    if _is_off(policy):
        return Handoff(HandoffReason.BOT_OFF)
    return Handoff(HandoffReason.CARD_ALONE if kind in CARDS else HandoffReason.MEDIA)


def _signalled(reading: Reading) -> Handoff | None:
    for signal, reason in (
        (Signal.ASKED_FOR_PERSON, HandoffReason.ASKED_FOR_PERSON),
        (Signal.SENSITIVE, HandoffReason.SENSITIVE),
        (Signal.UPSET, HandoffReason.UPSET),
    ):
        if heard := reading.hears(signal):
            return Handoff(reason, words=heard.words)
    return None


def _own_line(reading: Reading, talk: Talk, policy: Policy) -> Decision:
    """Small talk gets the shop's own line, once; else silence where nothing is left open, a person where something is."""
    said = reading.normalized in talk.answered
    best = _sure(reading.matches, policy)
    if best and not said:
        return _say((best,), policy)
    return Handoff(HandoffReason.NO_MATCH) if talk.inquiry_open else Silence(SilenceReason.SMALL_TALK_SETTLED)


def _from_matches(reading: Reading, talk: Talk, policy: Policy) -> Decision:
    if several := _several(reading, talk, policy):
        return several
    if not reading.matches:
        return Handoff(HandoffReason.NO_MATCH)
    best = reading.matches[0]
    if best.sureness < needed(best.entry, policy):
        close = best.sureness >= policy.threshold / 2
        return Handoff(HandoffReason.UNSURE if close else HandoffReason.NO_MATCH, words=best.entry.question)
    if _sure(reading.matches, policy) is None:
        return Handoff(HandoffReason.TWO_ALIKE, words=f"{best.entry.question} / {reading.matches[1].entry.question}")
    if reading.normalized in talk.answered:
        return _asked_again(best, talk)
    return _say((best,), policy)


def _asked_again(best: Match, talk: Talk) -> Decision:
    """The same question again means that our answer did not help: once more would be noise, a person is due."""
    if talk.inquiry_open:
        return Handoff(HandoffReason.UNSURE, words=best.entry.question)
    return Silence(SilenceReason.DUPLICATE_QUESTION)


def needed(entry: Entry, policy: Policy) -> float:
    """The sureness an entry needs here: its own threshold, else the shop's."""
    return policy.threshold if entry.threshold is None else entry.threshold


def _sure(matches: tuple[Match, ...], policy: Policy) -> Match | None:
    """Return the best match where it is sure enough and far enough ahead of the next."""
    if not matches or matches[0].sureness < needed(matches[0].entry, policy):
        return None
    if len(matches) > 1 and matches[0].sureness - matches[1].sureness < policy.margin:
        return None
    return matches[0]


def _several(reading: Reading, talk: Talk, policy: Policy) -> Decision | None:
    """Answer several questions of one message in the order asked; a person gets them if any of them is unknown.

    What is surely for people counts among them whether it is asked or only told. None where no more than one is asked,
    or none is known: then the message is one question.
    """
    parts = [(part, _sure(part.matches, policy)) for part in reading.parts]
    for_people = [best for _, best in parts if best and not _may_say(best.entry, policy)]
    whole = _sure(reading.matches, policy)
    leads = whole if whole and _may_say(whole.entry, policy) else None
    known: dict[str, Match] = {}
    missing: list[str] = []
    for part, best in parts:
        if best in for_people:
            missing.append(part.text)
        elif part.asks and best and part.normalized not in talk.answered:
            known[best.entry.id] = best
        elif part.asks and not (leads and _leans_to(part, leads)):
            missing.append(part.text)
    if not known:
        return _say(tuple(for_people), policy) if for_people else None
    if sum(part.asks for part, _ in parts) < 2 and not for_people:
        return _beside_the_told(reading, known, policy) if whole is None else None
    if not missing:
        return _say(tuple(known.values()), policy)
    partial = _say(tuple(known.values()), policy) if policy.partial else None
    return Handoff(
        HandoffReason.SEVERAL_QUESTIONS,
        words=" / ".join(match.entry.question for match in known.values()),
        missing=tuple(missing),
        partial=partial if isinstance(partial, Answer) else None,
    )


def _beside_the_told(reading: Reading, known: Mapping[str, Match], policy: Policy) -> Decision | None:
    """Answer the one sure question beside what is only told, unless that is likely of another entry.

    Where it is faintly of one that brings a person, a person comes after the answer (退款怎么还没到 都十天了).
    """
    told = [part.matches[0] for part in reading.parts if part.matches and not part.asks]
    others = [match for match in told if match.entry.id not in known and match.sureness >= _FAINTLY]
    if any(match.sureness >= policy.threshold / 2 for match in others):
        return None
    said = _say(tuple(known.values()), policy)
    if isinstance(said, Answer) and any(match.entry.then_person for match in others):
        return replace(said, then_person=True)
    return said


def _may_say(entry: Entry, policy: Policy) -> bool:
    return entry.mode is not Mode.OFF and not policy.compose(entry)[1]


def _leans_to(part: Part, whole: Match) -> bool:
    """Say whether an unknown part is at least faintly of what the whole message surely means."""
    return any(match.entry.id == whole.entry.id and match.sureness >= _FAINTLY for match in part.matches)


def _say(matches: tuple[Match, ...], policy: Policy) -> Decision:
    """Say the answers of one or several entries in one text, in the strictest of their modes."""
    mode = policy.mode
    texts: list[str] = []
    for match in matches:
        mode = stricter(mode, match.entry.mode)
        text, missing = policy.compose(match.entry)
        if mode is Mode.OFF:
            return Handoff(HandoffReason.ENTRY_WANTS_PERSON, words=match.entry.question)
        if missing:
            return Handoff(HandoffReason.MISSING_FIELD, words=match.entry.question, missing=missing)
        texts.append(text)
    then_person = any(match.entry.then_person for match in matches)
    return Answer(matches[0], join_answers(texts), mode, then_person=then_person, also=matches[1:])
