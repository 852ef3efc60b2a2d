"""What always holds in the books, tried on random conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot import rulesets
from bot.accounting import Books, Event, Reason, judge, judge_conversation
from bot.accounting.books import adds_nothing
from bot.accounting.ruleset import Ruleset

START = datetime(2026, 5, 1, 13, 40, tzinfo=UTC)
AS_OF = START + timedelta(days=3)
SHOP_SIDE = ("agent", "bot", "platform_auto", "other_app", "unknown")
TEXTS = ("在的", "好的亲", "有货，今天发", "99", "👌", "")
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "three minutes": ("xiaohongshu", {}),
    "fifteen minutes, with substance": ("kuaishou", {}),
    "re-entry": ("kuaishou", {"window.reentry": "new", "night.requires": "any_reply"}),
    "turns": ("kuaishou", {"session.unit": "turn"}),
    "all turns": ("xiaohongshu", {"session.scope": "all_turns"}),
    "a buyer's day": ("pinduoduo", {}),
    "restarting clock": ("taobao", {"transfer.restarts_clock": True}),
    "whole seconds": ("xiaohongshu", {"time.resolution": "s"}),
}
RULES = {name: rulesets.load(ruleset, None, changes) for name, (ruleset, changes) in VARIANTS.items()}
variants = pytest.mark.parametrize("rules", RULES.values(), ids=RULES)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Up to twenty events of up to three conversations within two days, in any order, with recalls and reports."""
    count = draw(st.integers(0, 20))
    events = []
    for nth in range(count):
        actor = draw(st.sampled_from(("buyer", "buyer", "system", *SHOP_SIDE)))
        kind, meta = "text", {}
        if actor == "system":
            kind = draw(st.sampled_from(("recall", "report", "transfer", "order")))
            target = f"m{draw(st.integers(0, 20)):02}"
            meta = {
                "recall": {"target": target},
                "report": {"type": "spam", "target": target, "status": draw(st.sampled_from(("filed", "accepted")))},
                "transfer": {"by": "agent"},
            }.get(kind, {})
        at = START + timedelta(seconds=draw(st.integers(0, 1_200)) * draw(st.sampled_from((1, 1, 60, 140))))
        at += timedelta(milliseconds=draw(st.sampled_from((0, 0, 1, 999))))
        conversation = draw(st.sampled_from("abc"))
        events.append(Event(f"m{nth:02}", at, conversation, actor, kind, draw(st.sampled_from(TEXTS)), meta))
    return events


def entries(books: Books) -> tuple[object, ...]:
    """Everything a book says."""
    return books.inquiries, books.replies, books.notes, books.rate(AS_OF)


@variants
@settings(max_examples=60, deadline=None)
@given(events=histories(), order=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(rules: Ruleset, events: list[Event], order: Any) -> None:
    shuffled = list(events)
    order.shuffle(shuffled)
    assert entries(judge(shuffled, rules, as_of=AS_OF)) == entries(judge(events, rules, as_of=AS_OF))


@variants
@settings(max_examples=60, deadline=None)
@given(events=histories(), again=st.lists(st.integers(0, 19), max_size=5), delay=st.integers(1, 9_000))
def test_what_arrives_twice_changes_nothing(rules: Ruleset, events: list[Event], again: list[int], delay: int) -> None:
    repeats = [replace(events[n], at=events[n].at + timedelta(seconds=delay)) for n in again if n < len(events)]
    assert entries(judge([*events, *repeats], rules, as_of=AS_OF)) == entries(judge(events, rules, as_of=AS_OF))


@variants
@settings(max_examples=60, deadline=None)
@given(events=histories())
def test_every_inquiry_has_exactly_one_verdict_and_the_rate_adds_up(rules: Ruleset, events: list[Event]) -> None:
    books = judge(events, rules, as_of=AS_OF)
    opened = [one.opened_by for one in books.inquiries]
    assert len(opened) == len(set(opened))
    buyers = {event.id: event for event in events if event.actor == "buyer"}
    assert set(opened) <= set(buyers)
    assert {buyers[id].conversation for id in opened} == {event.conversation for event in buyers.values()}
    for one in books.inquiries:
        assert one.eligible == (one.reason not in {Reason.EXCLUDED_SPAM, Reason.EXCLUDED_ABUSE, Reason.OUTSIDE_HOURS})
        assert one.counted <= one.in_denominator <= one.eligible
        assert not one.fake_reply_risk or one.eligible
        assert one.response is None or one.response >= timedelta(0)
        assert not (one.owed and one.reason in {Reason.EXCLUDED_SPAM, Reason.EXCLUDED_ABUSE, Reason.VALID})
    shop = [event.id for event in events if event.actor in SHOP_SIDE]
    assert sorted(one.message for one in books.replies) == sorted(shop)
    assert all(one.reason == "first_valid" for one in books.replies if one.counts)
    counted = [one.opened_by for one in books.inquiries if one.counted]
    assert {one.inquiry for one in books.replies if one.counts} <= set(counted)
    assert len(counted) == books.rate(AS_OF).numerator


@variants
@settings(max_examples=60, deadline=None)
@given(
    events=histories(),
    actor=st.sampled_from(("bot", "platform_auto", "other_app")),
    seconds=st.integers(0, 100_000),
    conversation=st.sampled_from("abc"),
)
def test_an_automatic_reply_never_raises_a_rate(
    rules: Ruleset, events: list[Event], actor: str, seconds: int, conversation: str
) -> None:
    """It may keep a session from being split, so that there are fewer inquiries; it never answers one."""
    robot = Event("robot", START + timedelta(seconds=seconds), conversation, actor, "text", "有货，今天发")
    before, after = judge(events, rules, as_of=AS_OF), judge([*events, robot], rules, as_of=AS_OF)
    assert after.rate(AS_OF).numerator <= before.rate(AS_OF).numerator
    answered = {one.opened_by: one.answered_by for one in before.inquiries}
    for one in after.inquiries:
        assert one.answered_by == answered[one.opened_by]
        assert one.answered_by != "robot"


@variants
@settings(max_examples=60, deadline=None)
@given(events=histories())
def test_a_refold_from_a_settled_opening_agrees_with_the_recount(rules: Ruleset, events: list[Event]) -> None:
    """Nothing said from an opening on can touch earlier inquiries once those are all answered."""
    own = [replace(event, conversation="a") for event in events]
    whole = judge_conversation(own, rules, AS_OF)
    for nth, start in enumerate(whole.inquiries):
        earlier = whole.inquiries[:nth]
        if any(one.answered_at is None or one.owed or one.answered_at > start.opened_at for one in earlier):
            continue
        late = [event for event in own if event.at >= start.opened_at or event.kind in ("recall", "report")]
        refold = judge_conversation(late, rules, AS_OF)
        assert whole.inquiries[nth:] == tuple(one for one in refold.inquiries if one.opened_at >= start.opened_at)


@variants
@settings(max_examples=40, deadline=None)
@given(events=histories(), cut=st.integers(0, 200_000))
def test_what_lies_after_the_evaluation_does_not_matter(rules: Ruleset, events: list[Event], cut: int) -> None:
    then = START + timedelta(seconds=cut)
    known = [event for event in events if event.at <= then]
    assert entries(judge(events, rules, as_of=then)) == entries(judge(known, rules, as_of=then))


@variants
@settings(max_examples=40, deadline=None)
@given(events=histories())
def test_conversations_do_not_touch_each_other(rules: Ruleset, events: list[Event]) -> None:
    plain = [event for event in events if event.kind not in ("recall", "report")]
    together = judge(plain, rules, as_of=AS_OF)
    apart = [
        one
        for name in "abc"
        for one in judge_conversation([e for e in plain if e.conversation == name], rules, AS_OF).inquiries
    ]
    assert sorted(apart, key=lambda one: one.opened_by) == sorted(together.inquiries, key=lambda one: one.opened_by)


@variants
@settings(max_examples=120, deadline=None)
@given(events=histories(), seconds=st.integers(0, 100_000), ms=st.sampled_from((0, 1, 999)))
def test_a_line_that_adds_nothing_changes_no_verdict(
    rules: Ruleset, events: list[Event], seconds: int, ms: int
) -> None:
    """The short cut of a running shop, that buyers who only go on asking need no judging, against judging."""
    one = [replace(given_one, conversation="a") for given_one in events]
    before = judge_conversation(one, rules, AS_OF)
    latest = before.inquiries[-1] if before.inquiries else None
    if latest is None or latest.response is not None or latest.reason.startswith("excluded"):
        return
    line = Event("added", latest.opened_at + timedelta(seconds=seconds, milliseconds=ms), "a", "buyer", "text", "在吗")
    after = judge_conversation([*one, line], rules, AS_OF)
    event(f"taken: {adds_nothing(rules, latest.opened_at, line.at)}")
    if adds_nothing(rules, latest.opened_at, line.at):
        assert (after.inquiries, after.replies) == (before.inquiries, before.replies)
