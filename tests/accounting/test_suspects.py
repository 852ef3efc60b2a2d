"""Which inquiries are looked at first when the platform's figure is another: both sides of each limit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import rulesets
from bot.accounting.suspects import WORDS, Case, Suspicion, suspects
from bot.accounting.verdict import Reason

XHS = rulesets.load("xiaohongshu")


def case(reason: str, response_s: float | None = 60, at: str = "14:00:00", **more) -> Case:
    """An inquiry of a day, of the limit of 180 s and the hours 09:00–23:00."""
    given = {"counted": reason == "valid", "counted_without_api": reason == "valid", "assisted": False} | more
    response = None if response_s is None else timedelta(seconds=response_s)
    return Case(at, datetime.fromisoformat(f"2026-05-01T{at}+08:00"), Reason(reason), response=response, **given)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        pytest.param(case("valid"), None, id="well in time"),
        pytest.param(case("valid", counted_without_api=False), "only_by_api", id="answered only by API"),
        pytest.param(case("valid", assisted=True), "assisted", id="the bot's draft"),
        pytest.param(case("valid", 174.999), None, id="more than five seconds left"),
        pytest.param(case("valid", 175), "near_deadline", id="five seconds left"),
        pytest.param(case("valid", 180), "near_deadline", id="in the last moment"),
        pytest.param(case("valid", at="09:00:59"), "near_edge", id="in the first minute"),
        pytest.param(case("valid", at="09:01:00"), None, id="after the first minute"),
        pytest.param(case("valid", at="22:58:59"), None, id="before the last minute"),
        pytest.param(case("valid", at="22:59:00"), "near_edge", id="in the last minute"),
        pytest.param(case("late", 181), None, id="what we do not count cannot be too many"),
    ],
)
def test_when_the_platform_sees_fewer(one: Case, kind: str | None) -> None:
    assert [found.value for found, _ in suspects([one], XHS, they_see_fewer=True)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        pytest.param(case("late", 180.001), "near_deadline", id="just too late"),
        pytest.param(case("late", 185), "near_deadline", id="five seconds too late"),
        pytest.param(case("late", 185.001), None, id="more than five seconds too late"),
        pytest.param(case("auto_only", None), "automatic", id="automatic replies only"),
        pytest.param(case("meaningless_only", None), "meaningless", id="without substance"),
        pytest.param(case("unmeasured", None), "unmeasured", id="not seen"),
        pytest.param(case("outside_hours", 60, "08:59:00"), "near_edge", id="a minute early"),
        pytest.param(case("outside_hours", 60, "08:58:59"), None, id="earlier than that"),
        pytest.param(case("outside_hours", 60, "23:00:59"), "near_edge", id="a minute after closing"),
        pytest.param(case("outside_hours", 60, "23:01:00"), None, id="later than that"),
        pytest.param(case("outside_hours", 180, "23:00:00"), "near_edge", id="after closing, in the last moment"),
        pytest.param(case("outside_hours", 181, "23:00:00"), None, id="after closing, and too late anyway"),
        pytest.param(case("no_reply", None), None, id="nobody replied at all"),
        pytest.param(case("valid", 180), None, id="what we count cannot be too few"),
    ],
)
def test_when_the_platform_sees_more(one: Case, kind: str | None) -> None:
    assert [found.value for found, _ in suspects([one], XHS, they_see_fewer=False)] == ([kind] if kind else [])


def test_the_likeliest_stand_first_and_each_has_words() -> None:
    cases = [
        case("valid", at="09:00:00"),
        case("valid", 178, "15:00:00"),
        case("valid", 178, "14:00:00"),
        case("valid", at="16:00:00", counted_without_api=False),
    ]
    found = suspects(cases, XHS, they_see_fewer=True)
    assert [one.inquiry for _, one in found] == ["16:00:00", "14:00:00", "15:00:00", "09:00:00"]
    assert set(WORDS) == set(Suspicion)
