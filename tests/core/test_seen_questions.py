"""Some 490 buyers' questions that were looked at while the packs were improved: they guard what was won, and measure nothing.

The sets of ``tests/questions`` beside them are the ones to measure with.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from bot.core.conversation import State
from bot.core.decide import Answer, Policy, Talk, decide
from bot.core.message import Kind
from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.entry import Entry, Mode

SEEN = Path(__file__).parents[1] / "questions" / "seen"
NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)


def said(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return entry.answer, ()


def answered(base: KnowledgeBase, text: str) -> list[str]:
    """The entries that answer by themselves with shipped defaults; none where a person is asked."""
    policy = Policy(Mode.AUTO, DEFAULT_THRESHOLD, DEFAULT_MARGIN, said)
    decision = decide(Kind.TEXT, base.read(text), Talk(State.BOT, waited=True), policy, NOW)
    by_itself = isinstance(decision, Answer) and decision.mode is Mode.AUTO
    return [match.entry.id for match in decision.matches] if by_itself else []


UNDOING = [
    "不想退了怎么取消申请", "退货申请取消怎么弄", "怎么取消退货", "退货申请能撤销吗", "退货退错了怎么办", "退货被拒了怎么办",
]  # fmt: skip
NOT_BY = {
    "clothing": {
        "return-how": UNDOING,
        "live-price": ["直播间怎么进", "直播回放在哪看", "直播间买的怎么退货", "招主播吗"],
        "ship-weekend": ["周末能到吗", "周末有人在线吗", "周末搞活动吗"],
        "physical-store": ["实体店买的能在你这退吗", "店铺在哪里看"],
        "exchange-time": ["换货物流不动了", "换货寄回去了怎么没动静"],
        "color-choose": ["颜色发错了", "颜色会掉吗", "颜色深不深"],
        "courier-choose": ["顺丰到哪了", "顺丰几天到"],
        "size-advice": ["腰围是多少", "平时穿38的鞋要拍多少"],
        "wrong-item": ["拍错尺码了", "拍错码了怎么办"],
        "refund-when": ["退款到账的金额少了十五块"],
        "cancel-order": UNDOING,
        "change-address": ["退货单号填错了怎么改"],
        "coupon-stack": ["两张券都用不了"],
        "membership": ["会员怎么取消"],
    },
    "beauty": {
        "return-how": UNDOING,
        "breakout": ["有祛痘效果吗", "用了长痘能退吗"],
        "hormone-free": ["激素脸能用吗", "用了像有激素依赖一样停不下来"],
        "oxidize": ["脸暗沉用哪个", "暗沉怎么改善"],
        "fragrance-lasting": ["留香珠好用吗", "香水多少毫升"],
        "size-value": ["大瓶什么时候补货", "大瓶还有吗"],
        "live-price": ["直播间送小样吗", "直播间买的能退吗"],
        "makeup-remove": ["卸妆油辣眼睛吗", "卸妆油温和吗", "卸妆油多少毫升"],
        "carry-on": ["高铁上能补妆吗", "能寄到机场吗"],
        "recommend": ["孕妇推荐哪款", "选错款了怎么办"],
        "membership": ["会员怎么退"],
        "coupon-stack": ["两张券都用不了"],
    },
    "food": {
        "return-how": UNDOING,
        "refreeze": ["解冻要多久", "收到已经解冻了还能吃吗"],
        "gmo": ["转基因吃了有害吗"],
        "vegetarian": ["素肉是什么做的", "素食礼盒有吗"],
        "how-to-cook": ["螃蟹死了怎么办", "死虾怎么办"],
        "cancel-order": [*UNDOING, "已经发货了能改地址吗", "发货了还能加一单吗"],
        "arrive-when": ["次日达没到赔吗"],
        "sugar-content": ["含不含乳糖", "乳糖不耐能喝吗"],
        "coupon-not-working": ["有券没有", "有优惠没有"],
        "ship-from": ["从哪里退货", "产地在哪里"],
        "live-goods": ["活虾到了死了怎么办", "益生菌是活的吗", "现在有活动吗"],
        "brew-how": ["泡面怎么煮", "奶粉宝宝怎么冲"],
    },
    "electronics": {
        "return-how": UNDOING,
        "airplane": ["无人机能带上飞机吗", "行李箱能托运吗", "飞机模式怎么关"],
        "three-guarantees": ["三包凭证丢了怎么办", "七天价保吗", "十五天没到货怎么办"],
        "suit-size": ["容量128够用吗", "面积多大的屏"],
        "spec": ["内存卡坏了"],
        "live-price": ["几点直播", "直播间送的赠品没有"],
        "return-deduction": ["退货扣了我50", "扣费了怎么没订单"],
        "install": ["安装师傅乱收费 收了我200", "师傅装坏了"],
        "price-protect": ["我前天买的那台差价给我退了没"],
        "ship-from": ["从哪里退货", "发货地址写错了"],
        "promotion": ["618买的怎么还没发货", "双十一买的降价了给补差吗"],
        "repair-freight": ["退货运费谁出", "换货邮费谁付", "维修要多少钱"],
        "coupon-stack": ["券叠加了没减钱"],
    },
}  # fmt: skip
"""By pack and entry: what only sounds like a question of that entry."""


@cache
def base_of(pack_id: str) -> KnowledgeBase:
    return KnowledgeBase(packs.load(pack_id).entries)


@pytest.mark.parametrize("pack_id", packs.names())
def test_what_was_won_stays(pack_id: str) -> None:
    base = base_of(pack_id)
    rows = [json.loads(line) for line in (SEEN / f"{pack_id}.jsonl").read_text("utf-8").splitlines()]
    wanted = [(row["text"], [row["expect"]] if isinstance(row["expect"], str) else row["expect"] or []) for row in rows]
    given = [(text, entries, answered(base, text)) for text, entries in wanted]
    wrong = [one for one in given if not set(one[2]) <= set(one[1])]
    short = [one for one in given if set(one[2]) < set(one[1])]
    assert len(rows) >= 120
    assert len(wrong) <= 1, wrong
    assert len(short) <= 5, short


@pytest.mark.parametrize("pack_id", NOT_BY)
def test_what_only_sounds_like_it_is_not_answered_by_it(pack_id: str) -> None:
    base = base_of(pack_id)
    asked = [(entry, text) for entry, texts in NOT_BY[pack_id].items() for text in texts]
    assert {entry for entry, _ in asked} <= {entry.id for entry in base.entries}
    assert [(entry, text) for entry, text in asked if entry in answered(base, text)] == []
