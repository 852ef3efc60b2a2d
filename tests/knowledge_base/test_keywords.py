"""Keywords as operators think of them, priority between two that hit alike, and what an entry is not."""

from __future__ import annotations

import pytest

from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.entry import Context, Entry, Keywords, Match
from knowledge_base.keywords import wrong_pattern
from knowledge_base.vetoes import is_veto


def sure(text: str, base: KnowledgeBase, **around: str) -> str | None:
    """The entry that would answer by shipped defaults."""
    matches = base.read(text, Context(**around)).matches  # type: ignore[arg-type]
    if not matches or matches[0].sureness < DEFAULT_THRESHOLD:
        return None
    two_alike = len(matches) > 1 and matches[0].sureness - matches[1].sureness < DEFAULT_MARGIN
    return None if two_alike else matches[0].entry.id


def of(text: str, base: KnowledgeBase, entry_id: str) -> Match:
    """The match of one entry."""
    return next(match for match in base.read(text).matches if match.entry.id == entry_id)


OTHERS = (Entry("hours", "几点上班", "答"), Entry("size", "尺码怎么选", "答"), Entry("wash", "怎么洗", "答"))


@pytest.mark.parametrize(
    ("keywords", "text", "hit"),
    [
        pytest.param(Keywords(ordered=("退…运费",)), "我把东西退回去的运费呢", True, id="in order"),
        pytest.param(Keywords(ordered=("退…运费",)), "运费多少，能退回去不", False, id="in the other order"),
        pytest.param(Keywords(ordered=("退…运费",)), "退" + "的" * 20 + "运费", True, id="twenty characters apart"),
        pytest.param(Keywords(ordered=("退…运费",)), "退" + "的" * 21 + "运费", False, id="further apart"),
        pytest.param(Keywords(ordered=("退…运费…谁",)), "退回去运费该谁来", True, id="three words in order"),
        pytest.param(Keywords(ordered=("退...运费",)), "退掉的話運費呢", True, id="dots, traditional characters"),
        pytest.param(Keywords(exact=("运费险",)), "运费险", True, id="exactly"),
        pytest.param(Keywords(exact=("运费险",)), "運費險？！", True, id="exactly, but for punctuation and characters"),
        pytest.param(Keywords(exact=("运费险",)), "有运费险", False, id="more than exactly"),
        pytest.param(Keywords(pattern=("运费.{0,4}(谁|哪个)出",)), "运费到底哪个出哦", True, id="by pattern"),
        pytest.param(Keywords(pattern=("运费.{0,4}(谁|哪个)出",)), "出运费", False, id="not by pattern"),
        pytest.param(Keywords(pattern=(r"\bSF\d{3,}",)), "单号xsf12345678", False, id="a pattern asks for a boundary"),
        pytest.param(Keywords(pattern=(r"sf\d{3,}",)), "单号ＳＦ１２３４", True, id="a pattern in any case and width"),
        pytest.param(Keywords(pattern=("(坏的",)), "坏的", False, id="a pattern that is none does nothing"),
        pytest.param(Keywords(pattern=("运费",), never=("到付",)), "运费到付", False, id="none of wins over a pattern"),
        pytest.param(Keywords(pattern=("运费",), all=("退",)), "运费", False, id="all of wins over a pattern"),
    ],
)
def test_what_fits_makes_an_entry_known_by_itself(keywords: Keywords, text: str, hit: bool) -> None:
    base = KnowledgeBase([*OTHERS, Entry("fee", "寄回来的钱怎么承担", "答", keywords=keywords)])
    assert sure(text, base) == ("fee" if hit else None)
    if hit:
        told = [reason.code for reason in of(text, base, "fee").evidence]
        assert any(code in told for code in ("keywords_ordered", "keywords_exact", "keywords_pattern"))


@pytest.mark.parametrize(
    ("first", "second", "answers"),
    [
        pytest.param(0, 0, None, id="alike: a person"),
        pytest.param(2, 1, "a", id="the first has priority"),
        pytest.param(1, 2, "b", id="the second has priority"),
        pytest.param(0, -1, "a", id="a priority below nothing"),
    ],
)
@pytest.mark.parametrize(
    "lists",
    [{"pattern": ("运费",)}, {"ordered": ("退…运费",)}, {"exact": ("退货运费",)}],
    ids=lambda one: next(iter(one)),
)
def test_two_that_hit_alike(first: int, second: int, answers: str | None, lists: dict[str, tuple[str, ...]]) -> None:
    base = KnowledgeBase(
        [
            Entry("a", "寄回来的钱怎么承担", "答", keywords=Keywords(**lists, priority=first)),
            Entry("b", "邮寄花销归哪一方", "答", keywords=Keywords(**lists, priority=second)),
        ]
    )
    assert sure("退货运费", base) == answers
    if answers:
        loser = of("退货运费", base, "b" if answers == "a" else "a")
        assert [reason.words for reason in loser.evidence if reason.code == "priority"] == [
            f"{min(first, second)} < {max(first, second)}"
        ]


def test_the_same_phrasing_twice_is_settled_by_priority_only_where_keywords_speak() -> None:
    entries = [Entry("a", "运费多少", "答", keywords=Keywords(any=("运费",), priority=1)), Entry("b", "运费多少", "答")]
    assert sure("运费多少", KnowledgeBase(entries)) is None
    both = [entries[0], Entry("b", "运费多少", "答", keywords=Keywords(any=("运费",)))]
    assert sure("运费多少", KnowledgeBase(both)) == "a"


def test_rules_follow_every_change() -> None:
    base = KnowledgeBase([*OTHERS, Entry("fee", "寄回来的钱", "答", keywords=Keywords(pattern=("运费",)))])
    assert sure("运费", base) == "fee"
    assert sure("运费", base.without("fee")) is None
    assert sure("运费", base.with_entry(Entry("fee", "寄回来的钱", "答"))) is None
    assert sure("运费", KnowledgeBase(OTHERS).with_entry(base.entries[-1])) == "fee"
    assert base.read("运费") == KnowledgeBase(OTHERS).with_entry(base.entries[-1]).read("运费")


@pytest.mark.parametrize(
    ("pattern", "usable"),
    [
        ("运费", True), ("退.*费$", True), ("[0-9]{6,}", True), ("(?i)sf", True), ("(退|换)货", True),
        ("(?=退)", False), ("(?<!不)退", False), (r"(退)\1", False), ("(退", False), ("退*", False), ("", False),
        ("退" * 200, True), ("退" * 201, False),
    ],
)  # fmt: skip
def test_what_a_pattern_may_be(pattern: str, usable: bool) -> None:
    assert (wrong_pattern(pattern) is None) is usable


INVOICE = Entry(
    "invoice",
    "能开发票吗",
    "可以",
    ("怎么开发票", "发票怎么开", "可以开票吗"),
    not_this=("发票丢了怎么补开", "发票抬头写错了怎么办", "上次的发票没收到"),
)


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("能开发票吗", True), ("怎么开发票呀", True), ("可以给开票吗", True), ("请问发票怎么开", True),
        ("发票丢了怎么补开", False), ("发票丢了怎么补", False), ("發票丟了怎麼補開", False), ("我的发票丢了可以补开吗", False),
        ("发票抬头写错了咋办", False), ("发票抬头错了", False), ("上次发票没有收到", False),
    ],
)  # fmt: skip
def test_what_an_entry_is_not(text: str, answered: bool) -> None:
    base = KnowledgeBase([*OTHERS, INVOICE])
    assert (sure(text, base) == "invoice") is answered
    vetoed = [reason for reason in of(text, base, "invoice").evidence if is_veto(reason)]
    assert bool(vetoed) is not answered
    assert answered or vetoed[0].words in INVOICE.not_this


def test_what_one_entry_is_not_another_may_be() -> None:
    lost = Entry("lost", "发票丢了怎么补开", "找客服补")
    base = KnowledgeBase([*OTHERS, INVOICE, lost])
    assert sure("发票丢了怎么补开", base) == "lost"
    assert sure("能开发票吗", base) == "invoice"


def test_what_an_entry_is_not_comes_and_goes_with_it() -> None:
    base = KnowledgeBase([*OTHERS, INVOICE])
    plain = Entry("invoice", INVOICE.question, "可以", INVOICE.phrasings)
    assert base.with_entry(plain).read("发票丢了怎么补开") == KnowledgeBase([*OTHERS, plain]).read("发票丢了怎么补开")
    gone = base.without("invoice").read("发票丢了怎么补开").matches
    assert "invoice" not in [match.entry.id for match in gone]
    assert [match.entry.id for match in base.neighbours("发票丢了怎么补开")][:1] == ["invoice"]


@pytest.mark.parametrize(
    ("product", "answers"),
    [
        pytest.param("p1", "mug", id="the card names the cup"),
        pytest.param("p2", "stock", id="another product"),
        pytest.param(None, "stock", id="no card"),
    ],
)
@pytest.mark.parametrize("text", ["有货吗", "还有货吗", "请问有货吗亲"])
def test_an_entry_for_the_product_at_hand_comes_before_one_for_all(
    text: str, product: str | None, answers: str
) -> None:
    base = KnowledgeBase(
        [
            *OTHERS,
            Entry("stock", "有货吗", "都有货", ("还有货吗",)),
            Entry("mug", "有货吗", "杯子有货", products=("p1",)),
        ]
    )
    matches = base.read(text, Context(product=product)).matches
    assert matches[0].entry.id == answers
    if product == "p1":
        assert "general" in [reason.code for reason in matches[1].evidence]
