"""The fold: one conversation's events in order become its inquiries, each with all that a verdict needs.

When an inquiry opens, what joins it, which reply answers it. Whether it counts is ``verdict``'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.accounting.event import (
    ASSIST,
    BUYER,
    HAPPENINGS,
    QUICK_PHRASE,
    SOURCE,
    SUGGESTED,
    SYSTEM,
    VIA,
    VIA_PLATFORM,
    Event,
    class_of,
)
from bot.accounting.ruleset import Ruleset, meaningless
from bot.accounting.substance import bare
from bot.core.message import ReplyClass

_PEOPLE = (ReplyClass.HUMAN, ReplyClass.ASSISTED)


class ApiSent(StrEnum):
    """Whether the platform's rate counts replies sent by API."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What the wire lets us know: whether replies that people type elsewhere are seen, whether API sends count."""

    sees_human_replies: bool = True
    api_sent_counts: str = ApiSent.UNKNOWN


ALL_SEEN = ChannelFacts()
"""A wire that shows everything, of which nothing is known about API sends."""


class Standing(StrEnum):
    """How a shop-side message stands by itself, before any clock is looked at."""

    VALID = "valid"
    MEANINGLESS = "meaningless"
    AUTOMATIC = "automatic"
    RECALLED = "recalled"
    BEFORE_INQUIRY = "before_inquiry"
    UNKNOWN_SENDER = "unknown_sender"
    SENT_BY_API = "sent_by_api"


@dataclass(slots=True)
class Inquiry:
    """An inquiry while it is being folded. ``clock_from`` is the opening unless a transfer may restart the clock.

    ``answer`` is the first valid reply, ``person`` the first valid one by a person, ``any_reply`` the first of any
    class. Of meaningless and automatic replies the latest is kept. ``turn_from`` is set while a later buyer turn
    waits; ``late_turn`` is the first reply that came too late for a later turn. ``said`` holds the buyer's messages,
    ``transfers`` the transfers that happened while this was the latest inquiry.
    """

    opening: Event
    local_day: date
    inside: bool
    exempt: bool
    clock_from: datetime
    said: list[Event] = field(default_factory=list)
    transfers: list[Event] = field(default_factory=list)
    report: Event | None = None
    answer: Event | None = None
    person: Event | None = None
    any_reply: Event | None = None
    meaningless: Event | None = None
    faked: bool = False
    automatic: Event | None = None
    unknown: bool = False
    turn_from: datetime | None = None
    late_turn: Event | None = None


@dataclass(slots=True)
class Reply:
    """A shop-side message as folded: the inquiry it belongs to, and those it was the first valid reply of."""

    event: Event
    reply_class: ReplyClass
    standing: Standing
    inquiry: Inquiry | None
    answered: tuple[Inquiry, ...] = ()
    late_turn: bool = False


class Fold:
    """Takes one conversation's events in the books' order, one at a time; ``inquiries`` and ``replies`` grow."""

    def __init__(
        self,
        ruleset: Ruleset,
        channel: ChannelFacts,
        recalled: frozenset[str],
        reports: Mapping[str, Event],
        anew: frozenset[str] = frozenset(),
    ) -> None:
        """``recalled`` are the messages taken back, ``reports`` those that exclude; from each message of ``anew`` on
        the next inquiry is a new one, whatever went before."""
        self.rules = ruleset
        self.anew = anew
        self.api_counts = channel.api_sent_counts != ApiSent.NO
        self.recalled = recalled if ruleset.ignore_recalled else frozenset()
        self.reports = reports
        self.inquiries: list[Inquiry] = []
        self.replies: list[Reply] = []
        self._waiting: list[Inquiry] = []
        self._unmanned: list[Inquiry] = []
        self._last_at: datetime | None = None
        self._opens_anew = False

    def take(self, event: Event) -> None:
        """Take the next event."""
        if event.actor == SYSTEM or event.kind in HAPPENINGS:
            if event.kind == "transfer":
                self._transfer(event)
        elif event.actor == BUYER:
            self._hear(event)
        else:
            self._reply(event)

    def _transfer(self, event: Event) -> None:
        if self.inquiries:
            self.inquiries[-1].transfers.append(event)
        if self.rules.transfer_restarts:
            for inquiry in self._waiting:
                if inquiry.turn_from is None:
                    inquiry.clock_from = event.at
                else:
                    inquiry.turn_from = event.at

    def _hear(self, event: Event) -> None:
        rules = self.rules
        self._opens_anew = self._opens_anew or event.id in self.anew
        closing = rules.closings and event.kind == "text" and bare(event.text) in rules.closings
        if not closing:
            self._open_or_join(event)
        if self.inquiries:
            latest = self.inquiries[-1]
            latest.said.append(event)
            report = self.reports.get(event.id)
            if report is not None and (latest.report is None or _goes_before(report, latest.report)):
                latest.report = report
        self._last_at = event.at

    def _open_or_join(self, event: Event) -> None:
        rules = self.rules
        local = event.at.astimezone(rules.zone)
        day, inside = local.date(), rules.covers(local)
        latest = self.inquiries[-1] if self.inquiries else None
        if latest is None or self._opens_anew or self._opens(latest, event.at, day, inside):
            self._opens_anew = False
            exempt = bool(rules.exempt_days) and day in rules.exempt_days
            inquiry = Inquiry(event, day, inside, exempt, event.at)
            self.inquiries.append(inquiry)
            self._waiting.append(inquiry)
            self._unmanned.append(inquiry)
        elif rules.all_turns and latest.answer is not None and latest.turn_from is None:
            latest.turn_from = event.at
            self._waiting.append(latest)

    def _opens(self, latest: Inquiry, at: datetime, day: date, inside: bool) -> bool:
        rules = self.rules
        if rules.unit == "buyer_day":
            return day != latest.local_day or inside != latest.inside
        if rules.day_rollover and day != latest.local_day:
            return True
        if latest.answer is None:
            return rules.reentry_new and inside and not latest.inside
        if rules.unit == "turn":
            return True
        return self._last_at is not None and at - self._last_at > rules.idle_gap

    def _reply(self, event: Event) -> None:
        reply_class = class_of(event)
        latest = self.inquiries[-1] if self.inquiries else None
        if event.id in self.recalled:
            self.replies.append(Reply(event, reply_class, Standing.RECALLED, latest))
            return
        self._last_at = event.at
        if latest is None:
            self.replies.append(Reply(event, reply_class, Standing.BEFORE_INQUIRY, None))
            return
        reply = Reply(event, reply_class, self._standing(event, reply_class), latest)
        self.replies.append(reply)
        if reply.standing is Standing.SENT_BY_API:
            return
        if latest.any_reply is None:
            latest.any_reply = event
        if reply.standing is Standing.VALID:
            self._answer(reply)
        elif reply.standing is Standing.MEANINGLESS:
            latest.meaningless = event
            latest.faked = latest.faked or (reply_class in _PEOPLE and self._in_time(latest.clock_from, event.at))
        elif reply.standing is Standing.AUTOMATIC:
            latest.automatic = event
        else:
            latest.unknown = True

    def _answer(self, reply: Reply) -> None:
        event = reply.event
        answered = []
        for inquiry in self._waiting:
            if inquiry.answer is None:
                inquiry.answer = event
                inquiry.any_reply = inquiry.any_reply or event
                answered.append(inquiry)
            elif inquiry.turn_from is not None and not self._in_time(inquiry.turn_from, event.at):
                inquiry.late_turn = inquiry.late_turn or event
                reply.late_turn = True
            inquiry.turn_from = None
        self._waiting.clear()
        reply.answered = tuple(answered)
        if self._unmanned and reply.reply_class in _PEOPLE:
            for inquiry in self._unmanned:
                inquiry.person = event
            self._unmanned.clear()

    def _in_time(self, since: datetime, at: datetime) -> bool:
        rules = self.rules
        return at - since <= rules.deadline if rules.inclusive else at - since < rules.deadline

    def _standing(self, event: Event, reply_class: ReplyClass) -> Standing:
        if reply_class is ReplyClass.UNKNOWN:
            return Standing.UNKNOWN_SENDER
        if not self._judged_as_human(event, reply_class):
            return Standing.AUTOMATIC
        if reply_class in _PEOPLE and not self.api_counts and event.meta.get(VIA) != VIA_PLATFORM:
            return Standing.SENT_BY_API
        return Standing.MEANINGLESS if meaningless(event.text, event.kind, self.rules) else Standing.VALID

    def _judged_as_human(self, event: Event, reply_class: ReplyClass) -> bool:
        rules, meta = self.rules, event.meta
        if event.actor in rules.human_actors:
            quick, suggested = meta.get(QUICK_PHRASE) is True, meta.get(SOURCE) == SUGGESTED
            if (rules.quick_phrase_human or not quick) and (rules.suggested_human or not suggested):
                return True
        elif reply_class is not ReplyClass.AUTOMATIC:
            return False
        if rules.auto_counts and event.kind == "text":
            return True
        return rules.assist_counts and event.actor == "bot" and meta.get("mode") == ASSIST


def recalls(events: Iterable[Event]) -> frozenset[str]:
    """Collect the ids of messages that were taken back."""
    return frozenset(str(event.meta.get("target")) for event in events if event.kind == "recall")


def _goes_before(report: Event, other: Event) -> bool:
    """Spam goes before abuse where an inquiry is reported as both; of one kind the first message's report stands."""
    return report.meta.get("type") == "spam" != other.meta.get("type")


def exclusions(events: Iterable[Event], ruleset: Ruleset) -> dict[str, Event]:
    """Map message ids to the report that excludes them: of each kind the last status known rules, spam before abuse."""
    last: dict[tuple[str, str], Event] = {}
    for event in events:
        if event.kind == "report" and event.meta.get("type") in ruleset.exclude_reasons:
            last[str(event.meta.get("target")), str(event.meta.get("type"))] = event
    found: dict[str, Event] = {}
    for (target, _), event in last.items():
        if event.meta.get("status", "filed") in ruleset.exclude_statuses:
            other = found.get(target)
            if other is None or _goes_before(event, other):
                found[target] = event
    return found
