"""Holding lines: a person asks the buyer to wait and says nothing else, so the real answer is still to come."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.accounting.ruleset import Ruleset, meaningless
from bot.accounting.substance import bare

HOLDING = (
    "稍等一下", "稍等片刻", "稍等", "稍后", "稍候", "等一下", "等一会", "等会儿", "等会", "等等", "等下", "等我", "马上", "立刻",
    "尽快", "这就", "晚点", "回头", "查一下", "查下", "查看", "查询", "核实", "核对", "确认", "问一下", "问下", "看一下", "看下",
    "处理", "反馈", "催一下", "催下", "holdon", "onemoment", "amoment", "wait", "letmecheck", "checking",
)  # fmt: skip
"""What a person says who asks for time; a shop may add its own words."""
_BESIDE = (
    "请", "麻烦", "我们", "我", "您", "你", "亲亲", "亲", "帮忙", "帮", "为", "给", "去", "先", "再", "会", "正在", "在", "就",
    "一下", "下", "回复", "答复", "告诉", "联系", "好的", "好", "嗯", "哦", "呢", "哈", "呀", "啊", "啦", "的", "了", "吧", "和",
    "please", "just", "for", "you", "ok", "i", "ll",
)  # fmt: skip
_SPAN = re.compile(r"[0-9一二三四五六七八九十两几半]+(?:个)?(?:分钟|小时|min|minutes?)(?:内|后|左右|之内)?")
SHORT = 40
"""A longer text says something."""
REST = 4
"""So many characters beside the words of waiting say no more than what is being looked up."""


def is_holding(text: str, ruleset: Ruleset, own: Iterable[str] = ()) -> bool:
    """Say whether a text only asks the buyer to wait: short, with a word of waiting, and next to nothing beside it.

    The ruleset's own list of phrases that are no answer counts as such words too, and so do a shop's ``own``.
    """
    rest = bare(text)
    if not rest or len(rest) > SHORT:
        return False
    listed = {bare(word) for word in (*HOLDING, *own, *ruleset.values.get("reply.meaningless.phrases", ()))} - {""}
    words = sorted(listed, key=len, reverse=True)
    if not any(word in rest for word in words):
        return False
    rest = _SPAN.sub("", rest)
    for word in (*words, *_BESIDE):
        rest = rest.replace(word, "")
    return len(rest) <= REST


def is_substantive(text: str, kind: str, ruleset: Ruleset, own: Iterable[str] = ()) -> bool:
    """Say whether a reply keeps a promise: it says something, and does not just ask to wait again."""
    return not meaningless(text, kind, ruleset) and not (kind == "text" and is_holding(text, ruleset, own))
