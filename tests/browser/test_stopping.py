"""A server that is told to stop does so in time, although pages are open; they say so and find it again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.driving import NAME, PASSWORD, OpenPage, serving


def test_an_open_page_holds_no_server_back(visit: OpenPage, tmp_path):
    with serving(tmp_path / "data") as server:
        seen = visit(base=server.url, alone=True)
        seen.page.goto("/healthz")
        owner = {"token": server.token, "name": NAME, "password": PASSWORD, "platform": "internal", "lang": "zh-CN"}
        seen.call("POST", "/start/owner", owner)
        seen.page.goto("/inbox")
        expect(seen.page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
        seen.quiet()
    expect(seen.page.get_by_text("连接已断开")).to_be_visible()
