"""However a buyer writes it, a question finds its entry in a starter pack; what is no question of the shop finds none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import DEFAULT_THRESHOLD
from knowledge_base.spellings import put_right

BASES = {pack: KnowledgeBase(packs.load(pack).entries) for pack in packs.names()}

WRITTEN = {
    "full width": [
        ("什么时候发货？！", "ship-when"), ("ＸＬ码还有货吗", "stock"), ("包邮吗？？？", "ship-fee"), ("怎么　退货", "return-how"),
        ("能开发票吗～～～", "invoice"),
    ],
    "traditional": [
        ("什麼時候發貨", "ship-when"), ("發什麼快遞", "courier-which"), ("可以開發票嗎", "invoice"), ("運費多少", "ship-fee"),
        ("怎麼退貨", "return-how"), ("會掉色嗎", "fade"), ("會縮水嗎", "shrink"), ("幾點上班", "opening-hours"),
    ],
    "homophones": [
        ("什么时候发活", "ship-when"), ("神马时候发货", "ship-when"), ("能开发飘吗", "invoice"), ("会掉瑟吗", "fade"), ("包油吗", "ship-fee"),
        ("有优惠卷吗", "price-coupon"), ("什么时后发货", "ship-when"), ("会缩税吗", "shrink"),
    ],
    "shapes": [("什么时侯发货", "ship-when"), ("能开发栗吗", "invoice"), ("会掉巴吗", "fade"), ("怎么迟货", "return-how"), ("发什么快逓", "courier-which")],
    "pinyin": [
        ("shenme shihou fahuo", "ship-when"), ("yunfei多少", "ship-fee"), ("zenme tuihuo", "return-how"), ("fapiao能开吗", "invoice"),
        ("kuaidi发什么", "courier-which"), ("baoyou吗", "ship-fee"), ("什么时候fahuo", "ship-when"), ("DUOJIU发货", "ship-when"),
    ],
    "first letters": [
        ("什么时候fh", "ship-when"), ("yf多少", "ship-fee"), ("怎么th", "return-how"), ("能开fp吗", "invoice"), ("发什么kd", "courier-which"),
        ("dz写错了", "change-address"), ("tk多久到账", "refund-when"), ("dd取消", "cancel-order"), ("BY吗", "ship-fee"), ("yhq怎么领", "price-coupon"),
    ],
    "emoji": [("什么时候发货😭😭", "ship-when"), ("包邮吗🙏", "ship-fee"), ("👉怎么退货👈", "return-how"), ("🚚发什么快递", "courier-which"), ("会掉色吗[疑问]", "fade")],
    "repeats": [
        ("什么时候发货啊啊啊啊啊", "ship-when"), ("包邮吗吗吗", "ship-fee"), ("在吗在吗在吗什么时候发货", "ship-when"), ("怎么退货呀呀呀呀", "return-how"),
        ("发货发货发货什么时候", "ship-when"),
    ],
    "English in between": [("什么时候ship", "ship-when"), ("有coupon吗", "price-coupon"), ("怎么return", "return-how"), ("invoice能开吗", "invoice"), ("express发什么", "courier-which")],
    "slang": [
        ("亲亲啥时候发货鸭", "ship-when"), ("宝 包邮不", "ship-fee"), ("咋整退货", "return-how"), ("有木有运费险", "freight-insurance"),
        ("肿么退货", "return-how"), ("阔以开发票不", "invoice"), ("啥子时候发货嘛", "ship-when"), ("蹲一个补货", "restock"), ("集美们会掉色不", "fade"),
        ("老板发啥快递捏", "courier-which"), ("几时发货啊", "ship-when"),
    ],
    "a no that asks": [
        ("有赠品没有", "gift"), ("有优惠券没有", "price-coupon"), ("有货没有", "stock"), ("有活动没有", "promotion"), ("退款到账了没有", "refund-when"),
        ("赠品没有", "missing-item"), ("优惠券没有了", "coupon-not-working"),
    ],
    "spoken": [
        ("嗯那个我想问一下你们这个包邮吗", "ship-fee"), ("我想问一下这个衣服会不会掉色啊", "fade"),
        ("就是说如果不合适的话可以退货吗运费谁出", "return-fee"), ("请问一下你们发的是什么快递啊谢谢", "courier-which"),
        ("喂你好我想问一下就是我昨天买的那个衣服什么时候能发货啊", "ship-when"), ("就是我那个发票能不能开一下", "invoice"),
    ],
}  # fmt: skip

NOTHING = [
    "今天天气怎么样", "你吃饭了吗", "给我讲个笑话", "微信怎么注册", "怎么录屏", "你们公司几个人", "我要当代理", "帮我写作文", "ni hao ma",
    "asdfgh", "12345678", "666", "哈哈哈哈哈哈", "????", "😀😀", "fhjkl", "tmall是什么", "股票怎么买", "孩子几岁上学", "这道题怎么做",
    "shall we dance", "the ship sank", "return to sender",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "entry"), [pytest.param(*row, id=f"{way}: {row[0]}") for way, rows in WRITTEN.items() for row in rows]
)
def test_a_question_finds_its_entry(text: str, entry: str) -> None:
    assert BASES["clothing"].read(text).matches[0].entry.id == entry


def test_most_of_them_are_sure_enough_to_answer() -> None:
    read = [BASES["clothing"].read(text).matches[0] for rows in WRITTEN.values() for text, _ in rows]
    assert sum(match.sureness >= DEFAULT_THRESHOLD for match in read) >= 0.8 * len(read)


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("pack", BASES)
def test_what_is_no_question_of_the_shop_finds_nothing(pack: str, text: str) -> None:
    matches = BASES[pack].read(text).matches
    assert not matches or matches[0].sureness < DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fahuo时间", "发货时间"), ("shenme shihou fahuo", "什么时候发货"), ("yf", "运费"), ("什么时候ship", "什么时候发货"),
        ("when do you ship", "when do you ship"), ("by the way", "by the way"), ("mary", "mary"), ("怎么有货", "怎么有货"), ("退或换", "退或换"),
        ("可已经付款", "可已经付款"), ("iphone能用吗", "iphone能用吗"), ("肿么样", "怎么样"),
    ],
)  # fmt: skip
def test_words_put_right(written: str, meant: str) -> None:
    assert put_right(written) == meant


@given(st.text("什么时候发货退换神马 fahuoyfship", max_size=12))
def test_putting_right_twice_changes_nothing(text: str) -> None:
    once = put_right(text)
    assert put_right(once) == once
