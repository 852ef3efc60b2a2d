"""Replies to reviews: in time or not, and what a reply lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.accounting.quality import contains_any
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate
from bot.accounting.substance import Tokens, bare


@dataclass(frozen=True, slots=True)
class Review:
    """A buyer's review. ``sentiment`` is good, neutral or bad; ``key_points`` are what a reply should mention."""

    id: str
    at: datetime
    sentiment: str
    urgent: bool = False
    text: str = ""
    key_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewReply:
    """The shop's public reply to a review."""

    review: str
    at: datetime
    text: str


class ReviewReason(StrEnum):
    """How the reply to a review stands."""

    ON_TIME = "on_time"
    ON_TIME_EXTENDED = "on_time_extended"
    EXTENSION_NOTE_MISSING = "extension_note_missing"
    LATE = "late"
    PENDING = "pending"
    NO_REPLY = "no_reply"


COMPLIANT = frozenset({ReviewReason.ON_TIME, ReviewReason.ON_TIME_EXTENDED})


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """One review, judged by its first reply. ``quality`` lists what the reply lacks; empty without a reply."""

    review: str
    reason: ReviewReason
    compliant: bool
    response: timedelta | None
    same_day: bool
    quality: tuple[str, ...]


def judge_reviews(
    reviews: Iterable[Review], replies: Iterable[ReviewReply], ruleset: Ruleset, as_of: datetime
) -> tuple[ReviewVerdict, ...]:
    """Judge every review written by ``as_of``, in the order given, by its first reply at or after it."""
    answers: dict[str, list[ReviewReply]] = {}
    for reply in sorted(replies, key=lambda one: one.at):
        if reply.at <= as_of:
            answers.setdefault(reply.review, []).append(reply)
    return tuple(_judge(one, answers.get(one.id, ()), ruleset, as_of) for one in reviews if one.at <= as_of)


def compliance(verdicts: Iterable[ReviewVerdict]) -> Rate:
    """Return the exact share of compliant ones among the reviews whose time has come; pending ones are left out."""
    due = [one for one in verdicts if one.reason is not ReviewReason.PENDING]
    return Rate(sum(one.compliant for one in due), len(due))


def _judge(review: Review, replies: Sequence[ReviewReply], rules: Ruleset, as_of: datetime) -> ReviewVerdict:
    base = _base(review, rules)
    extended = _extended(review, rules)
    reply = next((one for one in replies if one.at >= review.at), None)
    if reply is None:
        waiting = as_of - review.at <= max(base, extended or base)
        reason = ReviewReason.PENDING if waiting else ReviewReason.NO_REPLY
        return ReviewVerdict(review.id, reason, False, None, False, ())
    waited = reply.at - review.at
    reason = _timeliness(waited, base, extended, contains_any(reply.text, rules["festival.note_any"]))
    same_day = rules.local_day(reply.at) == rules.local_day(review.at)
    return ReviewVerdict(review.id, reason, reason in COMPLIANT, waited, same_day, _quality(review, reply.text, rules))


def _base(review: Review, rules: Ruleset) -> timedelta:
    key = "urgent" if review.urgent and review.sentiment == "bad" else review.sentiment
    return timedelta(seconds=float(rules[f"review.{key}_s"]))


def _extended(review: Review, rules: Ruleset) -> timedelta | None:
    urgent = review.urgent and review.sentiment == "bad"
    if urgent or review.sentiment not in rules["festival.applies_to"]:
        return None
    if rules.local_day(review.at) not in rules["festival.dates"]:
        return None
    return timedelta(seconds=float(rules["festival.limit_s"]))


def _timeliness(waited: timedelta, base: timedelta, extended: timedelta | None, noted: bool) -> ReviewReason:
    if waited <= base:
        return ReviewReason.ON_TIME
    if extended is None or waited > extended:
        return ReviewReason.LATE
    return ReviewReason.ON_TIME_EXTENDED if noted else ReviewReason.EXTENSION_NOTE_MISSING


def _quality(review: Review, text: str, rules: Ruleset) -> tuple[str, ...]:
    flags = []
    if Tokens.of(rules["review.templates"]).cover(bare(text)):
        flags.append("template_only")
    if contains_any(text, rules["review.evasive"]):
        flags.append("evasive")
    if review.key_points and not contains_any(text, review.key_points):
        flags.append("no_specific_mention")
    if review.sentiment == "bad":
        flags += [f"missing_{part}" for part in ("empathy", "solution", "commitment") if _lacks(text, part, rules)]
    return tuple(flags)


def _lacks(text: str, part: str, rules: Ruleset) -> bool:
    return not contains_any(text, rules[f"review.{part}"])
