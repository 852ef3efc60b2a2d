"""Which column holds what: guessed from the names that shops give their columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from knowledge_base.characters import fold, strip

if TYPE_CHECKING:
    from knowledge_base.files.table import Table

COLUMNS: Mapping[str, str] = {
    "id": "编号",
    "question": "标准问",
    "phrasings": "相似问法",
    "answer": "答案",
    "category": "分类",
    "keywords_all": "必含词",
    "keywords_any": "关键词",
    "keywords_never": "排除词",
    "keywords_ordered": "顺序词",
    "keywords_exact": "完全一致",
    "keywords_pattern": "正则",
    "priority": "优先级",
    "not_this": "反例问",
    "products": "商品编号",
    "variants": "平台答案",
    "threshold": "阈值",
    "mode": "方式",
    "then_person": "答后转人工",
    "valid_from": "生效日",
    "valid_to": "失效日",
    "status": "状态",
}
"""Our name of each column and its heading in files that we write, in order."""

_ALSO: Mapping[str, str] = {
    "id": "id|知识id|知识编号|序号|条目编号|entryid",
    "question": "question|问题|标准问题|标准问法|主问题|问|标题|知识标题|q|faq|买家问题|常见问题|用户问题|title",
    "phrasings": "phrasings|phrasing|相似问|相似问题|相似说法|扩展问|扩展问法|其他问法|同义问|同义问法|问法|similar|similarquestions|variations",
    "answer": "answer|回答|回复|答复|答|话术|回复内容|答案内容|标准答案|标准回复|a|reply|response|回复话术|客服话术",
    "category": "category|类别|类目|类型|分组|知识分类|group|tag|标签",
    "keywords_all": "keywordsall|必须包含|必须词|都要有|必含关键词|all",
    "keywords_any": "keywordsany|keywords|keyword|关键字|触发词|任一词|关键词任一|any",
    "keywords_never": "keywordsnever|不含词|不得包含|否定词|排除关键词|never|反例词",
    "keywords_ordered": "keywordsordered|按顺序出现|有序词|ordered",
    "keywords_exact": "keywordsexact|精确匹配|完全匹配|整句一致|exact",
    "keywords_pattern": "keywordspattern|正则表达式|表达式|regex|regexp|pattern",
    "priority": "priority|keywordspriority|关键词优先级|权重",
    "not_this": "notthis|反例|反例问法|不是这个|易混问法|负例",
    "products": "products|product|商品|商品id|适用商品|关联商品|宝贝id",
    "variants": "variants|平台回复|分平台答案",
    "threshold": "threshold|把握阈值|匹配阈值",
    "mode": "mode|模式|回复方式|机器人方式|botmode",
    "then_person": "thenperson|转人工|回答后转人工|答完转人工",
    "valid_from": "validfrom|开始日期|生效日期|有效期起|开始时间|生效时间",
    "valid_to": "validto|结束日期|失效日期|有效期止|结束时间|失效时间",
    "status": "status|启用状态|是否启用|启用",
}
_QUICK: Mapping[str, str] = {
    "question": "快捷编码|快捷码|快捷词|触发编码|shortcode|shortcut",
    "answer": "快捷短语|短语内容|短语|快捷回复内容|快捷回复|content|text",
    "category": "快捷短语分组|短语分组|分组名称|分组名|一级分组",
}
"""Headings of tables of quick phrases; what a table says of its own questions and answers comes before them."""
_NAMES = {name: ours for ours, names in _ALSO.items() for name in (*names.split("|"), COLUMNS[ours])}
_OF_PHRASES = {name: ours for ours, names in _QUICK.items() for name in names.split("|")}
_NUMBERED = re.compile(r"\d+$")


def meaning(header: str) -> str | None:
    """Return what a column of this name holds (our name), or None where the name is not known.

    ``相似问法 2`` and the like count as 相似问法.
    """
    name = strip(fold(header))
    found = _NAMES.get(name)
    if found is None and (bare := _NUMBERED.sub("", name)) != name and _NAMES.get(bare) == "phrasings":
        return "phrasings"
    return found or _OF_PHRASES.get(name)


def knows(header: str) -> bool:
    """Say whether a cell reads like the heading of one of our columns."""
    return meaning(header) is not None


def guess_columns(table: Table) -> Mapping[str, str]:
    """Return which header holds what: our column name → the table's header. The first of several counts.

    Where no question is known, the first unnamed column is taken for it, and the next for the answer.
    """
    found: dict[str, str] = {}
    unknown = []
    for header in sorted(table.headers, key=lambda header: strip(fold(header)) in _OF_PHRASES):
        ours = meaning(header)
        if ours is not None:
            found.setdefault(ours, header)
        elif header:
            unknown.append(header)
    for ours in ("question", "answer"):
        if ours not in found and unknown:
            found[ours] = unknown.pop(0)
    return found
