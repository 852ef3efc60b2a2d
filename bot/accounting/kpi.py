"""The KPI set: a value held against its standard, and the few metrics that are more than one comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from bot.accounting.books import Books
from bot.accounting.event import Event
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Reason, Verdict

_WITHIN_A_SECOND = timedelta(seconds=1, microseconds=-1)
DIMENSIONS = ("service", "efficiency", "business", "satisfaction")


def is_metric(metric: str, ruleset: Ruleset) -> bool:
    """Say whether a ruleset has a standard for a metric."""
    return metric in ruleset["kpi.at_most"] or metric in ruleset["kpi.at_least"]


def cases(metric: str, ruleset: Ruleset) -> tuple[str, ...]:
    """List the cases (categories, seasons) a metric's standard differs by; empty where there is one for all."""
    start = f"kpi.{metric}."
    return tuple(sorted(name.removeprefix(start) for name in ruleset.values if name.startswith(start)))


def passes(metric: str, value: Fraction | None, ruleset: Ruleset, case: str = "") -> bool | None:
    """Say whether a value meets its metric's standard, the standard itself included; None without a value, or where
    the rules do not grade the metric.

    Raises:
        KeyError: no standard for this case.
    """
    if value is None or not is_metric(metric, ruleset):
        return None
    standard: Fraction = ruleset[f"kpi.{metric}.{case}" if case else f"kpi.{metric}"]
    return value <= standard if metric in ruleset["kpi.at_most"] else value >= standard


def longest_decline(values: Sequence[Fraction]) -> int:
    """Count the most consecutive days on which a daily value was below that of the day before."""
    longest = run = 0
    for before, after in pairwise(values):
        run = run + 1 if after < before else 0
        longest = max(longest, run)
    return longest


def weight_errors(weights: Mapping[str, Fraction], ruleset: Ruleset) -> list[str]:
    """List what is wrong with a set of weights: ``range:<dimension>`` for each outside its range, then ``sum``."""
    errors = []
    for name in DIMENSIONS:
        low, high = ruleset[f"kpi.weights.{name}"]
        if not low <= weights[name] <= high:
            errors.append(f"range:{name}")
    if sum(weights.values()) != 100:
        errors.append("sum")
    return errors


def conversion_bonus(target: Fraction, actual: Fraction, ruleset: Ruleset) -> Fraction:
    """Return the bonus in yuan: paid when ``actual`` lies at least ``kpi.bonus_over`` percent over ``target``."""
    due = actual >= target * (100 + ruleset["kpi.bonus_over"]) / 100
    bonus: Fraction = ruleset["kpi.bonus_cny"] if due else Fraction(0)
    return bonus


@dataclass(frozen=True, slots=True)
class ResponseKpi:
    """The efficiency figures of a period: exact mean response in seconds (None without an answer), whether it meets
    the standard, and how many inquiries waited too long without notice."""

    avg_response_s: Fraction | None
    avg_pass: bool | None
    over_5min_violations: int


def response_kpi(books: Books, events: Iterable[Event], as_of: datetime, season: str) -> ResponseKpi:
    """Work the efficiency figures out from judged inquiries of the period that ends with ``as_of``.

    The mean is over answered inquiries, late ones included. A violation is a late inquiry, or one without a reply by
    a person after ``kpi.unanswered_s``; an accepted advance notice waives those opened in its time.
    """
    rules = books.ruleset
    inside = [one for one in books.in_period(as_of) if one.eligible]
    waits = [one.response for one in inside if one.response is not None]
    mean = None
    if waits:
        mean = Fraction(sum((wait.days * 86_400 + wait.seconds) * 10**6 + wait.microseconds for wait in waits))
        mean /= len(waits) * 10**6
    notices = notice_spans(events, as_of)
    violations = sum(waited_too_long(one, rules, as_of) and not announced(one, notices) for one in inside)
    return ResponseKpi(mean, passes("avg_response_s", mean, rules, season), violations)


def waited_too_long(verdict: Verdict, rules: Ruleset, as_of: datetime) -> bool:
    """Say whether an inquiry was answered late, or has waited over ``kpi.unanswered_s`` without a person's reply."""
    if verdict.reason is Reason.LATE:
        return True
    if verdict.answered_at is not None or verdict.reason is Reason.UNMEASURED:
        return False
    return as_of > patience_ends(verdict, rules)


def patience_ends(verdict: Verdict, rules: Ruleset) -> datetime:
    """Return the last moment at which an inquiry without a person's reply has not waited too long: by the clock that
    runs, in the unit in which it is read."""
    since = verdict.opened_at if verdict.due_at is None else verdict.due_at - rules.deadline
    end = since + timedelta(seconds=float(rules["kpi.unanswered_s"]))
    return end + _WITHIN_A_SECOND if rules.whole_seconds else end


def is_notice(event: Event) -> bool:
    """Say whether an event is a prior notice, or the news of one: it speaks of a time, not of a message."""
    return event.kind == "report" and event.meta.get("type") == "prior_notice"


def notice_spans(events: Iterable[Event], as_of: datetime) -> list[tuple[datetime, datetime]]:
    """List the spans ``[from, to)`` of accepted prior notices; of each span the last status known rules, of events with
    one id the first to arrive.

    Raises:
        ValueError: a notice's ``from`` or ``to`` is no time.
        KeyError: it lacks one of them.
    """
    last: dict[tuple[datetime, datetime], Any] = {}
    first: dict[str, Event] = {}
    for event in filter(is_notice, events):
        first.setdefault(event.id, event)
    for event in sorted(first.values(), key=lambda one: one.at):
        if event.at <= as_of:
            last[_moment(event.meta["from"]), _moment(event.meta["to"])] = event.meta.get("status")
    return [span for span, status in last.items() if status == "accepted"]


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def announced(verdict: Verdict, notices: Iterable[tuple[datetime, datetime]]) -> bool:
    """Say whether an inquiry was opened within one of the spans of prior notice."""
    return any(start <= verdict.opened_at < end for start, end in notices)
