"""What would tell who somebody is does not stand in a group of questions; what is asked does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.gaps import mask, unmarked
from knowledge_base.gaps.masking import MARKS

HIDDEN = [
    ("我的电话13812345678怎么还没发货", "我的电话〔电话〕怎么还没发货"),
    ("打138 1234 5678或138-1234-5678", "打〔电话〕或〔电话〕"),
    ("＋８６１３８１２３４５６７８找我", "〔电话〕找我"),
    ("0571-88888888打不通", "〔电话〕打不通"),
    ("一三八一二三四五六七八", "〔号码〕"),
    ("单号SF1234567890123到哪了", "单号〔号码〕到哪了"),
    ("订单号是20261130123456能改地址吗", "订单号是〔号码〕能改地址吗"),
    ("尾号1234的什么时候发", "尾号〔号码〕的什么时候发"),
    ("身份证33010619900101123X报关行吗", "身份证〔号码〕报关行吗"),
    ("微信abc_123456加我", "微信〔号码〕加我"),
    ("发到a.b@c.com", "发到〔邮箱〕"),
    ("看 https://a.b/c?id=1 这个有吗", "看 〔链接〕 这个有吗"),
    ("我叫张三怎么还没发货", "我叫〔姓名〕怎么还没发货"),
    ("收件人：欧阳娜娜 能改吗", "收件人：〔姓名〕 能改吗"),
    ("我是李雷。在吗", "我是〔姓名〕。在吗"),
    ("我姓王", "我姓〔姓名〕"),
    ("王女士的快递到了吗", "〔姓名〕女士的快递到了吗"),
    ("寄到浙江省杭州市西湖区文三路90号3栋501室要几天", "寄到〔地址〕要几天"),
    ("帮我改到朝阳区建国路88号", "帮我改到〔地址〕"),
    ("my name is Tom Lee where is it", "my name is 〔姓名〕 where is it"),
]
KEPT = [
    "能发新疆吗", "发到北京市要几天", "偏远地区的路费", "10000毫安能上飞机吗", "iPhone13能用吗", "满300减50还能用吗", "3号能发吗",
    "你们老板姓什么", "名字叫什么", "收货人能改吗", "我叫了快递", "我是黄皮适合吗", "我是敏感肌。能用吗", "身高165体重110穿什么码", "几点上班",
]  # fmt: skip


@pytest.mark.parametrize(("said", "shown"), HIDDEN)
def test_what_tells_who_it_is_has_a_mark_in_its_place(said: str, shown: str) -> None:
    assert mask(said) == shown


@pytest.mark.parametrize("said", KEPT)
def test_what_is_asked_stays(said: str) -> None:
    assert mask(said) == said


def test_what_the_buyer_is_called_goes_wherever_it_stands() -> None:
    assert mask("小鱼儿的单子呢，小鱼儿", ["小鱼儿", "", "x"]) == "〔姓名〕的单子呢，〔姓名〕"


def test_a_phrasing_has_no_marks() -> None:
    assert unmarked("单号〔号码〕 到哪了") == "单号 到哪了"
    assert unmarked("〔电话〕") == ""


phones = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
orders = st.from_regex(r"[0-9]{10,20}", fullmatch=True)
around = st.text(st.sampled_from("请问怎么还没发货的呢吗，。 ？!a"), max_size=12)


@given(around, phones | orders, around)
def test_no_number_that_could_be_somebodys_is_left(before: str, number: str, behind: str) -> None:
    shown = mask(before + number + behind)
    assert not any(number[start : start + 6] in shown for start in range(len(number) - 5))


@given(st.text(max_size=200))
def test_any_text_is_read_and_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert not any(one in unmarked(once) for one in MARKS)
