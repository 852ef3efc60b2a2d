"""Where the sources contradict themselves: both readings are values that fit, ours is the default, and one can switch."""

from __future__ import annotations

import pytest

from bot import rulesets
from bot.accounting.contradictions import Contradiction

FOUND = [(name, one) for name in rulesets.names() for one in rulesets.load(name).identity.contradictions]
every = pytest.mark.parametrize(("ruleset", "one"), FOUND, ids=[f"{name}: {one.id}" for name, one in FOUND])


def test_the_contradictions_we_know() -> None:
    assert [(name, one.id) for name, one in FOUND] == [
        ("douyin", "between_bands"),
        ("kuaishou", "heavy_line"),
        ("kuaishou", "daily_value"),
        ("kuaishou", "heavy_recovery"),
        ("kuaishou", "holding_talk"),
        ("taobao", "bad_review_contact"),
        ("xiaohongshu", "passing_band"),
        ("xiaohongshu", "holding_talk"),
    ]


@every
def test_what_we_ship_is_the_default_reading(ruleset: str, one: Contradiction) -> None:
    assert one.in_force(rulesets.load(ruleset)) == one.default
    assert len({reading.id for reading in one.readings}) == len(one.readings) == 2
    assert all((one.zh, one.en, *(text for r in one.readings for text in (r.zh, r.en))))


@every
def test_each_reading_can_be_followed_and_given_back(ruleset: str, one: Contradiction) -> None:
    other = next(reading for reading in one.readings if reading.id != one.default)
    change = one.change_to(other.id)
    followed = rulesets.load(ruleset, None, {name: value for name, value in change.items() if value is not None})
    assert one.in_force(followed) == other.id
    assert any(value is not None for value in change.values())
    back = one.change_to(one.default)
    assert set(back) >= set(change)
    assert set(back.values()) == {None}, "what we ship needs no change of one's own"


def test_a_value_that_is_neither_follows_no_reading() -> None:
    one = dict(FOUND_BY)["kuaishou", "heavy_recovery"]
    assert one.in_force(rulesets.load("kuaishou", None, {"recovery.heavy.days": 20})) is None


def test_a_reading_nobody_wrote() -> None:
    with pytest.raises(KeyError):
        FOUND[0][1].reading("third")


FOUND_BY = [((name, one.id), one) for name, one in FOUND]
RECOUNT = {("kuaishou", "holding_talk"), ("xiaohongshu", "holding_talk")}


@every
def test_only_talk_makes_inquiries_count_otherwise(ruleset: str, one: Contradiction) -> None:
    assert {reading.recounts for reading in one.readings} == {(ruleset, one.id) in RECOUNT}
