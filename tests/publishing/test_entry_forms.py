"""What an operator may write, and the two forms of an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.entries import data_of, entry_of, same_question, sound
from bot.service.refusal import Refusal
from knowledge_base.entry import Keywords, Mode

GOOD: dict[str, Any] = {"question": "什么时候发货", "answer": "付款后 48 小时内发出。"}


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        pytest.param({}, None, id="question and answer are enough"),
        pytest.param({"question": "  "}, "/question", id="no question"),
        pytest.param({"question": "？！"}, "/question", id="punctuation is no question"),
        pytest.param({"question": "问" * 200}, None, id="a question of 200 characters"),
        pytest.param({"question": "问" * 201}, "/question", id="a question of 201 characters"),
        pytest.param({"answer": " \n"}, "/answer", id="no answer"),
        pytest.param({"answer": "", "mode": "off"}, None, id="no answer needed where a person always answers"),
        pytest.param({"answer": "答" * 4_001}, "/answer", id="an answer of 4,001 characters"),
        pytest.param({"phrasings": [f"说法{n}" for n in range(200)]}, None, id="200 phrasings"),
        pytest.param({"phrasings": [f"说法{n}" for n in range(201)]}, "/phrasings", id="201 phrasings"),
        pytest.param({"phrasings": ["短", "长" * 201]}, "/phrasings/1", id="the second phrasing is too long"),
        pytest.param({"keywords": {"never": ["词" * 61]}}, "/keywords/never/0", id="a keyword too long"),
        pytest.param({"keywords": {"ordered": ["退货"]}}, "/keywords/ordered/0", id="one word in order"),
        pytest.param(
            {"keywords": {"ordered": ["退…运费", "退…"]}}, "/keywords/ordered/1", id="words in order, one lacks"
        ),
        pytest.param({"keywords": {"pattern": ["(退"]}}, "/keywords/pattern/0", id="a pattern that is none"),
        pytest.param({"keywords": {"pattern": ["退.*费", "(?<=退)货"]}}, "/keywords/pattern/1", id="a look-behind"),
        pytest.param({"keywords": {"pattern": [r"(退)\1"]}}, "/keywords/pattern/0", id="a back-reference"),
        pytest.param({"keywords": {"pattern": ["退*"]}}, "/keywords/pattern/0", id="a pattern that fits everything"),
        pytest.param({"keywords": {"pattern": ["退" * 201]}}, "/keywords/pattern/0", id="a pattern too long"),
        pytest.param({"keywords": {"priority": 101}}, "/keywords/priority", id="a priority too high"),
        pytest.param({"keywords": {"priority": -101}}, "/keywords/priority", id="a priority too low"),
        pytest.param({"not_this": ["问" * 201]}, "/not_this/0", id="what it is not, too long"),
        pytest.param(
            {"phrasings": ["能退吗"], "not_this": ["怎么退", "能退吗？"]}, "/not_this/1", id="both a phrasing and not"
        ),
        pytest.param({"threshold": 100}, None, id="threshold 100"),
        pytest.param({"threshold": 100.5}, "/threshold", id="threshold above 100"),
        pytest.param({"threshold": -1}, "/threshold", id="threshold below 0"),
        pytest.param({"mode": "loud"}, "/mode", id="a mode that does not exist"),
        pytest.param({"valid_from": "2026-06-01", "valid_to": "2026-06-01"}, None, id="valid for one day"),
        pytest.param({"valid_from": "2026-06-02", "valid_to": "2026-06-01"}, "/valid_to", id="ends before it begins"),
        pytest.param({"valid_from": "六月一号"}, "/valid_from", id="not a day"),
        pytest.param({"variants": {"kuaishou": "答" * 4_001}}, "/variants/kuaishou", id="a variant too long"),
    ],
)
def test_what_may_be_saved(data: dict[str, Any], pointer: str | None) -> None:
    if pointer is None:
        assert sound(entry_of("a", GOOD | data))
        return
    with pytest.raises(Refusal) as no:
        sound(entry_of("a", GOOD | data))
    assert no.value.pointer == pointer
    assert no.value.zh
    assert no.value.en


@pytest.mark.parametrize(
    ("entry_id", "good"),
    [
        ("ship-when", True),
        ("0k3.a:b_c-d", True),
        ("", False),
        ("发货", False),
        ("-a", False),
        ("a" * 65, False),
        ("a/b", False),
    ],
)
def test_ids(entry_id: str, good: bool) -> None:
    if good:
        assert sound(entry_of(entry_id, GOOD))
    else:
        with pytest.raises(Refusal):
            sound(entry_of(entry_id, GOOD))


def test_texts_are_tidied() -> None:
    entry = entry_of(
        "a",
        {
            "question": " 什么时候发货 ",
            "answer": "第一行\r\n第二行\x00\ud83d",
            "phrasings": ["啥时候发", " 啥时候发", "", "什么时候发货"],
            "variants": {"kuaishou": " 快手答案 ", "taobao": " "},
            "keywords": {"any": ["发货", "发货"]},
            "valid_from": "2026-06-01",
            "mode": "suggest",
        },
    )
    assert entry.question == "什么时候发货"
    assert entry.answer == "第一行\n第二行\ufffd\ufffd"
    assert entry.phrasings == ("啥时候发",)
    assert entry.variants == (("kuaishou", "快手答案"),)
    assert entry.keywords == Keywords(any=("发货",))
    assert entry.valid_from == date(2026, 6, 1)
    assert entry.mode is Mode.SUGGEST


texts = st.text(max_size=20)
entries = st.fixed_dictionaries(
    {"question": texts, "answer": texts},
    optional={
        "phrasings": st.lists(texts, max_size=4),
        "keywords": st.fixed_dictionaries(
            {}, optional={k: st.lists(texts, max_size=3) for k in ("all", "any", "never", "exact")}
        ),
        "category": texts,
        "products": st.lists(texts, max_size=3),
        "variants": st.dictionaries(texts, texts, max_size=3),
        "threshold": st.none() | st.floats(0, 100),
        "mode": st.sampled_from(["off", "suggest", "auto"]),
        "then_person": st.booleans(),
        "valid_from": st.none() | st.dates().map(date.isoformat),
    },
)


@given(entries)
def test_both_forms_are_one_entry(data: dict[str, Any]) -> None:
    entry = entry_of("a", data)
    assert entry_of("a", data_of(entry)) == entry
    assert data_of(entry_of("a", data_of(entry))) == data_of(entry)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("什么时候发货？", "什么时候发货", True),
        ("什麼時候發貨", "什么时候发货", True),
        ("ＡＢＣ 尺码", "abc尺码", True),
        ("什么时候发货", "什么时候到货", False),
    ],
)
def test_same_question(one: str, other: str, same: bool) -> None:
    assert (same_question(one) == same_question(other)) is same
