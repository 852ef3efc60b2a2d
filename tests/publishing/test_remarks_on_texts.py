"""What an operator is told about an entry's texts when they are saved: forbidden, unfilled, too long, meaningless."""

from __future__ import annotations

from typing import Any

import pytest

from bot import rulesets
from bot.service.remarks import Limit, Measure, remarks_on
from knowledge_base.entry import Entry, Mode

RULES = rulesets.load("kuaishou", None, {"wording.list": ["加微信"]})
HERE = Measure(
    "kuaishou", RULES, {"发货时效": "48 小时内", "空着": " "}, (Limit("shop.a", 20, False), Limit("shop.b", 60, True))
)


@pytest.mark.parametrize(
    ("answer", "more", "told"),
    [
        pytest.param("付款后{发货时效}发出。", {}, [], id="nothing to say"),
        pytest.param("付款后{到货时效}到。", {}, [("missing_field", "answer")], id="a field nobody filled"),
        pytest.param("付款后{空着}到。", {}, [("missing_field", "answer")], id="a blank value is none"),
        pytest.param("付款后{空着}到。", {"mode": Mode.OFF}, [], id="an entry that is never said by the bot"),
        pytest.param("{买家昵称}，单号是{运单号}。", {}, [], id="fields that the conversation fills"),
        pytest.param("付款后{发货时效发出。", {}, [("field_broken", "answer")], id="an unpaired brace"),
        pytest.param("请加微信联系，48 小时内发出。", {}, [("forbidden", "answer")], id="forbidden wording"),
        pytest.param("您好", {}, [("meaningless", "answer")], id="worth nothing as a reply"),
        pytest.param("字" * 20, {}, [], id="just within both limits"),
        pytest.param("字" * 21, {}, [("too_long", "answer")] * 2, id="over the limit of both channels"),
        pytest.param("", {"mode": Mode.OFF}, [], id="no text"),
        pytest.param(
            "加微信",
            {"variants": (("kuaishou", "付款后{发货时效}发出。"),)},
            [],
            id="what is not said here is not judged",
        ),
        pytest.param(
            "付款后{发货时效}发出。",
            {"variants": (("kuaishou", "您好"), ("taobao", "好}"))},
            [("field_broken", "variants"), ("variant_elsewhere", "variants"), ("meaningless", "variants")],
            id="the platform's own answer is judged",
        ),
    ],
)
def test_what_is_told(answer: str, more: dict[str, Any], told: list[tuple[str, str]]) -> None:
    found = list(remarks_on(Entry("a", "什么时候发货", answer, **more), HERE))
    assert [(one.code, one.column) for one in found] == told
    assert all(one.zh and one.en for one in found)


def test_how_long_and_in_how_many_pieces() -> None:
    text = "第一句话。第二句也有十个字左右吧。第三句同样这么长好了。"
    chars, _ = remarks_on(Entry("a", "问", text), HERE)
    assert all(word in chars.zh for word in ("shop.a", "最多 20 字", f"这条 {len(text)} 字", "分 2 段"))
    assert "2 pieces" in chars.en


async def test_a_shops_own_rules_values_and_platform_count(house: Any) -> None:
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    await house.publishing.packs.apply("real", "clothing", by="lin")
    entry = Entry("a", "什么时候发货", "付款后{发货时效}发出。")
    assert await house.publishing.remarks.of("demo", entry) == []
    (told,) = await house.publishing.remarks.of("real", entry)
    assert told.code == "missing_field"
    await house.publishing.fields.confirm("real", {"发货时效": "一天内"}, "lin")
    assert await house.publishing.remarks.of("real", entry) == []
    assert await house.publishing.remarks.of("*", entry) == []
