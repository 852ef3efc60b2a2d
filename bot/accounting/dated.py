"""Rules that change with the days: each inquiry is judged under the version in force on the local day it opened.

A day with other rules begins anew: the buyer's first message on it opens an inquiry. A valid reply still answers what
was left open before, each inquiry by its own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.accounting.books import Books, folded, happened_by, judge_conversation, notes_of, verdicts_of
from bot.accounting.event import BUYER, HAPPENINGS, Event
from bot.accounting.inquiry import ALL_SEEN, ChannelFacts, Fold, Reply, exclusions, recalls
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import ReplyReason, ReplyVerdict, Verdict, judge_reply

RulesAt = Callable[[datetime], Ruleset]
"""Names the rules in force on the local day of a time; equal rules must be the same object."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The days of one version: its first buyer message among the events, what was folded from there on, and the
    verdicts on the inquiries opened under it."""

    start: int
    fold: Fold
    verdicts: dict[str, Verdict]


def judge_dated(events: Iterable[Event], rules_at: RulesAt, as_of: datetime, channel: ChannelFacts = ALL_SEEN) -> Books:
    """Judge one conversation's events as ``judge_conversation`` does, each inquiry under the rules of its opening day.

    Raises:
        ValueError: ``as_of`` has no time zone.
    """
    happened = happened_by(events, as_of)
    starts = _starts(happened, rules_at)
    if len(starts) < 2:
        return judge_conversation(happened, starts[0][1] if starts else rules_at(as_of), as_of, channel)
    stretches = _stretches(happened, starts, as_of, channel)
    verdicts = [one for stretch in stretches for one in stretch.verdicts.values()]
    return Books(starts[-1][1], tuple(verdicts), tuple(_replies(happened, stretches)), notes_of(happened))


def _starts(happened: Sequence[Event], rules_at: RulesAt) -> list[tuple[int, Ruleset]]:
    """List where rules change: the place of the buyer's first message under each version."""
    starts: list[tuple[int, Ruleset]] = []
    for place, event in enumerate(happened):
        if event.actor == BUYER and event.kind not in HAPPENINGS:
            rules = rules_at(event.at)
            if not starts or rules is not starts[-1][1]:
                starts.append((place, rules))
    return starts


def _stretches(
    happened: Sequence[Event], starts: Sequence[tuple[int, Ruleset]], as_of: datetime, channel: ChannelFacts
) -> list[_Stretch]:
    anew, recalled = frozenset(happened[place].id for place, _ in starts), recalls(happened)
    places = [0, *(place for place, _ in starts[1:]), len(happened)]
    out = []
    for nth, (_, rules) in enumerate(starts):
        fold = Fold(rules, channel, recalled, exclusions(happened, rules), anew)
        folded(happened[places[nth] :], fold)
        own = {event.id for event in happened[places[nth] : places[nth + 1]]}
        verdicts = {one.opened_by: one for one in verdicts_of(fold, as_of, channel) if one.opened_by in own}
        out.append(_Stretch(places[nth], fold, verdicts))
    return out


def _replies(happened: Sequence[Event], stretches: Sequence[_Stretch]) -> list[ReplyVerdict]:
    """Book each reply under the version of its time, unless it counts for an older inquiry and for none of these."""
    place_of = {event.id: place for place, event in enumerate(happened)}
    earlier: dict[str, ReplyVerdict] = {}
    out: list[ReplyVerdict] = []
    for nth, stretch in enumerate(stretches):
        end = stretches[nth + 1].start if nth + 1 < len(stretches) else len(happened)
        for reply in stretch.fold.replies:
            if place_of[reply.event.id] < end:
                verdict = judge_reply(reply, stretch.verdicts)
                out.append(verdict if verdict.counts else earlier.get(verdict.message, verdict))
            else:
                counted = [i for i in reply.answered if i.opening.id in stretch.verdicts]
                counted = [i for i in counted if stretch.verdicts[i.opening.id].counted]
                if counted:
                    earlier[reply.event.id] = _counting(reply, counted[-1].opening.id)
    return out


def _counting(reply: Reply, inquiry: str) -> ReplyVerdict:
    event = reply.event
    return ReplyVerdict(event.id, event.at, reply.reply_class, True, ReplyReason.FIRST_VALID, inquiry)
