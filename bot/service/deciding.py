"""One transaction for a batch of questions: decide each with the truth of that moment, save what follows from it.

Decision, conversation state, outbox row, timers and journal lines are one commit: whoever is promised a person finds
the conversation in the queue, and whatever is sent was a row first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import State
from bot.core.decide import Answer, Decision, Handoff, Policy, Silence, Talk, Wait, decide
from bot.core.explain import explain, reason_of
from bot.core.message import HAPPENINGS, Kind
from bot.core.notices import Notice
from bot.core.reasons import HandoffReason, SilenceReason
from bot.service.acting import Acting, Decided, Work
from bot.service.arrivals import Fresh
from bot.service.books import Books
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.fields import facts_of
from bot.service.shelf import Shelved
from bot.service.worker import Worker
from bot.store import conversations as convs
from bot.store import decisions, errands, messages, outbox, timers
from bot.store.conversations import Conversation
from bot.store.ids import from_ms, new_id
from bot.store.journal import Line, append
from bot.store.timers import Timer
from knowledge_base.entry import Mode, Reading

STALE_MS = 180_000
"""An automatic answer older than this is handed over, not sent (``stale_after_s``)."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to decide: a buyer's line (None when a wait has run out), read together with the lines before it."""

    fresh: Fresh | None
    conversation: str
    shop: str
    kind: Kind
    reading: Reading
    shelved: Shelved
    took_us: int = 0


class Deciding:
    """Decides and saves. ``apply`` and ``fault`` run inside the writer's transaction."""

    def __init__(self, directory: Directory, clocks: Clocks, books: Books, worker: Worker) -> None:
        self._directory, self._clocks, self._books, self._worker = directory, clocks, books, worker
        self._acting = Acting(directory, clocks)

    def apply(
        self,
        conn: sa.Connection,
        questions: Sequence[Question],
        touched: Sequence[Fresh],
        shelved: Mapping[str, Shelved],
    ) -> list[Mapping[str, Any]]:
        """Decide questions in order and bring the books of all touched conversations up to date.

        Returns the sends that are now on the wire (status ``sending``): the caller makes the calls.
        """
        ids = {q.conversation for q in questions} | {f.conversation for f in touched}
        work = Work(
            loaded=convs.load(conn, ids),
            busy=outbox.busy(conn, {q.conversation for q in questions} | {f.conversation for f in touched if f.greets}),
            spoken_of=messages.spoken_of(conn, {f.id for f in touched} | {q.fresh.id for q in questions if q.fresh}),
        )
        self._book(conn, work, touched)
        for fresh in touched:
            if fresh.greets:
                self._acting.greet(work, fresh, shelved[fresh.shop])
        for question in questions:
            self._one(work, question)
        work.timers += self._timed_answers(work, touched)
        return self._write(conn, work)

    def fault(self, conn: sa.Connection, failed: Sequence[Fresh], *, books: bool) -> list[Mapping[str, Any]]:
        """Hand messages to a person that our own code could not decide (P8); without the books if those are at fault."""
        spoken_of = messages.spoken_of(conn, {f.id for f in failed})
        work = Work(convs.load(conn, {f.conversation for f in failed}), set(), spoken_of)
        if books:
            self._book(conn, work, failed)
        for fresh in failed:
            one = work.loaded[fresh.conversation]
            lines = list(dict.fromkeys((*one.pending, fresh.id)))
            self._settle_lines(work, one)
            decision = Handoff(HandoffReason.OWN_FAULT)
            self._acting.hand_off(work, one, decision, self._clocks.now_ms(one.shop))
            why = {"sentence": {"zh": "系统故障，已转人工。", "en": "Our own fault."}}
            self._note(work, one, lines, decision, why, 0)
        work.timers += self._timed_answers(work, failed)
        return self._write(conn, work)

    def _book(self, conn: sa.Connection, work: Work, touched: Sequence[Fresh]) -> None:
        """Bring the books of all that is new or spoken of up to date, each from the earliest time it is about."""
        told = messages.speak_of(conn, {f.id for f in touched if f.kind in HAPPENINGS})
        floors: dict[str, int] = {}
        asked: dict[str, list[int]] = {}
        for conversation, at in [*((f.conversation, f.at) for f in touched), *told]:
            floors[conversation] = min(at, floors.get(conversation, at))
            asked.setdefault(conversation, []).append(at)
        for conversation in [
            *(f.conversation for f in touched if not f.asks or f.id in work.spoken_of),
            *(conversation for conversation, _ in told),
        ]:
            asked.pop(conversation, None)
        # A recall or report may speak of a message of another conversation: that one is counted again.
        work.loaded |= convs.load(conn, floors.keys() - work.loaded.keys())
        self._books.refold(conn, work.loaded, floors, asked)
        messages.mark_booked(conn, {f.id for f in touched if not f.asks})

    def _settle_lines(self, work: Work, one: Conversation, *, expired: bool = False) -> None:
        if expired or one.pending or one.waiting_since is not None:
            work.drops.append((one.shop, "wait", one.id))
        one.settle_lines()

    def _one(self, work: Work, question: Question) -> None:
        one = work.loaded.get(question.conversation)
        if one is None:
            return
        if question.fresh is None and not one.pending:
            self._settle_lines(work, one, expired=True)
            return
        shop = self._directory.shops[question.shop]
        now = self._clocks.now_ms(one.shop)
        policy = Policy(
            mode=shop.mode,
            threshold=shop.threshold,
            margin=shop.margin,
            compose=question.shelved.compose(shop.platform, facts_of(one)),
            stopped=shop.stopped,
            partial=shop.partial_answers,
        )
        decision = self._decide(work, question, one, policy, now)
        lines = [*one.pending, *([question.fresh.id] if question.fresh else [])]
        if not isinstance(decision, Wait):
            self._settle_lines(work, one)
        did = self._note(work, one, lines, decision, explain(question.reading, decision, policy), question.took_us)
        it = Decided(did, one, decision, question.reading, question.shelved, question.fresh, now)
        self._acting.act(work, it)

    def _decide(self, work: Work, question: Question, one: Conversation, policy: Policy, now: int) -> Decision:
        fresh = question.fresh
        if fresh and work.spoken_of.get(fresh.id) == Kind.RECALL and one.state != State.AGENT:
            # Taken back before we answered: no machine answers it, but its inquiry stays open for a person.
            return Handoff(HandoffReason.NO_MATCH)
        since = fresh.accepted_at if fresh else one.waiting_since or now
        if one.state != State.AGENT and one.came_before_release(since):
            return Handoff(HandoffReason.RELEASED_OWED) if one.open else Silence(SilenceReason.PERSON_HOLDS)
        decision = self._by_rules(question, one, policy, now)
        if isinstance(decision, Answer) and decision.mode is Mode.AUTO and now - since > STALE_MS:
            return Handoff(HandoffReason.STALE, words=decision.match.entry.question)
        return decision

    def _by_rules(self, question: Question, one: Conversation, policy: Policy, now: int) -> Decision:
        talk = Talk(
            state=State(one.state),
            reason=HandoffReason(one.reason) if one.reason and one.state == State.WAITING else None,
            inquiry_open=one.open,
            waiting_since=from_ms(one.waiting_since) if one.waiting_since else None,
            waited=question.fresh is None,
            answered=frozenset(one.asked),
        )
        return decide(question.kind, question.reading, talk, policy, from_ms(now))

    def _note(
        self, work: Work, one: Conversation, lines: list[str], decision: Decision, why: dict[str, Any], took_us: int
    ) -> str:
        now = self._clocks.now_ms(one.shop)
        did = new_id(self._clocks.real())
        outcome, reason = type(decision).__name__.lower(), reason_of(decision)
        said = answer_in(decision)
        match = decision.match if isinstance(decision, Answer) else None
        if match and said and said.mode is Mode.SUGGEST:
            outcome = "suggest"
        work.decisions.append(
            {
                "id": did,
                "shop": one.shop,
                "conversation": one.id,
                "message": lines[-1] if lines else "",
                "outcome": outcome,
                "reason": reason,
                "entry": match.entry.id if match else None,
                "sureness": match.sureness if match else None,
                "explain": why,
                "at": now,
                "took_us": took_us,
            }
        )
        entries = [one.entry.id for one in said.matches] if said else []
        told = {"outcome": outcome, "reason": reason, "messages": lines, "entries": entries}
        work.lines.append(Line(one.shop, now, "decision", did, one.id, told))
        for line in lines:
            work.decided[line] = did
            if isinstance(decision, Wait):
                work.waiting.add(line)
            else:
                work.waiting.discard(line)
        return did

    def _write(self, conn: sa.Connection, work: Work) -> list[Mapping[str, Any]]:
        on_the_wire = []
        for row in work.sends:
            if row["conversation"] not in work.busy:
                row["status"], row["tries"], row["worker"] = "sending", 1, self._worker.name
                row["asked_at"] = self._clocks.real_ms()
                on_the_wire.append(row)
                work.busy.add(row["conversation"])
        decisions.add(conn, work.decisions)
        decisions.add_suggestions(conn, work.suggestions)
        outbox.add(conn, work.sends)
        timers.drop(conn, work.drops)
        timers.put(conn, work.timers)
        errands.want(conn, work.errands)
        messages.mark_decided(conn, work.decided, waiting=work.waiting)
        append(conn, work.lines)
        convs.save(conn, work.loaded.values())
        return outbox.addressed(conn, on_the_wire)

    def _timed_answers(self, work: Work, touched: Sequence[Fresh]) -> list[Timer]:
        """For each inquiry that opened just now in a shop with a timed answer, the moment it falls due."""
        due = []
        said_at = {fresh.id: fresh.at for fresh in touched}
        for one in work.loaded.values():
            after, opened = self._directory.shops[one.shop].timed_answer_s, said_at.get(one.inquiry or "")
            if after and one.open and opened is not None and Notice.TIMED.value not in one.said:
                due.append(Timer(one.shop, "timed", one.id, opened + after * 1000))
        return due


def answer_in(decision: Decision) -> Answer | None:
    """What a decision answers, wholly or in part."""
    if isinstance(decision, Handoff):
        return decision.partial
    return decision if isinstance(decision, Answer) else None
