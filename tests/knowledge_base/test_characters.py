"""Characters: what looks alike must compare alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.characters import fold, one_line, strip

ANY_TEXT = st.text(st.characters(), max_size=60)  # half surrogates and controls included


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        pytest.param("ＡＢＣ１２３", "abc123", id="full width"),
        pytest.param("啥時候發貨？", "啥时候发货?", id="traditional"),
        pytest.param("妳們這邊還有嗎", "你们这边还有吗", id="traditional in Taiwan"),
        pytest.param("穿著舒服麼", "穿着舒服么", id="著 is 着"),
        pytest.param("㎏和①", "kg和1", id="compatibility characters"),
        pytest.param("发\u200b货\ufeff", "发货", id="invisible characters"),
        pytest.param("坏\x00字\ud83d", "坏\ufffd字\ufffd", id="what no store can hold"),
        pytest.param("好的…", "好的...", id="ellipsis"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "stripped"),
    [
        ("在吗？？ 😀👍🏻", "在吗"),
        ("  XL / 165cm_", "xl165cm"),
        ("[微笑]~~~", "微笑"),
        ("！？。", ""),
    ],
)
def test_strip(written: str, stripped: str) -> None:
    assert strip(fold(written)) == stripped


@given(ANY_TEXT)
def test_folding_and_stripping_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert strip(strip(once)) == strip(once)


@given(ANY_TEXT)
def test_what_is_folded_can_be_stored(text: str) -> None:
    fold(text).encode("utf-8")
    assert "\x00" not in fold(text)


def test_one_line() -> None:
    assert one_line(" 在吗 \n 什么时候　发货 ") == "在吗 什么时候 发货"
