"""Questions that look alike and must not answer each other, by kind of veto; and such as mean the same all the same."""

import pytest

from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import DEFAULT_THRESHOLD
from knowledge_base.entry import VETOED, Entry
from knowledge_base.normalize import normalize
from knowledge_base.vetoes import between, is_veto

DIFFERENT = {
    "number": [
        ("满3件打几折", "满5件打几折"), ("7天能退吗", "15天能退吗"), ("满199减多少", "满299减多少"), ("保修一年吗", "保修两年吗"),
        ("36码有货吗", "37码有货吗"), ("500ml多少钱", "250ml多少钱"), ("5斤装多少钱", "3斤装多少钱"), ("3岁能用吗", "6岁能用吗"),
        ("分3期要手续费吗", "分12期要手续费吗"), ("买2件有优惠吗", "买3件有优惠吗"), ("128g的多少钱", "256g的多少钱"),
        ("八折有吗", "五折有吗"), ("24小时内发货吗", "三天内发货吗"), ("28号能到吗", "30号能到吗"), ("一周能到吗", "两周能到吗"),
    ],
    "size": [
        ("M码有货吗", "L码有货吗"), ("S码多长", "M码多长"), ("XL还有吗", "L还有吗"), ("XL多大", "XXL多大"), ("2xl还有货吗", "3xl还有货吗"),
        ("xs有吗", "s有吗"), ("均码能穿吗", "L码能穿吗"), ("M码胸围多少", "XL码胸围多少"), ("L号还有没有", "S号还有没有"),
        ("Ｍ码什么时候补货", "Ｌ码什么时候补货"), ("黑色M码有吗", "黑色S码有吗"), ("XXL有现货吗", "M有现货吗"),
    ],
    "model": [
        ("iPhone13能用吗", "iPhone14能用吗"), ("苹果13能用吗", "苹果15能用吗"), ("iphone14能用吗", "iphone14pro能用吗"),
        ("华为mate50有壳吗", "华为mate60有壳吗"), ("小米13适配吗", "小米14适配吗"), ("iPhone 12 支持吗", "iPhone 13 支持吗"),
        ("k60能用吗", "k70能用吗"), ("ipad9能用吗", "ipad10能用吗"), ("苹果14能用吗", "华为14能用吗"), ("oppo9支持吗", "oppo11支持吗"),
        ("reno8能用吗", "reno9能用吗"), ("三星23适配吗", "三星24适配吗"), ("苹果13pro的膜有吗", "苹果14的膜有吗"),
    ],
    "negation": [
        ("能退吗", "不能退吗"), ("包邮吗", "不包邮吗"), ("拆了能退吗", "没拆能退吗"), ("会掉色吗", "不会掉色吗"), ("含酒精吗", "不含酒精吗"),
        ("有糖吗", "无糖吗"), ("收到货了怎么退款", "没收到货怎么退款"), ("付款了怎么取消", "没付款怎么取消"), ("可以换货吗", "不可以换货吗"),
        ("支持开发票吗", "不支持开发票吗"), ("用过可以换吗", "没用过可以换吗"), ("激活了能退吗", "没激活能退吗"), ("怎么登录", "登录不了"),
        ("退货要寄回吗", "不退货只退款行不行"),
    ],
    "direction": [
        ("怎么联系买家", "怎么联系卖家"), ("快递寄到哪里", "快递寄回哪里"), ("能退给余额吗", "能换成余额吗"), ("怎么转入余额", "怎么转出余额"),
        ("怎么导入通讯录", "怎么导出通讯录"), ("怎么上传照片", "怎么下载照片"), ("怎么充值", "怎么提现"), ("怎么收款", "怎么付款"),
        ("收件人能改吗", "寄件人能改吗"), ("从北京到上海要几天", "从上海到北京要几天"), ("黑色换成白色可以吗", "白色换成黑色可以吗"),
        ("运费我出吗", "运费你们出吗"), ("是进口的吗", "是出口的吗"), ("多久能收货", "多久能发货"),
    ],
    "opposite": [
        ("鞋子偏大吗", "鞋子偏小吗"), ("有加厚的吗", "有薄款吗"), ("怎么打开定位", "怎么关闭定位"), ("怎么升级会员", "怎么降级会员"),
        ("长袖有吗", "短袖有吗"), ("可以退货吗", "可以换货吗"), ("深色有吗", "浅色有吗"), ("黑色有货吗", "白色有货吗"),
        ("新款有吗", "旧款有吗"), ("怎么安装", "怎么卸载"), ("有线的吗", "无线的吗"), ("怎么绑定手机", "怎么解绑手机"),
        ("能用支付宝付款吗", "能用微信付款吗"), ("几点上班", "几点下班"), ("大号多少钱", "小号多少钱"),
        ("不退货只退款行不行", "不退赠品行不行"), ("可以仅退款吗", "可以退款吗"),
    ],
    "time": [
        ("今天能发吗", "明天能发吗"), ("昨天下的单", "今天下的单"), ("早上几点发货", "晚上几点发货"), ("周末发货吗", "工作日发货吗"),
        ("春节发货吗", "国庆发货吗"), ("夏天能穿吗", "冬天能穿吗"), ("这个月有活动吗", "下个月有活动吗"), ("双十一有优惠吗", "双十二有优惠吗"),
        ("付款前能改地址吗", "付款后能改地址吗"), ("发货前能取消吗", "发货后能取消吗"), ("签收前能拒收吗", "签收后能拒收吗"),
        ("下周能到吗", "这周能到吗"), ("饭前吃吗", "饭后吃吗"), ("去年的款吗", "今年的款吗"),
    ],
    "person": [
        ("可以帮别人买吗", "可以自己买吗"), ("送妈妈合适吗", "送女朋友合适吗"), ("男生能穿吗", "女生能穿吗"), ("孕妇能用吗", "小孩能用吗"),
        ("老人能用吗", "学生能用吗"), ("爸爸能穿吗", "妈妈能穿吗"), ("帮朋友退货怎么操作", "怎么退货"), ("男款有吗", "女款有吗"),
        ("送老公好吗", "送老婆好吗"), ("替别人查快递可以吗", "查快递可以吗"), ("给儿子买多大", "给女儿买多大"),
        ("儿童能吃吗", "老人能吃吗"), ("用别人的身份证行吗", "用本人的身份证行吗"),
    ],
}  # fmt: skip

THE_SAME = {
    "number": [
        ("7天无理由吗", "七天无理由吗"), ("48小时能发货吗", "两天能发货吗"), ("身高160体重100穿什么码", "身高165体重110穿什么码"),
        ("120斤穿什么码", "130斤穿什么码"), ("七天无理由退货吗", "支持无理由退货吗"), ("一周能到吗", "7天能到吗"), ("这一件多少钱", "这件多少钱"),
        ("保修一年吗", "保修12个月吗"), ("打8折吗", "打八折吗"), ("满199减多少", "满199减几块"),
    ],
    "size": [
        ("M码有货吗", "m码还有货吗"), ("Ｌ码有货吗", "L码有货吗"), ("M码有货吗", "有货吗"), ("XL多大", "xl多大"), ("M还是L合适", "L还是M合适"),
        ("L码有吗亲", "请问有L码吗"), ("2XL有货吗", "2xl有货吗"), ("s码偏小吗", "S码偏小吗"),
    ],
    "model": [
        ("iPhone14能用吗", "苹果14能用吗"), ("iphone 14能用吗", "iPhone14能用吗"), ("苹果能用吗", "苹果14能用吗"), ("MP3能放吗", "能放mp3吗"),
        ("华为mate60有壳吗", "mate60有壳吗"), ("小米14适配吗", "适配小米14吗"), ("支持5g吗", "5G支持吗"), ("iphone14pro能用吗", "iPhone 14 Pro能用吗"),
    ],
    "negation": [
        ("能不能退", "可以退吗"), ("会不会掉色", "会掉色吗"), ("包不包邮", "包邮吗"), ("有没有现货", "有现货吗"), ("可不可以换货", "能换货吗"),
        ("起不起球", "会起球吗"), ("质量不错吧能退吗", "能退吗"), ("不好意思能退吗", "能退吗"), ("支不支持货到付款", "支持货到付款吗"),
        ("还没发货能取消吗", "没发货可以取消吗"), ("七天无理由退货吗", "七天退货吗"),
    ],
    "direction": [
        ("怎么联系卖家", "怎么联系到卖家"), ("从上海发到北京要几天", "从上海到北京要几天"), ("黑色换成白色可以吗", "可以黑色换成白色吗"),
        ("快递寄回哪里", "寄回哪里快递"), ("怎么提现", "如何提现"), ("收件人能改吗", "收件人可以改吗"), ("运费谁出", "运费我出吗"),
        ("怎么下载照片", "照片怎么下载"),
    ],
    "opposite": [
        ("鞋子偏大吗", "鞋子偏大偏小"), ("怎么打开定位", "怎么开启定位"), ("有加厚的吗", "有加厚款吗"), ("黑色有货吗", "黑的有货吗"),
        ("大号多少钱", "大码多少钱"), ("怎么登录", "怎么登陆"), ("能退货吗", "可以退货不"), ("新款有吗", "有新款吗"),
    ],
    "time": [
        ("今天能发吗", "今日能发吗"), ("今天拍什么时候发", "现在拍什么时候发"), ("明天能发吗", "明日能发吗"), ("周末发货吗", "周六发货吗"),
        ("双11有优惠吗", "双十一有优惠吗"), ("过年发货吗", "春节发货吗"), ("今天拍明天能到吗", "今天拍几时能到"), ("冬天能穿吗", "冬季能穿吗"),
        ("发货前能取消吗", "发货之前能取消吗"),
    ],
    "person": [
        ("送妈妈合适吗", "送老妈合适吗"), ("男生能穿吗", "男士能穿吗"), ("小孩能用吗", "儿童能用吗"), ("老人能用吗", "老年人能用吗"),
        ("帮我查下快递", "查下快递"), ("女款有吗", "女士款有吗"), ("宝宝能吃吗", "小朋友能吃吗"), ("可以帮别人买吗", "能帮朋友买吗"),
    ],
}  # fmt: skip


def _between(one: str, other: str) -> list[str]:
    found = between(normalize(one).manner.marks, normalize(other).manner.marks)
    return [reason.code.removeprefix(VETOED) for reason in found]


def _rows(table: dict[str, list[tuple[str, str]]]) -> list[object]:
    return [pytest.param(kind, *pair, id=f"{kind} {pair[0]}") for kind, pairs in table.items() for pair in pairs]


@pytest.mark.parametrize(("kind", "one", "other"), _rows(DIFFERENT))
def test_these_must_not_answer_each_other(kind: str, one: str, other: str) -> None:
    for asked, known in ((one, other), (other, one)):
        assert kind in _between(asked, known)
        matches = KnowledgeBase([Entry("a", known, "答")]).read(asked).matches
        assert not matches or matches[0].sureness < 1
        assert all(any(is_veto(reason) for reason in match.evidence) for match in matches)


@pytest.mark.parametrize(("kind", "one", "other"), _rows(THE_SAME))
def test_these_still_mean_the_same(kind: str, one: str, other: str) -> None:
    for asked, known in ((one, other), (other, one)):
        assert _between(asked, known) == []
        base = KnowledgeBase(
            [Entry("a", known, "答"), Entry("b", "你们是什么公司", "答"), Entry("c", "怎么开店", "答")]
        )
        assert base.read(asked).matches[0].entry.id == "a"


@pytest.mark.parametrize("kind", DIFFERENT)
def test_every_kind_has_its_table(kind: str) -> None:
    assert len(DIFFERENT[kind]) >= 12
    assert len(THE_SAME[kind]) >= 8


def test_of_several_phrasings_one_that_is_not_vetoed_answers() -> None:
    base = KnowledgeBase([Entry("a", "明天能发货吗", "答", ("今天可以发货吗",))])
    best = base.read("今天能发货吗").matches[0]
    assert best.phrasing == "今天可以发货吗"
    assert best.sureness >= DEFAULT_THRESHOLD
    assert not any(is_veto(reason) for reason in best.evidence)
