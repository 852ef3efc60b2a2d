"""Values of the shipped rules that no verdict shows: targets and consequences, as the sources give them."""

from __future__ import annotations

from typing import Any

import pytest

from bot import rulesets
from bot.accounting.raw import raw


@pytest.mark.parametrize(
    ("ruleset", "parameter", "value", "basis"),
    [
        pytest.param("xiaohongshu", "opening.target_s", 90, "fact", id="open a session within ninety seconds"),
        pytest.param("kuaishou", "opening.target_s", 90, "default", id="the same elsewhere, of our own"),
        pytest.param("kuaishou", "traffic_cut.new.light", [10, 20], "fact", id="a new shop, light"),
        pytest.param("kuaishou", "traffic_cut.new.heavy", [50, 100], "fact", id="a new shop, heavy: or more"),
        pytest.param("kuaishou", "traffic_cut.mature.light", [20, 30], "fact", id="a mature shop, light"),
        pytest.param("kuaishou", "traffic_cut.mature.heavy", [60, 100], "fact", id="a mature shop, heavy: or more"),
        pytest.param("kuaishou", "traffic_cut.brand.light", [30, 40], "fact", id="a brand store, light"),
        pytest.param("kuaishou", "traffic_cut.brand.heavy", [70, 100], "fact", id="a brand store, heavy: or more"),
    ],
)
def test_what_the_sources_give(ruleset: str, parameter: str, value: Any, basis: str) -> None:
    rules = rulesets.load(ruleset)
    assert (raw(parameter, rules[parameter]), rules.basis(parameter)) == (value, basis)


KINDS = ["text", "image", "video", "voice", "file", "card"]
WORDS = {
    "greetings": "亲亲 亲 您好 你好 哈喽 hello hi",
    "fillers": "哦 噢 喔 嗯嗯 嗯 好的 好滴 好哒 好 在的 在呢 在 请稍等 稍等一下 稍等 稍后 收到 知道了 了解 ok okay",
    "particles": "哦 呢 哈 呀 啊 啦 的 了 吧 哟 嘛",
    "phrases": "请问有什么可以帮您 有什么可以帮您 很高兴为您服务 您的问题已收到 正在为您查询 正在为您处理 正在查询 正在处理 马上回复您",
}


@pytest.mark.parametrize(("name", "words"), WORDS.items(), ids=WORDS)
def test_the_words_that_say_nothing(name: str, words: str) -> None:
    assert raw("reply.meaningless", rulesets.load("kuaishou")[f"reply.meaningless.{name}"]) == words.split(" ")


REVIEW_WORDS = {
    "templates": "已收到 感谢支持 感谢您的支持 谢谢支持 感谢您的评价 非常抱歉给您带来不便 我们会努力改进 欢迎下次光临",
    "evasive": "这是供应商的问题 物流不归我们管 物流属于第三方 我们无法控制",
    "empathy": "抱歉 揪心 着急 理解您 能感受到",
    "solution": "补发 退款 退货 换货 赔付 补偿 已为您",
    "commitment": "后续 避免 改进 优化 整改 专项",
}


@pytest.mark.parametrize(("name", "words"), REVIEW_WORDS.items(), ids=REVIEW_WORDS)
def test_the_words_looked_for_in_replies_to_reviews(name: str, words: str) -> None:
    assert raw(f"review.{name}", rulesets.load("reviews")[f"review.{name}"]) == words.split(" ")


@pytest.mark.parametrize(
    ("ruleset", "kinds"),
    [
        pytest.param("kuaishou", KINDS, id="no emoji"),
        *(
            pytest.param(name, [*KINDS, "emoji"], id=name)
            for name in ("xiaohongshu", "taobao", "pinduoduo", "internal")
        ),
    ],
)
def test_the_kinds_that_may_be_an_answer(ruleset: str, kinds: list[str]) -> None:
    assert raw("reply.kinds", rulesets.load(ruleset)["reply.kinds"]) == kinds
