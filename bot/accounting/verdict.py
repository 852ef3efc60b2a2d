"""The verdicts: what an inquiry counts for, what a reply counts for, and the rule that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.accounting.event import Event
from bot.accounting.inquiry import ChannelFacts, Inquiry, Reply, Standing
from bot.accounting.ruleset import Ruleset
from bot.core.message import ReplyClass


class Reason(StrEnum):
    """Why an inquiry counts as it does; the first that fits, in this order."""

    EXCLUDED_SPAM = "excluded_spam"
    EXCLUDED_ABUSE = "excluded_abuse"
    OUTSIDE_HOURS = "outside_hours"
    VALID = "valid"
    TURN_MISSED = "turn_missed"
    LATE = "late"
    PENDING = "pending"
    MEANINGLESS_ONLY = "meaningless_only"
    AUTO_ONLY = "auto_only"
    UNMEASURED = "unmeasured"
    NO_REPLY = "no_reply"


class ReplyReason(StrEnum):
    """Why a shop-side message does or does not put its inquiry into the numerator."""

    FIRST_VALID = "first_valid"
    LATER_VALID = "later_valid"
    LATE = "late"
    MEANINGLESS = "meaningless"
    AUTOMATIC = "automatic"
    RECALLED = "recalled"
    BEFORE_INQUIRY = "before_inquiry"
    OUTSIDE_HOURS = "outside_hours"
    EXCLUDED = "excluded"
    UNKNOWN_SENDER = "unknown_sender"
    SENT_BY_API = "sent_by_api"


class Night(StrEnum):
    """How the duty to answer a night inquiry by the morning stands."""

    MET = "met"
    MISSED = "missed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One inquiry, judged.

    ``opened_by`` and ``decided_by`` are message ids (``decided_by`` None where no message decided). ``response`` is
    the first valid reply's distance from the opening, ``answered_by`` its id. ``due_at`` is the end of the running
    clock, None where none runs (outside the window, excluded); ``night_due_at`` the end of the night duty. ``owed``:
    a person still has to answer and an automatic reply would not do. ``answered_by_person``: somebody has. ``ruleset``
    is the version it was judged under.
    """

    conversation: str
    opened_by: str
    opened_at: datetime
    eligible: bool
    in_denominator: bool
    counted: bool
    reason: Reason
    rule: str
    decided_by: str | None
    response: timedelta | None
    answered_by: str | None
    answered_at: datetime | None
    night: Night | None
    fake_reply_risk: bool
    due_at: datetime | None
    night_due_at: datetime | None
    owed: bool
    answered_by_person: bool
    ruleset: Ruleset = field(repr=False)

    @property
    def response_s(self) -> int | float | None:
        """The response time in seconds, a whole number where it is one."""
        return None if self.response is None else seconds(self.response)


@dataclass(frozen=True, slots=True)
class ReplyVerdict:
    """One shop-side message, judged. ``inquiry`` is the id of the message that opened its inquiry."""

    message: str
    at: datetime
    reply_class: ReplyClass
    counts: bool
    reason: ReplyReason
    inquiry: str | None


def seconds(span: timedelta) -> int | float:
    """Return a span in seconds: an int where it is whole, else the exact decimal as a float."""
    total = span.days * 86_400 + span.seconds
    return total + span.microseconds / 1_000_000 if span.microseconds else total


_RULE_OF = {
    Reason.EXCLUDED_SPAM: "exclude.reasons",
    Reason.EXCLUDED_ABUSE: "exclude.reasons",
    Reason.OUTSIDE_HOURS: "window.test",
    Reason.VALID: "deadline.seconds",
    Reason.LATE: "deadline.seconds",
    Reason.PENDING: "deadline.seconds",
    Reason.TURN_MISSED: "session.scope",
    Reason.MEANINGLESS_ONLY: "reply.meaningless",
    Reason.AUTO_ONLY: "reply.auto_counts",
    Reason.UNMEASURED: "unmeasured.policy",
    Reason.NO_REPLY: "reply.human_actors",
}
"""The parameter that settles each reason."""

_NOT_ELIGIBLE = frozenset({Reason.EXCLUDED_SPAM, Reason.EXCLUDED_ABUSE, Reason.OUTSIDE_HOURS})
_EXCLUDED = frozenset({Reason.EXCLUDED_SPAM, Reason.EXCLUDED_ABUSE})
_FAKE_RISK = frozenset({Reason.LATE, Reason.MEANINGLESS_ONLY})


def judge_inquiry(inquiry: Inquiry, rules: Ruleset, as_of: datetime, channel: ChannelFacts) -> Verdict:
    """Say how one folded inquiry counts at ``as_of``: the table of the rules, first match wins."""
    reason, decided_by = _reason(inquiry, rules, as_of, channel)
    eligible = reason not in _NOT_ELIGIBLE
    excluded = reason in _EXCLUDED
    answer = None if excluded else inquiry.answer
    night, night_due_at = (None, None) if excluded else _night(inquiry, rules, as_of)
    rule = "holiday.exempt" if inquiry.exempt and reason is Reason.OUTSIDE_HOURS else _RULE_OF[reason]
    return Verdict(
        conversation=inquiry.opening.conversation,
        opened_by=inquiry.opening.id,
        opened_at=inquiry.opening.at,
        eligible=eligible,
        in_denominator=eligible and _in_denominator(reason, rules),
        counted=reason is Reason.VALID,
        reason=reason,
        rule=rule,
        decided_by=decided_by,
        response=None if answer is None else answer.at - inquiry.opening.at,
        answered_by=None if answer is None else answer.id,
        answered_at=None if answer is None else answer.at,
        night=night,
        fake_reply_risk=inquiry.faked and reason in _FAKE_RISK,
        due_at=(inquiry.turn_from or inquiry.clock_from) + rules.deadline if eligible else None,
        night_due_at=night_due_at,
        owed=not rules.auto_counts and _needs_person(inquiry, eligible, night, rules),
        answered_by_person=inquiry.person is not None,
        ruleset=rules,
    )


def _reason(inquiry: Inquiry, rules: Ruleset, as_of: datetime, channel: ChannelFacts) -> tuple[Reason, str | None]:
    if inquiry.report is not None:
        kind = Reason.EXCLUDED_SPAM if inquiry.report.meta.get("type") == "spam" else Reason.EXCLUDED_ABUSE
        return kind, inquiry.report.id
    if not inquiry.inside or inquiry.exempt:
        return Reason.OUTSIDE_HOURS, None
    if inquiry.answer is not None:
        return _answered(inquiry, inquiry.answer, rules, as_of)
    if _still_time(inquiry.clock_from, rules, as_of):
        return Reason.PENDING, None
    if not channel.sees_human_replies:
        return Reason.UNMEASURED, None
    if inquiry.meaningless is not None:
        return Reason.MEANINGLESS_ONLY, inquiry.meaningless.id
    if inquiry.automatic is not None:
        return Reason.AUTO_ONLY, inquiry.automatic.id
    return (Reason.UNMEASURED if inquiry.unknown else Reason.NO_REPLY), None


def _answered(inquiry: Inquiry, answer: Event, rules: Ruleset, as_of: datetime) -> tuple[Reason, str | None]:
    waited = answer.at - inquiry.clock_from
    if waited > rules.deadline or (not rules.inclusive and waited == rules.deadline):
        return Reason.LATE, answer.id
    if inquiry.late_turn is not None:
        return Reason.TURN_MISSED, inquiry.late_turn.id
    if inquiry.turn_from is not None:
        if _still_time(inquiry.turn_from, rules, as_of):
            return Reason.PENDING, None
        return Reason.TURN_MISSED, None
    return Reason.VALID, answer.id


def _still_time(since: datetime, rules: Ruleset, as_of: datetime) -> bool:
    due = since + rules.deadline
    return as_of <= due if rules.inclusive else as_of < due


def _in_denominator(reason: Reason, rules: Ruleset) -> bool:
    if reason is Reason.PENDING:
        return rules.pending_counts
    if reason is Reason.UNMEASURED:
        return rules.unmeasured_counts
    return True


def _night(inquiry: Inquiry, rules: Ruleset, as_of: datetime) -> tuple[Night | None, datetime | None]:
    if rules.night_cutoff is None or inquiry.inside:
        return None, None
    due = _first_after(inquiry.opening.at, rules.night_cutoff, rules)
    reply = inquiry.any_reply if rules.night_any else inquiry.answer
    if reply is not None and (reply.at < due or (rules.night_inclusive and reply.at == due)):
        return Night.MET, due
    if reply is None and (as_of < due or (rules.night_inclusive and as_of == due)):
        return Night.PENDING, due
    return Night.MISSED, due


def _first_after(at: datetime, second_of_day: int, rules: Ruleset) -> datetime:
    local = at.astimezone(rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    due = midnight + timedelta(seconds=second_of_day)
    return due if due > local else due + timedelta(days=1)


def _needs_person(inquiry: Inquiry, eligible: bool, night: Night | None, rules: Ruleset) -> bool:
    if eligible:
        return inquiry.answer is None or inquiry.turn_from is not None
    if night is None or inquiry.report is not None:
        return False
    return (inquiry.any_reply if rules.night_any else inquiry.answer) is None


_PLAIN = {
    Standing.MEANINGLESS: ReplyReason.MEANINGLESS,
    Standing.AUTOMATIC: ReplyReason.AUTOMATIC,
    Standing.RECALLED: ReplyReason.RECALLED,
    Standing.BEFORE_INQUIRY: ReplyReason.BEFORE_INQUIRY,
    Standing.UNKNOWN_SENDER: ReplyReason.UNKNOWN_SENDER,
    Standing.SENT_BY_API: ReplyReason.SENT_BY_API,
}


def judge_reply(reply: Reply, verdicts: dict[str, Verdict]) -> ReplyVerdict:
    """Say how one folded reply counts, given the verdicts by opening message.

    A reply that answers several inquiries is booked on the one it counts for, else on the latest.
    """
    inquiry = reply.inquiry
    plain = _PLAIN.get(reply.standing)
    if plain is not None or inquiry is None:
        return _reply_verdict(reply, plain or ReplyReason.BEFORE_INQUIRY, inquiry)
    counted = [one for one in reply.answered if verdicts[one.opening.id].counted]
    if counted:
        return _reply_verdict(reply, ReplyReason.FIRST_VALID, counted[-1], counts=True)
    verdict = verdicts[inquiry.opening.id]
    return _reply_verdict(reply, _valid_but_not_counted(reply, inquiry, verdict), inquiry)


def _valid_but_not_counted(reply: Reply, inquiry: Inquiry, verdict: Verdict) -> ReplyReason:
    if verdict.reason in _EXCLUDED:
        return ReplyReason.EXCLUDED
    if verdict.reason is Reason.OUTSIDE_HOURS:
        return ReplyReason.OUTSIDE_HOURS
    if reply.late_turn or (inquiry in reply.answered and verdict.reason is Reason.LATE):
        return ReplyReason.LATE
    return ReplyReason.FIRST_VALID if inquiry in reply.answered else ReplyReason.LATER_VALID


def _reply_verdict(reply: Reply, reason: ReplyReason, inquiry: Inquiry | None, counts: bool = False) -> ReplyVerdict:
    opened_by = None if inquiry is None else inquiry.opening.id
    return ReplyVerdict(reply.event.id, reply.event.at, reply.reply_class, counts, reason, opened_by)
