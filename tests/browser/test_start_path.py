"""The first two minutes, walked by a machine against the clock, at three real hours of the day."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.driving import NAME, PASSWORD, OpenPage, serving

MACHINE_TIME_S = 20
HANDS = 12
"""Clicks and fields together."""


class Hand:
    """A person's hand on the page: each click and each field is counted."""

    def __init__(self, page):
        self.page = page
        self.used = 0

    def click(self, name, role="button"):
        """Press what has this name."""
        self.used += 1
        self.page.get_by_role(role, name=name).first.click()

    def fill(self, label, text):
        """Write into the field of this label."""
        self.used += 1
        self.page.get_by_label(label).fill(text)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param("2026-11-24T06:30:00+00:00", id="half past two in the afternoon"),
        pytest.param("2026-11-24T19:00:00+00:00", id="three at night in Shanghai"),
        pytest.param("2026-11-29T15:30:00+00:00", id="Sunday, half an hour before midnight"),
    ],
)
def test_from_the_link_to_the_first_counted_reply(visit: OpenPage, tmp_path, now):
    with serving(tmp_path / "data", now) as server:
        seen = visit(base=server.url, alone=True)
        page, hand = seen.page, Hand(seen.page)
        began = time.monotonic()

        page.goto(server.link)
        hand.fill("姓名", NAME)
        hand.fill("密码", PASSWORD)
        hand.click(re.compile("^小红书"))
        hand.click(re.compile("^服饰鞋包"))

        hand.click("什么时候发货")
        expect(page.get_by_role("group", name="为什么这样处理")).to_contain_text("什么时候发货")
        hand.click("我要找人工")
        hand.click("去接管", role="link")

        expect(page.get_by_text("命中「转人工」，机器人已停止回复")).to_be_visible()
        expect(page.get_by_role("timer").first).to_contain_text(re.compile(r"剩余 0[0-2]:\d\d"))
        hand.fill("回复", "这件是现货，今天 16 点前发出，单号出来就告诉你。")
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile(r"^计入 · 00:\d\d$"))).to_be_visible()

        hand.click("看数据", role="link")
        expect(page.locator(".figure.large").get_by_text("1/1")).to_be_visible()
        expect(page.get_by_role("link", name="看看怎么接我的平台")).to_be_visible()
        took = time.monotonic() - began

        assert hand.used <= HANDS
        assert took <= MACHINE_TIME_S
        assert "token" not in page.url
        seen.quiet()
        page.context.close()
