"""A console with nothing in it says so, and what to do next."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import OpenPage, Server, own
from tests.browser.pool import Pool


@pytest.fixture(scope="module")
def owned(pool: Pool, server: Server) -> Server:
    """The server with an owner and an empty simulated shop."""
    with pool.lent(server.url) as page:
        own(page, server)
    return server


@pytest.mark.parametrize(
    ("place", "words", "next_step"),
    [
        pytest.param("/inbox", "没有待接管的会话。机器人正在接待 0 位买家。", None, id="nobody waits"),
        pytest.param("/inbox?tab=mine", "手上没有会话。去待接管里接一个。", None, id="nothing is mine"),
        pytest.param("/faq", "还没有知识。选一个行业模板，或导入表格。", "/start?step=pack", id="no entries: a pack"),
        pytest.param("/faq", "还没有知识。选一个行业模板，或导入表格。", "/faq/import", id="no entries: a table"),
        pytest.param("/faq?q=运费", "没有匹配「运费」的知识。", None, id="no entry fits the search"),
        pytest.param("/faq?status=draft", "没有匹配「草稿」的知识。", None, id="no entry fits the filter"),
        pytest.param("/rates?simulated=1", "这段时间没有考核时段内的咨询。", None, id="no inquiries"),
        pytest.param("/rates?simulated=1&reason=late", "没有符合筛选的咨询。", "/rates", id="no inquiry fits"),
        pytest.param("/deliveries", "还没有收到投递。", "/simulator", id="no deliveries"),
        pytest.param("/settings/fields", "还没有用到字段的知识。", None, id="no fields"),
    ],
)
def test_an_empty_page_says_what_to_do(desk: OpenPage, place, words, next_step):
    seen = desk()
    seen.page.goto(place)
    empty = seen.page.locator(".empty", has_text=words)
    expect(empty).to_be_visible()
    if next_step:
        expect(empty.locator(f'a[href^="{next_step}"]')).to_be_visible()
    seen.quiet()


def test_an_empty_rate_is_no_data_never_0_or_100(desk: OpenPage):
    seen = desk()
    seen.page.goto("/rates?simulated=1")
    tile = seen.page.locator(".tile").filter(has=seen.page.get_by_role("heading", name="人工回复率"))
    expect(tile).to_contain_text("暂无数据")
    expect(seen.page.locator(".tiles")).not_to_contain_text(re.compile("%"))
