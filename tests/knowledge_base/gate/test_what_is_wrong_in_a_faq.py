"""The check of a FAQ finds each kind of fault, names its place, and finds nothing in what is shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge_base import packs
from knowledge_base.base import DEFAULT_MARGIN, DEFAULT_THRESHOLD, KnowledgeBase
from knowledge_base.entry import Entry, Keywords, Mode
from knowledge_base.gate.checking import Around, check
from knowledge_base.packs import MustAnswer

SHIP = Entry("ship", "什么时候发货", "付款后两天内发出。", ("多久能发出", "今天能发吗"))
FEE = Entry("fee", "运费多少钱", "满 59 元包邮。", ("包邮吗",))
AROUND = Around(DEFAULT_THRESHOLD, DEFAULT_MARGIN, date(2026, 5, 20))


def found(*entries: Entry, around: Around = AROUND) -> list[tuple[str, str, str]]:
    return [(one.code, one.entry, one.text) for one in check(KnowledgeBase(entries), around).findings]


def test_nothing_is_wrong_in_a_sound_faq() -> None:
    assert found(SHIP, FEE) == []


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ((SHIP, replace(FEE, phrasings=("多久能发出？",))), ("phrasing_twice", "fee", "多久能发出？")),
        (
            (replace(SHIP, keywords=Keywords(exact=("发吗",))), replace(FEE, keywords=Keywords(exact=("发吗？",)))),
            ("rule_shadowed", "fee", "发吗？"),
        ),
        ((replace(SHIP, keywords=Keywords(any=("发货",), never=("发货",))),), ("keyword_shut_out", "ship", "发货")),
        ((replace(SHIP, keywords=Keywords(ordered=("退…运费",), never=("运费",))),), ("keyword_shut_out", "ship", "退…运费")),
        ((replace(SHIP, keywords=Keywords(never=("今天",))),), ("phrasing_shut_out", "ship", "今天能发吗")),
        ((replace(SHIP, keywords=Keywords(all=("发货",))),), ("phrasing_shut_out", "ship", "多久能发出")),
        ((replace(SHIP, threshold=100.0),), ("unreachable", "ship", "什么时候发货")),
        ((replace(SHIP, answer="{发货时效｝内发出。"),), ("field_broken", "ship", "{发货时效｝内发出。")),
        ((replace(SHIP, valid_to=date(2026, 5, 19)),), ("over", "ship", "2026-05-19")),
    ],
)  # fmt: skip
def test_each_fault_is_found_at_its_place(entries: tuple[Entry, ...], fault: tuple[str, str, str]) -> None:
    assert fault in found(*entries)


def test_a_last_day_is_still_a_day() -> None:
    assert found(replace(SHIP, valid_to=AROUND.today)) == []


def test_entries_for_different_products_or_days_do_not_meet() -> None:
    one = replace(SHIP, products=("p1",))
    assert found(one, replace(SHIP, id="ship2", products=("p2",))) == []
    spring = replace(SHIP, valid_to=date(2026, 6, 1))
    assert found(spring, replace(SHIP, id="ship2", valid_from=date(2026, 6, 2))) == []
    assert "phrasing_twice" in {code for code, _, _ in found(one, replace(SHIP, id="ship2"))}


def test_of_two_rules_the_higher_one_only_warns() -> None:
    higher = replace(SHIP, keywords=Keywords(pattern=("发.{0,2}吗",), priority=2))
    lower = replace(FEE, keywords=Keywords(pattern=("发.{0,2}吗",)))
    [fault] = [one for one in check(KnowledgeBase([lower, higher]), AROUND).findings if one.code == "rule_shadowed"]
    assert (fault.entry, fault.other, fault.warning) == ("fee", "ship", True)


def test_fields_are_looked_at_where_they_are_known() -> None:
    entry = replace(SHIP, answer="{发货时效}内发出。")
    assert found(entry) == []
    told = replace(AROUND, fields={"发货时效": " ", "退货地址": "杭州"})
    assert found(entry, around=told) == [("field_dead", "ship", "发货时效"), ("field_unused", "", "退货地址")]
    assert not check(KnowledgeBase([replace(entry, mode=Mode.OFF)]), replace(told, fields={"发货时效": ""})).findings


def test_topics_that_must_be_answered() -> None:
    topics = (MustAnswer("shipping", ("发货", "多久发"), ("发出", "小时")), MustAnswer("invoice", ("发票",), ("抬头",)))
    around = replace(AROUND, topics=topics)
    assert found(SHIP, around=around) == [("topic_missing", "", "invoice")]
    assert found(replace(SHIP, answer="亲，很快的。"), around=around)[0] == ("topic_missing", "ship", "shipping")
    person = Entry("invoice", "能开发票吗", "", mode=Mode.OFF)
    assert found(SHIP, person, around=around) == [], "a person's topic is not forgotten"


def test_of_too_many_texts_a_fixed_choice_of_whole_entries_is_read() -> None:
    entries = [Entry(f"e{n}", f"{n} 号柜怎么开", "转动把手。", (f"{n} 号柜打不开",)) for n in range(40)]
    one = check(KnowledgeBase(entries), AROUND, reads_at_most=20)
    other = check(KnowledgeBase(list(reversed(entries))), AROUND, reads_at_most=20)
    assert (one.read, one.phrasings) == (other.read, other.phrasings) == (20, 80)


@pytest.mark.parametrize("name", packs.names())
def test_the_starter_packs_pass_their_own_check(name: str) -> None:
    pack = packs.load(name)
    fields = {field.name: field.sample for field in pack.fields}
    around = replace(AROUND, fields=fields, topics=pack.must_answer)
    errors = check(KnowledgeBase(pack.entries), around).errors
    assert [(one.code, one.entry, one.text) for one in errors] == []
