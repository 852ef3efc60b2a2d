"""Personal data in a question put out of sight before anybody groups or shows it: a mark stands in its place.

What looks like a name, a number or an address goes, though it be none: a question is still one without it. The
expressions are google-re2's, so a text costs time in proportion to its length whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

PHONE, NUMBER, MAIL, LINK, NAME, ADDRESS = "〔电话〕", "〔号码〕", "〔邮箱〕", "〔链接〕", "〔姓名〕", "〔地址〕"
MARKS = (PHONE, NUMBER, MAIL, LINK, NAME, ADDRESS)
_MARKED = re.compile("|".join(map(re.escape, MARKS)))
_WIDE = str.maketrans("０１２３４５６７８９＠．－＋", "0123456789@.-+")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞"
    "颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华"
    "張劉陳楊黃趙吳孫馬鄭謝羅許韓馮鄧葉蘇呂盧譚陸賈韋鄒閆龍顧龔萬錢嚴湯溫樊齊喬龐顏倪莊聶關蘭單藍魯"
)
_ENDS_NAME = frozenset(
    "怎的是，电手地想要买还收没不请能可号已就把在有给又也都和跟与什么几多为帮你您我他她它们这那了吗呢啊下订单快货退换发"
)
"""Characters that a name does not go on with: 我叫张三怎么…"""
_NO_PERSON = frozenset("皮肌脸卓个户客码型号妈爸粉")
"""What ends a word for a kind of people: 我是黄皮."""
_NAMED_AT_MOST = 3
_TWO_SIGNS = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "长孙",
    "司徒",
    "夏侯",
    "端木",
    "令狐",
)
_LEADS_TO = "到在至寄为址给住收:： "
"""What stands before an address and is none of it: 寄到…"""
_IN_PLACE = r"[^\s\pP\pS的能是有没不怎么吗了要会可多几]{1,10}?"
_PLACES = "省|市|自治区|区|县|镇|乡|街道|大道|路|街|巷|弄|村|小区|花园|公寓|大厦|广场|苑"
_HOUSE = r"[0-9一二三四五六七八九十百]+(?:-[0-9]+)*\s*(?:号楼|号|栋|幢|座|单元|室|楼|层|弄|户)"
_LEAST_PLACE = "镇|乡|街道|大道|路|街|巷|弄|村|小区|花园|公寓|大厦|广场|苑"


def mask(text: str, names: Iterable[str] = ()) -> str:
    """Return a text with marks in place of phone numbers, order and other long numbers, mail addresses, links, street
    addresses, names that are introduced as names, and of ``names`` (what the buyer is known to be called)."""
    text = text.encode("utf-8", "replace").decode("utf-8").translate(_WIDE)
    for name in sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True):
        text = text.replace(name, NAME)
    for pattern, instead in _rules():
        text = pattern.sub(instead, text)
    return text


def unmarked(text: str) -> str:
    """Return a masked text without its marks: what is asked, as it may stand in a FAQ."""
    return " ".join(_MARKED.sub(" ", text).split())


@cache
def _rules() -> tuple[tuple[Any, Callable[[Any], str]], ...]:
    """What is looked for, in order: of a long number no part is taken for a phone's."""
    import re2

    place = rf"{_IN_PLACE}(?:{_PLACES})[,，\s]*"
    labels = r"(?:订单|运单|快递|物流|退款|取件|验证|身份证|银行卡|会员)(?:编号|号码|号|码)|单号|尾号|卡号|(?i:qq)号?"
    rules: tuple[tuple[str, Callable[[Any], str]], ...] = (
        (r"(?i)(?:https?://|www\.)[^\s\p{Han}]+", _as(LINK)),
        (r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", _as(MAIL)),
        (r"\+?\b86[- ]?1[3-9](?:[- ]?[0-9]){9}", _as(PHONE)),
        (r"\b0[0-9]{2,3}[- ][0-9]{7,8}\b|\b400[- ]?[0-9]{3}[- ]?[0-9]{4}\b", _as(PHONE)),
        (r"[A-Za-z]{0,4}[0-9](?:[- ]?[0-9]){11,}[0-9A-Za-z]*", _as(NUMBER)),
        (r"1[3-9](?:[- ]?[0-9]){9}|0[0-9]{9,11}", _as(PHONE)),
        (rf"({labels})([是为:：#\s]*)[A-Za-z0-9][A-Za-z0-9_-]{{2,}}", _behind(NUMBER)),
        (r"(微信号?|薇信|(?i:vx|wx|wechat))([是为:：\s]*)[A-Za-z][A-Za-z0-9_-]{5,}", _behind(NUMBER)),
        (r"[A-Za-z]{0,4}[0-9]{6,}[0-9A-Za-z]*|[〇零一二三四五六七八九幺]{7,}", _as(NUMBER)),
        (rf"(?:{place})+(?:{_HOUSE}[,，\s]*)+(?:[0-9]{{2,5}}室?)?", _address),
        (rf"(?:{place})+{_IN_PLACE}(?:{_LEAST_PLACE})", _address),
        (r"((?:姓名|收件人|收货人|联系人|名字)[叫是为:：\s]*)(\p{Han}{2,4})", _labelled),
        (r"(我叫|本人叫?|我名叫)(\p{Han}{2,4})", _introduced),
        (r"(我是)(\p{Han}{2,3})([\s\pP]|$)", _who_i_am),
        (rf"[{_SURNAMES}](先生|女士|小姐|阿姨|大哥)", lambda found: NAME + found.group(1)),
        (rf"(我姓|免贵姓)[{_SURNAMES}]", _behind(NAME)),
        (r"(?i)(my name is|this is)( )[a-z]+(?: [A-Z][a-z]+)?", _behind(NAME)),
    )
    options = re2.Options()
    options.log_errors = False
    return tuple((re2.compile(pattern, options), instead) for pattern, instead in rules)


def _as(mark: str) -> Callable[[Any], str]:
    return lambda _found: mark


def _behind(mark: str) -> Callable[[Any], str]:
    """A mark behind what the groups hold: 单号 stays, the number goes."""
    return lambda found: "".join(found.groups()) + mark


def _address(found: Any) -> str:
    text = str(found.group(0))
    first = re.search(_PLACES, text)
    lead = max(text.rfind(sign, 0, first.start() if first else 0) for sign in _LEADS_TO)
    behind = text[len(text.rstrip()) :]
    return text[: lead + 1] + ADDRESS + behind


def _labelled(found: Any) -> str:
    return _with_name(found, _name_at_start(found.group(2)))


def _introduced(found: Any) -> str:
    name = _name_at_start(found.group(2))
    return _with_name(found, name if name[:1] in _SURNAMES or name.startswith(_TWO_SIGNS) else "")


def _who_i_am(found: Any) -> str:
    who = str(found.group(2))
    is_name = who[0] in _SURNAMES and who[-1] not in _NO_PERSON and _name_at_start(who) == who
    return f"{found.group(1)}{NAME if is_name else who}{found.group(3)}"


def _name_at_start(text: str) -> str:
    """The name that a run of characters begins with; empty where it begins with none."""
    most = _NAMED_AT_MOST + text.startswith(_TWO_SIGNS)
    for place, sign in enumerate(text[:most]):
        if sign in _ENDS_NAME:
            return text[:place] if place > 1 else ""
    return text[:most]


def _with_name(found: Any, name: str) -> str:
    whole = str(found.group(2))
    return f"{found.group(1)}{NAME + whole[len(name) :] if name else whole}"
