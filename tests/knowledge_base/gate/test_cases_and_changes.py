"""A set held against two results: what breaks, what is mended, what moves; samples that are always the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.entry import Entry
from knowledge_base.files import BadTable
from knowledge_base.gate import Case, Verdict, compare, moved, read_set, sample, verdict

MUST = Case("1", "什么时候发货", "ship")
PERSON = Case("2", "我要投诉")
NOT_THAT = Case("3", "发什么货", wrong="ship", nobody=False)


@pytest.mark.parametrize(
    ("case", "answered", "went"),
    [
        (MUST, ("ship",), Verdict.RIGHT),
        (MUST, ("fee", "ship"), Verdict.RIGHT),
        (MUST, ("fee",), Verdict.WRONG),
        (MUST, (), Verdict.SILENT),
        (PERSON, (), Verdict.RIGHT),
        (PERSON, ("fee",), Verdict.WRONG),
        (NOT_THAT, (), Verdict.RIGHT),
        (NOT_THAT, ("fee",), Verdict.RIGHT),
        (NOT_THAT, ("ship",), Verdict.WRONG),
    ],
)
def test_how_a_case_goes(case: Case, answered: tuple[str, ...], went: Verdict) -> None:
    assert verdict(case, answered) is went


def test_only_what_was_right_can_break() -> None:
    cases = [MUST, PERSON, NOT_THAT]
    before = {"1": ("ship",), "2": ("fee",), "3": ("ship",)}
    after = {"1": (), "2": ("fee",), "3": ()}
    found = compare(cases, before, after)
    assert [one.case.id for one in found.broken] == ["1"]
    assert [one.case.id for one in found.failing] == ["2"]
    assert [one.case.id for one in found.mended] == ["3"]
    assert (found.total, found.right_before, found.right_after) == (3, 1, 1)


_ANSWERED = st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True).map(tuple)
_CASES = st.lists(st.tuples(st.sampled_from([None, "a", "b"]), _ANSWERED, _ANSWERED), max_size=12).map(
    lambda rows: [(Case(str(n), "q", expected), was, now) for n, (expected, was, now) in enumerate(rows)]
)


@given(_CASES)
def test_nothing_breaks_where_nothing_changes_and_the_way_back_mends_it(rows) -> None:
    cases = [case for case, _, _ in rows]
    before = {case.id: was for case, was, _ in rows}
    after = {case.id: now for case, _, now in rows}
    assert not compare(cases, before, before).broken
    there, back = compare(cases, before, after), compare(cases, after, before)
    assert [one.case for one in there.broken] == [one.case for one in back.mended]
    assert there.right_after == back.right_before


def test_questions_by_what_becomes_of_them() -> None:
    before = {"new": (), "other": ("a",), "gone": ("a",), "same": ("a",), "none": ()}
    after = {"new": ("b",), "other": ("b",), "gone": (), "same": ("a",), "none": ()}
    found = moved(before, after)
    assert (found.newly, found.changed, found.lost) == (("new",), ("other",), ("gone",))


@given(st.lists(st.text(max_size=6), unique=True, max_size=40), st.integers(0, 40), st.text(max_size=6))
def test_a_sample_is_always_the_same_and_one_more_question_moves_one_at_most(texts, size, more) -> None:
    chosen = sample(texts, size)
    assert len(chosen) == min(size, len(texts))
    assert set(chosen) == set(sample(list(reversed(texts)), size))
    wider = set(sample(list(dict.fromkeys([*texts, more])), size))
    assert len(set(chosen) - wider) <= 1


ENTRIES = [Entry("ship", "什么时候发货", "两天内"), Entry("fee", "运费多少", "包邮")]


def test_a_set_is_read_by_id_or_question_and_says_what_it_cannot_read() -> None:
    text = "问题,期望\n啥时候发,ship\n邮费呢,运费多少？\n我要人工,\n能便宜吗,人工\n多重,weight\n,ship\n"
    cases, errors = read_set(text.encode("gbk"), "set.csv", ENTRIES)
    assert [(case.id, case.question, case.expected) for case in cases] == [
        ("2", "啥时候发", "ship"), ("3", "邮费呢", "fee"), ("4", "我要人工", None), ("5", "能便宜吗", None),
    ]  # fmt: skip
    assert [(one.row, one.column) for one in errors] == [(6, "期望"), (7, "问题")]
    assert "weight" in errors[0].why_en


def test_a_set_as_lines_of_json_and_one_without_its_columns() -> None:
    lines = '{"buyer": "b", "text": "啥时候发", "expect": "ship"}\n\n{"text": "转人工", "expect": null}\n'
    cases, errors = read_set(lines.encode(), "set.jsonl", ENTRIES)
    assert [(case.id, case.expected) for case in cases] == [("1", "ship"), ("3", None)]
    assert not errors
    with pytest.raises(BadTable, match="期望"):
        read_set("问题,备注\n啥时候发,x\n".encode(), "set.csv", ENTRIES)
    with pytest.raises(BadTable, match="第 2 行"):
        read_set(b'{"text": "a", "expect": null}\n[1]\n', "set.jsonl", ENTRIES)
