"""What follows from a decision: the conversation moves, a draft is offered, something is said; gathered, not yet written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.conversation import Event, State
from bot.core.decide import Answer, Decision, Handoff, Silence, Wait
from bot.core.notices import GREETED, Notice, due_notices, join
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason
from bot.service.arrivals import Fresh
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.saying import notice_text, rest_text, send_row
from bot.service.shelf import Shelved
from bot.store.conversations import Conversation
from bot.store.errands import HAND_OVER, Errand
from bot.store.ids import from_ms, new_id, to_ms
from bot.store.journal import Line
from bot.store.timers import Timer
from knowledge_base.entry import Mode, Reading

ANSWER = "answer"
"""The part of a send that is an answer of the FAQ; the others are notices."""


@dataclass(slots=True)
class Work:
    """What one transaction gathers before it writes."""

    loaded: dict[str, Conversation]
    busy: set[str]
    spoken_of: Mapping[str, str]
    """The messages that a recall or a report speaks of; a recall goes before."""
    decisions: list[dict[str, Any]] = field(default_factory=list)
    suggestions: list[dict[str, Any]] = field(default_factory=list)
    sends: list[dict[str, Any]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    drops: list[tuple[str, str, str]] = field(default_factory=list)
    decided: dict[str, str] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a conversation, with what it rests on: ``id`` of the decision, time ``now`` (ms)."""

    id: str
    one: Conversation
    decision: Decision
    reading: Reading
    shelved: Shelved
    fresh: Fresh | None
    now: int


class Acting:
    """Turns decisions into moves, drafts and sends."""

    def __init__(self, directory: Directory, clocks: Clocks) -> None:
        self._directory, self._clocks = directory, clocks

    def act(self, work: Work, it: Decided) -> None:
        """Gather what follows from a decision."""
        one, decision = it.one, it.decision
        if isinstance(decision, Wait):
            if it.fresh:
                one.pending = [*one.pending, it.fresh.id]
            one.waiting_since = one.waiting_since or it.now
            work.timers.append(Timer(one.shop, "wait", one.id, to_ms(decision.until)))
        elif isinstance(decision, Handoff):
            self._handed_off(work, it, decision)
        elif isinstance(decision, Answer) and decision.mode is Mode.SUGGEST:
            self.hand_off(work, one, Handoff(HandoffReason.DRAFT_TO_CONFIRM, _questions(decision)), it.now)
            self._suggest(work, it, decision)
        elif isinstance(decision, Answer):
            self._answered(one, it.reading, decision)
            if decision.then_person:
                self.hand_off(work, one, Handoff(HandoffReason.ENTRY_WANTS_PERSON, _questions(decision)), it.now)
            self._say(work, it, {ANSWER: decision.text}, entry=decision.match.entry.id)
        else:
            assert isinstance(decision, Silence)  # noqa: S101  (the last of four outcomes; nothing is said)

    def _handed_off(self, work: Work, it: Decided, decision: Handoff) -> None:
        """Bring a person; what is known of several questions is said, or offered, all the same."""
        self.hand_off(work, it.one, decision, it.now)
        partial = decision.partial
        if partial is None:
            self._say(work, it, {})
        elif partial.mode is Mode.SUGGEST:
            self._suggest(work, it, partial)
        else:
            self._answered(it.one, it.reading, partial)
            rest = rest_text(self._directory.shops[it.one.shop], it.one, decision.missing, it.now)
            parts = {ANSWER: partial.text, Notice.HANDOFF.value: rest}
            self._say(work, it, parts, entry=partial.match.entry.id)

    def greet(self, work: Work, fresh: Fresh, shelved: Shelved) -> None:
        """Welcome a buyer who has just come in and asked nothing, where the platform lends a key for that; once."""
        one, shop = work.loaded[fresh.conversation], self._directory.shops[fresh.shop]
        channel, now = self._directory.channels.get(one.channel), self._clocks.now_ms(fresh.shop)
        within = self._directory.adapter(channel).capabilities(channel).greets if channel else None
        quiet = shop.mode is not Mode.AUTO or shop.stopped or one.state not in (State.BOT, State.CLOSED)
        if quiet or one.open or GREETED in one.said or within is None or from_ms(now) - from_ms(fresh.at) > within:
            return
        text = notice_text(shop, one, shelved, Notice.WELCOME) if Notice.WELCOME in shop.notices else ""
        if text:
            one.said = [*one.said, GREETED]
            work.sends.append(
                send_row(one, self._clocks, text=text, parts=[Notice.WELCOME.value], in_reply_to=fresh.id)
            )

    def hand_off(self, work: Work, one: Conversation, decision: Handoff, now: int) -> None:
        """Put the conversation into the queue. A reason that keeps the bot quiet is not replaced by a weaker one."""
        if one.state == State.AGENT:
            return
        was = one.state
        one.step(Event.HANDED_OFF)
        keep = was == State.WAITING and one.reason and decision.reason not in KEEPS_BOT_QUIET
        if not keep:
            one.reason = decision.reason.value
            one.reason_detail = _detail(decision)
        if was != State.WAITING or not keep:
            work.lines.append(Line(one.shop, now, "handoff", one.id, one.id, {"reason": decision.reason.value}))
        channel = None if was == State.WAITING else self._directory.channels.get(one.channel)
        if channel and self._directory.adapter(channel).capabilities(channel).hands_over:
            work.errands.append(Errand(one.shop, one.channel, HAND_OVER, one.id, self._clocks.real_ms()))

    def _answered(self, one: Conversation, reading: Reading, answer: Answer) -> None:
        """Remember what was answered: all of it where all was, and each question of several."""
        entries = {match.entry.id for match in answer.matches}
        parts = [part for part in reading.parts if part.asks and part.matches and part.matches[0].entry.id in entries]
        one.asked = [*one.asked, reading.normalized, *(part.normalized for part in parts)]

    def _suggest(self, work: Work, it: Decided, answer: Answer) -> None:
        work.suggestions.append(
            {
                "id": new_id(self._clocks.real()),
                "shop": it.one.shop,
                "conversation": it.one.id,
                "decision": it.id,
                "entry": answer.match.entry.id,
                "text": answer.text,
                "sureness": min(match.sureness for match in answer.matches),
                "state": "open",
                "at": it.now,
                "by": None,
            }
        )

    def _say(self, work: Work, it: Decided, parts: dict[str, str], entry: str | None = None) -> None:
        """Put an answer and the notices that fall together with it into one outbox row."""
        one, shop = it.one, self._directory.shops[it.one.shop]
        if shop.mode is not Mode.AUTO or shop.stopped or one.state == State.AGENT.value:
            return
        handed = one.state == State.WAITING.value and not parts
        local = from_ms(it.now).astimezone(ZONE)
        kinds = due_notices(shop.notices, one.said, handed_off=handed, local=local, hours=shop.hours)
        filled = {kind.value: notice_text(shop, one, it.shelved, kind) for kind in kinds}
        said = {kind: text for kind, text in filled.items() if text}
        ordered = {k: said[k] for k in (Notice.WELCOME.value,) if k in said} | parts | said
        if not ordered:
            return
        one.said = list(dict.fromkeys((*one.said, *said, *(kind for kind in parts if kind != ANSWER))))
        answers = it.fresh.id if it.fresh else one.last_message
        work.sends.append(
            send_row(
                one,
                self._clocks,
                text=join(ordered),
                parts=list(ordered),
                in_reply_to=answers,
                decision=it.id,
                entry=entry,
            )
        )


def _questions(answer: Answer) -> str:
    return " / ".join(match.entry.question for match in answer.matches)


def _detail(decision: Handoff) -> str:
    """What the queue shows beside a reason: of several questions those that are missing and those that are known."""
    missing = "、".join(decision.missing)
    if decision.reason is HandoffReason.SEVERAL_QUESTIONS and decision.words:
        return f"{missing}（有答案：{decision.words}）"
    return missing or decision.words
