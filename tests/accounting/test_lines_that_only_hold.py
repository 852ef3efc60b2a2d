"""稍等 and its like: what only asks the buyer to wait, and what keeps the promise."""

from __future__ import annotations

import pytest

from bot import rulesets
from bot.accounting.holding_lines import is_holding, is_substantive

RULES = rulesets.load("kuaishou")


@pytest.mark.parametrize(
    "text",
    [
        "稍等", "请稍等哦～", "稍等，我帮您查一下物流", "马上给您核实", "亲，等一下，我问一下仓库", "好的，我去核实订单，10分钟内回复您",
        "正在为您查询", "我先确认一下再联系你", "One moment please", "Let me check for you",
    ],
)  # fmt: skip
def test_only_asks_to_wait(text):
    assert is_holding(text, RULES)
    assert not is_substantive(text, "text", RULES)


@pytest.mark.parametrize(
    "text",
    [
        "今天下午从杭州仓发出。", "今天发，单号稍后给你。", "已经核实，订单 8812 昨天签收了", "确认收货后三天内返现到账", "可以退，七天无理由",
        "等级会员有九折", "这件衣服马上断货，喜欢就拍M码",
    ],
)  # fmt: skip
def test_says_something(text):
    assert not is_holding(text, RULES)
    assert is_substantive(text, "text", RULES)


@pytest.mark.parametrize(("text", "kind"), [("在的", "text"), ("", "text"), ("", "emoji")])
def test_neither_holds_nor_says_anything(text, kind):
    assert not is_holding(text, RULES)
    assert not is_substantive(text, kind, RULES)


def test_a_picture_keeps_a_promise():
    assert is_substantive("", "image", RULES)


def test_a_shop_has_words_of_its_own():
    assert not is_holding("容我三思", RULES)
    assert is_holding("容我三思", RULES, ["容我三思"])


@pytest.mark.parametrize(("rest", "holds"), [("四个字符", True), ("这五个字符", False)])
def test_four_characters_beside_it_still_hold(rest, holds):
    assert is_holding(f"{rest}稍等", RULES) is holds


def test_a_long_text_says_something():
    assert is_holding("稍等" * 20, RULES)
    assert not is_holding("稍等" * 20 + "等", RULES)
