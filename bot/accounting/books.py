"""The books of a conversation, or of many: every inquiry and every reply with its verdict.

A recount from all events and a refold after one more event are the same call, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.accounting.event import Event, order_key
from bot.accounting.inquiry import ALL_SEEN, ChannelFacts, Fold, exclusions, recalls
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate
from bot.accounting.verdict import ReplyVerdict, Verdict, judge_inquiry, judge_reply


@dataclass(frozen=True, slots=True)
class Note:
    """Something told that could not be used: ``report`` names ``target``, a message that was not seen."""

    report: str
    target: str

    def words(self) -> str:
        """Say it to a person, in Chinese and English."""
        return (
            f"举报 {self.report} 指向的消息 {self.target} 没有出现过，不起作用 / "
            f"report {self.report} names message {self.target}, which was not seen: no effect"
        )


@dataclass(frozen=True, slots=True)
class Books:
    """Verdicts in opening order, replies in time order, and notes, under one ruleset."""

    ruleset: Ruleset
    inquiries: tuple[Verdict, ...]
    replies: tuple[ReplyVerdict, ...]
    notes: tuple[Note, ...] = ()

    def rate(self, as_of: datetime) -> Rate:
        """Return the exact rate over the inquiries whose opening day lies in the period that ends with ``as_of``'s
        local day, that day included."""
        inside = self.in_period(as_of)
        return Rate(sum(one.counted for one in inside), sum(one.in_denominator for one in inside))

    def in_period(self, as_of: datetime) -> list[Verdict]:
        """List the inquiries whose opening day lies in the period that ends with ``as_of``'s local day."""
        last = self.ruleset.local_day(as_of)
        first = last - timedelta(days=self.ruleset.period_days - 1)
        return [one for one in self.inquiries if first <= self.ruleset.local_day(one.opened_at) <= last]


def judge_conversation(
    events: Iterable[Event], ruleset: Ruleset, as_of: datetime, channel: ChannelFacts = ALL_SEEN
) -> Books:
    """Judge one conversation's events, in order of arrival, as things stand at ``as_of``.

    Of a repeated id the first arrival counts; then time rules (``order_key``). What lies after ``as_of`` has not
    happened yet.

    Raises:
        ValueError: ``as_of`` has no time zone.
    """
    happened = _happened(_distinct(events), as_of)
    reports = exclusions(happened, ruleset)
    inquiries, replies = _judge(happened, ruleset, as_of, channel, recalls(happened), reports)
    return Books(ruleset, tuple(inquiries), tuple(replies), _notes(happened))


def judge(events: Iterable[Event], ruleset: Ruleset, *, as_of: datetime, channel: ChannelFacts = ALL_SEEN) -> Books:
    """Judge many conversations at once; recalls and reports find their message in whichever it stands.

    Order, repeats and ``as_of`` as in ``judge_conversation``.

    Raises:
        ValueError: ``as_of`` has no time zone.
    """
    happened = _happened(_distinct(events), as_of)
    recalled, reports = recalls(happened), exclusions(happened, ruleset)
    conversations = _by_conversation(happened)
    inquiries: list[Verdict] = []
    replies: list[ReplyVerdict] = []
    for own in conversations:
        more_inquiries, more_replies = _judge(own, ruleset, as_of, channel, recalled, reports)
        inquiries += more_inquiries
        replies += more_replies
    if len(conversations) > 1:
        inquiries.sort(key=lambda one: (one.opened_at, one.opened_by))
        replies.sort(key=lambda one: (one.at, one.message))
    return Books(ruleset, tuple(inquiries), tuple(replies), _notes(happened))


def fold_all(events: Iterable[Event], ruleset: Ruleset, as_of: datetime | None = None) -> list[Fold]:
    """Fold every conversation without judging it: what was said, replied and transferred in which inquiry."""
    happened = _happened(_distinct(events), as_of)
    recalled = recalls(happened)
    return [_folded(own, ruleset, ALL_SEEN, recalled, {}) for own in _by_conversation(happened)]


def _by_conversation(events: Sequence[Event]) -> list[list[Event]]:
    conversations: dict[str, list[Event]] = {}
    for event in events:
        conversations.setdefault(event.conversation, []).append(event)
    return list(conversations.values())


def _distinct(events: Iterable[Event]) -> list[Event]:
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.id, event)
    return list(first.values())


def _happened(events: list[Event], as_of: datetime | None) -> list[Event]:
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError("as_of has no time zone")
    happened = [event for event in events if as_of is None or event.at <= as_of]
    happened.sort(key=order_key)
    return happened


def _judge(
    events: Sequence[Event],
    ruleset: Ruleset,
    as_of: datetime,
    channel: ChannelFacts,
    recalled: frozenset[str],
    reports: dict[str, Event],
) -> tuple[list[Verdict], list[ReplyVerdict]]:
    fold = _folded(events, ruleset, channel, recalled, reports)
    if ruleset.whole_seconds:
        as_of = as_of.replace(microsecond=0)
    verdicts = [judge_inquiry(inquiry, ruleset, as_of, channel) for inquiry in fold.inquiries]
    by_opening = {verdict.opened_by: verdict for verdict in verdicts}
    return verdicts, [judge_reply(reply, by_opening) for reply in fold.replies]


def _folded(
    events: Sequence[Event],
    ruleset: Ruleset,
    channel: ChannelFacts,
    recalled: frozenset[str],
    reports: dict[str, Event],
) -> Fold:
    if ruleset.whole_seconds:
        events = [replace(event, at=event.at.replace(microsecond=0)) for event in events]
    fold = Fold(ruleset, channel, recalled, reports)
    for event in events:
        fold.take(event)
    return fold


def _notes(events: Sequence[Event]) -> tuple[Note, ...]:
    reports = [event for event in events if event.kind == "report" and event.meta.get("target") is not None]
    if not reports:
        return ()
    seen = {event.id for event in events}
    return tuple(Note(one.id, str(one.meta["target"])) for one in reports if one.meta["target"] not in seen)
