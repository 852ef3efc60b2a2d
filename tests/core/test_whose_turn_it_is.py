"""Which group a waiting conversation is for, who gets it, and what is for the supervisors."""

from __future__ import annotations

import pytest

from bot.core.assigning import Candidate, Mark, Presence, Rule, mark_of, next_free, rule_for

RULES = [
    Rule("after", frozenset({"sensitive", "upset"})),
    Rule("after", frozenset(), frozenset({"退换", "物流"})),
    Rule("before", frozenset({"no_match", "unsure"}), frozenset({"尺码", ""})),
    Rule("everybody"),
]


@pytest.mark.parametrize(
    ("reason", "category", "place"),
    [
        pytest.param("upset", "", 0, id="by reason"),
        pytest.param("sensitive", "退换", 0, id="the first that fits, not the best"),
        pytest.param("no_match", "物流", 1, id="by category"),
        pytest.param("no_match", "尺码", 2, id="by reason and category"),
        pytest.param("no_match", "", 2, id="no category is one too"),
        pytest.param("no_match", "发票", 3, id="a rule without conditions takes the rest"),
        pytest.param("media", "尺码", 3, id="the reason does not fit"),
    ],
)
def test_the_first_rule_that_fits(reason, category, place):
    assert rule_for(RULES, reason, category) == place


def test_where_no_rule_fits_nobody_is_meant():
    assert rule_for(RULES[:3], "media", "尺码") is None
    assert rule_for([], "upset", "") is None


def on(person: str, open: int, cap: int = 5, presence: Presence = Presence.ONLINE) -> Candidate:
    return Candidate(person, presence, open, cap)


@pytest.mark.parametrize(
    ("members", "who"),
    [
        pytest.param([on("a", 2), on("b", 1)], "b", id="the fewest open"),
        pytest.param([on("a", 1), on("b", 1)], "a", id="of equals the first"),
        pytest.param([on("b", 1), on("a", 1)], "b", id="first in the list, not by name"),
        pytest.param([on("a", 4), on("b", 5)], "a", id="just below the cap"),
        pytest.param([on("a", 5)], None, id="at the cap"),
        pytest.param([on("a", 0, 0)], None, id="a cap of nothing"),
        pytest.param([on("a", 3, 9), on("b", 2, 2)], "a", id="each has a cap of their own"),
        pytest.param([on("a", 0, presence=Presence.BREAK), on("b", 3)], "b", id="not on a break"),
        pytest.param([on("a", 0, presence=Presence.OFFLINE)], None, id="not who is offline"),
        pytest.param([], None, id="nobody there"),
    ],
)
def test_who_is_next(members, who):
    assert next_free(members) == who


@pytest.mark.parametrize(
    ("reason", "words", "mark"),
    [
        ("sensitive", "12315", Mark.REGULATOR),
        ("sensitive", "消协", Mark.REGULATOR),
        ("sensitive", "投诉", Mark.COMPLAINT),
        ("sensitive", "买到假货", Mark.COMPLAINT),
        ("sensitive", "过敏了", Mark.SAFETY),
        ("sensitive", "Allergic", Mark.SAFETY),
        ("sensitive", "投诉过敏", Mark.SAFETY),
        ("sensitive", "加微信", None),
        ("upset", "投诉", None),
        (None, "投诉", None),
    ],
)
def test_what_is_for_the_supervisors(reason, words, mark):
    assert mark_of(reason, words) is mark
