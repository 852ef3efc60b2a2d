"""The page 怎么接我的平台: its data claims only what is shipped, and both pages in docs/ say the same."""

from pathlib import Path

import pytest

from adapters.registry import ADAPTERS
from adapters.ways import load_ways

DOCS = Path(__file__).parents[2] / "docs"
WAYS = load_ways().ways
PLACES = [
    "小红书",
    "快手",
    "飞鸽",
    "私信",
    "拼多多",
    "淘宝",
    "微信客服",
    "公众号",
    "微信小店",
    "Chatwoot",
    "Telegram",
    "Shopify",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_shop_finds_its_platform(place):
    assert [way.id for way in WAYS if place in way.name.zh]


def test_only_what_is_registered_is_called_shipped():
    assert {way.id for way in WAYS if way.shipped} == {name for name in ADAPTERS if name != "sandbox"}
    assert not [way.id for way in WAYS if way.shipped and way.planned]


def test_ids_are_unique():
    assert len({way.id for way in WAYS}) == len(WAYS)


@pytest.mark.parametrize(("page", "language"), [("platforms.zh-CN.md", "zh"), ("platforms.md", "en")])
@pytest.mark.parametrize("way", WAYS, ids=[way.id for way in WAYS])
def test_both_pages_say_what_the_data_says(way, page, language):
    text = (DOCS / page).read_text("utf-8")
    assert f"\n## {getattr(way.name, language)}\n" in text
    for words in (way.today, way.effort, way.measurable):
        assert getattr(words, language) in text, f"docs/{page} lacks this sentence of adapters/ways.yaml"
