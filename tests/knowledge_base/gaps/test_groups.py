"""Questions that mean the same come together, others do not, and how they are handed over changes nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base import packs
from knowledge_base.gaps import Groups, page_facts

TOGETHER = [
    ("能寄国外吗", "可以寄国外吗"), ("有赠品吗", "有没有赠品"), ("这款面料是什么材质", "这款是什么材质的面料"), ("有没有运费险", "送运费险吗"),
    ("可以刻字吗", "能不能刻字呀"), ("能不能刻字", "請問可以刻字嗎"), ("会不会掉色", "掉色吗"), ("单号〔号码〕到哪了", "单号到哪了"),
]  # fmt: skip
APART = [
    ("多少钱", "多久发货"), ("可以刻字吗", "可以退货吗"), ("有M码吗", "有XL码吗"), ("支持iPhone13吗", "支持iPhone15吗"),
    ("能用支付宝付款吗", "能开发票吗"), ("孕妇能用吗", "孕妇不能用吗"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TOGETHER)
def test_what_means_the_same_is_one_group(one: str, other: str) -> None:
    groups = Groups()
    assert groups.place("1", one) == "1"
    assert groups.place("2", other) == "1"


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_means_something_else_begins_a_group_of_its_own(one: str, other: str) -> None:
    groups = Groups()
    groups.place("1", one)
    assert groups.place("2", other) == "2"


PHRASINGS = [text for entry in packs.load("clothing").entries for text in (entry.question, *entry.phrasings)]
asked = st.lists(st.sampled_from(PHRASINGS), max_size=60)


def placed(texts: list[str], groups: Groups | None = None, start: int = 0) -> list[str]:
    groups = groups or Groups()
    return [groups.place(f"q{nth}", text) for nth, text in enumerate(texts, start)]


@settings(max_examples=40, deadline=None)
@given(asked, st.integers(0, 60))
def test_a_batch_and_one_by_one_after_a_restart_give_the_same(texts: list[str], cut: int) -> None:
    before = placed(texts[:cut])
    firsts = [(f"q{nth}", text) for nth, text in enumerate(texts[:cut]) if before[nth] == f"q{nth}"]
    after = placed(texts[cut:], Groups(firsts, dict(zip(texts[:cut], before, strict=True))), len(before))
    assert before + after == placed(texts)


@settings(max_examples=40, deadline=None)
@given(asked)
def test_a_new_question_moves_no_other_one(texts: list[str]) -> None:
    whole = placed(texts)
    assert all(placed(texts[:size]) == whole[:size] for size in range(0, len(texts), 7))


def test_where_groups_lie_apart_the_order_does_not_matter() -> None:
    texts = [text for pair in TOGETHER for text in pair]
    shuffled = random.Random(7).sample(texts, len(texts))

    def together(order: list[str]) -> set[frozenset[str]]:
        found: dict[str, set[str]] = {}
        for text, group in zip(order, placed(order), strict=True):
            found.setdefault(group, set()).add(text)
        return {frozenset(one) for one in found.values()}

    assert together(texts) == together(shuffled)


@pytest.mark.parametrize("pack", packs.names())
def test_groups_of_what_buyers_ask_hold_one_entrys_questions(pack: str) -> None:
    """Nine of ten questions lie in a group whose questions are mostly of their own entry."""
    said = [(text, entry.id) for entry in packs.load(pack).entries for text in (entry.question, *entry.phrasings)]
    random.Random(1).shuffle(said)
    groups: dict[str, list[str]] = {}
    for group, (_, entry) in zip(placed([text for text, _ in said]), said, strict=True):
        groups.setdefault(group, []).append(entry)
    right = sum(max(found.count(entry) for entry in set(found)) for found in groups.values())
    assert right >= 0.9 * len(said)
    assert len(groups) < 0.85 * len(said)


@pytest.mark.parametrize(
    ("texts", "facts"),
    [
        (["这件什么面料", "面料是啥", "好看吗"], ("材质",)),
        (["能寄国外吗"], ()),
        (["What fabric is it"], ("材质",)),
        (["保质期多久", "好吃吗", "多少钱"], ()),
    ],
)
def test_what_the_product_page_should_say_is_named(texts: list[str], facts: tuple[str, ...]) -> None:
    assert page_facts(texts) == facts
