"""Several questions in one message: answered in the order asked, or handed over with what is known and what is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.conversation import State
from bot.core.decide import Answer, Decision, Handoff, Policy, Talk, decide
from bot.core.explain import explain, sentence
from bot.core.joining import in_pieces, join_answers
from bot.core.message import Kind
from bot.core.reasons import HandoffReason
from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.compound import is_question
from knowledge_base.entry import Context, Entry, Match, Mode, Part, Reading

NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
ENTRIES = {
    "ship": Entry("ship", "什么时候发货", "亲，付款后 48 小时内发出。"),
    "return": Entry("return", "能退吗", "亲，签收七天内可以退。"),
    "fee": Entry("fee", "运费谁出", "你好，质量问题运费由我们承担。"),
    "person": Entry("person", "怎么赔", "", mode=Mode.OFF),
    "draft": Entry("draft", "能便宜吗", "已是活动价。", mode=Mode.SUGGEST),
    "field": Entry("field", "发什么快递", "默认发 {快递}。"),
    "follow": Entry("follow", "坏了怎么办", "请拍照发来。", then_person=True),
}
BOT = Talk(State.BOT)


def compose(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return entry.answer, ("快递",) if "{" in entry.answer else ()


def shop(*, mode: Mode = Mode.AUTO, partial: bool = False) -> Policy:
    return Policy(mode, 80.0, 8.0, compose, partial=partial)


def asked(*parts: str, whole: str = "", sure: float = 0.0) -> Reading:
    """A message of these parts: an entry's id, ``?`` before one of which one is not sure, ``.`` before one only told."""
    made = []
    for part in parts:
        entry = ENTRIES.get(part.strip("?."))
        sureness = 40.0 if part.lstrip(".").startswith("?") else 95.0
        matches = (Match(entry, sureness, sureness, entry.question),) if entry else ()
        text = entry.question if entry else part.strip("?.")
        made.append(Part(text, matches, asks=not part.startswith("."), normalized=text))
    text = "，".join(part.text for part in made)
    best = (Match(ENTRIES[whole], sure, sure, ""),) if whole else ()
    return Reading(text, text, matches=best, parts=tuple(made))


def decided(reading: Reading, policy: Policy | None = None, talk: Talk = BOT) -> Decision:
    return decide(Kind.TEXT, reading, talk, policy or shop(), NOW)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param(("ship", "return"), "亲，付款后 48 小时内发出。\n签收七天内可以退。", id="two, greeted once"),
        pytest.param(("return", "ship"), "亲，签收七天内可以退。\n付款后 48 小时内发出。", id="in the order asked"),
        pytest.param(
            ("ship", "return", "fee"),
            "亲，付款后 48 小时内发出。\n签收七天内可以退。\n质量问题运费由我们承担。",
            id="three",
        ),
        pytest.param(
            ("ship", "return", "ship"), "亲，付款后 48 小时内发出。\n签收七天内可以退。", id="one asked twice"
        ),
        pytest.param(
            ("ship", ".?买了两件", "return"), "亲，付款后 48 小时内发出。\n签收七天内可以退。", id="one only told"
        ),
        pytest.param(("ship", "ship"), "亲，付款后 48 小时内发出。", id="the same asked in two ways"),
    ],
)
def test_all_known_are_one_answer(parts, text):
    decision = decided(asked(*parts))
    assert isinstance(decision, Answer)
    assert decision.text == text
    assert [match.entry.id for match in decision.matches] == list(dict.fromkeys(p for p in parts if p[0] != "."))


@pytest.mark.parametrize(
    ("parts", "known", "missing"),
    [
        pytest.param(("ship", "明天会下雨吗"), "什么时候发货", ("明天会下雨吗",), id="nothing is known of one"),
        pytest.param(("?ship", "return"), "能退吗", ("什么时候发货",), id="one is not sure"),
        pytest.param(("ship", "person"), "什么时候发货", ("怎么赔",), id="one is for people"),
        pytest.param(("ship", "field"), "什么时候发货", ("发什么快递",), id="one lacks a fact"),
        pytest.param(("ship", "return", "明天会下雨吗", "怎么加盟"), "什么时候发货 / 能退吗", ("明天会下雨吗", "怎么加盟"), id="two of four"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("partial", [False, True])
def test_one_unknown_part_brings_a_person(parts, known, missing, partial):
    decision = decided(asked(*parts), shop(partial=partial))
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.words, decision.missing) == (HandoffReason.SEVERAL_QUESTIONS, known, missing)
    said = decision.partial
    assert (said is not None) is partial
    assert said is None or " / ".join(match.entry.question for match in said.matches) == known


@pytest.mark.parametrize(
    ("parts", "mode", "expected"),
    [
        pytest.param(("ship", "return"), Mode.AUTO, Mode.AUTO, id="all may be said"),
        pytest.param(("ship", "return"), Mode.SUGGEST, Mode.SUGGEST, id="the shop only suggests"),
        pytest.param(("ship", "draft"), Mode.AUTO, Mode.SUGGEST, id="one entry only suggests"),
    ],
)
def test_the_strictest_mode_holds_for_all(parts, mode, expected):
    decision = decided(asked(*parts), shop(mode=mode))
    assert isinstance(decision, Answer)
    assert decision.mode is expected


def test_one_entry_that_wants_a_follow_up_brings_a_person_after_all_answers():
    decision = decided(asked("ship", "follow"))
    assert isinstance(decision, Answer)
    assert decision.then_person


def test_what_was_answered_and_is_asked_again_beside_something_new_goes_to_a_person():
    again = decided(asked("ship", "return"), talk=Talk(State.BOT, answered=frozenset({"什么时候发货"})))
    assert isinstance(again, Handoff)
    assert again.missing == ("什么时候发货",)


def test_an_unknown_clause_that_leans_to_what_the_whole_surely_means_is_no_question_of_its_own():
    entry = ENTRIES["ship"]
    leaning = Part("到底几时", (Match(entry, 30, 30, ""),), normalized="几时")
    parts = (Part("什么时候发货", (Match(entry, 95, 95, ""),), normalized="x"), leaning)
    decision = decided(Reading("t", "t", matches=(Match(entry, 90, 90, ""),), parts=parts))
    assert isinstance(decision, Answer)


TRADE = {name: KnowledgeBase(packs.load(name).entries) for name in packs.names()}


@pytest.mark.parametrize(
    ("trade", "text"),
    [
        ("food", "含糖吗 糖尿病能吃不"),
        ("food", "辣不辣 痛风能吃嘛"),
        ("food", "热量高吗，血糖高能吃不"),
        ("food", "有哪些口味 宝宝能吃吗"),
        ("food", "怎么保存 收到就化了"),
        ("food", "怎么退货 袋子漏气了"),
        ("beauty", "有小样吗 用完脸上刺痛"),
        ("beauty", "怎么用 用完好痒"),
        ("clothing", "可以换货吗 收到就是坏的"),
        ("electronics", "保修多久 充电的时候很热"),
        ("electronics", "怎么报修 插上冒火花"),
    ],
)
@pytest.mark.parametrize("partial", [False, True])
def test_a_part_surely_for_people_brings_a_person_whatever_the_whole_means(trade, text, partial):
    decision = decide(
        Kind.TEXT, TRADE[trade].read(text), BOT, Policy(Mode.AUTO, 95.0, 8.0, filled, partial=partial), NOW
    )
    assert isinstance(decision, Handoff)
    assert decision.reason in {HandoffReason.SEVERAL_QUESTIONS, HandoffReason.ENTRY_WANTS_PERSON}
    if decision.reason is HandoffReason.SEVERAL_QUESTIONS:
        assert decision.missing
        assert (decision.partial is not None) is partial


@pytest.mark.parametrize(
    ("trade", "text", "answers"),
    [
        ("beauty", "国产的还是进口的 有备案吗", ["origin", "filing-number"]),
        ("food", "国产的还是进口的 有备案吗", None),
        ("electronics", "有线还是无线 能连苹果吗", None),
        ("clothing", "多久发货 几天到", ["ship-when", "arrive-when"]),
        ("electronics", "多久发货 几天到", ["ship-when", "arrive-when"]),
        ("clothing", "多久发货几天到", ["ship-when", "arrive-when"]),
        ("clothing", "什么时候发货多久能到", ["ship-when", "arrive-when"]),
        ("clothing", "起球吗掉色吗", ["pilling", "fade"]),
        ("clothing", "请问这个会掉色吗怕洗了染到别的衣服", ["fade"]),
    ],
)
def test_two_that_buyers_write_in_one_line(trade, text, answers):
    decision = decide(Kind.TEXT, TRADE[trade].read(text), BOT, Policy(Mode.AUTO, 95.0, 8.0, filled), NOW)
    assert ([match.entry.id for match in decision.matches] if isinstance(decision, Answer) else None) == answers


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("国产的还是进口的", True), ("有線還是無線", True), ("黑色还是白色", True), ("换货还是退货", True),
        ("还是没发货", False), ("我还是退吧", False), ("换了还是坏的", False), ("还是老样子", False), ("今天还是不行", False),
    ],
)  # fmt: skip
def test_one_or_the_other_asks(text, asks):
    assert is_question(text) is asks


@pytest.mark.parametrize(
    ("before", "text", "answers"),
    [
        pytest.param("能退货吗", "那运费呢", "return-fee", id="the line before says of which"),
        pytest.param("我要退货", "运费呢？", "return-fee", id="with a mark, without 那"),
        pytest.param("怎么退货", "地址呢", "return-address", id="an address that is no change of address"),
        pytest.param("可以换货吗", "那运费呢", None, id="likely of another, and not sure: a person"),
        pytest.param("什么时候发货", "那运费呢", "ship-fee", id="the line before adds nothing"),
        pytest.param("会掉色吗", "那缩水呢", "shrink", id="a question of its own"),
        pytest.param("黑色有货吗", "白色呢", "stock", id="the same of another thing"),
        pytest.param("退货运费谁出", "那换货呢", "exchange-fee", id="the same of another thing that is known alone"),
        pytest.param("怎么退货", "那换货呢", "exchange", id="what is known alone is the same of another thing"),
        pytest.param("怎么退货", "那运费呢", None, id="between the way and its fee: a person"),
    ],
)
def test_a_line_that_only_names_its_matter(before, text, answers):
    reading = TRADE["clothing"].read(text, Context(previous=before))
    decision = decide(Kind.TEXT, reading, Talk(State.BOT, waited=True), Policy(Mode.AUTO, 95.0, 8.0, filled), NOW)
    assert (decision.match.entry.id if isinstance(decision, Answer) else None) == answers


def filled(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return entry.answer, ()


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(("ship", "person"), id="off, and asked"),
        pytest.param(("ship", ".person"), id="off, and only told"),
        pytest.param((".ship", "person"), id="off, what is known only told"),
        pytest.param(("ship", ".field"), id="a fact is missing, and only told"),
        pytest.param(("?ship", "person"), id="nothing else is sure"),
    ],
)
@pytest.mark.parametrize("whole", ["ship", "person", ""])
def test_what_is_for_people_is_never_covered_by_the_whole(parts, whole):
    assert isinstance(decided(asked(*parts, whole=whole, sure=99.0 if whole else 0.0)), Handoff)


@pytest.mark.parametrize(
    ("parts", "whole", "sure", "answered", "then_person"),
    [
        pytest.param(("ship", ".?return"), "return", 60.0, "ship", False, id="faintly of something else"),
        pytest.param(("ship", ".平时穿M"), "", 0.0, "ship", False, id="of nothing known"),
        pytest.param(("ship", ".?follow"), "", 0.0, "ship", True, id="faintly of what brings a person"),
        pytest.param(("ship", ".return"), "", 0.0, None, False, id="surely of something else"),
        pytest.param(("?ship", ".平时穿M"), "", 0.0, None, False, id="the question is not sure"),
        pytest.param(("ship", ".?return"), "return", 99.0, "return", False, id="the whole is sure: it is the question"),
    ],
)
def test_one_sure_question_beside_what_is_only_told(parts, whole, sure, answered, then_person):
    decision = decided(asked(*parts, whole=whole, sure=sure), Policy(Mode.AUTO, 90.0, 8.0, compose))
    if answered is None:
        assert isinstance(decision, Handoff)
    else:
        assert isinstance(decision, Answer)
        assert ([match.entry.id for match in decision.matches], decision.then_person) == ([answered], then_person)


def test_the_page_names_what_is_known_and_what_is_not():
    reading = asked("ship", "明天会下雨吗")
    told = explain(reading, decided(reading), shop())
    assert told["entries"] == []
    assert [(part["text"], part["answered"]) for part in told["parts"]] == [
        ("什么时候发货", False),
        ("明天会下雨吗", False),
    ]
    assert (
        told["sentence"]["zh"]
        == "一次问了几件事：有答案的是「什么时候发货」，机器人不答的是「明天会下雨吗」，由人工一并回答。"
    )
    partly = decided(reading, shop(partial=True))
    assert [part["answered"] for part in explain(reading, partly, shop())["parts"]] == [True, False]
    assert sentence(reading, partly, shop())["en"].startswith(
        "Several things asked at once: “什么时候发货” was answered"
    )
    both = asked("ship", "return")
    told = explain(both, decided(both), shop())
    assert [entry["id"] for entry in told["entries"]] == ["ship", "return"]
    assert "什么时候发货 / 能退吗" in told["sentence"]["zh"]


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (["亲，甲。", "亲，乙。"], "亲，甲。\n乙。"),
        (["甲。", "您好！乙。"], "甲。\n乙。"),
        (["亲亲，甲。", "亲~乙。", "你好，丙。"], "亲亲，甲。\n乙。\n丙。"),
        (["亲，甲。", "亲，甲。"], "亲，甲。"),
        (["亲，甲。", "亲"], "亲，甲。\n亲"),
        (["亲，甲。", "亲戚也可以买。"], "亲，甲。\n亲戚也可以买。"),
        (["甲。"], "甲。"),
    ],
)
def test_answers_joined(texts, joined):
    assert join_answers(texts) == joined


@pytest.mark.parametrize(
    ("text", "limit", "in_bytes", "pieces"),
    [
        pytest.param("甲乙丙。", None, False, ["甲乙丙。"], id="no limit"),
        pytest.param("甲乙丙。", 4, False, ["甲乙丙。"], id="at the limit"),
        pytest.param("甲乙。丙丁。", 5, False, ["甲乙。", "丙丁。"], id="over it by one: at the end of a sentence"),
        pytest.param("甲。\n乙。\n丙。", 5, False, ["甲。\n乙。", "丙。"], id="as much as fits"),
        pytest.param("甲，乙丙丁", 4, False, ["甲，", "乙丙丁"], id="a long sentence at its comma"),
        pytest.param("甲乙丙丁戊", 2, False, ["甲乙", "丙丁", "戊"], id="a long word anywhere"),
        pytest.param("甲乙。丙丁。", 9, True, ["甲乙。", "丙丁。"], id="bytes, three a character"),
        pytest.param("甲乙。丙丁。", 18, True, ["甲乙。丙丁。"], id="bytes at the limit"),
    ],
)
def test_a_long_text_in_pieces(text, limit, in_bytes, pieces):
    assert in_pieces(text, limit, in_bytes) == pieces


SHOP = KnowledgeBase(
    [
        Entry("ship", "什么时候发货", "甲", ("多久发货", "几天能发出")),
        Entry("return", "能退吗", "乙", ("可以退货吗", "支持退货吗")),
        Entry("fee", "退货运费谁出", "丙", ("退货邮费谁承担", "运费谁出")),
        Entry("wash", "可以机洗吗", "丁", ("能放洗衣机洗吗",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("这个多久发货，能退吗", ["ship", "return"], id="two with a comma"),
        pytest.param("多久发货？能退吗？运费谁出？", ["ship", "return", "fee"], id="three with question marks"),
        pytest.param("多久发货 能退吗 运费谁出", ["ship", "return", "fee"], id="three with blanks"),
        pytest.param("在吗\n多久发货\n能退吗", ["ship", "return"], id="three lines, a greeting among them"),
        pytest.param("我买了两件，多久发货，能退吗", ["ship", "return"], id="something told first"),
        pytest.param("什么时候发货呀，急", ["ship"], id="one question"),
        pytest.param("多久发货，几天能发出", ["ship"], id="one question asked twice"),
        pytest.param("多久发货 能退吗运费谁出", ["ship", "return", "fee"], id="no mark after the second"),
        pytest.param("能退吗亲", ["return"], id="one, the address behind it"),
        pytest.param("多久发货，你们老板是谁", ["多久发货 | 你们老板是谁"], id="one known, one not"),
    ],
)
def test_from_the_text_to_the_answer(text, expected):
    decision = decided(SHOP.read(text))
    if isinstance(decision, Answer):
        assert [match.entry.id for match in decision.matches] == expected
    else:
        assert isinstance(decision, Handoff)
        parts = {part.matches[0].entry.question: part.text for part in SHOP.read(text).parts if part.matches}
        assert [f"{parts[decision.words]} | {decision.missing[0]}"] == expected
