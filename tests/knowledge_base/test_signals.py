"""Signals: who is heard as asking for a person, as angry, as sensitive, and who is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.entry import Signal
from knowledge_base.signals import Lists, hear, is_small_talk

PERSON, UPSET, SENSITIVE = Signal.ASKED_FOR_PERSON, Signal.UPSET, Signal.SENSITIVE


def heard(text: str) -> set[Signal]:
    return {h.signal for h in hear(text)}


@pytest.mark.parametrize(
    "text",
    [
        "转人工", "转人工！！", "人工", "人工人工", "轉人工", "轉接人工客服", "转rg", "人工客服在吗", "我要找客服", "我要找人工",
        "找真人", "真人", "有人吗", "亲，有人吗", "有人在吗", "不要机器人", "我不想跟机器人说话", "你是机器人吗", "来个人啊",
        "能不能换个人", "转 人 工", "麻烦转接一下人工客服", "转人功", "人呢", "人呢？？", "客服呢", "叫你们老板来",
        "别自动回复了", "在吗\n有没有人工", "找客服，问一下尺码", "zrg", "I want to talk to a human", "HUMAN", "请转人工服务", "转在线客服", "三天了还不回我",
        "怎么没人理我", "没人回", "我要人工服务", "是真人吗", "要真人客服，不要机器人", "客服", "亲 人工",
    ],
)  # fmt: skip
def test_asks_for_a_person(text: str) -> None:
    assert PERSON in heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "人工费多少", "这是人工的还是机器做的", "人工皮革", "这个是人工皮的吗", "需要人工安装吗", "是人工智能音箱吗", "有人工色素吗",
        "人工钻还是真钻", "扫地机器人多少钱", "是人工养殖的吗", "真人上身效果图有吗", "真人发假发", "有人买过吗", "有人穿过吗",
        "什么时候发货", "客服电话多少时间打通", "这个假发是真人头发吗", "我要人工智能的那款", "几个人用", "找个人代付可以吗",
        "人工客服晚上到几点", "人工客服的上班时间", "my shipping agent is in Shenzhen", "人工缝制的吗",
    ],
)  # fmt: skip
def test_does_not_ask_for_a_person(text: str) -> None:
    assert PERSON not in heard(text)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("再不发货就差评", UPSET), ("再不发货，我就给你们差评！", UPSET), ("你们什么态度", UPSET), ("垃圾", UPSET), ("差评", UPSET),
        ("骗子！！", UPSET), ("太慢了吧", UPSET), ("等了好久了都没发", UPSET), ("再不处理我就退款", UPSET), ("真是垃圾", UPSET),
        ("服务态度差", UPSET), ("再不退钱我就去发帖", UPSET), ("你们是不是不想做生意了", UPSET), ("给个说法", UPSET), ("😡", UPSET), ("你们是骗人的吧", UPSET), ("到底发不发货", UPSET),
        ("打12315", SENSITIVE), ("我要投诉", SENSITIVE), ("我要投訴你們", SENSITIVE), ("报警了", SENSITIVE), ("曝光你们", SENSITIVE),
        ("找工商", SENSITIVE), ("我找律师", SENSITIVE), ("用了过敏", SENSITIVE), ("孩子吃了住院了", SENSITIVE), ("食物中毒", SENSITIVE),
        ("收到假货", SENSITIVE), ("这是假货吧，假货", SENSITIVE), ("加微信转账便宜点行吗", SENSITIVE), ("加个V", SENSITIVE), ("加vx", SENSITIVE),
        ("能私下转账吗", SENSITIVE), ("你微信多少", SENSITIVE), ("私聊转账便宜点", SENSITIVE), ("给我个手机号", SENSITIVE), ("银行卡被扣两次钱", SENSITIVE), ("有人让我扫码付款", SENSITIVE), ("充电的时候冒烟了", SENSITIVE), ("退一赔三", SENSITIVE),
        ("老板电话给我一个", SENSITIVE), ("你们电话多少", SENSITIVE),
        ("里面有异物", SENSITIVE), ("申请平台介入", SENSITIVE), ("孕妇能用吗", SENSITIVE), ("I will call the police", SENSITIVE),
    ],
)  # fmt: skip
def test_anger_and_what_only_people_may_handle(text: str, signal: Signal) -> None:
    assert signal in heard(text)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("差评返现吗", UPSET), ("有差评吗", UPSET), ("差评多吗", UPSET), ("垃圾桶多大", UPSET), ("破壁机是什么破壁技术", UPSET),
        ("吃了会恶心吗", UPSET), ("给他妈妈买的", UPSET), ("不发货可以退吗", UPSET), ("再买一件有优惠吗", UPSET),
        ("支持微信支付吗", SENSITIVE), ("订单号6912315882", SENSITIVE), ("一起火锅吃的料", SENSITIVE), ("木头会发霉吗", SENSITIVE),
        ("加VIP有优惠吗", SENSITIVE), ("加v领的有吗", SENSITIVE), ("可以加微辣吗", SENSITIVE), ("315元包邮吗", SENSITIVE), ("是正品吗", SENSITIVE),
        ("假一赔十吗", SENSITIVE), ("曝光补偿怎么调", SENSITIVE), ("微信付款可以不", SENSITIVE), ("报警声大吗", SENSITIVE), ("拍照会曝光过度吗", SENSITIVE), ("支持扫码付款吗", SENSITIVE), ("差评返现吗", SENSITIVE), ("收件人换成我妈的名字", UPSET), ("是不是正品啊", SENSITIVE),
        ("药监局能查到备案吗", SENSITIVE), ("收货电话写错了", SENSITIVE), ("快递员电话多少", SENSITIVE), ("这个手表能打电话吗", SENSITIVE),
    ],
)  # fmt: skip
def test_false_alarms(text: str, signal: Signal) -> None:
    assert signal not in heard(text)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("你好", Signal.GREETING), ("在吗", Signal.GREETING), ("Hi", Signal.GREETING), ("您好，在吗？", Signal.GREETING), ("在", Signal.GREETING),
        ("謝謝", Signal.THANKS), ("好的谢谢亲", Signal.THANKS), ("thx~", Signal.THANKS), ("拜拜", Signal.GOODBYE), ("没有了，谢谢", Signal.GOODBYE),
    ],
)  # fmt: skip
def test_courtesy_is_heard(text: str, signal: Signal) -> None:
    assert signal in heard(text)
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text", ["好的", "嗯嗯", "哦哦哦", "ok", "收到", "👌", "[微笑][玫瑰]", "亲亲", "好的知道了谢谢", "在吗在吗"]
)
def test_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "？？",
        "你好，什么时候发货",
        "在吗 有货吗",
        "好了吗",
        "可以吗",
        "shipping",
        "红色没有了吗",
        "不好",
        "没了吗",
        "那个红色的",
    ],
)
def test_not_small_talk(text: str) -> None:
    assert not is_small_talk(text)


def test_a_shop_edits_its_lists() -> None:
    lists = Lists.shipped().edited(added={"sensitive": ["開箱視頻"]}, removed={"upset": ["太慢了"]})
    assert [h.signal for h in hear("我有开箱视频", lists)] == [SENSITIVE]
    assert not hear("太慢了", lists)
    assert UPSET in heard("太慢了")


def test_an_unknown_list_is_named() -> None:
    with pytest.raises(ValueError, match="没有名为「angry」的词表"):
        Lists.shipped().edited(added={"angry": ["哼"]})


@given(st.text(st.characters(), max_size=200))
def test_never_raises(text: str) -> None:
    hear(text)
    is_small_talk(text)
