"""Which inquiries could explain that the platform's own figure differs from ours: the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Reason

NEAR_DEADLINE = timedelta(seconds=5)
"""Two clocks that differ by a few seconds put a reply on different sides of the limit."""
NEAR_EDGE = timedelta(seconds=60)


class Suspicion(StrEnum):
    """Why the platform might see an inquiry otherwise; in order of likelihood."""

    ONLY_BY_API = "only_by_api"
    ASSISTED = "assisted"
    AUTOMATIC = "automatic"
    NEAR_DEADLINE = "near_deadline"
    MEANINGLESS = "meaningless"
    UNMEASURED = "unmeasured"
    NEAR_EDGE = "near_edge"


WORDS = {
    Suspicion.ONLY_BY_API: (
        "只有通过接口发出的回复，平台可能不计",
        "answered only by API; the platform may not count that",
    ),
    Suspicion.ASSISTED: (
        "采用了机器人推荐的回复，平台可能当作自动",
        "the bot's draft, which the platform may take for automatic",
    ),
    Suspicion.AUTOMATIC: ("只有自动回复，平台可能计入", "automatic replies only; the platform may count them"),
    Suspicion.NEAR_DEADLINE: ("离期限不到 5 秒，两边时钟可能不同", "within 5 s of the limit; the clocks may differ"),
    Suspicion.MEANINGLESS: ("我们判为无实质内容，平台可能计入", "without substance to us; the platform may count it"),
    Suspicion.UNMEASURED: ("我们看不到是否有人工回复", "we cannot see whether a person replied"),
    Suspicion.NEAR_EDGE: ("离考核时段的边不到 60 秒", "within 60 s of an edge of the assessed hours"),
}
"""Each suspicion in a sentence, Chinese and English."""


@dataclass(frozen=True, slots=True)
class Case:
    """What of an inquiry may be seen otherwise. ``response`` is that of its first valid reply, ``assisted`` whether a
    draft of the bot decided it."""

    inquiry: str
    opened_at: datetime
    reason: Reason
    counted: bool
    counted_without_api: bool
    response: timedelta | None
    assisted: bool


def suspects(cases: Iterable[Case], ruleset: Ruleset, *, they_see_fewer: bool) -> list[tuple[Suspicion, Case]]:
    """List the inquiries that the platform may see otherwise, likeliest kind first, then in opening order.

    ``they_see_fewer``: its rate is below ours, so what we count is suspect; else what we do not count.
    """
    found = []
    for case in cases:
        kind = _too_many(case, ruleset) if they_see_fewer else _too_few(case, ruleset)
        if kind is not None:
            found.append((kind, case))
    order = list(Suspicion)
    return sorted(found, key=lambda one: (order.index(one[0]), one[1].opened_at, one[1].inquiry))


def _too_many(case: Case, ruleset: Ruleset) -> Suspicion | None:
    if not case.counted:
        return None
    if not case.counted_without_api:
        return Suspicion.ONLY_BY_API
    if case.assisted:
        return Suspicion.ASSISTED
    if case.response is not None and case.response >= ruleset.deadline - NEAR_DEADLINE:
        return Suspicion.NEAR_DEADLINE
    return Suspicion.NEAR_EDGE if _at_an_edge(case, ruleset) else None


def _too_few(case: Case, ruleset: Ruleset) -> Suspicion | None:
    if case.reason is Reason.LATE:
        just = case.response is not None and case.response <= ruleset.deadline + NEAR_DEADLINE
        return Suspicion.NEAR_DEADLINE if just else None
    if case.reason is Reason.OUTSIDE_HOURS:
        in_time = case.response is not None and case.response <= ruleset.deadline
        return Suspicion.NEAR_EDGE if in_time and _at_an_edge(case, ruleset) else None
    return {
        Reason.AUTO_ONLY: Suspicion.AUTOMATIC,
        Reason.MEANINGLESS_ONLY: Suspicion.MEANINGLESS,
        Reason.UNMEASURED: Suspicion.UNMEASURED,
    }.get(case.reason)


def _at_an_edge(case: Case, ruleset: Ruleset) -> bool:
    """Whether the opening would lie on the other side of an edge if the clock stood a minute otherwise."""
    local = case.opened_at.astimezone(ruleset.zone)
    inside = ruleset.covers(local)
    return any(ruleset.covers(local + shift) is not inside for shift in (-NEAR_EDGE, NEAR_EDGE))
