"""Starter packs, the facts that fill answers, and quick phrases."""

from __future__ import annotations

from typing import Any

import pytest

from bot.service.phrases import forbidden, initials
from bot.service.refusal import Because, Refusal
from bot.service.starting import BLANK
from knowledge_base import packs


async def test_the_list_of_packs(house: Any) -> None:
    listed = await house.publishing.packs.all()
    assert [pack["id"] for pack in listed] == [*packs.names(), BLANK]
    assert all(pack["entries"] >= 50 and pack["phrases"] >= 20 and pack["name"]["zh"] for pack in listed[:-1])


async def test_a_pack_makes_a_shop_answer(house: Any) -> None:
    pack = packs.load("clothing")
    done = await house.publishing.packs.apply("demo", "clothing", by="lin")
    assert (done["added"], done["changed"], done["unchanged"]) == (len(pack.entries), 0, 0)
    assert await house.answers("什么时候发货") == "ship-when"
    assert {fact["name"] for fact in done["fields"]} >= {field.name for field in pack.fields}
    assert not any(fact["confirmed"] for fact in done["fields"])
    kept = house.directory.shops["demo"].options["must_answer"]
    assert [topic["id"] for topic in kept] == [topic.id for topic in pack.must_answer]


async def test_a_pack_in_a_real_shop_says_no_sample(house: Any) -> None:
    await house.publishing.packs.apply("real", "clothing", by="lin")
    shelved = await house.shelf.get("real")
    ship = next(entry for entry in shelved.base.entries if entry.id == "ship-when")
    assert shelved.compose("kuaishou")(ship)[1] == ("发货时效",)
    await house.publishing.fields.confirm("real", {"发货时效": "24 小时内"}, "lin")
    shelved = await house.shelf.get("real")
    text, missing = shelved.compose("kuaishou")(ship)
    assert not missing
    assert "24 小时内" in text


async def test_a_pack_twice_changes_nothing(house: Any) -> None:
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    again = await house.publishing.packs.apply("demo", "clothing", by="lin")
    assert (again["added"], again["changed"]) == (0, 0)


async def test_a_pack_leaves_what_people_wrote(house: Any) -> None:
    pack = packs.load("clothing")
    ship, gone = next(e for e in pack.entries if e.id == "ship-when"), pack.entries[-1]
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    edited = {"question": ship.question, "answer": "当天发。"}
    await house.publishing.save("demo", "ship-when", edited, by="chen", status="on", version=1)
    await house.publishing.delete("demo", gone.id, by="chen")
    again = await house.publishing.packs.apply("demo", "clothing", by="lin")
    assert (again["added"], again["changed"]) == (0, 0)
    assert (await house.publishing.entry("demo", "ship-when")).stored.data["answer"] == "当天发。"
    assert (await house.publishing.entry("demo", gone.id)).stored.status == "deleted"


async def test_a_question_the_shop_answers_is_not_added_again(house: Any) -> None:
    own = await house.entry(question="什么时候发货？", answer="当天。")
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    assert await house.answers("什么时候发货") == own["id"]
    with pytest.raises(Refusal):
        await house.publishing.entry("demo", "ship-when")


async def test_a_second_pack_doubles_no_topic(house: Any) -> None:
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    await house.publishing.packs.apply("demo", "beauty", by="lin")
    questions = [entry.question for entry in (await house.shelf.get("demo")).base.entries]
    assert len(questions) == len(set(questions))


async def test_what_a_newer_pack_changed_is_brought_up_to_date(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    pack = packs.load("clothing")
    older = replace(pack, entries=(replace(pack.entries[0], answer="旧答案"), *pack.entries[1:]))
    monkeypatch.setattr(packs, "load", lambda _name: older)
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    monkeypatch.setattr(packs, "load", lambda _name: pack)
    done = await house.publishing.packs.apply("demo", "clothing", by="lin")
    assert (done["added"], done["changed"]) == (0, 1)
    assert (await house.publishing.entry("demo", pack.entries[0].id)).stored.data["answer"] == pack.entries[0].answer


async def test_the_blank_pack_and_one_that_is_none(house: Any) -> None:
    assert (await house.publishing.packs.apply("demo", BLANK, by="lin"))["added"] == 0
    with pytest.raises(Refusal) as no:
        await house.publishing.packs.apply("demo", "shoes", by="lin")
    assert no.value.because is Because.UNKNOWN


async def test_facts_in_use_come_first(house: Any) -> None:
    await house.entry(question="几天到", answer="{发货时效}发出，{到货时间}到。")
    await house.entry(question="多久发", answer="{发货时效}，{买家昵称}")
    await house.publishing.fields.confirm("demo", {"发货时效": "48 小时内", "没用到": "x"}, "lin")
    facts = [(f.name, f.value, f.confirmed, f.used_by) for f in await house.publishing.fields.all("demo")]
    assert facts == [("发货时效", "48 小时内", True, 2), ("到货时间", "", False, 1), ("没用到", "x", True, 0)]


async def test_a_fact_taken_back_is_missing_again(house: Any) -> None:
    made = await house.entry(question="多久发", answer="{发货时效}")
    await house.publishing.fields.confirm("demo", {"发货时效": "48 小时内"}, "lin")
    await house.publishing.fields.confirm("demo", {"发货时效": " "}, "lin")
    assert (await house.publishing.entry("demo", made["id"])).missing == ("发货时效",)
    shelved = await house.shelf.get("demo")
    assert shelved.compose("xiaohongshu")(shelved.base.entries[0])[1] == ("发货时效",)


@pytest.mark.parametrize(
    ("name", "value", "pointer"),
    [
        ("", "x", "/fields/0/name"),
        ("{a}", "x", "/fields/0/name"),
        ("一\n二", "x", "/fields/0/name"),
        ("字" * 41, "x", "/fields/0/name"),
        ("发货时效", "值" * 301, "/fields/0/value"),
    ],
)
async def test_facts_that_cannot_be(house: Any, name: str, value: str, pointer: str) -> None:
    with pytest.raises(Refusal) as no:
        await house.publishing.fields.confirm("demo", {name: value}, "lin")
    assert no.value.pointer == pointer


async def test_a_value_is_text_and_never_filled_again(house: Any) -> None:
    await house.entry(question="多久发", answer="{发货时效}")
    await house.publishing.fields.confirm("demo", {"发货时效": "{到货时间}", "到货时间": "三天"}, "lin")
    shelved = await house.shelf.get("demo")
    assert shelved.compose("xiaohongshu")(shelved.base.entries[0]) == ("{到货时间}", ())


async def test_phrases_and_answers_to_send_with_one_key(house: Any) -> None:
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    quick = await house.publishing.phrases.all("demo", "lin")
    ship = next(q for q in quick if q.id == "p-ship")
    assert (ship.kind, ship.initials, ship.missing) == ("phrase", "fhsj", ())
    assert "48 小时内" in ship.text
    answer = next(q for q in quick if q.id == "ship-when")
    assert (answer.kind, answer.initials) == ("entry", "smshfh")
    real = await house.publishing.phrases.all("real", "lin")
    assert real == []


@pytest.mark.parametrize(
    ("text", "letters"),
    [("发货时间", "fhsj"), ("7 天无理由", "7twly"), ("XL码", "xlm"), ("女装绿色", "nzls"), ("😀，。", ""), ("", "")],
)
def test_initials(text: str, letters: str) -> None:
    assert initials(text) == letters


@pytest.mark.parametrize(
    ("shop", "text", "meaningless"),
    [
        ("demo", "在的亲", False),
        ("demo", "付款后 48 小时内发出", False),
        ("real", "您好", True),
        ("real", "这款是纯棉的", False),
    ],
)
async def test_what_would_count_for_nothing(house: Any, shop: str, text: str, meaningless: bool) -> None:
    assert (await house.publishing.phrases.check(shop, text))["meaningless"] is meaningless


async def test_forbidden_words_are_named(house: Any) -> None:
    from bot import rulesets

    rules = rulesets.load("internal", None, {"wording.list": ["不知道", "ABC"]})
    assert forbidden("我不知道呀 ａｂｃ", rules) == ("不知道", "ABC")
    assert forbidden("知道了", rules) == ()
    whole = rulesets.load("internal", None, {"wording.list": ["不知道"], "wording.match": "whole"})
    assert forbidden("我不知道", whole) == ()
    assert forbidden(" 不知道 ", whole) == ("不知道",)


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("什么时候发货", "answer", "sure"),
        ("转人工", "handoff", "asked_for_person"),
        ("火星上有水吗", "handoff", "no_match"),
    ],
)
async def test_the_test_line_decides_as_for_a_buyer(house: Any, text: str, outcome: str, reason: str) -> None:
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    why = await house.publishing.explain("demo", text)
    assert (why["outcome"], why["reason"]) == (outcome, reason)
    assert why["sentence"]["zh"]
    assert why["at"] == "2026-05-20T04:00:00.000Z"


async def test_neighbours_leave_the_entry_itself_out(house: Any) -> None:
    one = await house.entry(question="什么时候发货", answer="48 小时内。")
    two = await house.entry(question="什么时候到货", answer="三天。")
    found = await house.publishing.neighbours("demo", "什么时候发货", exclude=one["id"])
    assert [match.entry.id for match in found] == [two["id"]]
    pay = await house.entry(question="能用花呗吗", answer="能。", phrasings=["花呗付款行不行"])
    found = await house.publishing.neighbours("demo", "什么时候发货", one["id"], ["花呗付款行不行", "货啥时候到"])
    assert (found[0].entry.id, found[0].phrasing) == (pay["id"], "花呗付款行不行")
    assert [match.entry.id for match in found].count(two["id"]) == 1, "each entry once, at its nearest wording"
