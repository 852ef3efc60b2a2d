"""A new version of the rules comes into force: each inquiry is judged by the one of its opening day, however counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rulesets
from bot.accounting import Books, Event, Ruleset, judge_conversation
from bot.accounting.dated import judge_dated

CHANGE = date(2026, 5, 2)
AS_OF = datetime.fromisoformat("2026-05-04T00:00:00+08:00")
OLD, NEW = rulesets.load("xiaohongshu"), rulesets.load("xiaohongshu", None, {"deadline.seconds": 60})
STRICT = rulesets.load("kuaishou", None, {"deadline.seconds": 90_000})
LENIENT = rulesets.load("kuaishou", None, {"deadline.seconds": 90_000, "reply.meaningless.enabled": False})


def said(line: str, nth: int) -> Event:
    day, clock, actor, text = line.split(" ", 3)
    return Event(f"e{nth}", datetime.fromisoformat(f"2026-{day}T{clock}+08:00"), "k", actor, "text", text)


def under(old: Ruleset, new: Ruleset) -> Callable[[datetime], Ruleset]:
    """The old rules up to 1 May, the new ones from 2 May, by the platform's calendar."""
    return lambda at: new if old.local_day(at) >= CHANGE else old


def told(books: Books) -> list[str]:
    return [f"{one.opened_by} {one.reason} {one.rule}" for one in books.inquiries]


@pytest.mark.parametrize(
    ("old", "new", "lines", "inquiries", "replies"),
    [
        pytest.param(
            OLD,
            NEW,
            ["05-01 22:00:00 buyer 在吗", "05-01 22:02:00 agent 在", "05-02 22:00:00 buyer 在吗", "05-02 22:02:00 agent 在"],
            ["e1 valid deadline.seconds", "e3 late deadline.seconds"],
            ["e2 first_valid e1", "e4 late e3"],
            id="120 seconds: in time the day before, late from the day on",
        ),
        pytest.param(
            OLD,
            NEW,
            ["05-01 22:58:30 buyer 在吗", "05-01 23:00:30 agent 在"],
            ["e1 valid deadline.seconds"],
            ["e2 first_valid e1"],
            id="the opening's day decides, not the reply's",
        ),
        pytest.param(
            STRICT,
            LENIENT,
            ["05-01 22:00:00 buyer 在吗", "05-02 09:00:00 buyer 还在吗", "05-02 09:01:00 agent 稍等"],
            ["e1 no_reply reply.human_actors", "e2 valid deadline.seconds"],
            ["e3 first_valid e2"],
            id="a reply valid by the new rules only answers what they judge",
        ),
        pytest.param(
            LENIENT,
            STRICT,
            ["05-01 22:00:00 buyer 在吗", "05-02 09:00:00 buyer 还在吗", "05-02 09:01:00 agent 稍等"],
            ["e1 valid deadline.seconds", "e2 meaningless_only reply.meaningless"],
            ["e3 first_valid e1"],
            id="a reply valid by the old rules only answers what was left open under them",
        ),
        pytest.param(
            STRICT,
            LENIENT,
            ["05-01 22:00:00 buyer 在吗", "05-02 09:00:00 buyer 还在吗", "05-02 09:01:00 bot 有货"],
            ["e1 no_reply reply.human_actors", "e2 auto_only reply.auto_counts"],
            ["e3 automatic e2"],
            id="an automatic reply belongs to the latest inquiry only",
        ),
        pytest.param(
            rulesets.load("xiaohongshu", None, {"session.day_rollover": False}),
            rulesets.load("xiaohongshu", None, {"session.day_rollover": False, "deadline.seconds": 60}),
            ["05-01 22:00:00 buyer 在吗", "05-02 09:00:00 buyer 还在吗", "05-02 09:01:00 bot 有货"],
            ["e1 no_reply reply.human_actors", "e2 auto_only reply.auto_counts"],
            ["e3 automatic e2"],
            id="the same where days do not roll over",
        ),
        pytest.param(
            rulesets.load("xiaohongshu", None, {"session.day_rollover": False}),
            rulesets.load("xiaohongshu", None, {"session.day_rollover": False, "deadline.seconds": 60}),
            ["05-01 22:00:00 buyer 在吗", "05-02 09:00:00 buyer 还在吗", "05-02 09:02:00 agent 在"],
            ["e1 late deadline.seconds", "e2 late deadline.seconds"],
            ["e3 late e2"],
            id="a day with other rules begins anew even where days do not roll over",
        ),
        pytest.param(
            rulesets.load("xiaohongshu", None, {"session.day_rollover": False, "session.ignore_closing": True, "session.closing_list": ["谢谢"]}),
            rulesets.load("xiaohongshu", None, {"session.day_rollover": False, "session.ignore_closing": True, "session.closing_list": ["谢谢"], "deadline.seconds": 60}),
            ["05-01 22:00:00 buyer 在吗", "05-02 09:00:00 buyer 谢谢", "05-02 09:01:00 buyer 还在吗", "05-02 09:01:30 agent 在"],
            ["e1 late deadline.seconds", "e3 valid deadline.seconds"],
            ["e4 first_valid e3"],
            id="a closing opens nothing on the first day either, the next message does",
        ),
    ],
)  # fmt: skip
def test_each_by_the_rules_of_its_day(
    old: Ruleset, new: Ruleset, lines: list[str], inquiries: list[str], replies: list[str]
) -> None:
    books = judge_dated([said(line, nth) for nth, line in enumerate(lines, start=1)], under(old, new), AS_OF)
    assert told(books) == inquiries
    assert books.ruleset is books.inquiries[-1].ruleset
    assert [f"{one.message} {one.reason} {one.inquiry}" for one in books.replies] == replies
    counted = {one.opened_by for one in books.inquiries if one.counted}
    assert {one.inquiry for one in books.replies if one.counts} == counted
    assert [one.ruleset for one in books.inquiries] == [
        new if old.local_day(one.opened_at) >= CHANGE else old for one in books.inquiries
    ]


def test_rules_that_change_twice() -> None:
    """Three minutes, one minute from 2 May, three again from 3 May: replies after two minutes each day."""
    newest = rulesets.load("xiaohongshu", None, {"deadline.seconds": 120})
    days = {date(2026, 5, 1): OLD, date(2026, 5, 2): NEW, date(2026, 5, 3): newest}
    lines = [f"05-0{day} {clock}" for day in (1, 2, 3) for clock in ("12:00:00 buyer 在吗", "12:02:00 agent 在")]
    events = [said(line, nth) for nth, line in enumerate(lines, start=1)]
    books = judge_dated(events, lambda at: days[OLD.local_day(at)], AS_OF)
    assert [one.reason for one in books.inquiries] == ["valid", "late", "valid"]
    assert [f"{one.message} {one.reason} {one.inquiry}" for one in books.replies] == [
        "e2 first_valid e1",
        "e4 late e3",
        "e6 first_valid e5",
    ]
    assert books.ruleset is newest


def test_before_anybody_asks_the_rules_of_the_evaluation_stand() -> None:
    books = judge_dated([said("05-01 12:00:00 agent 新品到货", 1)], under(OLD, NEW), AS_OF)
    assert (books.ruleset, books.inquiries, books.replies[0].reason) == (NEW, (), "before_inquiry")


PAIRS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "another deadline": ("xiaohongshu", {}, {"deadline.seconds": 60}),
    "substance asked for": ("kuaishou", {"reply.meaningless.enabled": False}, {}),
    "turns": ("kuaishou", {}, {"session.unit": "turn"}),
    "all turns": ("xiaohongshu", {"session.scope": "all_turns"}, {}),
    "days do not roll over": ("xiaohongshu", {"session.day_rollover": False}, {"deadline.seconds": 60}),
    "whole seconds": ("xiaohongshu", {}, {"time.resolution": "s"}),
}
pairs = pytest.mark.parametrize(
    "rules_at",
    [under(rulesets.load(n, None, old), rulesets.load(n, None, new)) for n, old, new in PAIRS.values()],
    ids=PAIRS,
)
START = datetime.fromisoformat("2026-05-01T20:00:00+08:00")
events = st.lists(
    st.tuples(
        st.sampled_from(("buyer", "buyer", "agent", "bot")),
        st.integers(0, 16 * 60),
        st.integers(0, 59),
        st.sampled_from(("有货", "在的", "稍等")),
    ),
    max_size=14,
).map(
    lambda told: [
        Event(f"m{nth:02}", START + timedelta(minutes=minute, seconds=second), "k", actor, "text", text)
        for nth, (actor, minute, second, text) in enumerate(told)
    ]
)


@pairs
@settings(max_examples=80, deadline=None)
@given(events=events)
def test_a_refold_from_a_settled_opening_agrees_with_the_recount(
    rules_at: Callable[[datetime], Ruleset], events: list[Event]
) -> None:
    whole = judge_dated(events, rules_at, AS_OF)
    for nth, start in enumerate(whole.inquiries):
        earlier = whole.inquiries[:nth]
        if any(one.answered_at is None or one.owed or one.answered_at >= start.opened_at for one in earlier):
            continue
        late = [event for event in events if event.at.replace(microsecond=0) >= start.opened_at.replace(microsecond=0)]
        refold = judge_dated(late, rules_at, AS_OF)
        assert whole.inquiries[nth:] == tuple(one for one in refold.inquiries if one.opened_at >= start.opened_at)


@pairs
@settings(max_examples=80, deadline=None)
@given(events=events, order=st.randoms(use_true_random=False))
def test_every_message_is_booked_once_in_whatever_order_it_came(
    rules_at: Callable[[datetime], Ruleset], events: list[Event], order: Any
) -> None:
    books = judge_dated(events, rules_at, AS_OF)
    shuffled = list(events)
    order.shuffle(shuffled)
    again = judge_dated(shuffled, rules_at, AS_OF)
    assert (books.inquiries, books.replies) == (again.inquiries, again.replies)
    assert [one.message for one in books.replies] == [
        event.id for event in sorted(events, key=lambda e: (e.at, e.actor != "buyer", e.id)) if event.actor != "buyer"
    ]
    counted = {one.opened_by for one in books.inquiries if one.counted}
    assert {one.inquiry for one in books.replies if one.counts} <= counted
    for one in books.inquiries:
        assert one.ruleset is rules_at(one.opened_at)


@pairs
@settings(max_examples=40, deadline=None)
@given(events=events)
def test_where_nothing_changes_it_is_the_plain_count(
    rules_at: Callable[[datetime], Ruleset], events: list[Event]
) -> None:
    early = [
        replace(event, at=event.at - timedelta(days=1)) for event in events if event.at < START + timedelta(hours=4)
    ]
    assert judge_dated(early, rules_at, START) == judge_conversation(early, rules_at(START), START)
