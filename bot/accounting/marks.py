"""What a KPI set asks of a single inquiry, in whole numbers that can be added up: marks.

Summed over inquiries they give what ``kpi``, ``quality`` and ``resolution`` work out from all events at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.accounting.event import BUYER, HAPPENINGS, Event, order_key
from bot.accounting.inquiry import recalls
from bot.accounting.kpi import announced, patience_ends, waited_too_long
from bot.accounting.quality import contains_any, forbidden, passed_on
from bot.accounting.resolution import decided
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Verdict

EXTRA = "kpi"
"""The extra by which a ruleset says that it has a KPI set."""
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Marks:
    """What one inquiry counts for. ``violation``: it waited too long, and nobody had said so before (``announced``).

    ``passed_on``: an agent handed it on, ``unexplained`` without a reason. ``asked``: topics of the checklist came up,
    ``incomplete``: one of them was left unanswered. ``spoken`` are messages by people, ``misspoken`` those with a
    forbidden phrase. ``settled``: it is known whether it was ``solved`` in one contact.
    """

    violation: int = 0
    announced: int = 0
    passed_on: int = 0
    unexplained: int = 0
    asked: int = 0
    incomplete: int = 0
    spoken: int = 0
    misspoken: int = 0
    settled: int = 0
    solved: int = 0


NAMES = tuple(Marks.__dataclass_fields__)


def marked(
    events: Iterable[Event],
    verdicts: Sequence[Verdict],
    as_of: datetime,
    closings: Sequence[datetime],
    notices: Sequence[Span],
) -> tuple[dict[str, Marks], datetime | None]:
    """Mark one conversation's inquiries by their opening message; those whose rules have no KPI set are left out.

    ``verdicts`` are all of its inquiries among ``events``, in opening order. ``closings`` are the times at which the
    conversation was closed, ``notices`` the accepted spans of prior notice. Second comes the time after which marks
    may change though nothing happens; None where time alone changes nothing.
    """
    happened = sorted((event for event in events if event.at <= as_of), key=order_key)
    gone, parts = recalls(happened), _parts(happened, verdicts)
    found: dict[str, Marks] = {}
    later: list[datetime] = []
    for nth, verdict in enumerate(verdicts):
        rules = verdict.ruleset
        if EXTRA not in rules.extras:
            continue
        back = verdicts[nth + 1].opened_at if nth + 1 < len(verdicts) else None
        own = parts[nth]
        ignored = gone if rules.ignore_recalled else frozenset[str]()
        late = verdict.eligible and waited_too_long(verdict, rules, as_of)
        window = timedelta(hours=float(rules["resolution.window_h"]))
        closed = next((at for at in closings if at >= verdict.opened_at and (back is None or at < back)), None)
        handed = [event for event in own if event.kind == "transfer" and passed_on(event)]
        solved = decided(verdict.opened_at, back, closed, window, as_of, handed_on=bool(handed))
        notified = late and announced(verdict, notices)
        found[verdict.opened_by] = Marks(
            violation=int(late and not notified),
            announced=int(notified),
            passed_on=int(bool(handed)),
            unexplained=int(any(not str(event.meta.get("reason") or "").strip() for event in handed)),
            settled=int(solved is not None),
            solved=int(solved is True),
            **_said(own, ignored, rules),
        )
        later += _turning(verdict, closed, window, rules, solved is None, late)
    return found, min((at for at in later if at >= as_of), default=None)


def _parts(happened: Sequence[Event], verdicts: Sequence[Verdict]) -> list[list[Event]]:
    """What belongs to each inquiry: all from its opening message up to the next one's."""
    place_of = {event.id: place for place, event in enumerate(happened)}
    starts = [place_of[verdict.opened_by] for verdict in verdicts]
    parts: list[list[Event]] = [[] for _ in verdicts]
    for place, event in enumerate(happened):
        nth = bisect_right(starts, place) - 1
        if nth >= 0:
            parts[nth].append(event)
    return parts


def _said(own: Iterable[Event], gone: frozenset[str], rules: Ruleset) -> dict[str, int]:
    said = [event for event in own if event.kind not in HAPPENINGS]
    buyer = "\n".join(event.text for event in said if event.actor == BUYER)
    people = [event.text for event in said if event.actor == "agent" and event.id not in gone]
    spoken = "\n".join(people)
    asked = [topic for topic in rules["completeness.topics"] if contains_any(buyer, topic["ask"])]
    return {
        "asked": int(bool(asked)),
        "incomplete": int(any(not contains_any(spoken, topic["answer"]) for topic in asked)),
        "spoken": len(people),
        "misspoken": sum(bool(forbidden(text, rules)) for text in people),
    }


def _turning(
    verdict: Verdict, closed: datetime | None, window: timedelta, rules: Ruleset, open_still: bool, late: bool
) -> list[datetime]:
    """When time alone changes the marks: the wait grows too long, or the buyer's time to come back is over."""
    out = []
    if open_still:
        out.append((closed or verdict.opened_at) + window)
    if verdict.eligible and not late and verdict.answered_at is None:
        out.append(patience_ends(verdict, rules))
    return out
