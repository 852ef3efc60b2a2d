"""The thing at hand: left out where the shop's answers name none, kept where they are told apart by it."""

import pytest

from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import CERTAIN, DEFAULT_THRESHOLD
from knowledge_base.entry import Entry
from knowledge_base.goods import LEFT_OUT, goods_in, without_goods

WHOLE_SHOP = [
    Entry("price", "这个多少钱", "答", ("什么价", "怎么卖")),
    Entry("origin", "哪里产的", "答", ("产地是哪里", "是国产的吗")),
    Entry("noise", "声音大不大", "答", ("噪音大吗", "会不会吵")),
]


@pytest.mark.parametrize(
    ("text", "entry"),
    [("亲 这条连衣裙什么价", "price"), ("这种车厘子哪里产的呀", "origin"), ("你们家的电饭煲声音大不大", "noise")],
)
def test_what_the_shop_says_of_all_it_says_of_the_thing_at_hand(text: str, entry: str) -> None:
    best = KnowledgeBase(WHOLE_SHOP).best(text)[0]
    assert best.entry.id == entry
    assert DEFAULT_THRESHOLD <= best.sureness < CERTAIN
    assert LEFT_OUT in [one.value for one in best.evidence if one.code == "goods_left_out"]


def test_a_shop_that_tells_its_answers_apart_by_goods_is_asked_about_them() -> None:
    base = KnowledgeBase([*WHOLE_SHOP, Entry("pot", "电饭煲声音大吗", "答")])
    best = base.best("你们家的电饭煲声音大么")[0]
    assert best.entry.id == "pot"
    assert "goods_left_out" not in [one.code for one in best.evidence]
    other = base.without("noise").best("豆浆机声音大吗")
    assert not other or other[0].sureness < DEFAULT_THRESHOLD


def test_what_an_entry_says_besides_is_not_left_out() -> None:
    base = KnowledgeBase([Entry("pan", "砂锅什么牌子好", "答"), Entry("price", "这个多少钱", "答")])
    best = base.best("电饭煲什么牌子好")[0]
    assert best.sureness < DEFAULT_THRESHOLD
    assert "goods_left_out" not in [one.code for one in best.evidence]


@pytest.mark.parametrize(
    ("text", "goods", "rest"),
    [
        ("这条裙子什么价", ("裙子",), "什么价"),
        ("我买的音箱走到哪了", ("音箱",), "我 走到哪了"),
        ("一根数据线也包邮", ("数据线",), "也包邮"),
        ("手机号填错了", (), "手机号填错了"),
        ("蓝牙耳机和手机", ("蓝牙耳机", "手机"), "和"),
        ("", (), ""),
    ],
)
def test_goods_named(text: str, goods: tuple[str, ...], rest: str) -> None:
    assert goods_in(text) == goods
    assert without_goods(text) == rest
