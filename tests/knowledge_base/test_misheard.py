"""Characters typed wrong by sound are read as they were meant, for a small price."""

import pytest

from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import CERTAIN
from knowledge_base.entry import Entry
from knowledge_base.misheard import MISTYPED, put_right_by
from knowledge_base.normalize import normalize
from knowledge_base.spellings import misheard_words


@pytest.mark.parametrize(
    ("text", "phrasing", "right"),
    [
        pytest.param("羽绒服用怎阳洗", "毛衣", "羽绒服用怎样洗", id="a word every question is made of"),
        pytest.param("可蚁开发票码", "能开发票吗", "可以开发票吗", id="one by the lists, one by the phrasing"),
        pytest.param("锅底怎么请洗", "怎么清洗锅底", "锅底怎么清洗", id="wherever the phrasing has it"),
        pytest.param("锅底请放哪", "怎么清洗锅底", "锅底请放哪", id="beside no neighbour of its own"),
        pytest.param("一个人怎么清洗", "怎么清洗锅底", "一个人怎么清洗", id="nothing is wrong"),
        pytest.param("我要当代理", "我要带礼", "我要当代理", id="a word is no typo"),
        pytest.param("锅底怎么卖", "锅底怎么买", "锅底怎么卖", id="both make sense"),
        pytest.param("许可多久", "可以多久", "许可多久", id="real words stay"),
        pytest.param("锅第怎么请洗干静", "锅底怎么清洗干净", "锅底怎么清洗干净", id="three"),
        pytest.param("国第怎么请洗干静", "锅底怎么清洗干净", "国第怎么请洗干静", id="more than three are another text"),
        pytest.param("", "怎么清洗", "", id="nothing at all"),
    ],
)  # fmt: skip
def test_puts_right_what_sounds_like_the_phrasing(text: str, phrasing: str, right: str) -> None:
    assert put_right_by(phrasing, text).text == right


def test_tells_what_was_exchanged() -> None:
    assert put_right_by("锅底怎么清洗", "锅第怎么请洗").exchanged == ("第→底", "请→清")


def test_a_mistyped_question_finds_its_entry_and_says_how_it_was_read() -> None:
    base = KnowledgeBase([Entry("pan", "锅底怎么清洗", "用热水"), Entry("lid", "锅盖能进洗碗机吗", "能")])
    best, plain = base.best("锅底怎么请洗")[0], base.best("怎么清洗锅底")[0]
    assert best.entry.id == "pan"
    assert [(one.value, one.words) for one in best.evidence if one.code == "mistyped"] == [(MISTYPED, "请→清")]
    assert best.sureness < CERTAIN
    assert "mistyped" not in [one.code for one in plain.evidence]


def test_a_phrasing_that_is_itself_mistyped_is_still_found_to_the_letter() -> None:
    base = KnowledgeBase([Entry("a", "锅底怎么清洗", "答", ("锅第怎么请洗",)), Entry("b", "锅底怎么请洗", "答")])
    best = base.best("锅底怎么请洗")[0]
    assert (best.entry.id, best.sureness) == ("b", CERTAIN)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("谢谢用韩语怎么说", True),
        ("你好怎么读", True),
        ("亲爱的是什么意思", True),
        ("你好怎么写发票抬头", False),
        ("请问怎么读取", False),
        ("谢谢，怎么说明", False),
    ],
)
def test_courtesy_that_is_asked_for_is_kept(text: str, kept: bool) -> None:
    pieces = "".join(normalize(text).pieces)
    assert pieces.startswith(("谢谢", "你好", "亲爱")) is kept


@pytest.mark.parametrize("word", misheard_words())
def test_a_listed_word_with_a_character_left_out_or_doubled_is_no_slip_of_the_ear(word: str) -> None:
    for place, char in enumerate(word):
        for text in (word[:place] + word[place + 1 :], word[:place] + char + word[place:]):
            assert put_right_by("QQ", f"{text}发货").exchanged == (), text
