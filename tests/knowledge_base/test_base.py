"""The base: which entry a question finds, and which questions find none."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base import compound
from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import CERTAIN, DEFAULT_THRESHOLD
from knowledge_base.characters import fold, strip
from knowledge_base.entry import Context, Entry, Keywords

SHOP = (
    Entry(
        "ship-when", "什么时候发货", "付款后{发货时效}发出", ("多久发货", "几天能发出", "今天能发吗", "拍了什么时候发")
    ),
    Entry("courier", "发什么快递", "默认发{发货快递}", ("用的哪家快递", "可以发顺丰吗", "你们发哪个物流")),
    Entry("fee", "运费多少钱", "满{包邮门槛}包邮", ("包邮吗", "邮费怎么算", "要运费吗")),
    Entry("invoice", "能开发票吗", "可以开电子发票", ("开票吗", "有发票吗", "怎么开发票")),
    Entry("return", "支持七天无理由退货吗", "支持七天无理由", ("不喜欢可以退吗", "能退货吗", "怎么退货")),
    Entry("exchange", "可以换货吗", "可以换一次", ("尺码不合适能换吗", "怎么换货")),
    Entry("down", "羽绒服掉毛吗", "面料做过防钻绒处理", ("羽绒服会不会跑绒",)),
    Entry("wash", "怎么洗", "建议 30 度以下手洗", ("可以机洗吗", "能放洗衣机洗吗")),
)
BASE = KnowledgeBase(SHOP)


def found(text: str, base: KnowledgeBase = BASE, **around: object) -> str | None:
    matches = base.read(text, Context(**around)).matches  # type: ignore[arg-type]
    return matches[0].entry.id if matches and matches[0].sureness >= DEFAULT_THRESHOLD else None


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("什么时候发货", "ship-when"),
        ("亲，请问啥时候发货呀？", "ship-when"),
        ("啥時候發貨", "ship-when"),
        ("什么时候发活", "ship-when"),
        ("今天能发货吗", "ship-when"),
        ("发的什么快递", "courier"),
        ("请问发哪家快递呢", "courier"),
        ("运费怎么算", "fee"),
        ("邮费多少", "fee"),
        ("可以开发票吗", "invoice"),
        ("能退货吗亲", "return"),
        ("可以换货吗谢谢", "exchange"),
        ("这个可以机洗吗", "wash"),
        ("羽绒服会掉毛吗", "down"),
    ],
)
def test_finds_its_entry(text: str, entry: str) -> None:
    assert found(text) == entry


@pytest.mark.parametrize(
    "text",
    [
        "你们老板是谁", "苹果手机怎么截图", "今天天气怎么样", "发票丢了怎么补开给公司报销", "快递员把我的门弄坏了", "洗衣机多少钱",
        "我的快递到哪了", "毛衣起球吗", "有没有实体店", "XL还有货吗",
    ],
)  # fmt: skip
def test_finds_nothing(text: str) -> None:
    assert found(text) is None


@pytest.mark.parametrize("entry", SHOP, ids=lambda entry: entry.id)
def test_every_phrasing_finds_its_own_entry(entry: Entry) -> None:
    for phrasing in (entry.question, *entry.phrasings):
        top = BASE.read(phrasing).matches[0]
        assert (top.entry.id, top.sureness) == (entry.id, CERTAIN)


@pytest.mark.parametrize(
    ("text", "small_talk", "complete"),
    [
        pytest.param("在吗", True, False, id="a greeting waits for the question"),
        pytest.param("谢谢", True, True, id="thanks ends it"),
        pytest.param("那个红色的", False, False, id="half a sentence waits"),
        pytest.param("我想问一下", False, False, id="announcing a question waits"),
        pytest.param("我买的那个，", False, False, id="an open end waits"),
        pytest.param("什么时候发货", False, True, id="a question never waits"),
        pytest.param("还有M吗", False, True, id="a short question never waits"),
        pytest.param("转人工", False, True, id="asking for a person never waits"),
        pytest.param("？？", False, True, id="pressing never waits"),
    ],
)
def test_small_talk_and_fragments(text: str, small_talk: bool, complete: bool) -> None:
    reading = BASE.read(text)
    assert (reading.small_talk, reading.complete) == (small_talk, complete)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("在吗？", "hello"),
        ("你好", "hello"),
        ("亲，您好在不在", "hello"),
        ("谢谢", "thanks"),
        ("好的谢谢啦", "thanks"),
        ("你好，谢谢", "thanks"),
        ("拜拜", None),
        ("嗯嗯", None),
        ("[微笑]", None),
    ],
)
def test_small_talk_finds_only_the_shops_own_line_for_its_kind(text: str, line: str | None) -> None:
    base = BASE.with_entry(Entry("hello", "在吗", "在的，请问想了解哪一款？")).with_entry(
        Entry("thanks", "谢谢", "不客气")
    )
    assert [match.entry.id for match in base.read(text).matches] == ([line] if line else [])
    assert BASE.read(text).matches == ()


@pytest.mark.parametrize(
    "text", ["谢谢，那什么时候发货", "你好，什么时候发货", "在吗 什么时候发货", "好的，什么时候发货呀"]
)
def test_courtesy_before_a_question_is_a_question(text: str) -> None:
    base = BASE.with_entry(Entry("hello", "在吗", "在的")).with_entry(Entry("thanks", "谢谢", "不客气"))
    reading = base.read(text)
    assert not reading.small_talk
    assert reading.matches[0].entry.id == "ship-when"


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("这个多久发货，能退货吗", ["ship-when", "return"]),
        ("什么时候发货？发什么快递？", ["ship-when", "courier"]),
        ("在吗\n包邮吗\n可以机洗吗\n能开发票吗", ["fee", "wash", "invoice"]),
        ("什么时候发货，你们老板是谁", ["ship-when", None]),
    ],
)
def test_parts(text: str, entries: list[str | None]) -> None:
    parts = BASE.read(text).parts
    sure = [p.matches[0].entry.id if p.matches and p.matches[0].sureness >= DEFAULT_THRESHOLD else None for p in parts]
    assert sure == entries


@pytest.mark.parametrize(
    "text", ["什么时候发货", "你好，什么时候发货", "什么时候发货，谢谢", "今天下单，什么时候发货呢"]
)
def test_one_question_is_not_split(text: str) -> None:
    assert BASE.read(text).parts == ()


def test_what_one_entry_asks_together_is_one_question() -> None:
    asked = ("这双鞋在哪买？是什么牌子？", "衣服什么牌子", "打火机什么牌子？多少钱？", "围巾值多少钱")
    base = KnowledgeBase([*SHOP, *(Entry(question, question, "答") for question in asked)])
    assert base.read("这双鞋哪有卖的？是什么牌子的？").parts == ()
    assert base.read("这个打火机什么牌子？值多少钱？").parts == ()
    assert len(base.read("这双鞋哪有卖的？羽绒服跑绒吗？").parts) == 2


@pytest.mark.parametrize(
    ("previous", "text", "entry"),
    [
        pytest.param("你们的羽绒服", "会掉毛吗", "down", id="the line before names the thing"),
        pytest.param("今天天气真好", "会掉毛吗", None, id="the line before says nothing of it"),
        pytest.param("什么时候发货", "嗯那个", None, id="what was asked before is not asked again"),
    ],
)
def test_a_short_line_is_read_with_the_one_before(previous: str, text: str, entry: str | None) -> None:
    assert found(text) is None
    assert found(text, previous=previous) == entry


def test_an_entry_that_changed_or_went_is_no_line_for_small_talk() -> None:
    base = BASE.with_entry(Entry("hello", "在吗", "在的")).with_entry(Entry("hi", "你好", "您好"))
    for changed in (base.without("hello"), base.with_entry(Entry("hello", "有实体店吗", "没有"))):
        assert [match.entry.id for match in changed.read("哈喽").matches] == ["hi"]
    assert [match.entry.id for match in base.read("哈喽").matches] == ["hello"]


def test_days_and_products() -> None:
    base = KnowledgeBase(
        [
            Entry("sale", "双十一有活动吗", "有", valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 11)),
            Entry("mug", "杯子多大容量", "350 毫升", products=("p1",)),
        ]
    )
    assert found("双十一有活动吗", base, today=date(2026, 11, 11)) == "sale"
    assert found("双十一有活动吗", base, today=date(2026, 11, 12)) is None
    assert found("双十一有活动吗", base, today=date(2026, 10, 31)) is None
    assert found("杯子多大容量", base, product="p1") == "mug"
    assert found("杯子多大容量", base, product="p2") is None
    assert found("杯子多大容量", base) is None


def test_keywords() -> None:
    base = KnowledgeBase(
        [
            Entry("sf", "可以发顺丰吗", "可以", keywords=Keywords(all=("顺丰",), never=("到付",))),
            Entry("size", "尺码怎么选", "看尺码表", keywords=Keywords(any=("尺码", "多大码"))),
        ]
    )
    assert found("可以发顺丰吗", base) == "sf"
    assert found("可以发顺丰到付吗", base) is None
    assert found("可以发京东吗", base) is None
    assert base.read("我该买多大码怎么选").matches[0].evidence[-1].words == "多大码"


def test_neighbours_leave_out_the_entry_itself() -> None:
    near = BASE.neighbours("可以换货吗", exclude_id="exchange")
    assert "exchange" not in [match.entry.id for match in near]
    assert BASE.neighbours("可以换货吗")[0].similarity == 100


def test_adding_and_taking_away_equals_building_anew() -> None:
    grown = KnowledgeBase(SHOP[:3])
    for entry in reversed(SHOP[3:]):
        grown = grown.with_entry(entry)
    grown = grown.with_entry(Entry("extra", "有实体店吗", "没有")).without("extra").with_entry(SHOP[0])
    for text in ("什么时候发货", "能退吗", "羽绒服多少钱", "发什么快递，包邮吗"):
        assert grown.read(text) == BASE.read(text)


TEXTS = st.text("什么时候发货退能运费多少钱吗不 ?？👍abc1", min_size=1, max_size=8)
ENTRIES = st.lists(
    st.builds(Entry, st.sampled_from("abcdef"), TEXTS, st.just("答"), st.lists(TEXTS, max_size=3).map(tuple)),
    max_size=6,
)


@settings(deadline=None)
@given(ENTRIES, ENTRIES, st.sets(st.sampled_from("abcdef")), TEXTS)
def test_any_order_of_changes_equals_building_anew(
    first: list[Entry], then: list[Entry], gone: set[str], text: str
) -> None:
    base = KnowledgeBase(first)
    for entry in then:
        base = base.with_entry(entry)
    for entry_id in sorted(gone):
        base = base.without(entry_id)
    anew = KnowledgeBase(sorted(base.entries, key=lambda entry: entry.id))
    assert base.read(text) == anew.read(text)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_phrasing_always_finds_its_own_entry(phrasings: list[str]) -> None:
    base = BASE.with_entry(Entry("own", phrasings[0], "答", tuple(phrasings[1:])))
    for phrasing in phrasings:
        found = [match.entry.id for match in base.best(phrasing) if match.sureness == CERTAIN]
        assert "own" in found or not strip(fold(phrasing))


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        pytest.param("不能退货吗", "能退货吗", id="negation"),
        pytest.param("男款有几种颜色", "女款有几种颜色", id="men and women"),
        pytest.param("怎么开通花呗付款", "怎么关闭花呗付款", id="open and close"),
        pytest.param("满3件打几折", "满5件打几折", id="numbers"),
        pytest.param("偏大还是正常", "偏小还是正常", id="large and small"),
        pytest.param("怎么联系买家", "怎么联系卖家", id="buyer and seller"),
        pytest.param("今天能发货吗", "明天能发货吗", id="today and tomorrow"),
    ],
)
def test_what_turns_a_question_round_must_not_answer(asked: str, known: str) -> None:
    base = KnowledgeBase([Entry("a", known, "答")])
    assert found(known, base) == "a"
    assert found(asked, base) is None


def test_a_changed_entry_replaces_the_old_one() -> None:
    changed = BASE.with_entry(Entry("wash", "可以熨烫吗", "低温熨烫"))
    assert found("怎么洗", changed) is None
    assert found("可以熨烫吗", changed) == "wash"
    assert found("怎么洗") == "wash"


@given(
    st.text(st.characters(), max_size=1200)
    | st.text("什怎么时样候为有没是不能可以多少久哪里个些这我们发货[]", max_size=12)
)
def test_any_text_is_read(text: str) -> None:
    BASE.read(text)
    BASE.neighbours(text)


@pytest.mark.parametrize("before", [*range(0, 4), *range(50, 70), *range(114, 118)])
def test_a_phrasing_is_found_wherever_in_a_long_message_it_stands(before: int) -> None:
    """Places of a question are bits of numbers; neighbours must be found across the border of two numbers."""
    filler = "".join(chr(0x4E00 + 97 * step) for step in range(before))
    base = KnowledgeBase([Entry("down", "羽绒服掉毛吗", "面料做过防钻绒处理")])
    covered = {reason.code: reason.value for reason in base.best(filler + "羽绒服掉毛吗")[0].evidence}
    assert covered["phrasing_covered"] == 100.0


def test_an_entry_of_very_many_phrasings_is_found_by_each() -> None:
    texts = [f"第{number}款什么时候发货" for number in range(400)]
    base = KnowledgeBase([Entry("many", texts[0], "答", tuple(texts[1:])), *SHOP])
    assert {base.best(text)[0].entry.id for text in (texts[0], texts[255], texts[256], texts[399])} == {"many"}


def test_a_base_that_grew_leaves_the_one_before_as_it_was() -> None:
    before = BASE.best("羽绒服会钻绒吗")
    BASE.with_entry(Entry("new", "羽绒服会钻绒吗", "鹅鸭龘靐齉")).without("down")
    assert KnowledgeBase(SHOP).best("羽绒服会钻绒吗") == BASE.best("羽绒服会钻绒吗") == before


def test_what_is_asked_again_is_read_again_only_where_something_around_it_changed() -> None:
    base = KnowledgeBase([*SHOP, Entry("mug", "杯子多大容量", "350 毫升", products=("p1",))])
    text = "请问杯子多大容量"
    assert base.read(text, Context(product="p1")) is base.read(text, Context(product="p1"))
    assert base.read(text, Context(product="p2")) is base.read(text)
    assert base.read(text, Context(product="p1")) is not base.read(text)
    assert base.read("还有M吗", Context(previous="卫衣")) is not base.read("还有M吗", Context(previous="帽子"))
    assert base.with_entry(SHOP[0]).read(text) == base.read(text)


@pytest.mark.parametrize("unit", ["另外", "嗯，", "好 ", "还有可以退吗", "什么时候发货", "？", "\n", "a1 ", "龘"])
def test_the_rest_of_a_very_long_message_changes_nothing(unit: str) -> None:
    text = unit * 1000
    assert BASE.read(text) == BASE.read(text[:1000])


@pytest.mark.parametrize(
    ("clause", "bare"),
    [
        ("什么时候发货，", "什么时候发货"),
        ("什么时候发货？，", "什么时候发货？，"),
        ("能退吗 另外", "能退吗"),
        ("能退吗" + "，另外" * 40, "能退吗"),
        ("，，", "，，"),
    ],
)
def test_a_part_ends_without_what_joins_it_to_the_next(clause: str, bare: str) -> None:
    assert compound.bare(clause) == bare


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("多久发货，还有能退吗", ["多久发货，还有", "能退吗"]),
        ("多久发货，能退吗，还有", ["多久发货，", "能退吗，还有"]),
        ("还有M吗", ["还有M吗"]),
        ("发货几天能到", ["发货几天能到"]),
        ("哪款好洗，要纯棉的，发什么快递", ["哪款好洗，要纯棉的，", "发什么快递"]),
        ("地址能改吗？能改的话怎么改", ["地址能改吗？能改的话怎么改"]),
        ("有红色吗？有的话什么时候发货", ["有红色吗？", "有的话什么时候发货"]),
    ],
)
def test_what_only_joins_or_says_more_of_it_is_no_clause(text: str, clauses: list[str]) -> None:
    assert compound.clauses(text) == clauses


def test_an_empty_base_reads_too() -> None:
    assert KnowledgeBase([]).read("什么时候发货").matches == ()
