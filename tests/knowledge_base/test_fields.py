"""Fields in an answer."""

import pytest

from knowledge_base.fields import fill, names_in


@pytest.mark.parametrize(
    ("answer", "fields", "text", "missing"),
    [
        pytest.param("付款后{发货时效}发出", {"发货时效": "48 小时内"}, "付款后48 小时内发出", (), id="filled"),
        pytest.param("{快递}，{快递}", {"快递": "中通"}, "中通，中通", (), id="twice"),
        pytest.param(
            "寄到{退货地址}，{快递}", {"快递": "中通"}, "寄到{退货地址}，中通", ("退货地址",), id="one missing"
        ),
        pytest.param("满{包邮门槛}包邮", {"包邮门槛": "  "}, "满{包邮门槛}包邮", ("包邮门槛",), id="blank is missing"),
        pytest.param("{ 快递 }", {"快递": "{快递}"}, "{快递}", (), id="a value is not filled again"),
        pytest.param("没有字段 {}", {}, "没有字段 {}", (), id="no field"),
    ],
)
def test_fill(answer: str, fields: dict[str, str], text: str, missing: tuple[str, ...]) -> None:
    filled = fill(answer, fields)
    assert (filled.text, filled.missing) == (text, missing)


def test_names_in() -> None:
    assert names_in("{发货时效}发出，用{快递}，{发货时效}") == ("发货时效", "快递")
