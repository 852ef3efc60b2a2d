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
    """Verdicts in opening order, replies in time order, and notes. ``ruleset`` is the one they were judged under; where
    rules changed in between (``dated``) it is the latest, and each verdict names its own."""

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
    happened = happened_by(events, as_of)
    reports = exclusions(happened, ruleset)
    inquiries, replies = _judge(happened, ruleset, as_of, channel, recalls(happened), reports)
    return Books(ruleset, tuple(inquiries), tuple(replies), notes_of(happened))


def judge(events: Iterable[Event], ruleset: Ruleset, *, as_of: datetime, channel: ChannelFacts = ALL_SEEN) -> Books:
    """Judge many conversations at once; recalls and reports find their message in whichever it stands.

    Order, repeats and ``as_of`` as in ``judge_conversation``.

    Raises:
        ValueError: ``as_of`` has no time zone.
    """
    happened = happened_by(events, as_of)
    recalled, reports = recalls(happened), exclusions(happened, ruleset)
    inquiries: list[Verdict] = []
    replies: list[ReplyVerdict] = []
    for own in _by_conversation(happened):
        more_inquiries, more_replies = _judge(own, ruleset, as_of, channel, recalled, reports)
        inquiries += more_inquiries
        replies += more_replies
    inquiries.sort(key=lambda one: (one.opened_at, one.opened_by))
    replies.sort(key=lambda one: (one.at, one.message))
    return Books(ruleset, tuple(inquiries), tuple(replies), notes_of(happened))


def fold_all(events: Iterable[Event], ruleset: Ruleset, as_of: datetime | None = None) -> list[Fold]:
    """Fold every conversation without judging it: what was said, replied and transferred in which inquiry."""
    happened = happened_by(events, as_of)
    recalled = recalls(happened)
    return [folded(own, Fold(ruleset, ALL_SEEN, recalled, {})) for own in _by_conversation(happened)]


def _by_conversation(events: Sequence[Event]) -> list[list[Event]]:
    conversations: dict[str, list[Event]] = {}
    for event in events:
        conversations.setdefault(event.conversation, []).append(event)
    return list(conversations.values())


def happened_by(events: Iterable[Event], as_of: datetime | None) -> list[Event]:
    """Return what has happened by ``as_of`` in the books' order; of a repeated id the first arrival counts.

    Raises:
        ValueError: ``as_of`` has no time zone.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError("as_of has no time zone")
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.id, event)
    happened = [event for event in first.values() if as_of is None or event.at <= as_of]
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
    fold = folded(events, Fold(ruleset, channel, recalled, reports))
    verdicts = verdicts_of(fold, as_of, channel)
    by_opening = {verdict.opened_by: verdict for verdict in verdicts}
    return verdicts, [judge_reply(reply, by_opening) for reply in fold.replies]


def verdicts_of(fold: Fold, as_of: datetime, channel: ChannelFacts) -> list[Verdict]:
    """Judge every inquiry of a fold at ``as_of``."""
    rules = fold.rules
    if rules.whole_seconds:
        as_of = as_of.replace(microsecond=0)
    return [judge_inquiry(inquiry, rules, as_of, channel) for inquiry in fold.inquiries]


def folded(events: Sequence[Event], fold: Fold) -> Fold:
    """Feed one conversation's events, in the books' order, to a fold and return it; times are cut to whole seconds
    first (and what falls together is put in order anew) where its rules compare by the second."""
    if fold.rules.whole_seconds:
        events = sorted((replace(event, at=event.at.replace(microsecond=0)) for event in events), key=order_key)
    for event in events:
        fold.take(event)
    return fold


def adds_nothing(rules: Ruleset, opened: datetime, at: datetime) -> bool:
    """Say whether a buyer's line of this time leaves every verdict as it is, where the conversation's latest inquiry,
    opened at ``opened``, has no valid reply and no report speaks of the line. Both times are aware; False where only
    judging again would tell."""
    if rules.whole_seconds:
        opened, at = opened.replace(microsecond=0), at.replace(microsecond=0)
    if at <= opened:
        return False
    before, local = opened.astimezone(rules.zone), at.astimezone(rules.zone)
    return before.date() == local.date() and rules.covers(before) == rules.covers(local)


def notes_of(events: Sequence[Event]) -> tuple[Note, ...]:
    """Tell which reports name a message that is not among the events."""
    reports = [event for event in events if event.kind == "report" and event.meta.get("target") is not None]
    if not reports:
        return ()
    seen = {event.id for event in events}
    return tuple(Note(one.id, str(one.meta["target"])) for one in reports if one.meta["target"] not in seen)
